/**
 * Whether what is stored is what it says it is. Every file is read and hashed: what the file system says of it (times,
 * sizes) is not believed.
 */
import * as Effect from "effect/Effect"
import { existsSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Digest from "../core/Digest.ts"
import { cannot } from "../core/Failure.ts"
import { Home } from "./Home.ts"
import { recordPath } from "./Record.ts"
import * as Inventory from "./Inventory.ts"
import * as TaskKey from "./TaskKey.ts"

export interface Finding {
  readonly state: "damaged" | "missing"
  readonly kind: "stored file" | "record" | "download" | "result"
  readonly path: string
  /** Tasks whose results it is part of, as `stage key`. */
  readonly of: ReadonlyArray<string>
}

export interface Verified {
  /** Files read. */
  readonly files: number
  readonly bytes: number
  readonly records: number
  readonly findings: ReadonlyArray<Finding>
}

/** A file whose digest is known. */
export interface KnownFile {
  readonly path: string
  readonly sha256: string
}

/** All of the state folder; with `keys`, the results of these tasks. `published` are further files to look at. */
export const verify = Effect.fnUntraced(function* (
  keys: ReadonlyArray<string> | undefined,
  published: ReadonlyArray<KnownFile>
) {
  const home = yield* Home
  const inventory = yield* Inventory.take
  const chosen = keys === undefined ? new Set(inventory.records.keys()) : Inventory.withHelpers(inventory, keys)
  const findings: Array<Finding> = []
  const users = new Map<string, Array<string>>()
  for (const key of chosen) {
    const { path, record } = inventory.records.get(key)!
    const of = `${record.structure.stage} ${key.slice(0, 12)}`
    if (TaskKey.digest(record.structure) !== key) findings.push({ state: "damaged", kind: "record", path, of: [of] })
    for (const { sha256 } of Inventory.filesOf(record)) users.set(sha256, [...(users.get(sha256) ?? []), of])
  }
  const unreadable = new Set(inventory.unreadable.map(({ path }) => path))
  const lost = keys?.filter((key) => !inventory.records.has(key)).map((key) => recordPath(home.records, key))
  for (const path of lost ?? unreadable) {
    findings.push({ state: unreadable.has(path) ? "damaged" : "missing", kind: "record", path, of: [] })
  }
  // The index would go on to answer for them.
  if (findings.length > 0) rmSync(home.index, { recursive: true, force: true, maxRetries: 3 })

  let files = 0
  let bytes = 0
  const look = Effect.fnUntraced(function* (kind: Finding["kind"], { path, sha256 }: KnownFile) {
    const of = [...new Set(users.get(sha256) ?? [])].sort()
    const found = existsSync(path) ? yield* Digest.ofFile(path).pipe(Effect.orElseSucceed(() => undefined)) : null
    if (found === null) findings.push({ state: "missing", kind, path, of })
    else {
      files++
      bytes += Inventory.fileAt(path)?.bytes ?? 0
      if (found !== sha256) findings.push({ state: "damaged", kind, path, of })
    }
  })
  const wanted = new Set(users.keys())
  if (keys === undefined) for (const sha256 of inventory.objects.keys()) wanted.add(sha256)
  for (const sha256 of [...wanted].sort()) {
    yield* look("stored file", { sha256, path: join(home.store, sha256.slice(0, 2), sha256) })
  }
  for (const sha256 of keys === undefined ? Inventory.namesIn(home.downloads) : []) {
    if (/^[0-9a-f]{64}$/u.test(sha256)) yield* look("download", { sha256, path: join(home.downloads, sha256) })
  }
  for (const file of published) yield* look("result", file)
  return { files, bytes, records: chosen.size, findings } satisfies Verified as Verified
})

/** What is damaged is taken out of the cache, so that it is made again; published results stay where they are. */
export const remove = (findings: ReadonlyArray<Finding>) =>
  Effect.forEach(
    findings.filter(({ state, kind }) => state === "damaged" && kind !== "result"),
    ({ path }) => Effect.try({ try: () => rmSync(path, { force: true }), catch: cannot("write", dirname(path)) }),
    { discard: true }
  )
