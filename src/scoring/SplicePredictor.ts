/** A model that finds splice sites, as delta scores and site tables read it. */
import * as Effect from "effect/Effect"
import type { ModelFailure } from "../model/ModelError.ts"
import * as Model from "../model/Model.ts"
import * as Orientation from "../model/Orientation.ts"
import type { SequenceModel } from "../model/SequenceModel.ts"

/** No site, acceptor, donor. */
export const classCount = 3

export interface SplicePredictor {
  /** Bases at each side of a window that have no output. */
  readonly context: number
  /**
   * Probabilities [length - 2 context, 3] for forward sequences [length], in genome orientation, of sites on the strand.
   */
  readonly predict: (
    strand: string,
    sequences: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyArray<Float32Array>, ModelFailure>
}

/** Of a model with one output: tracks none, acceptor, donor at single bases of the strand that is read. */
export const of = (model: SequenceModel): SplicePredictor => {
  const [output] = model.info.outputs("human")
  const { name, offset } = output!
  const oriented = Orientation.make(model, { organism: "human", wants: [{ output: name }], averageStrands: false })
  return {
    context: offset,
    predict: (strand, sequences) =>
      Effect.map(oriented.predict(sequences.map((sequence) => ({ sequence, strand }))), (predictions) =>
        predictions.map((prediction) => {
          const values = prediction.get(name)!
          return values.kind === "tracks" ? values.values : new Float32Array(0)
        })
      )
  }
}

/** SpliceAI with these weights; of several networks the probabilities are averaged. */
export const open = (weights: ReadonlyArray<string>) =>
  Effect.map(Model.open("spliceai", { organism: "human", weights, tracks: undefined, batch: undefined }), of)
