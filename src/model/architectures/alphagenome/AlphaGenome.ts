/**
 * AlphaGenome (Avsec et al. 2025) as a sequence model: exact at every length, in memory that a chunk needs.
 *
 * The official checkpoint was not run here: a network of the same architecture with small random weights was held against
 * the official implementation.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Digest from "../../../core/Digest.ts"
import { ModelError } from "../../ModelError.ts"
import * as IndelAlignment from "../../../genome/IndelAlignment.ts"
import * as Program from "../../Program.ts"
import type { Runtime } from "../../Runtime.ts"
import * as Runtimes from "../../Runtimes.ts"
import { lengthFault, type ModelInfo, type Organism, type Prediction, type SequenceModel } from "../../SequenceModel.ts"
import * as SpliceSiteUnion from "../../SpliceSiteUnion.ts"
import * as Tensor from "../../Tensor.ts"
import * as WarmCache from "../../WarmCache.ts"
import type { WeightSource } from "../../WeightSource.ts"
import * as Answer from "./Answer.ts"
import * as Config from "./Config.ts"
import * as Embed from "./Embed.ts"
import * as Encode from "./Encode.ts"
import * as Machine from "./Machine.ts"
import * as Tower from "./Tower.ts"
import * as Tracks from "./Tracks.ts"
import * as Weights from "./Weights.ts"

export const description = {
  name: "alphagenome",
  summary: "AlphaGenome: thousands of human and mouse tracks from up to 1 Mb of sequence, at 1 or 128 bp",
  licence: "AlphaGenome model terms (non-commercial)",
  citation: "Avsec et al., AlphaGenome, 2025"
} as const

const multiple = Config.tokenWidth * Config.pairWidth

/** Whatever the weights. */
export const known = {
  organisms: ["human", "mouse"],
  lengths: { preferred: Config.maxPosition, min: multiple, max: Config.maxPosition, multiple }
} as const satisfies Partial<ModelInfo>

export const defaults: Machine.Options = {
  numerics: "bf16-rope",
  chunk: 256,
  block: 2 ** 24,
  memory: 2 ** 29,
  sites: 512,
  threads: 1,
  cache: undefined
}

/**
 * `checkpoint` is under the official names; `metadata` are the tracks of both organisms. Let go with the scope, or, where
 * the weights have a name of their own, kept for those who come after as long as there is room.
 */
