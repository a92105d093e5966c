/** AlphaGenome's service as a model: the hosted one, or any server that speaks its protocol. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { messageOf } from "../../core/Failure.ts"
import * as SequenceModel from "../SequenceModel.ts"
import * as Announcement from "./Announcement.ts"
import * as Answer from "./Answer.ts"
import type { Connection } from "./Connection.ts"
import * as Protocol from "./Protocol.ts"
import type { Message } from "./Protocol.ts"
import * as Reading from "./Reading.ts"
import { RemoteError } from "./RemoteError.ts"
import * as TrackMetadata from "./TrackMetadata.ts"
import { maxScorers, toMessage, toScores } from "./VariantScores.ts"

const name = "alphagenome-api"

export interface Options {
  /** Which of the service's models, as it names them (`ALL_FOLDS`, `FOLD_0`, ...); empty for its default. */
  readonly modelVersion: string
  /** Sequences that are asked about at once. */
  readonly workers: number
  /** Lengths that the server reads, where only some are; all that the model's rule allows by default. */
  readonly onlyLengths?: ReadonlyArray<number>
}

const kindOf = (type: Protocol.OutputType): SequenceModel.Output["kind"] =>
  type === "CONTACT_MAPS" ? "contacts" : type === "SPLICE_JUNCTIONS" ? "junctions" : "tracks"

const outputOf = (
  { type, tracks, junctions }: Message<"OutputMetadata">,
  { bins }: Announcement.Announcement
): SequenceModel.Output | undefined => {
  const known = Protocol.nameOf(Protocol.outputTypes, type)
  const rows: ReadonlyArray<Message<"TrackMetadata"> | Message<"JunctionMetadata">> | undefined =
    tracks?.rows ?? junctions?.rows
  // An output of a later version is nothing that could be asked for.
  if (known === undefined || rows === undefined) return undefined
  return {
    name: known,
    kind: kindOf(known),
    ...(bins[known] ?? Announcement.official.bins[known]!),
    // AlphaGenome fills its outputs up with tracks of this name, which it does not answer for.
    tracks: rows
      .filter((row) => row.name.toLowerCase() !== "padding")
      .map((row, track) => TrackMetadata.toTrack(row, known, track))
  }
}

interface Wanted {
  readonly output: SequenceModel.Output
  readonly want: SequenceModel.Want
}

interface Described {
  readonly outputs: ReadonlyArray<SequenceModel.Output>
  readonly announcement: Announcement.Announcement
}

const describe = (connection: Connection, organism: SequenceModel.Organism): Effect.Effect<Described, RemoteError> =>
  connection.call("GetMetadata", { organism: Protocol.organismIds[organism] }, ({ next, header }) =>
    Effect.gen(function* () {
      const rows: Array<Message<"OutputMetadata">> = []
      for (let answer = yield* next; answer !== undefined; answer = yield* next) rows.push(...answer.outputs)
      const said = Announcement.decode(header(Announcement.header))
      const announcement = Option.getOrElse(said, () => Announcement.official)
      return { announcement, outputs: rows.flatMap((row) => outputOf(row, announcement) ?? []) }
    })
  )

/**
 * Ontology terms that leave out what nobody wants; empty, for all, where a wanted track has no term. The service filters
 * all outputs by the same terms.
 */
const termsOf = (wanted: ReadonlyArray<Wanted>): ReadonlyArray<Message<"OntologyTerm">> => {
  const terms = new Map<string, Message<"OntologyTerm">>()
  for (const { output, want } of wanted) {
    // Splice sites belong to no sample: they always come whole.
    if (output.name === "SPLICE_SITES") continue
    if (want.tracks === undefined) return []
    for (const track of want.tracks) {
      const curie = output.tracks[track]?.metadata?.["ontology_curie"]
      const term = TrackMetadata.ontologyTerm(curie)
      if (term === undefined) return []
      terms.set(String(curie), term)
    }
  }
  return [...terms.values()]
}

const misfit = (cause: unknown) =>
  new RemoteError({ message: `the server's answer does not fit: ${messageOf(cause)}`, reason: "garbled" })

