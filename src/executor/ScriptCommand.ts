/** How a task's script is started: bash in strict mode, with the variables that it declares and few others. */
import { join } from "node:path"
import { InputError } from "../core/Failure.ts"
import * as Container from "./Container.ts"
import * as ScriptFailure from "./ScriptFailure.ts"
import type { ScriptSpec } from "./TaskSpec.ts"

/** A word for bash that means exactly this text. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

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
export const make = (folder: string, spec: ScriptSpec): ScriptCommand => {
  const program = "bash"
  const args = [
    "--noprofile",
    "--norc",
    "-Eeuo",
    "pipefail",
    "-c",
    `trap ${quote(`times >${quote(join(folder, ScriptFailure.timesName))}`)} EXIT; trap ${quote(ScriptFailure.trap(quote(join(folder, ScriptFailure.trapName))))} ERR; . "$0"`,
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

/** The same as the text of a file that starts it from anywhere: for other executors, and for people. */
export const runner = (folder: string, spec: ScriptSpec): string => {
  const { program, args, env, folder: scratch } = make(folder, spec)
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
