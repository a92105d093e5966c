/**
 * The task protocol, the same for every executor. A task is a folder:
 *
 *   task.json      what to run: a stage by name with params, or a script; paths of inputs and outputs
 *   run.sh         runs it, from anywhere, with nothing but this folder: written where somebody is to do that
 *   inputs/        links to the input files, named after their ports
 *   outputs/       what it writes
 *   scratch/       its working folder
 *   stdout.log, stderr.log
 *   exit.json      written whole at the very end: alone it says whether the task succeeded
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import { InputError, messageOf } from "../core/Failure.ts"
import { SettingsValue } from "../core/Settings.ts"
import { Provenance } from "../core/Task.ts"
import * as Container from "./Container.ts"
import * as ScriptFailure from "./ScriptFailure.ts"

const Paths = Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Array(Schema.String)]))

export const TaskSpec = Schema.Union([
  Schema.Struct({
    kind: Schema.Literal("stage"),
    stage: Schema.String,
    /** The file that holds the stage, unless it is one of agflow's own. */
    module: Schema.optionalKey(Schema.String),
    params: Schema.Unknown,
    inputs: Paths,
    settings: SettingsValue,
    /** Where the stage keeps what it has finished of its work, for the next attempt if this one is killed. */
    checkpoint: Schema.String,
    /** CUDA_VISIBLE_DEVICES of a stage that has GPUs of its own. */
    devices: Schema.optionalKey(Schema.String)
  }),
  Schema.Struct({
    kind: Schema.Literal("script"),
    script: Schema.String,
    inputs: Paths,
    /** The path that the script is to write for each output. */
    outputs: Schema.Record(Schema.String, Schema.String),
    env: Schema.Record(Schema.String, Schema.String),
    devices: Schema.optionalKey(Schema.String),
    container: Schema.optionalKey(
      Schema.Struct({
        engine: Schema.Literals(Container.engines),
        image: Schema.String,
        network: Schema.Boolean,
        /** What the task's links lead to. */
        files: Schema.Array(Schema.String)
      })
    )
  })
])
export type TaskSpec = typeof TaskSpec.Type
type ScriptSpec = TaskSpec & { readonly kind: "script" }

export const TaskExit = Schema.Struct({
  /** 0 when the task succeeded. */
  code: Schema.Int,
  failure: Schema.NullOr(
    Schema.Struct({
      _tag: Schema.String,
      message: Schema.String,
      file: Schema.optionalKey(Schema.String),
      line: Schema.optionalKey(Schema.Int),
      hint: Schema.optionalKey(Schema.String)
    })
  ),
  /** The main file of each output, below `outputs/`. */
  outputs: Schema.Record(Schema.String, Schema.String),
  provenance: Schema.Array(Provenance),
  cpuSeconds: Schema.NullOr(Schema.Number),
  maxRssBytes: Schema.NullOr(Schema.Number)
})
export type TaskExit = typeof TaskExit.Type

const SpecJson = Schema.fromJsonString(TaskSpec)
const ExitJson = Schema.fromJsonString(TaskExit)

/** A word for bash that means exactly this text. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** A file to be linked into `inputs/` (or, for a script, into its working folder). */
export interface StagedFile {
  readonly from: string
  readonly name: string
}

/**
 * The variables a script sees: its inputs (paths; a list is joined by line breaks), its outputs and its env, and of the
 * surroundings only what programs cannot do without.
 */
const inherited = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"] as const

const variablesOf = (folder: string, spec: ScriptSpec): ReadonlyArray<readonly [name: string, value: string]> => [
  ...inherited.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]!] as const])),
  ["TMPDIR", join(folder, "tmp")],
  ...Object.entries(spec.env),
  ...Object.entries(spec.inputs).map(
    ([name, path]) => [name, typeof path === "string" ? path : path.join("\n")] as const
  ),
  ...Object.entries(spec.outputs)
]

/** Linux gives a program no variable that is longer, name and value (MAX_ARG_STRLEN, less the ending zero). */
const variableBytes = (1 << 17) - 1

/** How a script is started: what to start, and all of the environment that it gets. */
export interface ScriptCommand {
  readonly program: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
  /** What ends it for certain, where its process group is not all of it. */
  readonly stop?: ReadonlyArray<string> | undefined
}

