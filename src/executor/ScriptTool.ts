/**
 * What the tools that scripts name say of themselves: the output of a command such as `python3 -VV; pip freeze`, by its
 * digest a part of the scripts' keys. It is asked for once in a run, in the surroundings that scripts have.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { tmpdir } from "node:os"
import * as Digest from "../core/Digest.ts"
import { InputError } from "../core/Failure.ts"
import * as Printable from "../core/Printable.ts"
import * as ScriptCommand from "./ScriptCommand.ts"

/** Whether the commands of this workflow may be run: they are code, and to plan is not to run. */
export const Asking: Context.Reference<{ readonly allows: () => boolean }> = Context.Reference(
  "agflow/executor/ScriptTool/Asking",
  { defaultValue: () => ({ allows: (): boolean => true }) }
)

const timeout = 120_000

interface Answer {
  /** Why there is none. */
  readonly failure: string | undefined
  readonly digest: string
}

const ask = (command: string): Promise<Answer> =>
  new Promise((done) => {
    const args = [...ScriptCommand.strict, "-c", command]
    const options = { env: ScriptCommand.inherited(), cwd: tmpdir(), timeout, maxBuffer: 64 << 20 }
    execFile("bash", args, options, (failed, stdout, stderr) => {
      const said = Printable.line(stderr.trim().split("\n").at(-1)!)
      const failure = failed === null ? undefined : failed.killed === true ? "it gave no answer in 2 min" : said
      // Some say their version on standard error.
      done({ failure, digest: Digest.ofJson([stdout, stderr]) })
    })
  })

const asked = new Map<string, Promise<Answer>>()

/** The digest of what each of the commands says, by the tool's name. */
export const identify = Effect.fnUntraced(function* (tools: Readonly<Record<string, string>>) {
  const digests: Record<string, string> = {}
  // In the order of canonical JSON.
  for (const name of Object.keys(tools).sort()) {
    const command = tools[name]!
    if (!asked.has(command)) {
      if (!(yield* Asking).allows()) {
        return yield* new InputError({
          message: `to know the version of tool '${name}' its command must be run, and you have not said that you trust this folder: ${command}`,
          hint: "look at it; then give --trust, which is remembered. What you have run with agflow run is trusted"
        })
      }
      asked.set(command, ask(command))
    }
    const { failure, digest } = yield* Effect.promise(() => asked.get(command)!)
    if (failure !== undefined) {
      return yield* new InputError({
        message: `tool '${name}' does not say what it is: ${failure === "" ? "its command failed" : failure}`,
        hint: `its command is: ${command}`
      })
    }
    digests[name] = digest
  }
  return digests
})
