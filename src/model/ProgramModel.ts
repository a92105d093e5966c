/** A model whose answers a program computes on this machine: an architecture with weights, on a runtime. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { InputError } from "../core/Failure.ts"
import { Settings } from "../core/Settings.ts"
import { Task } from "../core/Task.ts"
import * as OneHot from "../genome/OneHot.ts"
import type { Architecture } from "./Architecture.ts"
import type { ModelEntry, ModelRequest, OpenError } from "./ModelEntry.ts"
import { ModelError, type ModelFailure } from "./ModelError.ts"
import * as Program from "./Program.ts"
import type { Executable } from "./Runtime.ts"
import * as Runtimes from "./Runtimes.ts"
import * as SequenceModel from "./SequenceModel.ts"
import * as Track from "./Track.ts"
import * as Values from "./Values.ts"
import * as WarmCache from "./WarmCache.ts"
import * as WeightDigest from "./WeightDigest.ts"

const choices = new Map<string, Runtimes.Choice>()

const choose = Effect.fnUntraced(function* (device: string): Effect.fn.Return<Runtimes.Choice, OpenError> {
  const choice = choices.get(device) ?? (yield* Runtimes.select(device))
  choices.set(device, choice)
  return choice
})

/** Windows at once: as asked for, else as many as keep the intermediate values near 64 MiB, at most 16. */
const batchOf = (program: Program.Program, requested: number | undefined): number =>
  requested ?? Math.max(1, Math.min(16, Math.floor(2 ** 26 / Program.estimate(program, 1).activations)))

interface Weights {
  readonly path: string
  readonly digest: string
}

const load = Effect.fnUntraced(function* (
  architecture: Architecture,
  program: Program.Program,
  { path, digest }: Weights,
  choice: Runtimes.Choice,
  threads: number
): Effect.fn.Return<Executable, ModelFailure> {
  const weights = yield* architecture.weights(path, digest)
  const fault = Program.weightFault(program, weights.tensors)
  if (fault !== undefined) {
    const hint = `are these the weights of ${architecture.name}?`
    return yield* new ModelError({ message: fault, file: path, hint })
  }
  return yield* choice.runtime.load(program, weights, threads)
})

/** What runs windows of one length. */
interface Plan {
  readonly program: Program.Program
  readonly batch: number
  /** Bytes that one member takes. */
  readonly bytes: number
}

