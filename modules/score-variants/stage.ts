import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Checkpoint from "../../src/core/Checkpoint.ts"
import { InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/Param.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as Window from "../../src/genome/Window.ts"
import * as ModelParams from "../../src/model/ModelParams.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"
import * as VariantScoring from "../../src/scoring/VariantScoring.ts"

export default Stage.make({
  name: "score-variants",
  version: 2,
  summary: "Runs both alleles of each variant through a model and scores the change, track by track.",
  params: {
    ...ModelParams.fields,
    scorers: Param.withDefault(
      Param.listOf(Schema.Literals(["gene_lfc", "centre_mask"])),
      ["gene_lfc"],
      "gene_lfc: log fold change of the mean over the gene's bins; centre_mask: change of the sum around the variant"
    ),
    centre_width: Param.withDefault(Param.Count, 501, "base pairs around the variant that centre_mask sums over"),
    groups: Param.optional(Param.listOf(Schema.String), "score only tracks of these groups; default all")
  },
  inputs: {
    ...ModelParams.inputs,
    variants: Port.table(Variant.variants, "the variants that the windows name"),
    genes: Port.optional(Port.table(Gene.table, "the genes that the windows name; needed for gene_lfc"))
  },
  outputs: {
    scores: Port.table(ScoreTable.table, "one row per window, scorer and track, windows in order"),
    unscored: Port.table(Window.unscoredTable, "windows (or their scorers) that gave no score, and why")
  },
  resources: { cpus: 2, memory: 4 * 2 ** 30 },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const model = yield* ModelParams.open(params, inputs)
    const tracks = model.info.outputs(params.organism).flatMap((output) => output.tracks)
    const known = [...new Set(tracks.map(({ group }) => group))]
    const unknown = params.groups?.find((group) => !known.includes(group))
    if (unknown !== undefined) {
      return yield* new InputError({
        message: `score-variants: groups: no track is of group '${unknown}'`,
        hint: `the groups are: ${known.join(", ")}`
      })
    }
    const { windows, length } = yield* ModelParams.windowsOf(model.info, inputs.windows)
    yield* model.prepare(length)
    const sources: VariantScoring.Sources = {
      model,
      fasta: yield* Fasta.open(inputs.reference),
      variants: new Map((yield* inputs.variants.rows).map((variant) => [variant.variant_id, variant])),
      genes: new Map((inputs.genes === undefined ? [] : yield* inputs.genes.rows).map((gene) => [gene.gene_id, gene]))
    }
    const options: VariantScoring.Options = {
      organism: params.organism,
      averageStrands: params.average_strands,
      scorers: params.scorers,
      centreWidth: params.centre_width,
      groups: params.groups
    }
    let done = 0
    const results = yield* Checkpoint.forEach(
      VariantScoring.groupByPlace(windows),
      (place) => VariantScoring.scorePlace(sources, options, place),
      (place) => task.progress((done += place.length), windows.length, "windows")
    )
    const scores = results.flatMap((result) => result.scores)
    const rank = new Map(windows.map(({ window_id }, index) => [window_id, index]))
    yield* outputs.scores.write(scores.sort((a, b) => rank.get(a.window_id)! - rank.get(b.window_id)!))
    yield* outputs.unscored.write(results.flatMap((result) => result.unscored))
  }, Effect.scoped)
})
