/** A model with its weights on a device. */
import * as Effect from "effect/Effect"
import * as Digest from "../core/Digest.ts"
import { InputError } from "../core/Failure.ts"
import { Settings } from "../core/Settings.ts"
import { Task } from "../core/Task.ts"
import type { Architecture } from "./Architecture.ts"
import * as Model from "./Model.ts"
import { ModelError, type InsufficientMemory, type RuntimeUnavailable } from "./ModelError.ts"
import * as Program from "./Program.ts"
import type { Device, Executable } from "./Runtime.ts"
import * as Runtimes from "./Runtimes.ts"
import * as WeightSource from "./WeightSource.ts"

export interface LoadedModel extends Executable {
  readonly model: Architecture
  readonly device: Device
  /** Windows a run of the runtime: as asked for, else as many as keep its intermediate values near 64 MiB, at most 16. */
  readonly batch: number
}

type OpenError = InputError | ModelError | RuntimeUnavailable | InsufficientMemory

/** A warm worker keeps what it has loaded, and what it has found of devices. */
const loaded = new Map<string, Executable>()
const choices = new Map<string, Runtimes.Choice>()

const choose = Effect.fnUntraced(function* (device: string): Effect.fn.Return<Runtimes.Choice, OpenError> {
  const choice = choices.get(device) ?? (yield* Runtimes.select(device))
  choices.set(device, choice)
  return choice
})

const load = Effect.fnUntraced(function* (
  model: Architecture,
  program: Program.Program,
  path: string,
  choice: Runtimes.Choice,
  threads: number
): Effect.fn.Return<Executable, OpenError> {
  const weights = yield* model.weights(path)
  const fault = Program.weightFault(program, weights)
  if (fault !== undefined) {
    return yield* new ModelError({ message: fault, file: path, hint: `are these the weights of ${model.name}?` })
  }
  return yield* choice.runtime.load(program, WeightSource.ofTensors(weights), threads)
})

/** Loads a model by name, or takes it from what this process has loaded; notes the device and the model for the report. */
export const open = Effect.fnUntraced(function* (
  name: Model.ModelName,
  path: string,
  requestedBatch?: number
): Effect.fn.Return<LoadedModel, OpenError, Settings | Task> {
  const settings = yield* Settings
  const task = yield* Task
  const model = Model.get(name)
  const choice = yield* choose(settings.device)
  const { runtime, device } = choice
  for (const reason of choice.refused) yield* task.log(`not used: ${reason}`)

  const program = model.program()
  const fitting = Math.floor(2 ** 26 / Program.estimate(program, 1).activations)
  const batch = requestedBatch ?? Math.max(1, Math.min(16, fitting))
  yield* Runtimes.requireMemory(runtime, program, batch)

  const digest = yield* Digest.ofFile(path)
  const { runtime: id, name: deviceName, numerics, version } = device
  yield* task.note({ kind: "device", runtime: id, name: deviceName, numerics, version })
  yield* task.note({ kind: "model", name, weights: digest, licence: model.licence, citation: model.citation })

  const key = `${name}/${digest}/${id}/${settings.threads}`
  const executable = loaded.get(key) ?? (yield* load(model, program, path, choice, settings.threads))
  loaded.set(key, executable)
  return { ...executable, model, device, batch }
})
