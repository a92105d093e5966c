/**
 * Removes what a collection has chosen, in steps that are safe beside runs:
 *
 * 1. Records are renamed, so that no run finds them any more. One that was used in the meantime stays.
 * 2. Whoever had found one just before has said so by now: it gets its name back.
 * 3. Stored files that no record names any more are removed, but none that is young, or that a task's folder points to.
 *
 * A collection that is killed leaves renamed files, which the next one removes.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { existsSync, lstatSync, renameSync, rmSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import { InputError, messageOf } from "../core/Failure.ts"
import { Home } from "./Home.ts"
import * as InUse from "./InUse.ts"
import * as Inventory from "./Inventory.ts"
import * as ResultSet from "./ResultSet.ts"

/** Time for a run that has found a record to say so. */
const pause = "2 seconds"

export const isSetAside = (path: string): boolean => path.endsWith(".gone")

/** Takes a file out of the way; undefined when it is not there, or changed since it was looked at. */
const setAside = (path: string, used: number): string | undefined => {
  const aside = `${path}.gone`
  try {
    if (statSync(path).mtimeMs > used) return undefined
    renameSync(path, aside)
    return aside
  } catch {
    return undefined
  }
}

const putBack = (aside: string): void => {
  const path = aside.slice(0, -".gone".length)
  // Made anew in the meantime: that one is as good.
  if (existsSync(path)) rmSync(aside, { force: true })
  else renameSync(aside, path)
}

export interface Chosen {
  /** As it was when it was chosen. */
  readonly inventory: Inventory.Inventory
  readonly items: ReadonlyArray<{ readonly kind: string; readonly path: string; readonly used: number }>
  /** Stored files younger than this, in milliseconds, stay unless a record that goes names them. */
  readonly spareFiles: number
}

/**
 * Removes what was chosen; the bytes freed. `wanted` tells the keys that runs have said they use: it is asked again once
 * the records are out of the way, unless nobody runs.
 */
export const collect = Effect.fnUntraced(function* (
  { inventory, items, spareFiles }: Chosen,
  wanted: Effect.Effect<ReadonlySet<string> | undefined, InputError, Home>
) {
  const home = yield* Home
  const now = yield* Clock.currentTimeMillis
  const attempt = <A>(act: () => A) =>
    Effect.try({
      try: act,
      catch: (cause) => new InputError({ message: `cannot collect: ${messageOf(cause)}`, file: home.root })
    })
  const asides = yield* attempt(() =>
    items.flatMap(({ kind, path, used }) => (kind === "result" ? (setAside(path, used) ?? []) : []))
  )
  const keyOf = (aside: string) => basename(aside, ".json.gone")
  if ((yield* wanted) !== undefined) {
    yield* Effect.sleep(pause)
    const keys = Inventory.withHelpers(inventory, (yield* wanted) ?? [])
    yield* attempt(() => asides.filter((each) => keys.has(keyOf(each))).forEach(putBack))
  }
  return yield* attempt(() => {
    let freed = 0
    const remove = (path: string, first = path) => {
      const bytes = Inventory.bytesOf(Inventory.filesBelow(path))
      rmSync(first, { recursive: true, force: true, maxRetries: 3 })
      rmSync(path, { recursive: true, force: true, maxRetries: 3 })
      freed += bytes
    }
    const sets: Array<string> = []
    for (const aside of asides) if (existsSync(aside)) remove(aside)
    // Made anew of the records that stay.
    if (asides.length > 0) rmSync(home.index, { recursive: true, force: true, maxRetries: 3 })
    for (const { kind, path, used } of items) {
      if (kind === "result" || path.startsWith(`${home.store}/`)) continue
      if (path.startsWith(`${home.results}/`)) {
        sets.push(basename(path))
        continue
      }
      const set = kind === "run" ? ResultSet.of(path) : undefined
      if (set !== undefined) sets.push(set)
      // Taken anew, or renewed, since it was looked at.
      const isSilent = (Inventory.fileAt(path)?.changed ?? 0) <= used
      if (path.startsWith(`${home.leases}/`) && InUse.isHeld(path, isSilent)) continue
      // Without its record a folder is nobody's run, should the rest of it stay behind.
      remove(path, kind === "run" ? join(path, "run.json") : path)
    }
    const latest = join(home.runs, "latest")
    if (!existsSync(latest)) rmSync(latest, { force: true })
    return { freed, sets }
  }).pipe(
    Effect.flatMap(({ freed, sets }) =>
      Effect.map(
        Effect.all([sweep(now - spareFiles), ResultSet.sweep(sets)]),
        ([files, results]) => freed + files + results
      )
    )
  )
})

/** Removes the stored files that nobody names and that have not changed since; the bytes freed. */
const sweep = Effect.fnUntraced(function* (since: number) {
  const home = yield* Home
  const inventory = yield* Inventory.take
  const named = Inventory.namedBy(inventory, inventory.records.keys())
  return yield* Effect.sync(() => {
    const linked = InUse.linkedFrom(home.work)
    let freed = 0
    for (const { sha256, path, bytes, changed } of inventory.objects.values()) {
      if (named.has(sha256) || linked.has(sha256) || changed > since) continue
      // Damaged, a run may take it away.
      const mtimeMs = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs
      const aside = mtimeMs === undefined ? undefined : setAside(path, mtimeMs)
      if (aside === undefined) continue
      // Marked as wanted between the look and the rename: a result that is being kept has the same content.
      if (lstatSync(aside).mtimeMs > mtimeMs!) {
        putBack(aside)
        continue
      }
      rmSync(aside, { force: true })
      freed += bytes
    }
    for (const draft of inventory.drafts) {
      if (!draft.path.startsWith(`${home.store}/`) || (draft.changed > since && !isSetAside(draft.path))) continue
      rmSync(draft.path, { recursive: true, force: true })
      freed += draft.bytes
    }
    return freed
  })
})