export const make = Effect.fnUntraced(function* (
  runtime: Runtime,
  checkpoint: WeightSource,
  metadata: Tracks.Metadata,
  options: Partial<Machine.Options> = {},
  name?: string
): Effect.fn.Return<SequenceModel, ModelError, Scope.Scope> {
  const weights = Weights.source(checkpoint)
  const config = Config.of(weights.tensors)
  if (typeof config === "string") {
    return yield* new ModelError({ message: config, hint: "are these AlphaGenome's weights?" })
  }
  const all = { ...defaults, ...options }
  const load = Effect.sync(() => Machine.make(runtime, weights, config, all))
  const parameters = [...weights.tensors.values()].reduce((sum, { shape }) => sum + Tensor.size(shape), 0)
  const machine = yield* name === undefined
    ? Effect.acquireRelease(load, ({ release }) => release)
    : WarmCache.own().use(Digest.canonicalJson([name, runtime.id, { ...all, cache: undefined }]), 4 * parameters, load)
  const outputs = new Map(
    (["human", "mouse"] as const).map((organism) => [organism, Tracks.outputs(metadata, organism)])
  )
  for (const { output, head, columns } of [...outputs.values()].flat()) {
    const bias = head && weights.tensors.get(`${Config.root}/head/${head.module}/multi_organism_linear/b`)
    const count = head === undefined ? config.tissues : bias?.shape[1]
    // A head that is missing is told when it is asked for.
    if (count === undefined || columns.every((column) => column < count)) continue
    return yield* new ModelError({
      message: `the metadata have more tracks of ${output.name} than the ${count} of the weights`,
      hint: "are they those of another checkpoint?"
    })
  }
  const info: ModelInfo = {
    ...description,
    ...known,
    outputs: (organism) => outputs.get(organism)!.map(({ output }) => output)
  }
  const planFor = Effect.fnUntraced(function* (
    organism: Organism,
    length: number,
    wants: Parameters<SequenceModel["predict"]>[2],
    margin = 0
  ) {
    const fault = lengthFault(info, length)
    if (fault !== undefined) return yield* new ModelError({ message: `a sequence has ${fault}` })
    return yield* Answer.plan(machine, organism, outputs.get(organism)!, wants, length, margin)
  })
  const { sites: mostSites } = machine.options

  const unionOf = ({ sites, wanted: { want, bins } }: Answer.Found, others: ReadonlyArray<SpliceSiteUnion.Sites>) =>
    SpliceSiteUnion.union([sites, ...others, SpliceSiteUnion.certain(want.sites ?? [], bins)], mostSites)

  /** With the junctions among the given sites, whose embeddings stand at other places in an alternative. */
  const complete = Effect.fnUntraced(function* (
    plan: Answer.Plan,
    { prediction, found }: Answer.Answered,
    sites: ReadonlyArray<Int32Array> | undefined,
    alignment: IndelAlignment.IndelAlignment | undefined
  ): Effect.fn.Return<Prediction, ModelError> {
    if (found === undefined || sites === undefined) return prediction
    const placesOf = (site: number): ReadonlyArray<number> => {
      const [from, to] = alignment === undefined ? [site, site + 1] : IndelAlignment.source(alignment, site)
      return Array.from({ length: to - from }, (_, i) => from + i)
    }
    const embedding = yield* found.embeddings(new Set(sites.flatMap((each) => [...each].flatMap(placesOf))))
    const width = 2 * machine.config.channels[0]!
    /** Of several places the maximum, channel by channel; zeros where the alternative has none. */
    const aligned = (site: number): Float32Array => {
      const [first, ...others] = placesOf(site).map(embedding)
      return others.reduce(
        (greatest, row) => greatest.map((value, channel) => Math.max(value, row[channel]!)),
        first ?? new Float32Array(width)
      )
    }
    const counts = yield* Answer.count(machine, plan.organism, found.wanted, sites, aligned)
    return new Map([...prediction, [found.wanted.output.name, counts]])
  })
  const opened = (encoding: Effect.Effect<Encode.Encoding, ModelError>) =>
    Effect.acquireRelease(encoding, ({ skips }) => Effect.sync(() => skips.close()))

  return {
    info,
    prepare: Effect.fnUntraced(function* (length) {
      yield* planFor("human", length, [])
      const tokens = length / Config.tokenWidth
      const chunk = Math.min(tokens, machine.options.chunk + 2 * Embed.halo)
      const programs = [
        Encode.program(config, chunk),
        Embed.decoderProgram(config, chunk),
        Tower.pairProgram(config, tokens, 1)
      ]
      for (const program of programs) {
        const fault = Program.weightFault(program, weights.tensors)
        if (fault !== undefined) return yield* new ModelError({ message: fault })
      }
      const activations = programs.map((program) => Program.estimate(program, 1).activations)
      yield* Runtimes.requireBytes(runtime, `a window of ${length} bp`, {
        weights: 4 * parameters,
        activations: Math.max(...activations)
      })
      return 1
    }),
    predict: Effect.fnUntraced(function* (organism, sequences, wants) {
      const answers: Array<Prediction> = []
      for (const sequence of sequences) {
        const plan = yield* planFor(organism, sequence.length, wants)
        const one = Effect.fnUntraced(function* () {
          const encoding = yield* opened(Encode.encode(machine, sequence, plan.keep))
          const answered = yield* Answer.answer(machine, plan, encoding)
          const sites = answered.found && unionOf(answered.found, [])
          return yield* complete(plan, answered, sites, undefined)
        }, Effect.scoped)
        answers.push(yield* one())
      }
      return answers
    }),
    predictVariants: Effect.fnUntraced(function* ({ organism, reference, alternatives, wants }) {
      const { length } = reference
      const alignments = alternatives.map(({ edit }) => IndelAlignment.make(edit, length))
      const margin = Math.max(0, ...alignments.map(({ shift }) => Math.abs(shift)))
      const plan = yield* planFor(organism, length, wants, margin)
      const encoding = yield* opened(Encode.encode(machine, reference, plan.keep))
      const first = yield* Answer.answer(machine, plan, encoding)
      const rest: Array<Answer.Answered> = []
      for (const { sequence } of alternatives) {
        const one = Effect.flatMap(opened(Encode.reencode(machine, encoding, sequence, plan.keep)), (each) =>
          Answer.answer(machine, plan, each)
        )
        // Junctions are counted among the sites of all alleles: until those are known, the encodings stay open.
        rest.push(yield* first.found === undefined ? Effect.scoped(one) : one)
      }
      const found = rest.flatMap((each, at) =>
        each.found === undefined ? [] : [SpliceSiteUnion.onReference(each.found.sites, alignments[at]!)]
      )
      const sites = first.found && unionOf(first.found, found)
      return {
        reference: yield* complete(plan, first, sites, undefined),
        alternatives: yield* Effect.forEach(rest, (each, at) => complete(plan, each, sites, alignments[at]))
      }
    }, Effect.scoped)
  }
})