/** A script that sets an EXIT trap of its own takes the place of the one that tells its times: then none are known. */
export const scriptCommand = (folder: string, spec: ScriptSpec): ScriptCommand => {
  const program = "bash"
  const args = [
    "--noprofile",
    "--norc",
    "-Eeuo",
    "pipefail",
    "-c",
    `trap ${quote(`times >${quote(join(folder, "times"))}`)} EXIT; trap ${quote(ScriptFailure.trap(quote(join(folder, ScriptFailure.trapName))))} ERR; . "$0"`,
    join(folder, "script.sh")
  ]
  const env = Object.fromEntries(variablesOf(folder, spec))
  const workingFolder = join(folder, "scratch")
  if (spec.container === undefined) return { program, args, env, folder: workingFolder }
  const inside = Container.invocation({
    ...spec.container,
    folder,
    workingFolder,
    env,
    devices: spec.devices,
    user: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    command: [program, ...args]
  })
  // The engine is told by its own variables where its images and its daemon are.
  const own = Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  const { program: engine, stop } = inside
  return {
    program: engine,
    args: inside.args,
    env: { ...Object.fromEntries(own), ...inside.env },
    folder: workingFolder,
    stop
  }
}

const checkVariables = (folder: string, spec: ScriptSpec): void => {
  const long = variablesOf(folder, spec).find(
    ([name, value]) => Buffer.byteLength(name) + 1 + Buffer.byteLength(value) > variableBytes
  )
  if (long === undefined) return
  throw new InputError({
    message: `variable '${long[0]}' of the script is longer than a program can be given (128 KiB)`,
    hint: Object.hasOwn(spec.inputs, long[0])
      ? "a list of inputs is given as their paths, one a line: spread it over several stages"
      : "write the value to a file, and give that under 'inputs'"
  })
}

/** The same in a file that starts it from anywhere: for other executors, and for people. */
const scriptRunner = (folder: string, spec: ScriptSpec): string => {
  const { program, args, env, folder: scratch } = scriptCommand(folder, spec)
  return [
    "#!/usr/bin/env bash",
    `cd ${quote(scratch)} || exit 1`,
    `env -i ${Object.entries(env)
      .map(([name, value]) => quote(`${name}=${value}`))
      .join(" ")} \\`,
    `  ${[program, ...args].map(quote).join(" ")} >../stdout.log 2>../stderr.log </dev/null`,
    `printf '%s' "$?" >../code.tmp && mv ../code.tmp ../code`,
    ""
  ].join("\n")
}

export interface Prepared {
  readonly folder: string
  readonly spec: TaskSpec
}

/** Lays the folder out. */
export const prepare = (
  folder: string,
  spec: TaskSpec,
  staged: ReadonlyArray<StagedFile>
): Effect.Effect<Prepared, InputError> =>
  Effect.try({
    try: () => {
      mkdirSync(folder)
      for (const name of ["outputs", "scratch", "tmp"]) mkdirSync(join(folder, name))
      for (const { from, name } of staged) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        symlinkSync(from, join(folder, name))
      }
      writeFileSync(join(folder, "task.json"), `${JSON.stringify(spec, null, 1)}\n`)
      if (spec.kind === "script") {
        checkVariables(folder, spec)
        writeFileSync(join(folder, "script.sh"), spec.script)
      }
      return { folder, spec }
    },
    catch: (cause) =>
      cause instanceof InputError
        ? cause
        : new InputError({ message: `cannot prepare the task: ${messageOf(cause)}`, file: folder })
  })

/** Writes `run.sh`. `worker` is the program that runs a stage's task by itself. */
export const writeRunner = ({ folder, spec }: Prepared, worker: string): void =>
  writeFileSync(
    join(folder, "run.sh"),
    spec.kind === "script"
      ? scriptRunner(folder, spec)
      : `#!/usr/bin/env bash\n${spec.devices === undefined ? "" : `export CUDA_VISIBLE_DEVICES=${quote(spec.devices)}\n`}exec ${quote(process.execPath)} ${quote(worker)} ${quote(folder)}\n`,
    { mode: 0o755 }
  )

/** Moves a task's folder to where a person can look at it, and run it again by its `run.sh`. */
export const keep = (folder: string, target: string, worker: string): void => {
  renameSync(folder, target)
  try {
    // Its files are named by their full paths.
    const text = readFileSync(join(target, "task.json"), "utf8").replaceAll(
      JSON.stringify(folder).slice(1, -1),
      JSON.stringify(target).slice(1, -1)
    )
    writeFileSync(join(target, "task.json"), text)
    writeRunner({ folder: target, spec: Schema.decodeSync(SpecJson)(text) }, worker)
  } catch {
    // On a full disk: what there is to look at is there.
  }
}

/** Removes the folder and all in it. */
export const remove = (folder: string): void => {
  try {
    removeQuickly(folder)
  } catch {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** What rmSync does, without asking about each file what readdir has told already. */
const removeQuickly = (folder: string): void => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) removeQuickly(path)
    else unlinkSync(path)
  }
  rmdirSync(folder)
}

