/** Flags that several commands share, and what they mean. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import { availableParallelism, totalmem } from "node:os"
import { join, resolve } from "node:path"
import type { SettingsValue } from "../core/Settings.ts"
import type { Resources } from "../dsl/Stage.ts"
import * as Workflow from "../dsl/Workflow.ts"

export const file = Argument.String("workflow").pipe(Argument.withDescription("the workflow's YAML file"))

const repeated = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.atLeast(0))

/** What chooses among the workflows that a file holds. */
export const workflowFlags = {
  profile: repeated("profile", "profile to use; a,b or given twice: the later one wins"),
  param: repeated("param", "NAME=VALUE: sets a param of the workflow"),
  paramsFile: Flag.String("params-file").pipe(
    Flag.withDescription("YAML or JSON file with values for params"),
    Flag.optional
  )
}

/** What says how this machine is to be used. */
export const settingsFlags = {
  mirror: repeated("mirror", "folder searched for downloads under <host>/<path>; also AGFLOW_MIRROR"),
  acceptLicence: repeated("accept-licence", "name of a licence that you accept, such as CC-BY-NC-4.0"),
  device: Flag.String("device").pipe(
    Flag.withDescription("auto, cpu, gpu, or a runtime: onnxruntime-cpu, tfjs-wasm, ..."),
    Flag.withDefault("auto")
  )
}

export interface WorkflowChoice {
  readonly profile: ReadonlyArray<string>
  readonly param: ReadonlyArray<string>
  readonly paramsFile: Option.Option<string>
}

export interface SettingsChoice {
  readonly mirror: ReadonlyArray<string>
  readonly acceptLicence: ReadonlyArray<string>
  readonly device: string
}

/** What may be used at once on this machine. GPUs are counted where a driver shows them. */
export const machine: Effect.Effect<Resources> = Effect.sync(() => ({
  cpus: availableParallelism(),
  memory: totalmem(),
  gpus: (process.env["CUDA_VISIBLE_DEVICES"] ?? "").split(",").filter((id) => /^\d+$/u.test(id.trim())).length
}))

export const home = (): string => resolve(process.env["AGFLOW_HOME"] ?? ".agflow")

export const settings = ({ mirror, acceptLicence, device }: SettingsChoice): SettingsValue => ({
  mirrors: [...mirror, ...(process.env["AGFLOW_MIRROR"]?.split(":") ?? [])]
    .filter((folder) => folder !== "")
    .map((folder) => resolve(folder)),
  acceptedLicences: acceptLicence,
  device,
  downloads: join(home(), "downloads"),
  threads: availableParallelism()
})

export const load = Effect.fnUntraced(function* (path: string, choice: WorkflowChoice) {
  return yield* Workflow.load(path, {
    profiles: choice.profile.flatMap((names) => names.split(",")).filter((name) => name !== ""),
    params: choice.param,
    paramsFile: Option.getOrUndefined(choice.paramsFile),
    machine: yield* machine
  })
})
