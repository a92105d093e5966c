/** Which program runs containers, and what it says when it is asked. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { execFile } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { InputError } from "../core/Failure.ts"
import { engines, type Engine } from "./Container.ts"

export interface Choice {
  /** By `--container-engine`; undefined for the first that is installed and runs. */
  readonly chosen: Engine | undefined
  /** Whether an image that is not there may be fetched: to run something, not to plan it. */
  readonly fetch: boolean
}

export const Choice: Context.Reference<Choice> = Context.Reference("agflow/executor/ContainerEngine/Choice", {
  defaultValue: (): Choice => ({ chosen: undefined, fetch: false })
})

const onPath = (program: string): boolean =>
  (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return folder !== ""
    } catch {
      return false
    }
  })

/** What an engine says; the last line of its complaint, where it fails. No limit of time: an image may be large. */
export const ask = (engine: Engine, args: ReadonlyArray<string>): Effect.Effect<string, string> =>
  Effect.callback((resume) => {
    const child = execFile(engine, [...args], (failed, stdout, stderr) => {
      if (failed === null) return resume(Effect.succeed(stdout.trim()))
      const said = stderr.trim().split("\n").at(-1)!
      resume(Effect.fail(said === "" ? failed.message : said))
    })
    return Effect.sync(() => void child.kill())
  })

/** What each engine that was asked whether it runs said; undefined of one that does. */
const asked = new Map<Engine, string | undefined>()

/** Why an engine that is installed does not run; undefined of one that does. */
export const complaint = Effect.fnUntraced(function* (engine: Engine) {
  if (!asked.has(engine)) {
    // Docker's client answers where its daemon does.
    const answer = ask(engine, ["version"]).pipe(
      Effect.timeoutOrElse({ duration: "20 seconds", orElse: () => Effect.fail("it gave no answer in 20 seconds") }),
      Effect.result
    )
    asked.set(engine, Result.getFailure(yield* answer).pipe(Option.getOrUndefined))
  }
  return asked.get(engine)
})

let rootless: boolean | undefined

/** Whether docker's daemon is the user's own: who runs it is root inside, and others are nobody outside. */
export const isRootless = Effect.fnUntraced(function* (engine: Engine) {
  if (engine !== "docker") return false
  rootless ??= yield* ask("docker", ["info", "--format", "{{.SecurityOptions}}"]).pipe(
    Effect.map((options) => options.includes("name=rootless")),
    Effect.orElseSucceed(() => false)
  )
  return rootless
})

/** The one that was chosen, else the first of these that is installed and runs. */
export const find = Effect.fnUntraced(function* (able: ReadonlyArray<Engine> = engines) {
  const { chosen } = yield* Choice
  const installed = (chosen === undefined ? able : [chosen]).filter(onPath)
  const complaints: Array<string> = []
  for (const engine of installed) {
    const said = yield* complaint(engine)
    if (said === undefined) return engine
    complaints.push(`${engine} does not run: ${said}`)
  }
  if (complaints.length > 0) {
    const others = engines.filter((each) => !installed.includes(each)).join(", ")
    const instead = chosen === undefined ? "install one of" : "choose another with --container-engine:"
    return yield* new InputError({
      message: complaints.join("; "),
      hint: `start it${others === "" ? "" : `, or ${instead} ${others}`}`
    })
  }
  return yield* new InputError({
    message:
      chosen !== undefined
        ? `${chosen} is not installed`
        : able.length === 1
          ? `${able[0]} is not installed`
          : "there is no container engine on this machine",
    hint: `install one of ${able.join(", ")}, or leave 'container' out`
  })
})
