import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import * as Checkpoint from "../../src/core/Checkpoint.ts"
import { InputError } from "../../src/core/Failure.ts"
import * as Suggest from "../../src/core/Suggest.ts"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as SequencePair from "../../src/genome/SequencePair.ts"
import * as ModelParams from "../../src/model/ModelParams.ts"
import * as Orientation from "../../src/model/Orientation.ts"
import * as SequencePairScoring from "../../src/scoring/SequencePairScoring.ts"

const Place = Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(0)))

/** Why it is not clear which of the outputs, all of tracks, is meant. */
const wrongOutput = (known: ReadonlyArray<{ readonly name: string }>, asked: string | undefined) => {
  const names = known.map(({ name }) => name)
  if (asked === undefined) {
    return names.length === 1 ? undefined : { message: "say which output", hint: `the model has: ${names.join(", ")}` }
  }
  return names.includes(asked)
    ? undefined
    : { message: `no output of tracks is named '${asked}'`, hint: Suggest.hint(asked, names, "outputs") }
}

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
  check: (params, given) => {
    const known = ModelParams.knownOutputs(params, given)?.filter(({ kind }) => kind === "tracks")
    const wrong = known && wrongOutput(known, params.output)
    const [from, to] = params.region ?? [0, 1]
    return [
      ...ModelParams.check(params, given, { param: "length", bp: params.length }),
      ...(wrong === undefined ? [] : [{ at: "output", ...wrong }]),
      ...(from < to && to <= (params.length ?? Infinity)
        ? []
        : [
            {
              at: "region",
              message: `region: [${from}, ${to}] is no stretch of the window`,
              hint: "from the first to before the last bp, from 0"
            }
          ])
    ]
  },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const { organism, region, groups, measure } = params
    const model = yield* ModelParams.open(params, inputs)
    const known = model.info.outputs(organism).filter(({ kind }) => kind === "tracks")
    const output = params.output === undefined ? known[0] : known.find(({ name }) => name === params.output)
    const wrong = wrongOutput(known, params.output)
    if (wrong !== undefined || output === undefined) return yield* new InputError(wrong!)
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
