/** Garbage collection: what goes, and why. Removal.ts takes it away. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { basename, dirname, join } from "node:path"
import type { InputError } from "../core/Failure.ts"
import * as Process from "../core/Process.ts"
import * as UnpinnedAddress from "../data/UnpinnedAddress.ts"
import { Home } from "./Home.ts"
import * as InUse from "./InUse.ts"
import * as Inventory from "./Inventory.ts"
import * as ResultSet from "./ResultSet.ts"
import * as Removal from "./Removal.ts"

export interface RunUse {
  readonly id: string
  /** Its folder. */
  readonly path: string
  /** When it ended or, if it has not, started; milliseconds since 1970. */
  readonly used: number
  /** It runs, so it is kept. */
  readonly live: boolean
  /** The user wants it kept. */
  readonly kept: boolean
  /** Of its tasks. */
  readonly keys: ReadonlyArray<string>
}

export interface CollectionOptions {
  /** Goes when it was not used for so long. */
  readonly olderThan: number | undefined
  /** The least recently used goes until no more bytes are left than this. */
  readonly maxSize: number | undefined
  /** All that no kept run needs goes. */
  readonly onlyKept: boolean
  /** Younger than this stays in any case: it may belong to what is being made now. */
  readonly spare: number
}

export const kinds = ["result", "run", "checkpoint", "download", "leftover"] as const

export interface Item {
  readonly kind: (typeof kinds)[number]
  readonly name: string
  readonly path: string
  /** What is freed when it goes, after those before it in the list. */
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly used: number
  readonly reason: string
}

export interface Choice {
  readonly inventory: Inventory.Inventory
  readonly items: ReadonlyArray<Item>
  readonly before: number
  readonly after: number
  /** Files younger than this, in milliseconds, stay unless a record that goes names them. */
  readonly spareFiles: number
}

/** Half of a download is worth keeping for a while: the next run goes on with it. */
const partialMillis = 24 * 3600 * 1000

const isAbandoned = (path: string): boolean => {
  const owner = /\.(\d+)@(.+)\.[0-9a-f-]{36}\.part$/u.exec(basename(path))
  return owner === null || Process.isAlive({ host: owner[2]!, pid: Number(owner[1]), started: null }) !== true
}

/** Beside a run: longer than a result that is there lacks its record, or a draft its name. */
const inTheMaking = 60_000

