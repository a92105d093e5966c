/** `runs/<id>/`: what one `agflow run` leaves behind. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import { mkdirSync, renameSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import type { Artifact } from "../cache/Artifact.ts"
import { Home } from "../cache/Home.ts"
import * as Disk from "../core/Disk.ts"
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
      Disk.makeFolder(folder.logs)
      Disk.writeNew(join(path, "workflow.yaml"), workflow.text)
      // By rename, so that of runs that start together none finds the name taken.
      const latest = join(path, "latest")
      symlinkSync(id, latest)
      renameSync(latest, join(runs, "latest"))
    },
    catch: (cause) => new InputError({ message: `cannot make the run's folder: ${messageOf(cause)}`, file: path })
  })
  return folder
})

/** Characters of events that are gathered before they are written, and milliseconds that they wait for more. */
const flushAt = 1 << 16
const flushAfter = 100

/**
 * The run's events, in order. Those that tell of the cache only come by the thousand, and are written together; at any
 * other all are written. A disk that is full is no reason to lose the run over its log: the tasks say so themselves.
 */
export const log = ({ path }: RunFolder) => {
  let pending = ""
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    try {
      Disk.append(join(path, "events.ndjson"), pending)
      pending = ""
    } catch {
      // What there is of it may end within a line.
      pending = "\n"
    }
  }
  return {
    append: (event: Event): void => {
      pending += `${JSON.stringify(event)}\n`
      if (event._tag !== "TaskCached" || pending.length > flushAt) flush()
      else timer ??= setTimeout(flush, flushAfter)
    }
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
        Disk.writeNew(join(path, scriptName(code)), text)
      } catch {
        // Like the log: a full disk is told by the tasks.
      }
    }
  }
}

/** Where the main file of an output is, relative to the run's folder. */
export const outputPath = (name: string, { extension }: Artifact): string => `results/${name}.${extension}`
