/** `runs/<id>/`: what one `agflow run` leaves behind. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import {
  appendFileSync,
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import type { Artifact } from "../cache/Artifact.ts"
import { ContentStore } from "../cache/ContentStore.ts"
import { Home } from "../cache/Home.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import type { Workflow } from "../dsl/Workflow.ts"
import type { Event } from "./Event.ts"

export interface RunFolder {
  readonly id: string
  readonly path: string
  readonly logs: string
  readonly results: string
}

/** `2026-11-22T14-05-33-417-9f3a`: sorts by time, to the millisecond. */
export const make = Effect.fnUntraced(function* (workflow: Workflow) {
  const { runs } = yield* Home
  const now = new Date(yield* Clock.currentTimeMillis).toISOString()
  const id = `${now.slice(0, 23).replaceAll(/[:.]/gu, "-")}-${randomBytes(2).toString("hex")}`
  const path = join(runs, id)
  const folder: RunFolder = { id, path, logs: join(path, "logs"), results: join(path, "results") }
  yield* Effect.try({
    try: () => {
      for (const each of [folder.logs, folder.results]) mkdirSync(each, { recursive: true })
      writeFileSync(join(path, "workflow.yaml"), workflow.text)
      // By rename, so that of runs that start together none finds the name taken.
      const latest = join(path, "latest")
      symlinkSync(id, latest)
      renameSync(latest, join(runs, "latest"))
    },
    catch: (cause) => new InputError({ message: `cannot make the run's folder: ${messageOf(cause)}`, file: path })
  })
  return folder
})

/** A disk that is full is no reason to lose the run over its log: the tasks say so themselves. */
export const append = ({ path }: RunFolder, event: Event): void => {
  try {
    appendFileSync(join(path, "events.ndjson"), `${JSON.stringify(event)}\n`)
  } catch {
    return
  }
}

/** Of a script that the run has, by the digest of its text; relative to the run's folder. */
export const scriptName = (code: string): string => join("scripts", `${code}.sh`)

/** Keeps each script of the run once, for those who look back. */
export const scripts = ({ path }: RunFolder) => {
  const kept = new Set<string>()
  return {
    keep: (code: string, text: string): void => {
      if (kept.has(code)) return
      kept.add(code)
      try {
        mkdirSync(join(path, "scripts"), { recursive: true })
        writeFileSync(join(path, scriptName(code)), text)
      } catch {
        // Like the log: a full disk is told by the tasks.
      }
    }
  }
}

/** Up to this size a result is a copy of its own; above, a second name of the stored file. */
const copyLimit = 64e6

/** Puts an output under its name into `results/`; the path of its main file, relative to the run's folder. */
export const publish = Effect.fnUntraced(function* ({ path }: RunFolder, name: string, artifact: Artifact) {
  const store = yield* ContentStore
  const main = join("results", `${name}.${artifact.extension}`)
  yield* Effect.try({
    try: () => {
      for (const { suffix, sha256, bytes } of artifact.files) {
        const target = join(path, `${main}${suffix}`)
        if (bytes > copyLimit) linkSync(store.path(sha256), target)
        else copyFileSync(store.path(sha256), target, constants.COPYFILE_FICLONE)
      }
    },
    catch: (cause) => new InputError({ message: `cannot publish output '${name}': ${messageOf(cause)}`, file: path })
  })
  return main
})
