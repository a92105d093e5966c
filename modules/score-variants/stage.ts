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
import * as GeneIndex from "../../src/genome/GeneIndex.ts"
import * as PolyaSite from "../../src/genome/PolyaSite.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as Window from "../../src/genome/Window.ts"
import * as ModelParams from "../../src/model/ModelParams.ts"
import * as Calibration from "../../src/scoring/Calibration.ts"
import * as ScorerParams from "../../src/scoring/ScorerParams.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"
import * as ServiceScoring from "../../src/scoring/ServiceScoring.ts"
import * as TidyScores from "../../src/scoring/TidyScores.ts"
import * as TrackTable from "../../src/scoring/TrackTable.ts"
import * as VariantScoring from "../../src/scoring/VariantScoring.ts"

export default Stage.make({
  name: "score-variants",
  version: 3,
  summary: "Runs both alleles of each variant through a model and scores the change, track by track.",
  params: {
    ...ModelParams.fields,
    scorers: Param.withDefault(Param.listOf(ScorerParams.ScorerParam), ["gene_lfc"], ScorerParams.description),
    centre_width: Param.withDefault(
      Param.Count,
      501,
      "base pairs around the variant that centre_mask looks at where it is given no width of its own"
    ),
    groups: Param.optional(Param.listOf(Schema.String), "score only tracks of these groups; default all"),
    scored_by: Param.withDefault(
      Schema.Literals(["agflow", "service"]),
      "agflow",
      "for model alphagenome-api: service lets it score the variants on its own genome and genes, and sends scores alone"
    )
  },
  inputs: {
    ...ModelParams.inputs,
    variants: Port.table(Variant.variants, "the variants that the windows name"),
    genes: Port.optional(
      Port.table(
        Gene.table,
        "for scorers that look at genes: those that the windows name; of windows that name none, those that the scorer finds"
      )
    ),
    calibration: Port.optional(
      Port.file("file", "AlphaGenome's scores of common variants (calibration_scores.pb), for the column quantile")
    ),
    polya_sites: Port.optional(Port.table(PolyaSite.table, "polyadenylation sites, for polyadenylation"))
  },
  outputs: {
    scores: Port.table(ScoreTable.table, "one row per window, scorer and track, windows in order"),
    tracks: Port.table(
      TrackTable.table,
      "the tracks that the scores are of, with what the model's authors say of them"
    ),
    unscored: Port.table(Window.unscoredTable, "windows (or their scorers) that gave no score, and why")
  },
  resources: { cpus: 2, memory: 4 * 2 ** 30 },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const model = yield* ModelParams.open(params, inputs)
    const outputsOfModel = model.info.outputs(params.organism)
    const known = [...new Set(outputsOfModel.flatMap(({ tracks }) => tracks.map(({ group }) => group)))]
    const unknown = params.groups?.find((group) => !known.includes(group))
    if (unknown !== undefined) {
      return yield* new InputError({
        message: `score-variants: groups: no track is of group '${unknown}'`,
        hint: `the groups are: ${known.join(", ")}`
      })
    }
    const specs = ScorerParams.resolve(params.scorers, params.organism, params.centre_width)
    if (specs._tag === "Failure") {
      return yield* new InputError({ message: `score-variants: scorers: ${specs.failure}` })
    }
    const { scorings, refused } = VariantScoring.resolve(specs.success, outputsOfModel, {
      groups: params.groups,
      polyaSites: inputs.polya_sites !== undefined
    })
    // Of the recommended scorers those are used that the model can serve; the others were asked for by name.
    if (refused.length > 0 && (scorings.length === 0 || !params.scorers.includes("recommended"))) {
      return yield* new InputError({ message: `score-variants: scorers: ${refused.join("; ")}` })
    }
    for (const reason of refused) yield* task.log(`not used: ${reason}`)
    if (params.scored_by === "service" && model.scoreVariant === undefined) {
      return yield* new InputError({ message: `score-variants: scored_by: ${params.model} is no service` })
    }
    const { windows, length } = yield* ModelParams.windowsOf(model.info, inputs.windows)
    const atOnce = yield* model.prepare(length)
    const sources: VariantScoring.Sources = {
      model,
      fasta: yield* Fasta.open(inputs.reference),
      variants: new Map((yield* inputs.variants.rows).map((variant) => [variant.variant_id, variant])),
      genes: GeneIndex.make(inputs.genes === undefined ? [] : yield* inputs.genes.rows),
      polyaSites: PolyaSite.byGene(inputs.polya_sites === undefined ? [] : yield* inputs.polya_sites.rows)
    }
    const options: VariantScoring.Options = {
      organism: params.organism,
      averageStrands: params.average_strands,
      scorings
    }
    const served = params.scored_by === "service" ? model.scoreVariant : undefined
    const score = served === undefined ? VariantScoring.scorePlace : ServiceScoring.scorePlace(served)
    const tracks = TrackTable.rows(outputsOfModel)
    let done = 0
    const results = yield* Checkpoint.forEach(
      VariantScoring.groupByPlace(windows),
      (place) => score(sources, options, place),
      (place) => task.progress((done += place.length), windows.length, "windows"),
      served === undefined ? 1 : atOnce
    )
    const scores = results.flatMap((result) => result.scores)
    const rank = new Map(windows.map(({ window_id }, index) => [window_id, index]))
    const calibration = inputs.calibration === undefined ? undefined : yield* Calibration.read(inputs.calibration)
    const calibrated = calibration === undefined ? scores : TidyScores.calibrate(scores, calibration, tracks)
    yield* outputs.tracks.write(tracks)
    yield* outputs.scores.write(calibrated.sort((a, b) => rank.get(a.window_id)! - rank.get(b.window_id)!))
    yield* outputs.unscored.write(results.flatMap((result) => result.unscored))
  }, Effect.scoped)
})
