/** Predictions in genome orientation: models read the strand that is asked for, or both. */
import * as Effect from "effect/Effect"
import * as AnnotatedSites from "../genome/AnnotatedSites.ts"
import { reverseComplement } from "../genome/Sequence.ts"
import { ModelError, type ModelFailure } from "./ModelError.ts"
import type {
  Alternative,
  Organism,
  Output,
  Prediction,
  SequenceModel,
  Span,
  VariantPrediction,
  Want
} from "./SequenceModel.ts"
import * as Track from "./Track.ts"
import * as Values from "./Values.ts"

export interface Options {
  readonly organism: Organism
  /** Regions and tracks of the forward strand. */
  readonly wants: ReadonlyArray<Want>
  /** Mean of the predictions for the sequence and for its reverse complement, whatever the request's strand. */
  readonly averageStrands: boolean
}

export interface Request {
  /** Forward strand, of a length that the model reads. */
  readonly sequence: string
  /** `-`: the model is given the reverse complement. */
  readonly strand: string
}

export interface OrientedModel {
  /**
   * Predictions by genome strand: what the model says of a reverse complement is turned back, tracks of opposite strands
   * exchanged ({@link Track.strandPartners}).
   */
  readonly predict: (requests: ReadonlyArray<Request>) => Effect.Effect<ReadonlyArray<Prediction>, ModelFailure>
  readonly predictVariants: (
    reference: Request,
    alternatives: ReadonlyArray<Alternative>
  ) => Effect.Effect<VariantPrediction, ModelFailure>
}

const average = (forward: Prediction, reverse: Prediction): Effect.Effect<Prediction, ModelError> =>
  Effect.map(
    Effect.forEach([...forward], ([name, values]) => {
      const other = reverse.get(name)!
      if (values.kind === "junctions" || other.kind === "junctions") {
        const message = `${name} has no mean over the strands: the junctions of each are its own`
        return Effect.fail(new ModelError({ message, hint: "leave out 'average_strands'" }))
      }
      return Effect.succeed([name, { ...values, values: Values.mean([values.values, other.values]) }] as const)
    }),
    (entries) => new Map(entries)
  )

export const make = (model: SequenceModel, { organism, wants, averageStrands }: Options): OrientedModel => {
  const outputs = model.info.outputs(organism)
  const partners = new Map(outputs.map(({ name, tracks }) => [name, Track.strandPartners(tracks)]))
  const wantOf = new Map(wants.map((want) => [want.output, want]))
  const outputOf = new Map(outputs.map((output): [string, Output] => [output.name, output]))

  const before = (output: string) => {
    const { cuts, resolution } = outputOf.get(output)!
    return cuts === true ? resolution : 0
  }
  const reversed = (length: number): ReadonlyArray<Want> =>
    wants.map(({ output, tracks, regions, sites }) => ({
      output,
      ...(tracks && { tracks: tracks.map((track) => partners.get(output)?.[track] ?? track) }),
      ...(regions && {
        // Of cuts the bin to the left is needed as well.
        regions: regions
          .map(([from, to]): Span => [length - to, length - Math.max(0, from - before(output))])
          .toReversed()
      }),
      ...(sites && { sites: AnnotatedSites.reversed(sites, length) })
    }))
  const turn =
    (length: number) =>
    (prediction: Prediction): Prediction =>
      new Map(
        [...prediction].map(([name, values]) => [
          name,
          Values.flip(values, outputOf.get(name)!, length, partners.get(name)!, wantOf.get(name)!)
        ])
      )

  const forward = (sequences: ReadonlyArray<string>) => model.predict(organism, sequences, wants)
  const reverse = Effect.fnUntraced(function* (sequences: ReadonlyArray<string>) {
    const length = sequences[0]?.length ?? 0
    const said = yield* model.predict(organism, sequences.map(reverseComplement), reversed(length))
    return said.map(turn(length))
  })

  const forwardVariants = ({ sequence }: Request, alternatives: ReadonlyArray<Alternative>) =>
    model.predictVariants({ organism, reference: sequence, alternatives, wants })
  const reverseVariants = Effect.fnUntraced(function* (
    { sequence }: Request,
    alternatives: ReadonlyArray<Alternative>
  ) {
    const { length } = sequence
    // Turned round, what an insertion or deletion moves lies at the left end: nothing there can be shared.
    if (alternatives.some(({ edit }) => edit.removed !== edit.inserted)) {
      const [first, ...rest] = yield* reverse([sequence, ...alternatives.map((each) => each.sequence)])
      return { reference: first!, alternatives: rest }
    }
    const said = yield* model.predictVariants({
      organism,
      reference: reverseComplement(sequence),
      alternatives: alternatives.map(({ sequence, edit }) => ({
        sequence: reverseComplement(sequence),
        edit: { ...edit, at: length - edit.at - edit.removed }
      })),
      wants: reversed(length)
    })
    return { reference: turn(length)(said.reference), alternatives: said.alternatives.map(turn(length)) }
  })

  return {
    predict: Effect.fnUntraced(function* (requests) {
      const plus = requests.filter(({ strand }) => averageStrands || strand !== "-")
      const minus = requests.filter(({ strand }) => averageStrands || strand === "-")
      const first = yield* forward(plus.map(({ sequence }) => sequence))
      const second = yield* reverse(minus.map(({ sequence }) => sequence))
      if (averageStrands) {
        return yield* Effect.forEach(requests, (_, index) => average(first[index]!, second[index]!))
      }
      const answers = new Map([
        ...plus.map((each, at) => [each, first[at]!] as const),
        ...minus.map((each, at) => [each, second[at]!] as const)
      ])
      return requests.map((request) => answers.get(request)!)
    }),
    predictVariants: Effect.fnUntraced(function* (reference, alternatives) {
      if (!averageStrands) {
        return yield* (reference.strand === "-" ? reverseVariants : forwardVariants)(reference, alternatives)
      }
      const first = yield* forwardVariants(reference, alternatives)
      const second = yield* reverseVariants(reference, alternatives)
      return {
        reference: yield* average(first.reference, second.reference),
        alternatives: yield* Effect.forEach(alternatives, (_, at) =>
          average(first.alternatives[at]!, second.alternatives[at]!)
        )
      }
    })
  }
}