export const readSpec = (folder: string): Effect.Effect<TaskSpec, InputError> =>
  Effect.try(() => readFileSync(join(folder, "task.json"), "utf8")).pipe(
    Effect.flatMap(Schema.decodeEffect(SpecJson)),
    Effect.mapError((cause) => new InputError({ message: `not a task: ${messageOf(cause)}`, file: folder }))
  )

export const writeExit = (folder: string, exit: TaskExit): void => {
  const path = join(folder, "exit.json")
  writeFileSync(`${path}.tmp`, `${JSON.stringify(exit, null, 1)}\n`)
  renameSync(`${path}.tmp`, path)
}

/** User and system time of the script and of its children, as bash's `times` tells them; null when it could not. */
const timesIn = (folder: string): number | null => {
  try {
    const parts = [...readFileSync(join(folder, "times"), "utf8").matchAll(/(\d+)m([\d.]+)s/gu)]
    if (parts.length !== 4) return null
    return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0)
  } catch {
    return null
  }
}

const writtenCode = (folder: string): number => Number(readFileSync(join(folder, "code"), "utf8"))

const scriptExit = (folder: string, spec: ScriptSpec, code: number): TaskExit => {
  const base = {
    provenance: [],
    cpuSeconds: timesIn(folder),
    maxRssBytes: null
  }
  const fail = (message: string, hint?: string): TaskExit => ({
    ...base,
    code: code === 0 ? 1 : code,
    failure: { _tag: "ScriptFailed", message, ...(hint === undefined ? {} : { hint }) },
    outputs: {}
  })
  if (code !== 0) {
    const variables = [spec.inputs, spec.outputs, spec.env]
      .flatMap((each) => Object.keys(each))
      .filter((name) => !name.startsWith("AGFLOW_"))
    const log = tail(folder, "stderr.log", 20).join("\n")
    const { message, hint } = ScriptFailure.ofCode(folder, spec.script, variables, code, log)
    return fail(message, hint)
  }
  const entries = readdirSync(join(folder, "outputs"), { withFileTypes: true })
  const files = new Map(entries.map((entry) => [entry.name, entry]))
  const names = Object.entries(spec.outputs).map(([port, path]) => ({
    port,
    path,
    name: path.slice(path.lastIndexOf("/") + 1)
  }))
  for (const { port, path, name } of names) {
    if (!files.has(name)) {
      const { message, hint } = ScriptFailure.ofMissing(folder, port, path)
      return fail(message, hint)
    }
    if (files.get(name)!.isDirectory())
      return fail(`output '${port}' is a folder, where one file is kept`, `pack it: tar -cf "$${port}" -C FOLDER .`)
  }
  // A companion (an index) stands beside its file: its name begins with the file's.
  const extra = [...files.keys()].find((file) => !names.some(({ name }) => file.startsWith(name)))
  if (extra !== undefined)
    return fail(
      `the script wrote '${extra}', which is not declared`,
      "declare it under 'outputs', or write it to the working folder"
    )
  return { ...base, code: 0, failure: null, outputs: Object.fromEntries(names.map(({ port, name }) => [port, name])) }
}

/**
 * How the task ended; undefined when it has not, or was killed before it could say. `code` is a script's exit status,
 * where the executor saw it end by itself: else `run.sh` has written it.
 */
export const readExit = ({ folder, spec }: Prepared, code?: number): Effect.Effect<TaskExit | undefined> =>
  Effect.try(() => {
    if (spec.kind === "script") return scriptExit(folder, spec, code ?? writtenCode(folder))
    return Schema.decodeSync(ExitJson)(readFileSync(join(folder, "exit.json"), "utf8"))
  }).pipe(Effect.orElseSucceed(() => undefined))

export const logNames = ["stdout.log", "stderr.log"] as const

/** A log may be larger than memory: what is shown of it is looked for in its last bytes. */
const tailBytes = 1 << 16

/** The last lines of a log, or nothing. */
export const tail = (folder: string, name: string, lines: number): ReadonlyArray<string> => {
  try {
    const log = openSync(join(folder, name), "r")
    try {
      const { size } = fstatSync(log)
      const bytes = Buffer.alloc(Math.min(size, tailBytes))
      readSync(log, bytes, 0, bytes.length, size - bytes.length)
      return bytes
        .toString("utf8")
        .trimEnd()
        .split("\n")
        .slice(-lines)
        .filter((line) => line !== "")
    } finally {
      closeSync(log)
    }
  } catch {
    return []
  }
}

/** Keeps the logs of a finished task that say something. */
export const keepLogs = (folder: string, target: string): void => {
  for (const name of logNames) {
    if (tail(folder, name, 1).length > 0) renameSync(join(folder, name), `${target}.${name}`)
  }
}
