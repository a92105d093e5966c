import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Junction from "../../src/genome/Junction.ts"

const Whole = Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(0)))

export default Stage.make({
  name: "count-junctions",
  version: 3,
  summary: "Counts the reads that support each splice junction in a BAM file.",
  params: {
    min_quality: Param.withDefault(
      Whole,
      0,
      "reads mapped with a lower quality are left out; 255 (STAR: mapped once; by the SAM specification unknown) is the highest"
    ),
    unknown_quality: Param.withDefault(
      Schema.Literals(["keep", "drop"]),
      "keep",
      "reads of mapping quality 255: drop leaves them out"
    ),
    include: Param.withDefault(
      Schema.Array(Schema.Literals(["secondary", "supplementary", "failed", "duplicate"])),
      [],
      "alignments that are left out otherwise: secondary, supplementary, failed (quality checks), duplicate"
    ),
    min_overhang: Param.withDefault(Whole, 0, "bases that a read must match on either side of the intron"),
    min_reads: Param.withDefault(Param.Count, 1, "junctions with fewer reads are left out")
  },
  inputs: { alignments: Port.file("bam", "spliced alignments in any order; an index beside it is not needed") },
  outputs: { junctions: Port.table(Junction.table, "junctions in genome order") },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const reads = yield* Account.open("reads")
    const junctions = yield* Account.open("junctions")
    const filter = {
      minimumQuality: params.min_quality,
      withoutUnknownQuality: params.unknown_quality === "drop",
      include: params.include,
      minimumOverhang: params.min_overhang
    }
    const found = yield* Junction.count(inputs.alignments, filter, reads)
    const kept = found.filter((junction) => junction.reads >= params.min_reads)
    const few = found.find((junction) => junction.reads < params.min_reads)
    junctions.take(found.length)
    junctions.keep(kept.length)
    if (few !== undefined) {
      junctions.leave(
        "fewer reads than asked for",
        `${few.chrom}:${few.start + 1}-${few.end}`,
        found.length - kept.length
      )
    }
    yield* outputs.junctions.write(kept)
  })
})
