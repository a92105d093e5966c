import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { existsSync } from "node:fs"
import { InputError } from "../../src/core/Failure.ts"
import * as Param from "../../src/dsl/Param.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"
import * as Junction from "../../src/genome/Junction.ts"

const Whole = Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(0)))

export default Stage.make({
  name: "count-junctions",
  version: 1,
  summary: "Counts the splice junctions that the reads of a BAM file skip.",
  params: {
    min_quality: Param.withDefault(Whole, 0, "reads mapped with a lower quality are left out"),
    min_overhang: Param.withDefault(Whole, 0, "bases that a read must match on either side of the intron"),
    min_reads: Param.withDefault(Param.Count, 1, "junctions with fewer reads are left out")
  },
  inputs: {
    alignments: Port.file("bam", "spliced alignments with their index; primary alignments are counted")
  },
  outputs: { junctions: Port.table(Junction.table, "junctions in genome order") },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const path = inputs.alignments
    const index = existsSync(`${path}.bai`)
      ? { baiPath: `${path}.bai` }
      : existsSync(`${path}.csi`)
        ? { csiPath: `${path}.csi` }
        : undefined
    if (index === undefined) {
      return yield* new InputError({
        message: "no index (.bai, .csi) beside the BAM",
        file: path,
        hint: "samtools index FILE"
      })
    }
    const junctions = yield* Junction.count(path, index, {
      minimumQuality: params.min_quality,
      minimumOverhang: params.min_overhang
    })
    yield* outputs.junctions.write(junctions.filter(({ reads }) => reads >= params.min_reads))
  })
})
