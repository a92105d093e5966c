import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import * as Checkpoint from "../../src/core/Checkpoint.ts"
import { InputError } from "../../src/core/Failure.ts"
import * as Tally from "../../src/core/Tally.ts"
import * as Suggest from "../../src/core/Suggest.ts"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as GeneIndex from "../../src/genome/GeneIndex.ts"
import * as Window from "../../src/genome/Window.ts"
import * as ModelParams from "../../src/model/ModelParams.ts"
import * as Orientation from "../../src/model/Orientation.ts"
import type { SequenceModel } from "../../src/model/SequenceModel.ts"
import * as IntervalScorer from "../../src/scoring/IntervalScorer.ts"
import * as IntervalTable from "../../src/scoring/IntervalTable.ts"

/** The output of that name with all its tracks, or the one that has tracks of that group. */
const chosen = (outputs: ReturnType<SequenceModel["info"]["outputs"]>, name: string) => {
  const known = outputs.filter(({ kind }) => kind === "tracks")
  const output =
    known.find((each) => each.name === name) ?? known.find((each) => each.tracks.some(({ group }) => group === name))
  return output === undefined
    ? undefined
    : { output, tracks: output.name === name ? output.tracks : output.tracks.filter(({ group }) => group === name) }
}

const unknownOutput = (outputs: Parameters<typeof chosen>[0], name: string) => {
  const tracked = outputs.filter(({ kind }) => kind === "tracks")
  const names = tracked.flatMap((each) => [each.name, ...each.tracks.map(({ group }) => group)])
  return {
    message: `output: the model has none that is named '${name}'`,
    hint: Suggest.hint(name, new Set(names), "outputs and groups")
  }
}

export default Stage.make({
  name: "score-intervals",
  version: 1,
  summary: "Runs a model on windows and scores the genes in each: the mean or the sum of the prediction over exons.",
  params: {
    ...ModelParams.fields,
    output: Param.withDefault(Schema.String, "RNA_SEQ", "the model's output, or a group of its tracks"),
    width: Param.optional(
      Param.Count,
      "bp about the window's centre in which a gene must start, and exons count (AlphaGenome's authors: 200001); else all"
    ),
    aggregation: Param.withDefault(Schema.Literals(["MEAN", "SUM"]), "MEAN", "of the bases of all exons")
  },
  inputs: { ...ModelParams.inputs, genes: Port.table(Gene.table, "genes with exons and transcripts") },
  outputs: {
    scores: Port.table(IntervalTable.table, "one row a window, gene and track, windows in order"),
    unscored: Port.table(IntervalTable.unscoredTable, "windows without a score, and why")
  },
  resources: { cpus: 2, memory: 4 * 2 ** 30, gpus: "device" },
  check: (params, given) => {
    const outputs = ModelParams.knownOutputs(params, given)
    const unknown = outputs !== undefined && chosen(outputs, params.output) === undefined
    return [
      ...ModelParams.check(params, given),
      ...(unknown ? [{ at: "output", ...unknownOutput(outputs, params.output) }] : [])
    ]
  },
  inspect: ModelParams.inspect,
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const model = yield* ModelParams.open(params, inputs)
    const available = model.info.outputs(params.organism)
    const found = chosen(available, params.output)
    if (found === undefined) {
      return yield* new InputError(unknownOutput(available, params.output))
    }
    const { output, tracks } = found
    const { windows, length } = yield* ModelParams.windowsOf(model.info, inputs.windows)
    yield* model.prepare(length)
    const fasta = yield* Fasta.open(inputs.reference)
    const genes = GeneIndex.make(yield* inputs.genes.rows)
    const scored = Effect.fnUntraced(function* (window: Window.Window) {
      const place = { output, tracks, window, genes }
      const plan = IntervalScorer.plan(place, params.width ?? null, params.aggregation)
      if (plan._tag === "Failure") return { window, reason: plan.failure, scores: [] }
      const { want, score } = plan.success
      const oriented = Orientation.make(model, {
        organism: params.organism,
        averageStrands: params.average_strands,
        wants: [want]
      })
      const { sequence } = yield* fasta.fetch(window)
      if (Window.isEmpty(sequence)) return { window, reason: Window.emptiness, scores: [] }
      const [prediction] = yield* oriented.predict([{ sequence, strand: window.strand }])
      const values = prediction!.get(output.name)
      if (values?.kind !== "tracks") {
        return yield* new InputError({ message: `the model did not give ${output.name} as it said` })
      }
      const given = score(values)
      const rows = given.genes.flatMap(({ gene_id, gene_name }, at) =>
        tracks.map(({ track, name, group }, i): IntervalTable.IntervalScore => ({
          window_id: window.window_id,
          gene_id,
          gene_name,
          output: output.name,
          track,
          track_name: name,
          group,
          score: given.values[at * tracks.length + i]!
        }))
      )
      return { window, reason: null, scores: rows.filter((row) => !Number.isNaN(row.score)) }
    })
    let done = 0
    const account = yield* Account.open("windows")
    account.take(windows.length)
    const results = yield* Checkpoint.forEach(windows, scored, ({ window_id }, { scores, reason }) => {
      if (scores.length > 0) account.keep()
      else account.leave(reason === null ? "every track is of the other strand" : Tally.category(reason), window_id)
      return task.progress(++done, windows.length, "windows")
    })
    yield* outputs.scores.write(results.flatMap(({ scores }) => scores))
    yield* outputs.unscored.write(
      results.flatMap(({ window, reason }) => (reason === null ? [] : [{ window_id: window.window_id, reason }]))
    )
  }, Effect.scoped)
})
