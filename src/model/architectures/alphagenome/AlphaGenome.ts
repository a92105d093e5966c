/**
 * AlphaGenome (Avsec et al. 2025) as a sequence model: exact at every length, in memory that a chunk needs.
 *
 * The official checkpoint was not run here: a network of the same architecture with small random weights was held against
 * the official implementation.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ModelError } from "../../ModelError.ts"
import type { Runtime } from "../../Runtime.ts"
import { lengthFault, type ModelInfo, type Organism, type Prediction, type SequenceModel } from "../../SequenceModel.ts"
import type { WeightSource } from "../../WeightSource.ts"
import * as Answer from "./Answer.ts"
import * as Config from "./Config.ts"
import * as Encode from "./Encode.ts"
import * as Machine from "./Machine.ts"
import * as Tracks from "./Tracks.ts"
import * as Weights from "./Weights.ts"

const description = {
  name: "alphagenome",
  summary: "AlphaGenome: thousands of human and mouse tracks from up to 1 Mb of sequence, at 1 or 128 bp",
  licence: "AlphaGenome model terms (non-commercial)",
  citation: "Avsec et al., AlphaGenome, 2025"
} as const

const multiple = Config.tokenWidth * Config.pairWidth

export const defaults: Machine.Options = {
  numerics: "bf16-rope",
  chunk: 256,
  block: 2 ** 24,
  memory: 2 ** 29,
  sites: 512,
  threads: 1,
  cache: undefined
}

/** `checkpoint` is under the official names; `metadata` are the tracks of both organisms. Let go with the scope. */
export const make = Effect.fnUntraced(function* (
  runtime: Runtime,
  checkpoint: WeightSource,
  metadata: Tracks.Metadata,
  options: Partial<Machine.Options> = {}
): Effect.fn.Return<SequenceModel, ModelError, Scope.Scope> {
  const weights = Weights.source(checkpoint)
  const config = Config.of(weights.tensors)
  if (typeof config === "string") {
    return yield* new ModelError({ message: config, hint: "are these AlphaGenome's weights?" })
  }
  const machine = yield* Effect.acquireRelease(
    Effect.sync(() => Machine.make(runtime, weights, config, { ...defaults, ...options })),
    ({ release }) => release
  )
  const outputs = new Map(
    (["human", "mouse"] as const).map((organism) => [organism, Tracks.outputs(metadata, organism)])
  )
  const info: ModelInfo = {
    ...description,
    organisms: ["human", "mouse"],
    lengths: { preferred: Config.maxPosition, min: multiple, max: Config.maxPosition, multiple },
    outputs: (organism) => outputs.get(organism)!.map(({ output }) => output)
  }
  const planFor = Effect.fnUntraced(function* (
    organism: Organism,
    length: number,
    wants: Parameters<SequenceModel["predict"]>[2]
  ) {
    const fault = lengthFault(info, length)
    if (fault !== undefined) return yield* new ModelError({ message: `a sequence has ${fault}` })
    return yield* Answer.plan(machine, organism, outputs.get(organism)!, wants, length)
  })
  const finish = (plan: Answer.Plan, encoding: Encode.Encoding) =>
    Answer.answer(machine, plan, encoding).pipe(Effect.ensuring(Effect.sync(() => encoding.skips.close())))

  return {
    info,
    prepare: (length) => Effect.as(planFor("human", length, []), 1),
    predict: Effect.fnUntraced(function* (organism, sequences, wants) {
      const answers: Array<Prediction> = []
      for (const sequence of sequences) {
        const plan = yield* planFor(organism, sequence.length, wants)
        answers.push(yield* finish(plan, yield* Encode.encode(machine, sequence, plan.keep)))
      }
      return answers
    }),
    predictVariants: Effect.fnUntraced(function* ({ organism, reference, alternatives, wants }) {
      const plan = yield* planFor(organism, reference.length, wants)
      const encoding = yield* Encode.encode(machine, reference, plan.keep)
      return yield* Effect.gen(function* () {
        const first = yield* Answer.answer(machine, plan, encoding)
        const rest: Array<Prediction> = []
        for (const { sequence } of alternatives) {
          rest.push(yield* finish(plan, yield* Encode.reencode(machine, encoding, sequence, plan.keep)))
        }
        return { reference: first, alternatives: rest }
      }).pipe(Effect.ensuring(Effect.sync(() => encoding.skips.close())))
    })
  }
})
