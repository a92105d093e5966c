/** How a task's script is started: bash in strict mode, with the variables that it declares and few others. */
import { delimiter, isAbsolute, join } from "node:path"
import { InputError } from "../core/Failure.ts"
import * as Container from "./Container.ts"
import * as InputList from "./InputList.ts"
import * as ScriptAccount from "./ScriptAccount.ts"
import * as ScriptFailure from "./ScriptFailure.ts"
import type { ScriptSpec } from "./TaskSpec.ts"

/** A word for bash that means exactly this text. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Of the surroundings only what says where programs are, whose they are, and which GPUs there are for all. */
const passed = ["HOME", "USER", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"] as const

/** How text is sorted and what time it is do not depend on where a script runs. */
export const fixed = { LC_ALL: "C.UTF-8", LANG: "C.UTF-8", TZ: "UTC" } as const

/** Without folders that depend on where one is: a program of the working folder is an input. */
const searched = (path: string): string =>
  path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .join(delimiter)

/** What every script has, whatever it declares. */
export const inherited = (): Readonly<Record<string, string>> => ({
  PATH: searched(process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"),
  ...Object.fromEntries(
    passed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]))
  ),
  ...fixed
})

/** How bash reads scripts: it ends at the first command that fails. */
export const strict = ["--noprofile", "--norc", "-Eeuo", "pipefail"] as const

type Variable = readonly [name: string, value: string]

/**
 * The variables a script sees: its inputs (paths; for lists see {@link InputList}), its outputs and its env, and few others.
 * Of one name the last counts: what is declared.
 */
const variablesOf = (folder: string, spec: ScriptSpec): ReadonlyArray<Variable> => [
  ...Object.entries(inherited()),
  ["TMPDIR", join(folder, "tmp")],
  [ScriptAccount.variable, ScriptAccount.path(folder)],
  ...InputList.variables(folder, spec),
  ...Object.entries(spec.env),
  ...Object.entries(spec.inputs).flatMap(([name, given]): ReadonlyArray<Variable> => {
    if (typeof given === "string") return [[name, given]]
    const paths: Variable = [name, InputList.joined(given)]
    return isTooLong(paths) ? [] : [paths]
  }),
  ...Object.entries(spec.outputs)
]

/** Linux gives a program no variable that is longer, name and value (MAX_ARG_STRLEN, less the ending zero). */
const variableBytes = (1 << 17) - 1

const isTooLong = ([name, value]: Variable): boolean =>
  Buffer.byteLength(name) + 1 + Buffer.byteLength(value) > variableBytes

/** How a script is started: what to start, and all of the environment that it gets. */
export interface ScriptCommand {
  readonly program: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
  /** Where its process group is not all of it. */
  readonly container?: Container.Contained | undefined
}

/**
 * The file of its times says that the script was started. One that sets an EXIT trap of its own takes the place of the one
 * that tells them: then none are known.
 */
const own = (folder: string, spec: ScriptSpec): ScriptCommand => {
  const program = "bash"
  const times = quote(join(folder, ScriptFailure.timesName))
  const args = [
    ...strict,
    "-c",
    `>${times}; trap ${quote(`times >${times}`)} EXIT; trap ${quote(ScriptFailure.trap(quote(join(folder, ScriptFailure.trapName))))} ERR; . "$0"`,
    join(folder, "script.sh")
  ]
  return { program, args, env: Object.fromEntries(variablesOf(folder, spec)), folder: join(folder, "scratch") }
}

/** Of a script in a container, the environment is that of the engine, without its surroundings. */
const contained = (
  folder: string,
  spec: ScriptSpec,
  container: NonNullable<ScriptSpec["container"]>
): ScriptCommand => {
  const { program, args, env, folder: workingFolder } = own(folder, spec)
  const inside = Container.invocation({
    ...container,
    folder,
    workingFolder,
    env,
    devices: spec.devices,
    user: container.rootless ? { uid: 0, gid: 0 } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    command: [program, ...args]
  })
  return { ...inside, folder: workingFolder }
}

/** What apptainer takes from its surroundings for those inside, though nobody has declared it. */
const leaking = /^(?:(?:APPTAINER|SINGULARITY)ENV_.*|(?:https?|ftp|all|no)_proxy|TERM)$/iu

/** An engine is told by its own variables where its images and its daemon are. */
const surroundings = (engine: Container.Engine): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || (engine === "apptainer" && leaking.test(name)) ? [] : [[name, value]]
    )
  )

export const make = (folder: string, spec: ScriptSpec): ScriptCommand => {
  if (spec.container === undefined) return own(folder, spec)
  const command = contained(folder, spec, spec.container)
  return { ...command, env: { ...surroundings(spec.container.engine), ...command.env } }
}

export const checkVariables = (folder: string, spec: ScriptSpec): void => {
  for (const [name, paths] of Object.entries(spec.inputs)) {
    const broken = typeof paths === "string" ? undefined : paths.find((path) => path.includes("\n"))
    if (broken === undefined) continue
    throw new InputError({
      message: `a file of the list '${name}' has a line break in its path, and a list is given one file a line`,
      file: broken,
      hint: "rename it"
    })
  }
  const long = variablesOf(folder, spec).find(isTooLong)
  if (long === undefined) return
  throw new InputError({
    message: `variable '${long[0]}' of the script is longer than a program can be given (128 KiB)`,
    hint: "write the value to a file, and give that under 'inputs'"
  })
}

/** The same as the text of a file that starts it from anywhere: for other executors, and for people. */
export const runner = (folder: string, spec: ScriptSpec): string => {
  // What surrounds an engine may hold secrets, and is there where the file is run.
  const [{ program, args, env, folder: scratch }, clean] =
    spec.container === undefined ? [own(folder, spec), "env -i"] : [contained(folder, spec, spec.container), "env"]
  return [
    "#!/usr/bin/env bash",
    `cd ${quote(scratch)} || exit 1`,
    [clean, ...Object.entries(env).map(([name, value]) => quote(`${name}=${value}`)), "\\"].join(" "),
    `  ${[program, ...args].map(quote).join(" ")} >../stdout.log 2>../stderr.log </dev/null`,
    `printf '%s' "$?" >../code.tmp && mv ../code.tmp ../code`,
    ""
  ].join("\n")
}
