/**
 * Partial files of downloads under way.
 *
 * One process writes one partial file, whose name says whose it is. What a run leaves behind when it fails or is killed
 * is taken over by the next one through a rename, which only one can win: two runs never write to one file.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Option from "effect/Option"
import { randomUUID } from "node:crypto"
import * as Process from "../core/Process.ts"

/** Longer than a live download can be silent. */
const abandonedAfter = 10 * 60_000

/**
 * The path of a partial file of one's own in `folder`, holding what an earlier run got if there is any. With `keep`,
 * what is left of it when the scope closes stays for the next run; without, it is removed.
 */
export const claim = Effect.fnUntraced(function* (folder: string, key: string, keep: boolean) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const free = path.join(folder, `${key}.part`)
  const own = path.join(folder, `${key}.${process.pid}@${Process.host}.${randomUUID()}.part`)

  const isFree = Effect.fnUntraced(function* (name: string) {
    if (!name.startsWith(`${key}.`) || !name.endsWith(".part")) return false
    const owner = /^(\d+)@(.*)\.[0-9a-f-]{36}\.part$/u.exec(name.slice(key.length + 1))
    const alive = owner && Process.isAlive({ host: owner[2]!, pid: Number(owner[1]), started: null })
    if (alive === null || alive === false) return true
    const info = yield* fs.stat(path.join(folder, name)).pipe(Effect.orElseSucceed(() => undefined))
    const written = info === undefined ? undefined : Option.getOrUndefined(info.mtime)
    const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
    return alive === undefined && written !== undefined && now - written.getTime() > abandonedAfter
  })

  const names = yield* fs.readDirectory(folder).pipe(Effect.orElseSucceed(() => []))
  for (const name of names.sort()) {
    if (!(yield* isFree(name))) continue
    const taken = yield* Effect.result(fs.rename(path.join(folder, name), own))
    if (taken._tag === "Success") break
  }
  yield* Effect.addFinalizer(() => Effect.ignore(keep ? fs.rename(own, free) : fs.remove(own, { force: true })))
  return own
})
