/** Why a script failed, as far as its exit code, its log and bash itself tell, and what can be done about it. */
import { existsSync, readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import * as InputList from "./InputList.ts"
import type { ScriptSpec } from "./TaskSpec.ts"

/** What bash runs before it ends at a command that failed: it writes down where that is, and what each part of a pipe gave. */
export const trap = (file: string): string =>
  // After `set +e` it would not end there.
  `case $- in *e*) printf '%s ' "$LINENO" "\${PIPESTATUS[@]}" >${file};; esac`

export const trapName = "failed"

interface Place {
  readonly line: number
  /** Of the command, or of each in a pipe. */
  readonly codes: ReadonlyArray<number>
}

const placeIn = (folder: string, code: number): Place | undefined => {
  try {
    const [line, ...codes] = readFileSync(join(folder, trapName), "utf8").trim().split(" ").map(Number)
    // A failure that the script has let pass stands there as well: its code is as a rule another.
    return line !== undefined && codes.findLast((each) => each !== 0) === code ? { line, codes } : undefined
  } catch {
    return undefined
  }
}

const ordinals = ["first", "second", "third", "fourth", "fifth"]

/** `at line 2, in the first command of the pipe: grep x "$in" | sort`. */
const where = ({ line, codes }: Place, script: string): string => {
  const text = script.split("\n")[line - 1]?.trim() ?? ""
  const part = codes.findIndex((each) => each !== 0)
  const within = codes.length < 2 ? "" : `, in the ${ordinals[part] ?? `${part + 1}th`} command of the pipe`
  const shown = text.length > 100 ? `${text.slice(0, 97)}...` : text
  return ` at line ${line}${within}${shown === "" ? "" : `: ${shown}`}`
}

const byCode: { readonly [code: number]: string } = {
  126: 'the program is there, but may not be executed: start it by what runs it (python3 "$program"), or chmod +x it',
  137: "it was killed, perhaps since memory ran out: give the stage more under 'resources: memory'",
  139: "a program in it crashed (segmentation fault)",
  141: "a command was still writing when the next one in the pipe had stopped reading: 'head' does, 'sed -n 1,10p' reads on"
}

/** Of a variable that the script reads and does not have. */
const hintOfUnbound = (name: string, { inputs, outputs, env }: ScriptSpec): string => {
  if (Array.isArray(inputs[name]))
    return `the paths of '${name}' are more than a variable holds: they stand, one a line, in the file "$${InputList.variable(name)}"`
  const variables = [inputs, outputs, env].flatMap(Object.keys).filter((each) => !each.startsWith("AGFLOW_"))
  return `'${name}' is no input, output or env of the stage: these are ${variables.join(", ") || "none"}`
}

const hintOf = (code: number, place: Place | undefined, spec: ScriptSpec, log: string): string | undefined => {
  const unbound = /(\w+): unbound variable/u.exec(log)?.[1]
  if (unbound !== undefined) return hintOfUnbound(unbound, spec)
  const absent = /([^\s:]+): command not found/u.exec(log)?.[1]
  if (code === 127 && absent !== undefined)
    return spec.container === undefined
      ? `'${absent}' is not installed here, or not in PATH: install it, or give the stage a 'container' that has it`
      : `'${absent}' is not in the image, or not in its PATH: take one that has it`
  if (byCode[code] !== undefined) return byCode[code]
  const line = spec.script.split("\n")[(place?.line ?? 0) - 1] ?? ""
  if (code === 1 && log === "" && /\bgrep\b/u.test(line))
    return "grep ends with 1 when it finds nothing: where that may be, write { grep ... || true; }"
  if (/No such file or directory|can't open file|cannot open file/u.test(log))
    return "a script works in a folder of its own, with the files that its 'inputs' name: what it reads must be among them"
  return undefined
}

interface Words {
  readonly message: string
  readonly hint: string | undefined
}

/** Of a container whose script was not started. */
const ofContainer = (engine: string, code: number, log: string): Words => ({
  message: `${engine} did not start the script: it ended with exit code ${code}`,
  hint: /\bbash\b/u.test(log) ? "the image must have bash, for the processor of this machine" : undefined
})

/** What says that the script was started, and holds user and system times, as bash writes them at its end. */
export const timesName = "times"

/** Of a script that ended with another exit code than 0. `log` is the end of what it said on stderr. */
export const ofCode = (folder: string, spec: ScriptSpec, code: number, log: string): Words => {
  if (spec.container !== undefined && !existsSync(join(folder, timesName)))
    return ofContainer(spec.container.engine, code, log)
  const place = placeIn(folder, code)
  return {
    message: `the script ended with exit code ${code}${place === undefined ? "" : where(place, spec.script)}`,
    hint: hintOf(code, place, spec, log)
  }
}

/** Of a script that ended well and has not written an output: perhaps it is among what it left in its working folder. */
export const ofMissing = (
  folder: string,
  port: string,
  path: string
): { readonly message: string; readonly hint: string } => {
  const scratch = join(folder, "scratch")
  const left = (existsSync(scratch) ? readdirSync(scratch, { withFileTypes: true }) : [])
    .filter((entry) => entry.isFile())
    .map(({ name }) => `'${name}'`)
  const beside = left.length === 0 ? "" : `; it left ${left.slice(0, 3).join(", ")} in its working folder`
  return {
    message: `the script did not write its output '${port}'${beside}`,
    hint: `write it to "$${port}" (${path})`
  }
}
