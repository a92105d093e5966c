/**
 * The task protocol, the same for every executor. A task is a folder:
 *
 *   task.json      what to run: a stage by name with params, or a script; paths of inputs and outputs
 *   run.sh         runs it, from anywhere, with nothing but this folder
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
  symlinkSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import { InputError, messageOf } from "../core/Failure.ts"
import * as Process from "../core/Process.ts"
import { SettingsValue } from "../core/Settings.ts"
import { Provenance } from "../core/Task.ts"

const Paths = Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Array(Schema.String)]))

export const TaskSpec = Schema.Union([
  Schema.Struct({
    kind: Schema.Literal("stage"),
    stage: Schema.String,
    /** The file that holds the stage, unless it is one of agflow's own. */
    module: Schema.optionalKey(Schema.String),
    params: Schema.Unknown,
    inputs: Paths,
    settings: SettingsValue
  }),
  Schema.Struct({
    kind: Schema.Literal("script"),
    script: Schema.String,
    inputs: Paths,
    /** The path that the script is to write for each output. */
    outputs: Schema.Record(Schema.String, Schema.String),
    env: Schema.Record(Schema.String, Schema.String)
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

const scriptRunner = (folder: string, spec: ScriptSpec): string => {
  const variables = variablesOf(folder, spec).map(([name, value]) => `${name}=${value}`)
  const long = variables.find((variable) => Buffer.byteLength(variable) > variableBytes)
  if (long !== undefined) {
    throw new InputError({
      message: `variable '${long.slice(0, long.indexOf("="))}' of the script is longer than a program can be given (128 KiB)`,
      hint: "a list of inputs is given as their paths, one a line: spread it over several stages"
    })
  }
  return [
    "#!/usr/bin/env bash",
    `cd ${quote(join(folder, "scratch"))} || exit 1`,
    `env -i ${variables.map(quote).join(" ")} \\`,
    `  bash --noprofile --norc -euo pipefail ${quote(join(folder, "script.sh"))} >../stdout.log 2>../stderr.log </dev/null`,
    "code=$?",
    "times >../times",
    `printf '%s' "$code" >../code.tmp && mv ../code.tmp ../code`,
    ""
  ].join("\n")
}

export interface Prepared {
  readonly folder: string
  readonly spec: TaskSpec
}

/** Lays the folder out. `worker` is the program that runs a stage's task by itself. */
export const prepare = (
  folder: string,
  spec: TaskSpec,
  staged: ReadonlyArray<StagedFile>,
  worker: string
): Effect.Effect<Prepared, InputError> =>
  Effect.try({
    try: () => {
      for (const name of ["inputs", "outputs", "scratch", "tmp"]) mkdirSync(join(folder, name), { recursive: true })
      writeFileSync(join(folder, "owner.json"), JSON.stringify(Process.identify(process.pid)))
      for (const { from, name } of staged) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        symlinkSync(from, join(folder, name))
      }
      writeFileSync(join(folder, "task.json"), `${JSON.stringify(spec, null, 1)}\n`)
      if (spec.kind === "script") writeFileSync(join(folder, "script.sh"), spec.script)
      const runner =
        spec.kind === "script"
          ? scriptRunner(folder, spec)
          : `#!/usr/bin/env bash\nexec ${quote(process.execPath)} ${quote(worker)} ${quote(folder)}\n`
      writeFileSync(join(folder, "run.sh"), runner, { mode: 0o755 })
      return { folder, spec }
    },
    catch: (cause) =>
      cause instanceof InputError
        ? cause
        : new InputError({ message: `cannot prepare the task: ${messageOf(cause)}`, file: folder })
  })

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

/** User and system time of the children, the second line of bash's `times`. */
const parseTimes = (text: string): number | null => {
  const match = /^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/u.exec(text.trim().split("\n")[1] ?? "")
  if (match === null) return null
  const [, m1, s1, m2, s2] = match.map(Number)
  return m1! * 60 + s1! + m2! * 60 + s2!
}

const scriptExit = (folder: string, spec: ScriptSpec): TaskExit => {
  const code = Number(readFileSync(join(folder, "code"), "utf8"))
  const base = {
    provenance: [],
    cpuSeconds: parseTimes(readFileSync(join(folder, "times"), "utf8")),
    maxRssBytes: null
  }
  const fail = (message: string, hint?: string): TaskExit => ({
    ...base,
    code: code === 0 ? 1 : code,
    failure: { _tag: "ScriptFailed", message, ...(hint === undefined ? {} : { hint }) },
    outputs: {}
  })
  if (code !== 0) return fail(`the script ended with exit code ${code}`)
  const written = new Set(readdirSync(join(folder, "outputs")))
  const names = Object.entries(spec.outputs).map(([port, path]) => ({
    port,
    path,
    name: path.slice(path.lastIndexOf("/") + 1)
  }))
  for (const { port, path, name } of names) {
    if (!written.has(name))
      return fail(`the script did not write its output '${port}'`, `write it to "$${port}" (${path})`)
  }
  // A companion (an index) stands beside its file: its name begins with the file's.
  const extra = [...written].find((file) => !names.some(({ name }) => file.startsWith(name)))
  if (extra !== undefined)
    return fail(
      `the script wrote '${extra}', which is not declared`,
      "declare it under 'outputs', or write it to the working folder"
    )
  return { ...base, code: 0, failure: null, outputs: Object.fromEntries(names.map(({ port, name }) => [port, name])) }
}

/** How the task ended; undefined when it has not, or was killed before it could say. */
export const readExit = ({ folder, spec }: Prepared): Effect.Effect<TaskExit | undefined> =>
  Effect.try(() => {
    if (spec.kind === "script") return scriptExit(folder, spec)
    return Schema.decodeSync(ExitJson)(readFileSync(join(folder, "exit.json"), "utf8"))
  }).pipe(Effect.orElseSucceed(() => undefined))

/** A log may be larger than memory: what is shown of it is looked for in its last bytes. */
const tailBytes = 1 << 16

/** The last lines of a log, or nothing. */
export const tail = (folder: string, name: "stdout.log" | "stderr.log", lines: number): ReadonlyArray<string> => {
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
  for (const name of ["stdout.log", "stderr.log"] as const) {
    if (tail(folder, name, 1).length > 0) renameSync(join(folder, name), `${target}.${name}`)
  }
}
