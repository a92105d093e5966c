/** Flags that several commands share, and what they mean. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import { availableParallelism } from "node:os"
import { join, resolve } from "node:path"
import * as Caches from "../cache/Caches.ts"
import { Home } from "../cache/Home.ts"
import type { Format } from "../core/Diagnostic.ts"
import { InputError } from "../core/Failure.ts"
import * as Machine from "../core/Machine.ts"
import type { SettingsValue } from "../core/Settings.ts"
import * as Units from "../core/Units.ts"
import * as Workflow from "../dsl/Workflow.ts"
import * as Container from "../executor/Container.ts"
import * as ContainerEngine from "../executor/ContainerEngine.ts"
import * as Runtimes from "../model/Runtimes.ts"
import { stderr, withFaults, type Quit } from "./Quit.ts"
import * as Trust from "./Trust.ts"

export const file = Argument.String("workflow").pipe(Argument.withDescription("the workflow: YAML, or TypeScript"))

const repeated = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.atLeast(0))

/** What a run may use at most; by default what this machine, container or batch job has. */
export const machineFlags = {
  maxCpus: Flag.Int("max-cpus").pipe(Flag.withDescription("CPUs to use at most"), Flag.optional),
  maxMemory: Flag.String("max-memory").pipe(Flag.withDescription("memory to use at most: 16 GB"), Flag.optional),
  maxGpus: Flag.Int("max-gpus").pipe(Flag.withDescription("GPUs to use at most"), Flag.optional)
}

/** What chooses among the workflows that a file holds. */
export const workflowFlags = {
  ...machineFlags,
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

/** What runs containers. */
export const containerFlags = {
  containerEngine: Flag.Literals("container-engine", Container.engines).pipe(
    Flag.withDescription("what runs containers; by default the first that is installed and runs"),
    Flag.optional
  )
}

export const containers = (
  { containerEngine }: { readonly containerEngine: Option.Option<Container.Engine> },
  fetch: boolean
): ContainerEngine.Choice => ({ chosen: Option.getOrUndefined(containerEngine), fetch })

/** How faults are told. */
export const format = Flag.Literals("format", ["text", "json", "editor"]).pipe(
  Flag.withDescription("how faults are told: text, json, or editor (FILE:LINE:COLUMN: error: MESSAGE [CODE])"),
  Flag.withDefault("text")
)

export interface MachineChoice {
  readonly maxCpus: Option.Option<number>
  readonly maxMemory: Option.Option<string>
  readonly maxGpus: Option.Option<number>
}

export interface WorkflowChoice extends MachineChoice {
  readonly profile: ReadonlyArray<string>
  readonly param: ReadonlyArray<string>
  readonly paramsFile: Option.Option<string>
  /** Whether the user trusts the code that the workflow imports. */
  readonly trust: boolean
  /** Where models run; `auto` when a command has no such choice. */
  readonly device?: string
}

export interface SettingsChoice {
  readonly mirror: ReadonlyArray<string>
  readonly acceptLicence: ReadonlyArray<string>
  readonly device: string
}

/** What may be used at once on this machine. */
export const machine = Effect.fnUntraced(function* ({ maxCpus, maxMemory, maxGpus }: MachineChoice) {
  const refuse = (flag: string, value: number | string, hint: string) =>
    new InputError({ message: `--${flag} cannot be ${value}`, hint })
  const cpus = Option.getOrUndefined(maxCpus)
  const gpus = Option.getOrUndefined(maxGpus)
  const text = Option.getOrUndefined(maxMemory)
  const memory = text === undefined ? undefined : Units.parseBytes(text)
  if (cpus !== undefined && cpus < 1) return yield* refuse("max-cpus", cpus, "give one CPU at least")
  if (gpus !== undefined && gpus < 0) return yield* refuse("max-gpus", gpus, "give 0 to use none")
  if (text !== undefined && memory === undefined) return yield* refuse("max-memory", `'${text}'`, "write 16 GB")
  return Machine.make({ cpus, memory, gpus })
})

export const home = (): string => resolve(process.env["AGFLOW_HOME"] || ".agflow")

/** The caches of the state folder; what there is to say of one that somebody else made is said at once. */
export const caches = () =>
  Layer.effectDiscard(
    Effect.flatMap(Home, ({ origin }) => (origin === undefined ? Effect.void : stderr(`warning: ${origin}`)))
  ).pipe(Layer.provideMerge(Caches.layer(home())))

export const settings = ({ mirror, acceptLicence, device }: SettingsChoice): SettingsValue => ({
  mirrors: [...mirror, ...(process.env["AGFLOW_MIRROR"]?.split(":") ?? [])]
    .filter((folder) => folder !== "")
    .map((folder) => resolve(folder)),
  acceptedLicences: acceptLicence,
  device,
  downloads: join(home(), "downloads"),
  threads: availableParallelism()
})

type More = Pick<Workflow.LoadOptions, "listing" | "everyProfile">

export const load = Effect.fnUntraced(function* (path: string, choice: WorkflowChoice, more: More = {}) {
  const device = Runtimes.unknown(choice.device ?? "auto")
  if (device !== undefined) return yield* new InputError(device)
  const loading = Workflow.load(path, {
    profiles: choice.profile.flatMap((names) => names.split(",")).filter((name) => name !== ""),
    params: choice.param,
    paramsFile: Option.getOrUndefined(choice.paramsFile),
    machine: Object.assign(yield* machine(choice), { deviceGpus: Runtimes.takesGpu(choice.device ?? "auto") ? 1 : 0 }),
    ...more
  })
  return yield* Trust.during(choice.trust, path, loading)
})

/** The workflow, or its faults told in that format. */
export const sound = Effect.fnUntraced(function* (
  path: string,
  choice: WorkflowChoice,
  format: Format,
  more: More = {}
) {
  const loaded = yield* load(path, choice, more).pipe(
    Effect.catch((failure: InputError): Effect.Effect<never, InputError | Quit> => {
      if (format === "text") return Effect.fail(failure)
      const { message, hint, file: named = path } = failure
      const source = { file: named, text: "" }
      return withFaults([{ code: "unreadable", message, hint, source, range: { start: 0, end: 0 } }], format)
    })
  )
  return loaded._tag === "Workflow" ? loaded : yield* withFaults(loaded.diagnostics, format)
})
