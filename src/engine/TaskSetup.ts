/** What a task is given: its inputs as links below its folder, and what its folder says is to be run. */
import * as Effect from "effect/Effect"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { cannot, InputError } from "../core/Failure.ts"
import type { SettingsValue } from "../core/Settings.ts"
import type { Key } from "../dsl/check/Keys.ts"
import * as FileKind from "../dsl/stage/FileKind.ts"
import * as Port from "../dsl/stage/Port.ts"
import * as Container from "../executor/Container.ts"
import * as ContainerEngine from "../executor/ContainerEngine.ts"
import * as ContainerImage from "../executor/ContainerImage.ts"
import * as StageModule from "../executor/StageModule.ts"
import type { ScriptSpec, TaskSpec } from "../executor/TaskSpec.ts"
import type { Attempt } from "./Attempts.ts"
import { fileNameOf, type InputArtifact } from "./Site.ts"
import { type Task } from "./TaskResolution.ts"

export interface SetupOptions {
  readonly attempt: Attempt
  readonly settings: SettingsValue
  /** Where imported stages are put for workers to load. */
  readonly modules: string
  /** Where the stage keeps what it has finished of its work. */
  readonly checkpoint: string
  /** The GPUs that it has for itself: `0,1`. */
  readonly devices: string | undefined
}

const outputPath = (folder: string, name: string, port: Port.OutputPort): string =>
  join(folder, "outputs", `${name}.${FileKind.get(Port.kindOf(port)).extensions[0]}`)

/** The links to be made for a task's inputs, the paths that it is told, and what the user calls the files behind them. */
export const inputs = (folder: string, task: Task) => {
  const links = new Map<string, string>()
  const origins = new Map<string, string>()
  const script = task.instance.body._tag === "Script"
  const place = (input: InputArtifact, stem: string): string => {
    const { artifact, fileName } = input
    const name = script ? fileNameOf(input) : undefined
    if (name === undefined) return `inputs/${stem}.${artifact.extension}`
    const own = `${fileName === undefined ? `inputs/${stem.split(".")[0]}` : "scratch"}/${name}`
    // Of two files with one name the second is put where nothing else is.
    return artifact.files.some(({ suffix }) => links.has(`${own}${suffix}`)) ? `inputs/${stem}/${name}` : own
  }
  const link = (item: InputArtifact, stem: string): string => {
    const main = place(item, stem)
    for (const { suffix } of item.artifact.files) {
      links.set(`${main}${suffix}`, item.pathOf(suffix))
      origins.set(join(folder, `${main}${suffix}`), `${item.origin}${suffix}`)
    }
    return join(folder, main)
  }
  const paths = Object.fromEntries(
    [...task.inputs].map(([name, input]) => [
      name,
      "artifact" in input ? link(input, name) : input.map((item, index) => link(item, `${name}.${index}`))
    ])
  )
  const keys: Record<string, ReadonlyArray<Key>> = {}
  for (const [name, input] of script ? task.inputs : []) {
    if ("artifact" in input || !input.some(({ artifact }) => artifact.key !== undefined)) continue
    keys[name] = input.map(({ artifact, fileName }) => artifact.key ?? [fileName ?? ""])
  }
  return { paths, keys, origins, links: Array.from(links, ([name, from]) => ({ from, name })) }
}

type Inputs = Pick<ReturnType<typeof inputs>, "paths" | "keys" | "links">

/** By which numerical libraries learn how many threads they may start; else they take every CPU there is. */
const threadVariables = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"]

const specOf = (
  task: Task,
  { paths: inputs, keys }: Pick<Inputs, "paths" | "keys">,
  folder: string,
  { settings, modules, attempt, checkpoint, devices }: SetupOptions,
  container: ScriptSpec["container"]
): TaskSpec => {
  const { outputs } = task.stage
  const { cpus, memory } = attempt.resources
  const { body } = task.instance
  return body._tag === "Uses"
    ? {
        kind: "stage",
        stage: body.stage.name,
        ...(body.module === undefined ? {} : { module: StageModule.write(modules, body.module) }),
        params: body.stage.encodeParams(body.params),
        inputs,
        synthetic: task.synthetic,
        lineage: task.structure.lineage ?? {},
        settings: { ...settings, threads: Math.min(cpus, availableParallelism()) },
        checkpoint,
        ...(devices === undefined ? {} : { devices })
      }
    : {
        kind: "script",
        script: body.script,
        inputs,
        keys,
        outputs: Object.fromEntries(
          Object.entries(outputs).map(([name, port]) => [name, outputPath(folder, name, port)])
        ),
        // What it was given, for programs that must be told; none of it is in the key.
        env: {
          AGFLOW_CPUS: String(cpus),
          AGFLOW_MEMORY: String(memory),
          AGFLOW_ATTEMPT: String(attempt.number),
          ...Object.fromEntries(threadVariables.map((name) => [name, String(cpus)])),
          ...(devices === undefined ? {} : { CUDA_VISIBLE_DEVICES: devices }),
          ...body.env
        },
        ...(devices === undefined ? {} : { devices }),
        ...(container === undefined ? {} : { container })
      }
}

const containerOf = Effect.fnUntraced(function* (
  { instance: { body } }: Task,
  folder: string,
  files: ReadonlyArray<string>
) {
  if (body._tag !== "Script" || body.container === undefined) return undefined
  const { engine, name } = yield* ContainerImage.find(body.container.image)
  const odd = [folder, ...files].find((file) => Container.unmountable(engine, file))
  if (odd !== undefined) {
    return yield* new InputError({
      message: `${engine} cannot be given a path with these characters`,
      file: odd,
      hint:
        odd === folder
          ? "set AGFLOW_HOME to a folder without commas, colons, quotes or line breaks in its path"
          : "rename it: no commas, colons, quotes or line breaks"
    })
  }
  const rootless = yield* ContainerEngine.isRootless(engine)
  return { ...body.container, image: name, engine, rootless, files } satisfies ScriptSpec["container"]
})

/** The spec of the task whose inputs these are, in a folder that need not be there yet. */
export const spec = Effect.fnUntraced(function* (task: Task, folder: string, given: Inputs, options: SetupOptions) {
  const container = yield* containerOf(
    task,
    folder,
    given.links.map(({ from }) => from)
  )
  return yield* Effect.try({
    try: () => specOf(task, given, folder, options, container),
    catch: cannot("write", options.modules)
  })
})
