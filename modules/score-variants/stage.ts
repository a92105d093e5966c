import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import * as Checkpoint from "../../src/core/Checkpoint.ts"
import { InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as Window from "../../src/genome/Window.ts"
import * as ModelParams from "../../src/model/ModelParams.ts"
import * as Calibration from "../../src/scoring/Calibration.ts"
import * as ScoringParams from "../../src/scoring/ScoringParams.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"
import * as ServiceScoring from "../../src/scoring/ServiceScoring.ts"
import * as TidyScores from "../../src/scoring/TidyScores.ts"
import * as TrackTable from "../../src/scoring/TrackTable.ts"
import * as VariantScoring from "../../src/scoring/VariantScoring.ts"
import * as WindowAccount from "../../src/scoring/WindowAccount.ts"

export default Stage.make({
  name: "score-variants",
  version: 3,
  summary: "Runs both alleles of each variant through a model and scores the change, track by track.",
  params: {
    ...ModelParams.fields,
    ...ScoringParams.fields,
    scored_by: Param.withDefault(
      Schema.Literals(["agflow", "service"]),
      "agflow",
      "for model alphagenome-api: service lets it score the variants on its own genome and genes, and sends scores alone"
    )
  },
  inputs: {
    ...ModelParams.inputs,
    variants: Port.table(Variant.variants, "the variants that the windows name"),
    ...ScoringParams.inputs,
    calibration: Port.optional(
      Port.file("file", "AlphaGenome's scores of common variants (calibration_scores.pb), for the column quantile")
    )
  },
  outputs: {
    scores: Port.table(ScoreTable.table, "one row per window, scorer and track, windows in order"),
    tracks: Port.table(
      TrackTable.table,
      "the tracks that the scores are of, with what the model's authors say of them"
    ),
    unscored: Port.table(Window.unscoredTable, "windows (or their scorers) that gave no score, and why")
  },
  resources: { cpus: 2, memory: 4 * 2 ** 30, gpus: "device" },
  check: (params, given) => {
    const served = params.scored_by === "service"
    const outputs = ModelParams.knownOutputs(params, given)
    return [
      ...ModelParams.check(params, given),
      ...ScoringParams.check(params, given, params.organism, outputs, !served),
      ...(served && params.model !== "alphagenome-api"
        ? [{ at: "scored_by", message: `scored_by: ${params.model} is no service; alphagenome-api is` }]
        : [])
    ]
  },
  inspect: ModelParams.inspect,
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const model = yield* ModelParams.open(params, inputs)
    const outputsOfModel = model.info.outputs(params.organism)
    const scorings = yield* ScoringParams.scoringsOf(params, inputs, params.organism, model)
    if (params.scored_by === "service" && model.scoreVariant === undefined) {
      return yield* new InputError({ message: `scored_by: ${params.model} does not score variants itself` })
    }
    const { windows, length } = yield* ModelParams.windowsOf(model.info, inputs.windows)
    const atOnce = yield* model.prepare(length)
    const sources: VariantScoring.Sources = {
      model,
      fasta: yield* Fasta.open(inputs.reference),
      variants: new Map((yield* inputs.variants.rows).map((variant) => [variant.variant_id, variant])),
      ...(yield* ScoringParams.annotationOf(inputs))
    }
    const options: VariantScoring.Options = {
      organism: params.organism,
      averageStrands: params.average_strands,
      scorings
    }
    const served = params.scored_by === "service" ? model.scoreVariant : undefined
    const score = served === undefined ? VariantScoring.scorePlace : ServiceScoring.scorePlace(served)
    const tracks = TrackTable.rows(outputsOfModel)
    const places = VariantScoring.groupByPlace(windows)
    const unscored: Array<ReadonlyArray<Window.Unscored>> = []
    const account = yield* Account.open("windows")
    let done = 0
    const results = yield* Checkpoint.forEach(
      places,
      (place) => score(sources, options, place),
      (place, result, index) => {
        unscored[index] = result.unscored
        WindowAccount.enter(account, place, result)
        return task.progress((done += place.length), windows.length, "windows")
      },
      served === undefined ? 1 : atOnce
    )
    const scores = VariantScoring.inOrder(windows, places, (index) => results.at(index).scores)
    const calibration = inputs.calibration === undefined ? undefined : yield* Calibration.read(inputs.calibration)
    yield* outputs.tracks.write(tracks)
    yield* outputs.scores.write(
      calibration === undefined ? scores : TidyScores.calibrate(scores, calibration, tracks),
      params.format
    )
    yield* outputs.unscored.write(unscored.flat())
  }, Effect.scoped)
})
