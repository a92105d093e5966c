/** A network with its weights on a runtime, whose programs are made and loaded when they are first run. */
import * as Effect from "effect/Effect"
import { ModelError } from "../../ModelError.ts"
import * as Program from "../../Program.ts"
import type { Arrays, Executable, Outputs, Runtime } from "../../Runtime.ts"
import { size } from "../../Tensor.ts"
import * as Values from "../../Values.ts"
import type { WeightSource } from "../../WeightSource.ts"
import type { Config, Numerics } from "./Config.ts"

export interface Options {
  readonly numerics: Numerics
  /** Tokens that the encoder and the decoder take at once, without the halo. */
  readonly chunk: number
  /** Numbers of the tower's attention that are in memory at once. */
  readonly block: number
  /** Bytes of intermediate values kept in memory between encoder and decoder; more goes to a scratch file. */
  readonly memory: number
  /** Splice sites of each class that junctions are counted among. */
  readonly sites: number
  readonly threads: number
  /** Folder in which weights rearranged for the runtime are kept. */
  readonly cache: string | undefined
}

export interface Machine {
  readonly config: Config
  readonly options: Options
  readonly weights: WeightSource
  /** Runs a program, made and loaded at its first use; `key` names it among those of the network. */
  readonly run: (
    key: string,
    program: () => Program.Program,
    inputs: Arrays,
    outputs?: ReadonlyArray<string>
  ) => Effect.Effect<Outputs, ModelError>
  /** Of a tensor whose first axis is the organism: its part, read once. */
  readonly ofOrganism: (name: string, organism: number) => Effect.Effect<Float32Array, ModelError>
  readonly release: Effect.Effect<void>
}

/** Parts of tensors that are kept. */
const maxParts = 256

export const make = (runtime: Runtime, weights: WeightSource, config: Config, options: Options): Machine => {
  const loaded = new Map<string, Executable>()
  const parts = new Map<string, Float32Array>()

  const load = Effect.fnUntraced(function* (key: string, program: Program.Program) {
    const fault = Program.weightFault(program, weights.tensors)
    if (fault !== undefined) return yield* new ModelError({ message: fault, hint: "are these AlphaGenome's weights?" })
    const executable = yield* runtime.load(program, weights, options.threads, options.cache)
    loaded.set(key, executable)
    return executable
  })

  return {
    config,
    options,
    weights,
    run: Effect.fnUntraced(function* (key, program, inputs, outputs) {
      const executable = loaded.get(key) ?? (yield* load(key, program()))
      return yield* executable.run(inputs, outputs)
    }),
    ofOrganism: Effect.fnUntraced(function* (name, organism): Effect.fn.Return<Float32Array, ModelError> {
      const key = `${organism} ${name}`
      const known = parts.get(key)
      if (known !== undefined) return known
      const tensor = weights.tensors.get(name)
      if (tensor === undefined) return yield* new ModelError({ message: `weight '${name}' is missing` })
      const length = size(tensor.shape.slice(1))
      const part = (yield* weights.read(name)).slice(organism * length, (organism + 1) * length)
      if (parts.size === maxParts) parts.delete(parts.keys().next().value!)
      parts.set(key, part)
      return part
    }),
    release: Effect.suspend(() => {
      const executables = [...loaded.values()]
      loaded.clear()
      parts.clear()
      return Effect.forEach(executables, ({ release }) => release, { discard: true })
    })
  }
}

/** Fails when there is a number that is none: `what` says where it comes from. */
export const requireFinite = (what: string, data: Float32Array): Effect.Effect<void, ModelError> => {
  const wrong = Values.firstNotFinite(data)
  if (wrong === -1) return Effect.void
  const message = `${what}: number ${wrong} is ${data[wrong]!}`
  return Effect.fail(new ModelError({ message, hint: "the weights are damaged, or overflow" }))
}
