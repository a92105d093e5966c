/** What this machine offers: runtimes, tools, room. Nothing is changed. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { execFile } from "node:child_process"
import { accessSync, constants, existsSync, statfsSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import * as Machine from "../core/Machine.ts"
import { formatBytes } from "../core/Units.ts"
import * as Container from "../executor/Container.ts"
import * as ContainerEngine from "../executor/ContainerEngine.ts"
import * as RuntimeCheck from "../model/RuntimeCheck.ts"
import { runtimeIds, type RuntimeId } from "../model/Runtime.ts"
import * as Runtimes from "../model/Runtimes.ts"
import { version } from "./version.ts"

/** What the stages that run models ask for. */
const modelMemory = 4 * 2 ** 30

const tools = {
  containers: Container.engines,
  slurm: ["sbatch", "squeue", "scancel"]
} as const
type ToolUse = keyof typeof tools

export interface Tool {
  readonly name: string
  readonly use: ToolUse
  readonly path: string | null
  /** The first line of what it says of its version. */
  readonly version: string | null
  /** Why an engine of containers that is here does not run; null otherwise. */
  readonly refused: string | null
}

export interface Checkup {
  readonly agflow: string
  readonly node: string
  readonly platform: string
  readonly machine: { readonly cpus: number; readonly memory: number; readonly gpus: number }
  readonly runtimes: ReadonlyArray<RuntimeCheck.RuntimeFinding>
  readonly tools: ReadonlyArray<Tool>
  readonly state: {
    readonly path: string
    readonly exists: boolean
    readonly writable: boolean
    /** Bytes. */
    readonly free: number | null
  }
  /** Why the main job cannot run; empty when it can. */
  readonly problems: ReadonlyArray<string>
}

/** Program and arguments that check one runtime in a process of its own and print the finding as JSON. */
export type Self = (runtime: RuntimeId) => ReadonlyArray<string>

interface Ended {
  readonly failed: (Error & { readonly signal?: string | null; readonly killed?: boolean }) | null
  readonly stdout: string
}

const run = (program: string, args: ReadonlyArray<string>, timeout: number): Effect.Effect<Ended> =>
  Effect.callback((resume) => {
    const child = execFile(program, [...args], { timeout, killSignal: "SIGKILL" }, (failed, stdout) =>
      resume(Effect.succeed({ failed, stdout }))
    )
    return Effect.sync(() => void child.kill("SIGKILL"))
  })

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(RuntimeCheck.RuntimeFinding))

/** In a process of its own, which a native library may end. */
const checkRuntime = Effect.fnUntraced(function* (id: RuntimeId, self: Self) {
  const [program, ...args] = self(id)
  const { failed, stdout } = yield* run(program!, args, 120_000)
  const finding = decode(stdout.trim().split("\n").at(-1))
  if (finding._tag === "Some") return finding.value
  const why =
    failed?.killed === true
      ? "it gave no answer in two minutes"
      : typeof failed?.signal === "string"
        ? `its native library ended the process (${failed.signal})`
        : "the process that tried it ended without an answer"
  return RuntimeCheck.refused(id, `${id} cannot be used: ${why}`, undefined)
})

const find = (name: string): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

const checkTool = Effect.fnUntraced(function* (name: string, use: ToolUse) {
  const path = find(name)
  if (path === undefined) return { name, use, path: null, version: null, refused: null } satisfies Tool as Tool
  const { failed, stdout } = yield* run(path, ["--version"], 10_000)
  const line = stdout.trim().split("\n")[0]!
  const engine = Container.engines.find((each) => each === name)
  const refused = engine === undefined ? null : ((yield* ContainerEngine.complaint(engine)) ?? null)
  return { name, use, path, version: failed !== null || line === "" ? null : line, refused } satisfies Tool as Tool
})

const stateOf = (path: string): Checkup["state"] => {
  const exists = existsSync(path)
  let nearest = path
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest)
  let writable = true
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK)
  } catch {
    writable = false
  }
  try {
    const { bavail, bsize } = statfsSync(nearest)
    return { path, exists, writable, free: bavail * bsize }
  } catch {
    return { path, exists, writable, free: null }
  }
}

/** Looks at everything; `state` is the folder where state lives, or would. */
export const make = Effect.fnUntraced(function* (state: string, self: Self) {
  const { cpus, memory, gpus } = Machine.make()
  // One after the other: they would slow each other down.
  const runtimes = yield* Effect.forEach(runtimeIds, (id) => checkRuntime(id, self))
  const found = yield* Effect.forEach(
    Object.entries(tools).flatMap(([use, names]) => names.map((name) => [name, use as ToolUse] as const)),
    ([name, use]) => checkTool(name, use),
    { concurrency: "unbounded" }
  )
  const folder = stateOf(state)
  const usable = runtimes.filter((each) => each.refused === null && Runtimes.idsOf("auto").includes(each.runtime))
  const problems = [
    ...(usable.length === 0 ? ["no runtime can run models"] : []),
    ...(folder.writable ? [] : [`${state} cannot be written to: set AGFLOW_HOME to another folder`]),
    ...(memory < modelMemory
      ? [`${formatBytes(memory)} of memory, where stages that run models ask for ${formatBytes(modelMemory)}`]
      : [])
  ]
  return {
    agflow: version,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    machine: { cpus, memory, gpus },
    runtimes,
    tools: found,
    state: folder,
    problems
  } satisfies Checkup as Checkup
})
