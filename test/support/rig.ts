/** Runs the real binary in a temporary folder of its own. */
import { spawn, type ChildProcess } from "node:child_process"
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { basename, dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import type { Event } from "../../src/engine/Event.ts"
import { temporaryFolder } from "./stage.ts"

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..")
export const binary = join(root, "dist/cli.js")
export const benchmark = join(root, "workflows/gwas-benchmark.yaml")

export interface Finished {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly pid: number
  readonly ended: Promise<Finished>
  /** What it has printed so far, both streams. */
  readonly output: () => string
}

export interface StartOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** A user other than the one who runs the tests; only root can ask for one. */
  readonly uid?: number
  /** In a process group of its own, as a terminal's foreground job is. */
  readonly detached?: boolean
}

export const pause = (millis: number): Promise<void> => new Promise((done) => void setTimeout(done, millis))

/** Waits until the condition holds; fails with what it waited for. */
export const until = async (what: string, condition: () => boolean, millis = 60_000): Promise<void> => {
  for (const end = Date.now() + millis; !condition(); await pause(10)) {
    if (Date.now() > end) throw new Error(`waited ${millis} ms in vain until ${what}`)
  }
}

const filesBelow = (folder: string): ReadonlyArray<string> =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
        .sort()
    : []

/** A folder with a state folder and a home in it. Nothing of the surroundings but PATH reaches the binary. */
export class Rig {
  readonly folder = temporaryFolder()
  readonly home = join(this.folder, "state")
  /** Scripts append a line when they are executed: see {@link step}. Outside of the cache. */
  readonly log = join(this.folder, "executed.log")

  constructor() {
    mkdirSync(join(this.folder, "home/.config/agflow"), { recursive: true })
    writeFileSync(join(this.folder, "home/.config/agflow/trusted-folders"), `${realpathSync(this.folder)}\n`)
    appendFileSync(this.log, "")
  }

  readonly path = (...names: ReadonlyArray<string>): string => join(this.folder, ...names)

  readonly write = (name: string, text: string): string => {
    const path = this.path(name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }

  readonly read = (...names: ReadonlyArray<string>): string => readFileSync(this.path(...names), "utf8")

  readonly start = (args: ReadonlyArray<string>, { cwd, env, uid, detached = false }: StartOptions = {}): Started => {
    const child = spawn(process.execPath, [binary, ...args], {
      cwd: cwd ?? this.folder,
      env: { PATH: process.env["PATH"]!, HOME: this.path("home"), AGFLOW_HOME: this.home, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached,
      ...(uid === undefined ? {} : { uid, gid: uid })
    })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
    return {
      child,
      pid: child.pid!,
      output: () => stdout + stderr,
      ended: new Promise((done, fail) => {
        child.on("error", fail)
        child.on("close", (code, signal) => done({ code, signal, stdout, stderr }))
      })
    }
  }

  readonly agflow = (args: ReadonlyArray<string>, options?: StartOptions): Promise<Finished> =>
    this.start(args, options).ended

  /** The ids of the executed steps since the last call, in order. */
  readonly executed = (): ReadonlyArray<string> => {
    const lines = readFileSync(this.log, "utf8")
      .split("\n")
      .filter((line) => line !== "")
    writeFileSync(this.log, "")
    return lines
  }

  readonly latest = (...names: ReadonlyArray<string>): string => join(this.home, "runs", "latest", ...names)

  /** The results of the last run, by file name. */
  readonly results = (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      filesBelow(this.latest("results")).map((name) => [name, readFileSync(this.latest("results", name), "utf8")])
    )

  /** What the latest run is called; undefined before the first. */
  readonly runId = (): string | undefined =>
    existsSync(this.latest()) ? basename(realpathSync(this.latest())) : undefined

  readonly events = (): ReadonlyArray<Event> => {
    const path = this.latest("events.ndjson")
    // A run that was killed at its very start has none.
    const text = existsSync(path) ? readFileSync(path, "utf8") : ""
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Event)
  }

  /** Rows of the trace by task. */
  readonly trace = (): Readonly<Record<string, Readonly<Record<string, string>>>> => {
    const [header, ...rows] = readFileSync(this.latest("trace.tsv"), "utf8").trimEnd().split("\n")
    const names = header!.split("\t")
    return Object.fromEntries(
      rows.map((row) => {
        const cells = row.split("\t")
        return [cells[0]!, Object.fromEntries(names.map((name, at) => [name, cells[at]!]))]
      })
    )
  }

  /** Files of a folder of the state (`store`, `records`, `work`, ...), relative to it. */
  readonly state = (folder: string): ReadonlyArray<string> => filesBelow(join(this.home, folder))

  /** Keys of finished tasks. */
  readonly keys = (): ReadonlySet<string> =>
    new Set(
      this.state("records")
        .filter((name) => name.endsWith(".json"))
        .map((name) => name.slice(name.lastIndexOf("/") + 1, -".json".length))
    )

  /** Processes that this rig's runs have started and that still live, with their command lines. */
  readonly processes = (): ReadonlyArray<{ readonly pid: number; readonly command: string }> =>
    readdirSync("/proc")
      .filter((name) => /^\d+$/u.test(name))
      .flatMap((name) => {
        try {
          if (!readFileSync(`/proc/${name}/environ`, "utf8").includes(this.folder)) return []
          const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim()
          // A process that has ended and waits for its parent has no command line.
          return command === "" ? [] : [{ pid: Number(name), command }]
        } catch {
          return []
        }
      })

  readonly remove = (): void => {
    for (const { pid } of this.processes()) {
      try {
        process.kill(pid, "SIGKILL")
      } catch {
        // It ended by itself.
      }
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export interface StepOptions {
  readonly inputs?: Readonly<Record<string, string | ReadonlyArray<string>>>
  readonly outputs?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string | number>>
  readonly resources?: Readonly<Record<string, string | number>>
}

/** A stage that says in the rig's log that it is executed, and then runs the script. Its output is `out`, a text. */
export const step = (rig: Rig, id: string, run: string, options: StepOptions = {}) => ({
  run: `echo ${id} >> "$executed"\n${run}\n`,
  outputs: { out: "text" },
  ...options,
  env: { executed: rig.log, ...options.env }
})

/** A workflow as YAML (JSON is YAML). */
export const workflow = (stages: Readonly<Record<string, unknown>>, rest: Readonly<Record<string, unknown>> = {}) =>
  `${JSON.stringify({ agflow: 1, name: "rig", stages, ...rest }, null, 2)}\n`