/** What would go. `listing` are all runs of the state folder. */
export const choose = Effect.fnUntraced(function* (
  listing: Effect.Effect<ReadonlyArray<RunUse>, InputError, Home>,
  options: CollectionOptions
) {
  const home = yield* Home
  const inventory = yield* Inventory.take
  // After the inventory, so that a run has said by now that it uses what is in it.
  const runs = yield* listing
  const now = yield* Clock.currentTimeMillis
  return yield* Effect.sync((): Choice => {
    const { olderThan, maxSize, onlyKept, spare } = options
    const live = runs.some((run) => run.live)
    const spareFiles = live ? Math.max(spare, inTheMaking) : spare
    const isYoung = ({ changed }: { readonly changed: number }) => now - changed < spareFiles
    const leases = Inventory.filesBelow(home.leases)
    const isSilent = (lease: Inventory.FoundFile) => now - lease.changed > Math.max(spare, 15_000)
    const held = leases.filter((lease) => InUse.isHeld(lease.path, isSilent(lease)))
    const needed = new Set([
      ...runs.filter((run) => run.kept || run.live).flatMap(({ keys }) => keys),
      ...held.map(({ path }) => basename(path))
    ])
    const kept = Inventory.withHelpers(inventory, needed)

    /** How many records name a stored file: it goes with the last of them. */
    const names = new Map<string, number>()
    for (const { record } of inventory.records.values()) {
      for (const { sha256 } of Inventory.filesOf(record)) names.set(sha256, (names.get(sha256) ?? 0) + 1)
    }
    const linked = InUse.linkedFrom(home.work)
    const items: Array<Item> = []

    const leftover = ({ path, bytes, changed }: Inventory.FoundFile, reason: string) =>
      items.push({ kind: "leftover", name: path.slice(home.root.length + 1), path, bytes, used: changed, reason })
    for (const draft of inventory.drafts) {
      if (Removal.isSetAside(draft.path) || !isYoung(draft)) leftover(draft, "never finished")
    }
    for (const file of inventory.unreadable) if (!isYoung(file)) leftover(file, "a record that does not read")
    for (const object of inventory.objects.values()) {
      if (names.has(object.sha256) || linked.has(object.sha256) || isYoung(object)) continue
      leftover(object, "no record names it")
    }
    const publishers = new Map(ResultSet.users(home.runs))
    for (const name of Inventory.namesIn(home.results)) {
      const path = join(home.results, name)
      const set = Inventory.fileAt(path)
      if (publishers.has(name) || set === undefined || (!Removal.isSetAside(path) && isYoung(set))) continue
      leftover({ ...set, bytes: Inventory.bytesOf(Inventory.filesBelow(path)) }, "no run published it")
    }
    for (const lease of leases) {
      if (!held.includes(lease) && !isYoung(lease)) leftover(lease, "its holder is gone")
    }

    const downloads = Inventory.filesBelow(home.downloads)
    for (const file of downloads) {
      if (!file.path.endsWith(".part") || !isAbandoned(file.path)) continue
      if (spare === 0 || now - file.changed > partialMillis) leftover(file, "a download that nobody goes on with")
    }

    interface Candidate {
      readonly used: number
      readonly item: (reason: string) => Item
      readonly only: boolean
    }
    const results = [...inventory.records.values()]
      .filter(({ key, used }) => !kept.has(key) && now - used >= spare)
      .map(({ key, path, used, record }): Candidate => {
        const item = (reason: string): Item => {
          let bytes = Inventory.fileAt(path)?.bytes ?? 0
          for (const { sha256 } of Inventory.filesOf(record)) {
            const left = names.get(sha256)! - 1
            names.set(sha256, left)
            if (left === 0 && !linked.has(sha256)) bytes += inventory.objects.get(sha256)?.bytes ?? 0
          }
          return { kind: "result", name: `${record.structure.stage} ${key.slice(0, 12)}`, path, bytes, used, reason }
        }
        return { used, item, only: true }
      })
    const folders = runs
      .filter((run) => !run.kept && !run.live && now - run.used >= spare)
      .map(({ id, path, used }): Candidate => {
        const item = (reason: string): Item => {
          const set = ResultSet.of(path)
          const left = set === undefined ? undefined : publishers.get(set)! - 1
          if (set !== undefined) publishers.set(set, left!)
          // What it published goes with the last run that published the same.
          const results = left === 0 ? Inventory.filesBelow(join(home.results, set!)) : []
          const bytes = Inventory.bytesOf([...Inventory.filesBelow(path), ...results])
          return { kind: "run", name: id, path, bytes, used, reason }
        }
        return { used, item, only: true }
      })
    const checkpoints = Inventory.namesIn(home.checkpoints)
      .filter((key) => !needed.has(key))
      .flatMap((key): ReadonlyArray<Candidate> => {
        const path = join(home.checkpoints, key)
        const parts = Inventory.filesBelow(path)
        const used = Math.max(0, ...parts.map(({ changed }) => changed))
        const bytes = Inventory.bytesOf(parts)
        const item = (reason: string): Item => ({
          kind: "checkpoint",
          name: key.slice(0, 12),
          path,
          bytes,
          used,
          reason
        })
        if (now - used < spareFiles) return []
        if (!inventory.records.has(key)) return [{ used, item, only: true }]
        items.push({ ...item("its task has ended"), kind: "leftover" })
        return []
      })
    const isRemembered = (path: string) => basename(dirname(path)) === UnpinnedAddress.folderName
    // A task may be reading any of them, and nothing says which.
    const files = (live ? [] : downloads)
      .filter((file) => !file.path.endsWith(".part") && !isRemembered(file.path) && !isYoung(file))
      .map(({ path, bytes, changed }): Candidate => {
        const name = basename(path)
        return {
          used: changed,
          item: (reason) => ({ kind: "download", name, path, bytes, used: changed, reason }),
          only: false
        }
      })
    const candidates = [...results, ...folders, ...checkpoints, ...files].sort((a, b) => a.used - b.used)

    const before = Inventory.bytesOf(
      [home.records, home.store, home.leases, home.checkpoints, home.downloads, home.runs, home.results].flatMap(
        (folder) => Inventory.filesBelow(folder)
      )
    )
    let after = before - items.reduce((sum, { bytes }) => sum + bytes, 0)
    for (const { used, item, only } of candidates) {
      const reason =
        olderThan !== undefined && now - used > olderThan
          ? "not used for long"
          : onlyKept && only
            ? "no kept run needs it"
            : maxSize !== undefined && after > maxSize
              ? "used least recently"
              : undefined
      if (reason === undefined) continue
      const chosen = item(reason)
      items.push(chosen)
      after -= chosen.bytes
    }
    return { inventory, items, before, after, spareFiles }
  })
})