/** Asks the server what it has, for each organism that it knows. */
export const make = Effect.fnUntraced(function* (
  connection: Connection,
  { modelVersion, workers, onlyLengths }: Options
): Effect.fn.Return<SequenceModel.SequenceModel, RemoteError> {
  const described = new Map<SequenceModel.Organism, Described>()
  for (const organism of SequenceModel.organisms) {
    const answer = yield* Effect.catchIf(
      describe(connection, organism),
      ({ reason }) => reason === "refused",
      () => Effect.succeed(undefined)
    )
    if (answer !== undefined && answer.outputs.length > 0) described.set(organism, answer)
  }
  const [first] = described.values()
  if (first === undefined) {
    return yield* new RemoteError({ message: "the server has no outputs for any organism", reason: "refused" })
  }
  const { name: theirs, licence, citation, lengths } = first.announcement
  const info: SequenceModel.ModelInfo = {
    name,
    summary: `${theirs}, over the network`,
    licence,
    citation,
    organisms: [...described.keys()],
    lengths,
    outputs: (organism) => described.get(organism)?.outputs ?? []
  }

  const lengthFault = (length: number): string | undefined =>
    onlyLengths === undefined || onlyLengths.includes(length)
      ? SequenceModel.lengthFault(info, length)
      : `${length} bp where the service reads ${onlyLengths.join(", ")}`

  const predictOne = Effect.fnUntraced(function* (
    organism: SequenceModel.Organism,
    sequence: string,
    wanted: ReadonlyArray<Wanted>
  ): Effect.fn.Return<SequenceModel.Prediction, RemoteError> {
    const request = {
      sequence,
      organism: Protocol.organismIds[organism],
      ontologies: termsOf(wanted),
      outputs: wanted.map(({ output }) => Protocol.outputTypes[output.name as Protocol.OutputType]),
      modelVersion
    }
    const read = yield* connection.call("PredictSequence", request, ({ next }) =>
      Reading.all(next, ({ output }) =>
        output == null ? undefined : [output, (output.tracks ?? output.junctions)?.values ?? output.data]
      )
    )
    return yield* Effect.try({
      try: () =>
        new Map(
          wanted.map(({ output, want }) => {
            const type = Protocol.outputTypes[output.name as Protocol.OutputType]
            const answer = read.find(({ item }) => item.type === type)
            if (answer === undefined) throw new Error(`${output.name} is missing`)
            return [output.name, Answer.toValues(output, sequence.length, want, answer.item, answer.array)]
          })
        ),
      catch: misfit
    })
  })

  const predict: SequenceModel.SequenceModel["predict"] = Effect.fnUntraced(function* (organism, sequences, wants) {
    const wanted = yield* SequenceModel.wanted(info, organism, wants)
    for (const { length } of sequences) {
      const fault = lengthFault(length)
      if (fault !== undefined) return yield* new RemoteError({ message: `a sequence has ${fault}`, reason: "refused" })
    }
    return yield* Effect.forEach(sequences, (sequence) => predictOne(organism, sequence, wanted), {
      concurrency: workers
    })
  })

  const scoreSome = Effect.fnUntraced(function* (
    { organism, window, variant }: SequenceModel.ScoreQuery,
    scorers: ReadonlyArray<SequenceModel.ScorerRequest>
  ): Effect.fn.Return<ReadonlyArray<SequenceModel.VariantScores>, RemoteError> {
    const request = {
      interval: { chromosome: window.chrom, start: window.start, end: window.end, strand: Protocol.strands["."] },
      variant: {
        chromosome: variant.chrom,
        position: variant.pos,
        reference: variant.ref,
        alternate: variant.alt
      },
      organism: Protocol.organismIds[organism],
      scorers: yield* Effect.try({
        try: () => scorers.map(toMessage),
        catch: (cause) => new RemoteError({ message: messageOf(cause), reason: "refused" })
      }),
      modelVersion,
      mergeStrands: false
    }
    const read = yield* connection.call("ScoreVariant", request, ({ next }) =>
      Reading.all(next, ({ output }) => (output?.variant == null ? undefined : [output.variant, output.variant.values]))
    )
    return yield* Effect.try({
      try: () => {
        if (read.length !== scorers.length) throw new Error(`${read.length} scores for ${scorers.length} scorers`)
        return read.map(({ item, array }, at) => {
          const output = info.outputs(organism).find(({ name }) => name === scorers[at]!.output)
          return toScores(output, item.metadata, array)
        })
      },
      catch: misfit
    })
  })

  return {
    info,
    scoreVariant: (query) => {
      const count = Math.ceil(query.scorers.length / maxScorers)
      const parts = Array.from({ length: count }, (_, at) =>
        query.scorers.slice(at * maxScorers, (at + 1) * maxScorers)
      )
      return Effect.map(
        Effect.forEach(parts, (part) => scoreSome(query, part)),
        (scores) => scores.flat()
      )
    },
    prepare: (length) => {
      const fault = lengthFault(length)
      return fault === undefined
        ? Effect.succeed(workers)
        : Effect.fail(new RemoteError({ message: `a window has ${fault}`, reason: "refused" }))
    },
    predict,
    predictVariants: SequenceModel.predictVariants(predict)
  }
})
