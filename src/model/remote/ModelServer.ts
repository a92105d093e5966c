/** Any model behind the protocol of AlphaGenome's service. */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { InputError } from "../../core/Failure.ts"
import type { Fasta } from "../../genome/Fasta.ts"
import * as Interval from "../../genome/Interval.ts"
import * as Variant from "../../genome/Variant.ts"
import type { ModelFailure } from "../ModelError.ts"
import * as Orientation from "../Orientation.ts"
import * as SequenceModel from "../SequenceModel.ts"
import type { Announcement } from "./Announcement.ts"
import { exposures, type Exposure } from "./Exposure.ts"
import * as Protocol from "./Protocol.ts"
import type { Message } from "./Protocol.ts"
import { codes, type Handlers, type Refusal } from "./Server.ts"
import * as TrackMetadata from "./TrackMetadata.ts"
import * as VariantWindow from "./VariantWindow.ts"
import * as Written from "./Written.ts"

/** A question, checked. */
interface Question<Scorer> {
  readonly organism: SequenceModel.Organism
  readonly window: Interval.Interval
  readonly scorers: ReadonlyArray<Scorer>
}
export interface VariantQuestion extends Question<Message<"VariantScorer">> {
  readonly variant: Variant.Variant
}
/** About every substitution of the bases of an interval inside the window. */
export interface MutagenesisQuestion extends Question<Message<"VariantScorer">> {
  readonly mutated: Interval.Interval
}
export type IntervalQuestion = Question<Message<"IntervalScorer">>

export interface Scored<Output> {
  readonly output: Output
  readonly chunks: ReadonlyArray<() => Message<"Chunk">>
}
type Answers<Output> = Effect.Effect<ReadonlyArray<Scored<Output>>, Refusal>

/** Scores, one for each scorer in order. */
export interface Scoring {
  readonly variant: (question: VariantQuestion) => Answers<Message<"Scores">>
  /** Of one substitution after the other. */
  readonly mutagenesis: (question: MutagenesisQuestion) => Answers<Message<"Scores">>
  readonly interval: (question: IntervalQuestion) => Answers<Message<"IntervalScores">>
}

export interface Options {
  /** What intervals and variants are read from; without it only sequences are answered. */
  readonly reference: Fasta | undefined
  /** Undefined where none is offered. */
  readonly scoring: Scoring | undefined
  /** Bytes of a chunk, before compression. */
  readonly chunkBytes: number
}

/** Bases of one question, as AlphaGenome's client divides them. */
const mostMutated = 10

const refuse = (message: string, code: number = codes.invalid): Refusal => ({ code, message })

/** What the server says of a model's fault: one that may pass on another machine is no fault of the question. */
export const ofFailure = ({ _tag, message }: ModelFailure | InputError): Refusal =>
  refuse(
    message,
    {
      InputError: codes.invalid,
      InsufficientMemory: codes.precondition,
      ModelError: codes.internal,
      RemoteError: codes.internal
    }[_tag]
  )

export const announcement = ({ info }: SequenceModel.SequenceModel): Announcement => ({
  name: info.name,
  licence: info.licence,
  citation: info.citation,
  lengths: info.lengths,
  bins: Object.fromEntries(
    info.organisms.flatMap((organism) =>
      exposures(info.outputs(organism)).map(({ type, output: { resolution, offset } }) => [
        type,
        { resolution, offset }
      ])
    )
  )
})

/** Those exposures that are asked for, with those of their tracks whose terms are; none of either means all. */
const chosen = (
  all: ReadonlyArray<Exposure>,
  types: ReadonlyArray<number>,
  terms: ReadonlyArray<Message<"OntologyTerm">>
): ReadonlyArray<Exposure> => {
  const wanted = new Set(terms.map(({ type, id }) => `${type}:${id}`))
  const hasTerm = (curie: unknown): boolean => {
    const term = TrackMetadata.ontologyTerm(curie)
    return term !== undefined && wanted.has(`${term.type}:${term.id}`)
  }
  return all
    .filter(({ type }) => types.length === 0 || types.includes(Protocol.outputTypes[type]))
    .map((exposure) => {
      // Splice sites belong to no sample.
      const every = wanted.size === 0 || exposure.type === "SPLICE_SITES"
      const tracks = exposure.tracks.filter(({ metadata }) => every || hasTerm(metadata?.["ontology_curie"]))
      return { ...exposure, tracks }
    })
    .filter(({ tracks }) => tracks.length > 0)
}