const make = Effect.fnUntraced(function* (
  architecture: Architecture,
  outputs: SequenceModel.ModelInfo["outputs"],
  weights: ReadonlyArray<Weights>,
  requestedBatch: number | undefined,
  choice: Runtimes.Choice,
  threads: number
): Effect.fn.Return<SequenceModel.SequenceModel, never, Scope.Scope> {
  const info: SequenceModel.ModelInfo = { ...architecture, outputs }
  const plans = new Map<number, Plan>()

  const planFor = Effect.fnUntraced(function* (length: number): Effect.fn.Return<Plan, ModelFailure> {
    const known = plans.get(length)
    if (known !== undefined) return known
    const fault = SequenceModel.lengthFault(info, length)
    if (fault !== undefined) return yield* new ModelError({ message: `a sequence has ${fault}` })
    const program = architecture.program(length)
    const batch = batchOf(program, requestedBatch)
    const plan = { program, batch, bytes: yield* Runtimes.requireMemory(choice.runtime, program, batch) }
    plans.set(length, plan)
    return plan
  })
  const executables = ({ program, bytes }: Plan, length: number) =>
    Effect.forEach(weights, (each) => {
      const key = [architecture.name, each.digest, length, choice.runtime.id, threads].join("/")
      return WarmCache.own().use(key, bytes, load(architecture, program, each, choice, threads))
    })

  /** The length that was asked for last stays in use as long as the model: calls follow each other. */
  let held: { readonly length: number; readonly scope: Scope.Closeable } | undefined
  const letGo = (scope: Scope.Closeable | undefined) =>
    scope === undefined ? Effect.void : Scope.close(scope, Exit.void)
  const hold = Effect.fnUntraced(function* (plan: Plan, length: number) {
    if (held?.length === length) return
    const before = held
    const scope = yield* Scope.make()
    held = { length, scope }
    yield* Effect.ensuring(Scope.provide(executables(plan, length), scope), letGo(before?.scope))
  })
  yield* Effect.addFinalizer(() => letGo(held?.scope))

  const predict: SequenceModel.SequenceModel["predict"] = Effect.fnUntraced(function* (organism, sequences, wants) {
    if (sequences.length === 0) return []
    const length = sequences[0]!.length
    const wanted = yield* SequenceModel.wanted(info, organism, wants)
    const only = outputs(organism).length === 1
    const plan = yield* planFor(length)
    const { batch } = plan
    yield* hold(plan, length)
    const members = yield* executables(plan, length)
    const answers: Array<SequenceModel.Prediction> = []
    for (let from = 0; from < sequences.length; from += batch) {
      const part = sequences.slice(from, from + batch)
      const input = new Float32Array(part.length * length * 4)
      for (const [at, sequence] of part.entries()) OneHot.encodeInto(sequence, input, at * length * 4)
      const results = yield* Effect.forEach(members, (executable) =>
        executable.run({ input: { shape: [part.length, length, 4], data: input } })
      )
      const nameOf = (output: SequenceModel.Output) => (only ? Object.keys(results[0]!)[0]! : output.name)
      for (const [member, result] of results.entries()) {
        for (const { output } of wanted) {
          const { data } = result[nameOf(output)]!
          const wrong = Values.firstNotFinite(data)
          if (wrong === -1) continue
          const place = wrong % (data.length / part.length)
          return yield* new ModelError({
            message: `output ${output.name}: number ${place} of a sequence is ${data[wrong]!}`,
            file: weights[member]!.path,
            hint: "the weights are damaged, or overflow"
          })
        }
      }
      const means = new Map(
        wanted.map(({ output }) => {
          const name = nameOf(output)
          return [output, Values.mean(results.map((result) => result[name]!.data))] as const
        })
      )
      for (const at of part.keys()) {
        const whole = (all: Float32Array) => {
          const size = all.length / part.length
          return all.subarray(at * size, (at + 1) * size)
        }
        answers.push(
          new Map(
            wanted.map(({ want, output }) => [
              want.output,
              Values.select(output, length, whole(means.get(output)!), want)
            ])
          )
        )
      }
    }
    return answers
  }, Effect.scoped)

  return {
    info,
    prepare: (length) => Effect.flatMap(planFor(length), (plan) => Effect.as(hold(plan, length), plan.batch)),
    predict,
    predictVariants: SequenceModel.predictVariants(predict)
  }
})

const lacksWeights = (name: string) => ({ message: `${name} needs weights`, hint: "give the input 'weights'" })

const open = Effect.fnUntraced(function* (
  architecture: Architecture,
  request: ModelRequest
): Effect.fn.Return<SequenceModel.SequenceModel, OpenError, Settings | Task | Scope.Scope> {
  const settings = yield* Settings
  const task = yield* Task
  const { name, licence, citation } = architecture
  if (request.weights.length === 0) return yield* new InputError(lacksWeights(name))
  const outputs = new Map<SequenceModel.Organism, ReadonlyArray<SequenceModel.Output>>()
  for (const organism of architecture.organisms) {
    const own = architecture.outputs(organism)
    const { tracks } = request
    const named = organism === request.organism && tracks !== undefined
    outputs.set(organism, named ? yield* Track.assign(own, tracks.rows, tracks.path) : own)
  }
  const choice = yield* choose(settings.device)
  for (const reason of choice.refused) yield* task.log(`not used: ${reason}`)
  const { runtime, name: deviceName, numerics, version } = choice.device
  yield* task.note({ kind: "device", runtime, name: deviceName, numerics, version })
  const weights: Array<Weights> = []
  for (const path of request.weights) {
    const digest = yield* WeightDigest.of(path)
    yield* task.note({ kind: "model", name, weights: digest, licence, citation })
    weights.push({ path, digest })
  }
  return yield* make(
    architecture,
    (organism) => outputs.get(organism) ?? [],
    weights,
    request.batch,
    choice,
    settings.threads
  )
})

export const entry = (architecture: Architecture): ModelEntry => ({
  name: architecture.name,
  summary: architecture.summary,
  known: architecture,
  needs: ({ weights }) => (weights === 0 ? [{ of: "weights", ...lacksWeights(architecture.name) }] : []),
  open: (request) => open(architecture, request)
})
