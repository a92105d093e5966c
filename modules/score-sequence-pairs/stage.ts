import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import * as Checkpoint from "../../src/core/Checkpoint.ts"
import { InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/Param.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"
import * as SequencePair from "../../src/genome/SequencePair.ts"
import * as ModelParams from "../../src/model/ModelParams.ts"
import * as Orientation from "../../src/model/Orientation.ts"
import * as SequencePairScoring from "../../src/scoring/SequencePairScoring.ts"

const Place = Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(0)))

export default Stage.make({
  name: "score-sequence-pairs",
  version: 1,
  summary: "Runs both sequences of each pair through a model, each in the middle of N, and scores the change.",
  params: {
    ...ModelParams.fields,
    length: Param.optional(Param.Count, "bp that the model is given; default what it reads best"),
    output: Param.optional(Schema.String, "which of the model's outputs; needed where it has several"),
    groups: Param.optional(Param.listOf(Schema.String), "score only tracks of these groups; default all"),
    region: Param.optional(
      Schema.Tuple([Place, Place]),
      "from the first to before the last bp of the window that is summed over, from 0; default all that is predicted"
    ),
    measure: Param.withDefault(
      Schema.Literals(SequencePairScoring.measures),
      "log2_change",
      "log2_change: of log2(1 + sum); log_odds: of the log odds of the sum, for probabilities"
    )
  },
  inputs: {
    weights: ModelParams.inputs.weights,
    tracks: ModelParams.inputs.tracks,
    pairs: Port.table(SequencePair.table, "the sequences, at most as long as the window")
  },
  outputs: { scores: Port.table(SequencePairScoring.table, "one row per pair and track, in the order of the pairs") },
  resources: { cpus: 2, memory: 4 * 2 ** 30, gpus: "device" },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const { organism, region, groups, measure } = params
    const model = yield* ModelParams.open(params, inputs)
    const known = model.info.outputs(organism).filter(({ kind }) => kind === "tracks")
    const output = params.output === undefined ? known[0] : known.find(({ name }) => name === params.output)
    if (output === undefined || (params.output === undefined && known.length > 1)) {
      return yield* new InputError({
        message: `score-sequence-pairs: ${params.output === undefined ? "say which output" : `no output of tracks is named '${params.output}'`}`,
        hint: `${model.info.name} has: ${known.map(({ name }) => name).join(", ")}`
      })
    }
    const tracks = output.tracks.filter(({ group }) => groups?.includes(group) ?? true)
    if (tracks.length === 0) {
      const there = [...new Set(output.tracks.map(({ group }) => group))].join(", ")
      const message = `score-sequence-pairs: groups: no track is of group '${groups!.join("' or '")}'`
      return yield* new InputError({ message, hint: `the groups are: ${there}` })
    }
    const length = params.length ?? model.info.lengths.preferred
    const batch = yield* model.prepare(length)
    const pairs = yield* inputs.pairs.rows
    const sequences = SequencePairScoring.distinct(pairs)
    const unclear = new Set<string>()
    const placed = yield* Effect.forEach(
      sequences,
      Effect.fnUntraced(function* (sequence) {
        const window = SequencePairScoring.place(sequence, length)
        if (window._tag === "Success") {
          if (window.success.unclear > 0) unclear.add(sequence)
          return window.success.bases
        }
        const index = pairs.findIndex(({ ref, alt }) => ref === sequence || alt === sequence)
        const message = `a sequence of pair '${pairs[index]!.pair_id}' does not fit: ${window.failure}`
        return yield* new InputError({ message, file: inputs.pairs.path, line: index + 2 })
      })
    )
    const oriented = Orientation.make(model, {
      organism,
      averageStrands: params.average_strands,
      wants: [
        {
          output: output.name,
          tracks: tracks.map(({ track }) => track),
          ...(region === undefined ? {} : { regions: [region] })
        }
      ]
    })
    const starts = Array.from({ length: Math.ceil(placed.length / batch) }, (_, at) => at * batch)
    const results = yield* Checkpoint.forEach(
      starts,
      (from) => SequencePairScoring.sums(oriented, output.name, placed.slice(from, from + batch)),
      (from) => task.progress(Math.min(from + batch, placed.length), placed.length, "sequences")
    )
    const all = [...results].flat()
    const sums = new Map(sequences.map((sequence, index) => [sequence, all[index]!]))
    const account = yield* Account.open("pairs")
    account.take(pairs.length)
    account.keep(pairs.length)
    for (const { pair_id, ref, alt } of pairs) {
      if (unclear.has(ref) || unclear.has(alt)) account.note("letters other than A, C, G, T, N: read as N", pair_id)
    }
    yield* outputs.scores.write(SequencePairScoring.scores(pairs, tracks, sums, measure))
  }, Effect.scoped)
})