/** One want for each output of the model, whichever types it goes out as. */
const wantsOf = (wanted: ReadonlyArray<Exposure>): ReadonlyArray<SequenceModel.Want> => {
  const tracks = new Map<string, Set<number>>()
  for (const exposure of wanted) {
    const { name } = exposure.output
    const known = tracks.get(name) ?? new Set()
    for (const { track } of exposure.tracks) known.add(track)
    tracks.set(name, known)
  }
  return Array.from(tracks, ([output, known]) => ({ output, tracks: [...known].sort((a, b) => a - b) }))
}

export const make = (model: SequenceModel.SequenceModel, { reference, scoring, chunkBytes }: Options): Handlers => {
  const { info } = model
  const organismOf = Effect.fnUntraced(function* (id: number): Effect.fn.Return<SequenceModel.Organism, Refusal> {
    const organism = Protocol.nameOf(Protocol.organismIds, id)
    if (organism !== undefined && info.organisms.includes(organism)) return organism
    return yield* Effect.fail(refuse(`${info.name} knows ${info.organisms.join(" and ")}, not organism ${id}`))
  })

  const requireLength = (length: number): Effect.Effect<void, Refusal> => {
    const fault = SequenceModel.lengthFault(info, length)
    return fault === undefined ? Effect.void : Effect.fail(refuse(`the window has ${fault}`))
  }

  const genome: Effect.Effect<Fasta, Refusal> =
    reference === undefined
      ? Effect.fail(refuse("this server has no reference sequence: ask it for sequences", codes.unimplemented))
      : Effect.succeed(reference)

  const windowOf = Effect.fnUntraced(function* (
    interval: Message<"Interval"> | null | undefined
  ): Effect.fn.Return<Interval.Interval & { readonly strand: string }, Refusal> {
    if (interval == null) return yield* Effect.fail(refuse("the request has no interval"))
    const { chromosome, start, end, strand } = interval
    yield* requireLength(end - start)
    return { chrom: Interval.chromName(chromosome), start, end, strand: strand === Protocol.strands["-"] ? "-" : "+" }
  })

  const variantOf = Effect.fnUntraced(function* (
    asked: Message<"Variant"> | null | undefined,
    window: Interval.Interval
  ): Effect.fn.Return<Variant.Variant, Refusal> {
    if (asked == null) return yield* Effect.fail(refuse("the request has no variant"))
    const made = Variant.make(asked.chromosome, asked.position, asked.reference, asked.alternate)
    if (made._tag === "Failure") return yield* Effect.fail(refuse(made.failure))
    if (!Interval.contains(window, Variant.interval(made.success))) {
      return yield* Effect.fail(refuse(`${made.success.variant_id} does not lie inside ${Interval.format(window)}`))
    }
    return made.success
  })

  // A runtime computes one batch at a time; more would only take its memory.
  const turn = Semaphore.makeUnsafe(1).withPermits(1)

  const scores: Effect.Effect<Scoring, Refusal> =
    scoring === undefined
      ? Effect.fail(refuse("this server scores nothing: it has no reference sequence", codes.unimplemented))
      : Effect.succeed(scoring)

  const sendScores = Effect.fnUntraced(function* <Output>(
    answers: Answers<Output>,
    send: (response: { output: Output } | { chunk: Message<"Chunk"> }) => Effect.Effect<void>
  ) {
    for (const { output, chunks } of yield* turn(answers)) {
      yield* send({ output })
      for (const chunk of chunks) yield* send({ chunk: chunk() })
    }
  })

  const oriented = (organism: SequenceModel.Organism, wanted: ReadonlyArray<Exposure>) =>
    Orientation.make(model, { organism, wants: wantsOf(wanted), averageStrands: false })

  /** Sends each output, then its chunks. */
  const sendAll = Effect.fnUntraced(function* (
    wanted: ReadonlyArray<Exposure>,
    prediction: SequenceModel.Prediction,
    window: Interval.Interval | undefined,
    sendOutput: (output: Message<"Output">) => Effect.Effect<void>,
    sendChunk: (chunk: Message<"Chunk">) => Effect.Effect<void>
  ) {
    for (const exposure of wanted) {
      const { output, chunks } = Written.write(exposure, prediction.get(exposure.output.name)!, window, chunkBytes)
      yield* sendOutput(output)
      for (const chunk of chunks) yield* sendChunk(chunk())
    }
  })

  return {
    GetMetadata: Effect.fnUntraced(function* ({ organism }, send) {
      for (const { type, tracks } of exposures(info.outputs(yield* organismOf(organism)))) {
        const rows = tracks.map(TrackMetadata.fromTrack)
        const kind = type === "SPLICE_JUNCTIONS" ? "junctions" : "tracks"
        yield* send({ outputs: [{ type: Protocol.outputTypes[type], [kind]: { rows } }] })
      }
    }),

    PredictSequence: Effect.fnUntraced(function* (request, send) {
      const organism = yield* organismOf(request.organism)
      const { sequence } = request
      if (!/^[ACGTN]*$/u.test(sequence)) return yield* Effect.fail(refuse("a sequence is made of A, C, G, T and N"))
      yield* requireLength(sequence.length)
      const wanted = chosen(exposures(info.outputs(organism)), request.outputs, request.ontologies)
      const predict = oriented(organism, wanted).predict([{ sequence, strand: "+" }])
      const [prediction] = yield* turn(Effect.mapError(predict, ofFailure))
      yield* sendAll(
        wanted,
        prediction!,
        undefined,
        (output) => send({ output }),
        (chunk) => send({ chunk })
      )
    }),

    PredictInterval: Effect.fnUntraced(function* (request, send) {
      const organism = yield* organismOf(request.organism)
      const window = yield* windowOf(request.interval)
      const { sequence, padded } = yield* Effect.mapError((yield* genome).fetch(window), ofFailure)
      if (padded === sequence.length) {
        return yield* Effect.fail(refuse(`${Interval.format(window)} lies outside the reference sequence`))
      }
      const wanted = chosen(exposures(info.outputs(organism)), request.outputs, request.ontologies)
      const predict = oriented(organism, wanted).predict([{ sequence, strand: window.strand }])
      const [prediction] = yield* turn(Effect.mapError(predict, ofFailure))
      yield* sendAll(
        wanted,
        prediction!,
        window,
        (output) => send({ output }),
        (chunk) => send({ chunk })
      )
    }),

    PredictVariant: Effect.fnUntraced(function* (request, send) {
      const organism = yield* organismOf(request.organism)
      const window = yield* windowOf(request.interval)
      const variant = yield* variantOf(request.variant, window)
      const { reference, alternative } = yield* Effect.mapError(
        VariantWindow.alleles(yield* genome, window, variant),
        ofFailure
      )
      const wanted = chosen(exposures(info.outputs(organism)), request.outputs, request.ontologies)
      const { strand } = window
      const predict = oriented(organism, wanted).predictVariants({ sequence: reference, strand }, [alternative])
      const predicted = yield* turn(Effect.mapError(predict, ofFailure))
      const sendChunk = (chunk: Message<"Chunk">) => send({ chunk })
      yield* sendAll(wanted, predicted.reference, window, (reference) => send({ reference }), sendChunk)
      yield* sendAll(wanted, predicted.alternatives[0]!, window, (alternate) => send({ alternate }), sendChunk)
    }),

    ScoreVariant: Effect.fnUntraced(function* ({ scorers, ...request }, send) {
      const { variant: answer } = yield* scores
      const organism = yield* organismOf(request.organism)
      const window = yield* windowOf(request.interval)
      const variant = yield* variantOf(request.variant, window)
      yield* sendScores(answer({ organism, window, variant, scorers }), send)
    }),

    ScoreIsmVariant: Effect.fnUntraced(function* ({ scorers, ...request }, send) {
      const { mutagenesis: answer } = yield* scores
      const organism = yield* organismOf(request.organism)
      const window = yield* windowOf(request.interval)
      if (request.background != null) {
        return yield* Effect.fail(refuse("substitutions are scored in the reference alone", codes.unimplemented))
      }
      const { chromosome, start, end } = request.mutated ?? { chromosome: "", start: 0, end: 0 }
      const mutated = { chrom: Interval.chromName(chromosome), start, end }
      if (!(start < end && end - start <= mostMutated && Interval.contains(window, mutated))) {
        const message = `the interval to mutate has 1 to ${mostMutated} bp and lies inside ${Interval.format(window)}`
        return yield* Effect.fail(refuse(message))
      }
      yield* sendScores(answer({ organism, window, mutated, scorers }), send)
    }),

    ScoreInterval: Effect.fnUntraced(function* ({ scorers, ...request }, send) {
      const { interval: answer } = yield* scores
      const organism = yield* organismOf(request.organism)
      const window = yield* windowOf(request.interval)
      if (window.strand === "-") return yield* Effect.fail(refuse("the interval is scored on the plus strand alone"))
      yield* sendScores(answer({ organism, window, scorers }), send)
    })
  }
}
