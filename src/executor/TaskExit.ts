/** How a task ended: what its folder says, which alone is the truth. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { existsSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync, type Stats } from "node:fs"
import { join } from "node:path"
import { Tally } from "../core/Tally.ts"
import { Provenance } from "../core/Provenance.ts"
import * as FileKind from "../dsl/stage/FileKind.ts"
import * as ScriptAccount from "./ScriptAccount.ts"
import * as ScriptFailure from "./ScriptFailure.ts"
import type { Prepared } from "./TaskFolder.ts"
import * as TaskLog from "./TaskLog.ts"
import type { ScriptSpec } from "./TaskSpec.ts"

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
  /** What became of the rows that it took. */
  account: Schema.Array(Tally),
  cpuSeconds: Schema.NullOr(Schema.Number),
  maxRssBytes: Schema.NullOr(Schema.Number)
})
export type TaskExit = typeof TaskExit.Type

const ExitJson = Schema.fromJsonString(TaskExit)

export const write = (folder: string, exit: TaskExit): void => {
  const path = join(folder, "exit.json")
  writeFileSync(`${path}.tmp`, `${JSON.stringify(exit, null, 1)}\n`)
  renameSync(`${path}.tmp`, path)
}

/** User and system time of the script and of its children, as bash's `times` tells them; null when it could not. */
const timesIn = (folder: string): number | null => {
  try {
    const parts = [...readFileSync(join(folder, ScriptFailure.timesName), "utf8").matchAll(/(\d+)m([\d.]+)s/gu)]
    if (parts.length !== 4) return null
    return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0)
  } catch {
    return null
  }
}

/** What is at the path, behind all links; undefined where they lead to nothing. */
const behind = (path: string): Stats | undefined => {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

const writtenCode = (folder: string): number => Number(readFileSync(join(folder, "code"), "utf8"))

const scriptExit = (folder: string, spec: ScriptSpec, code: number): TaskExit => {
  const base = {
    provenance: [],
    account: [],
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
    const log = TaskLog.tail(folder, "stderr.log", 20).join("\n")
    const { message, hint } = ScriptFailure.ofCode(folder, spec, code, log)
    return fail(message, hint)
  }
  const written = join(folder, "outputs")
  const files = new Set(existsSync(written) ? readdirSync(written) : [])
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
    const found = behind(join(written, name))
    if (found === undefined) return fail(`output '${port}' is a link that leads to nothing`)
    if (found.isDirectory())
      return fail(`output '${port}' is a folder, where one file is kept`, `pack it: tar -cf "$${port}" -C FOLDER .`)
    if (!found.isFile()) return fail(`output '${port}' is no file, but a pipe or a device`)
  }
  // A companion (an index) stands beside its file: its name begins with the file's.
  const kept = new Set(
    names.flatMap(({ name }) => ["", ...FileKind.companionsOf(name)].map((suffix) => `${name}${suffix}`))
  )
  const extra = [...files].sort().find((file) => !kept.has(file))
  if (extra !== undefined)
    return fail(
      `the script wrote '${extra}', which is not declared`,
      "declare it under 'outputs', or write it to the working folder"
    )
  const account = ScriptAccount.read(folder)
  if ("_tag" in account) return fail(account.message, account.hint)
  const outputs = Object.fromEntries(names.map(({ port, name }) => [port, name]))
  return { ...base, account, code: 0, failure: null, outputs }
}

/**
 * How the task ended; undefined when it has not, or was killed before it could say. `code` is a script's exit status,
 * where the executor saw it end by itself: else `run.sh` has written it.
 */
export const read = ({ folder, spec }: Prepared, code?: number): Effect.Effect<TaskExit | undefined> =>
  Effect.try(() => {
    if (spec.kind === "script") return scriptExit(folder, spec, code ?? writtenCode(folder))
    return Schema.decodeSync(ExitJson)(readFileSync(join(folder, "exit.json"), "utf8"))
  }).pipe(Effect.orElseSucceed(() => undefined))
