import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import * as Checkpoint from "../../src/core/Checkpoint.ts"
import { InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Bed from "../../src/genome/Bed.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Window from "../../src/genome/Window.ts"
import * as ModelParams from "../../src/model/ModelParams.ts"
import * as SequenceModel from "../../src/model/SequenceModel.ts"
import * as Mutagenesis from "../../src/scoring/Mutagenesis.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"
import * as ScoringParams from "../../src/scoring/ScoringParams.ts"
import * as VariantScoring from "../../src/scoring/VariantScoring.ts"
import * as WindowAccount from "../../src/scoring/WindowAccount.ts"

const { windows: _, ...modelInputs } = ModelParams.inputs

export default Stage.make({
  name: "in-silico-mutagenesis",
  version: 1,
  summary: "Scores every substitution of each base of intervals: what in a sequence the model's predictions hang on.",
  params: {
    ...ModelParams.fields,
    ...ScoringParams.fields,
    width: Param.optional(Param.Count, "base pairs around each interval that the model reads; default what it prefers"),
    cells: Param.withDefault(
      Schema.Literals(["all", "reference"]),
      "all",
      "which cells of the matrix are filled: those of all bases, or of the reference's only, as sequence logos draw them"
    )
  },
  inputs: {
    ...modelInputs,
    ...ScoringParams.inputs,
    intervals: Port.file("bed", "the bases to change; its fourth column names the intervals")
  },
  outputs: {
    scores: Port.table(ScoreTable.table, "one row per substitution, scorer and track, window_id the interval's name"),
    matrix: Port.table(
      Mutagenesis.table,
      "one row per base, scorer and track: the scores of A, C, G and T, the mean of the substitutions taken off"
    ),
    unscored: Port.table(Window.unscoredTable, "substitutions (or their scorers) that gave no score, and why")
  },
  resources: { cpus: 2, memory: 4 * 2 ** 30, gpus: "device" },
  check: (params, given) => [
    ...ModelParams.check(params, given, { param: "width", bp: params.width }),
    ...ScoringParams.check(params, given, params.organism, ModelParams.knownOutputs(params, given))
  ],
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const model = yield* ModelParams.open(params, inputs)
    const scorings = yield* ScoringParams.scoringsOf(params, inputs, params.organism, model)
    const length = params.width ?? model.info.lengths.preferred
    // Of models that are not known before they are opened.
    const misfit = SequenceModel.lengthFault(model.info, length)
    if (misfit !== undefined) return yield* new InputError({ message: `width: ${misfit}` })
    yield* model.prepare(length)
    const fasta = yield* Fasta.open(inputs.reference)
    const targets = yield* Mutagenesis.targets(yield* Bed.read(inputs.intervals), length, fasta, inputs.intervals)
    const batches = Mutagenesis.batches(targets)
    const annotation = yield* ScoringParams.annotationOf(inputs)
    const options = { organism: params.organism, averageStrands: params.average_strands, scorings }
    const total = batches.reduce((sum, { windows }) => sum + windows.length, 0)
    const unscored: Array<ReadonlyArray<Window.Unscored>> = []
    const account = yield* Account.open("substitutions")
    let done = 0
    const results = yield* Checkpoint.forEach(
      batches,
      ({ windows, variants }) => VariantScoring.scorePlace({ model, fasta, variants, ...annotation }, options, windows),
      ({ windows }, result, index) => {
        unscored[index] = result.unscored
        WindowAccount.enter(account, windows, result)
        return task.progress((done += windows.length), total, "substitutions")
      }
    )
    const reference = params.cells === "reference" ? "only" : "and alternatives"
    const scoresOf = (batch: number) => results.at(batch).scores
    yield* outputs.scores.write(
      results.flatMap(({ scores }) => scores),
      params.format
    )
    yield* outputs.matrix.write(Mutagenesis.matrices(targets, batches, scoresOf, reference), params.format)
    yield* outputs.unscored.write(unscored.flat())
  }, Effect.scoped)
})
