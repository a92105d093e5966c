/** Which results the runs of a state folder need. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import type { RunUse } from "../cache/Collection.ts"
import { Home } from "../cache/Home.ts"
import * as Process from "../core/Process.ts"
import * as RunRecord from "./RunRecord.ts"

export const keysOf = ({ tasks }: RunRecord.RunRecord): ReadonlyArray<string> =>
  tasks.flatMap(({ key }) => (key === null ? [] : [key]))

/** Of the tasks that have a result. */
export const finishedKeys = ({ tasks }: RunRecord.RunRecord): ReadonlyArray<string> => [
  ...new Set(
    tasks.flatMap(({ key, status }) => (key !== null && (status === "done" || status === "cached") ? [key] : []))
  )
]

/** Its tasks run, or its process writes the report. */
const isLive = (runs: string, record: RunRecord.RunRecord, now: number): boolean =>
  RunRecord.stateOf(runs, record, now) === "running" || Process.isAlive(record.process) === true

/** A run that has only just made its folder has no record yet. */
const startingMillis = 60_000

/** All runs, also those that were killed before they had a record; kept are the last so many, and the named. */
export const list = Effect.fnUntraced(function* (last: number, named: ReadonlyArray<string>) {
  const { runs } = yield* Home
  const now = yield* Clock.currentTimeMillis
  const records = yield* RunRecord.list(runs)
  const chosen = yield* Effect.forEach(named, (word) => RunRecord.choose(records, word))
  const kept = new Set([...records.slice(0, last), ...chosen].map(({ id }) => id))
  const known = records.map((record): RunUse => {
    return {
      id: record.id,
      path: join(runs, record.id),
      used: Date.parse(record.ended ?? record.started),
      live: isLive(runs, record, now),
      kept: kept.has(record.id),
      keys: keysOf(record)
    }
  })
  const ids = new Set(known.map(({ id }) => id))
  const nameless = readdirSync(runs, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !ids.has(entry.name))
    .map(({ name }): RunUse => {
      const path = join(runs, name)
      return { id: name, path, used: statSync(path).mtimeMs, live: false, kept: false, keys: [] }
    })
    .filter(({ used }) => now - used >= startingMillis)
  return [...known, ...nameless]
})

/** What runs that are under way have said they use; undefined when there are none. */
export const keysOfLiveRuns = Effect.gen(function* () {
  const { runs } = yield* Home
  const now = yield* Clock.currentTimeMillis
  const live = (yield* RunRecord.list(runs)).filter((record) => isLive(runs, record, now))
  return live.length === 0 ? undefined : new Set(live.flatMap(keysOf))
})
