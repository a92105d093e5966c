/**
 * One holder at a time, among all processes that share a folder: a file per name, made exclusively, its mtime renewed
 * while the holder lives. A lease whose holder is dead, or has been silent for long, is taken over.
 *
 * A holder on another machine is silent when none of its leases has been renewed while this process has looked on for long:
 * the clocks of two machines need not agree, nor need one be right all the time.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync
} from "node:fs"
import { join } from "node:path"
import { InputError, messageOf } from "../core/Failure.ts"
import * as Printable from "../core/Printable.ts"
import * as Process from "../core/Process.ts"
import { Home } from "./Home.ts"

const heartbeatMillis = 2000
const silentNanos = BigInt(15e9)
const waiting = "200 millis"

const HolderJson = Schema.fromJsonString(
  Schema.Struct({
    nonce: Schema.String,
    host: Schema.String,
    pid: Schema.Int,
    started: Schema.NullOr(Schema.String)
  })
)

/** The leases that this process holds. */
const beating = new Set<string>()
let pulse: NodeJS.Timeout | undefined

/** Renews the mtime of a lease again and again, until it is released. */
const beat = (path: string): void => {
  beating.add(path)
  pulse ??= setInterval(() => {
    const now = new Date()
    for (const each of beating) {
      try {
        utimesSync(each, now, now)
      } catch {
        // Taken away by somebody who took this process for dead.
      }
    }
    if (beating.size > 0) return
    clearInterval(pulse)
    pulse = undefined
  }, heartbeatMillis).unref()
}

/** Told once, of what is waited for and by whom it is held. */
export type OnWait = (holder: string) => Effect.Effect<void>

const acquire = (path: string, nonce: string): Effect.Effect<boolean, InputError> =>
  Effect.try({
    try: () => {
      let handle: number
      try {
        handle = openSync(path, "wx")
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false
        throw cause
      }
      try {
        // Who reads it before this is written takes it for a young one of somebody's, and waits.
        writeSync(handle, JSON.stringify({ nonce, ...Process.self() }))
        return true
      } catch (cause) {
        rmSync(path, { force: true })
        throw cause
      } finally {
        closeSync(handle)
      }
    },
    catch: (cause) => new InputError({ message: `cannot take a lease: ${messageOf(cause)}`, file: path })
  })

/** Undefined when there is no lease. One that a crash left unreadable has a holder that is nobody. */
const readHolder = (path: string) =>
  Effect.try(() => ({ text: readFileSync(path, "utf8"), mtime: statSync(path).mtimeMs })).pipe(
    Effect.flatMap(({ text, mtime }) =>
      Schema.decodeEffect(HolderJson)(text).pipe(
        Effect.orElseSucceed(() => ({ nonce: "", host: "", pid: 0, started: null })),
        Effect.map((holder) => ({ ...holder, mtime }))
      )
    ),
    Effect.orElseSucceed(() => undefined)
  )

/** Of holders on other machines: the newest mtime of their leases that was seen, and since when it is the newest. */
const seen = new Map<string, { readonly mtime: number; readonly since: bigint }>()

const isStale = Effect.fnUntraced(function* (
  path: string,
  holder: Process.ProcessIdentity & { readonly mtime: number }
) {
  const alive = Process.isAlive(holder)
  if (alive !== undefined) return !alive
  const now = yield* Clock.monotonicTimeNanos
  // A process renews all its leases at once; who holds one that does not read is known by the lease alone.
  const name = holder.host === "" ? path : `${holder.host} ${holder.pid} ${holder.started}`
  const before = seen.get(name)
  if (before !== undefined && holder.mtime <= before.mtime + 2 * heartbeatMillis)
    return now - before.since > silentNanos
  seen.set(name, { mtime: holder.mtime, since: now })
  return false
})

/** Takes a dead holder's lease away. Of several that try, one succeeds; a lease made anew meanwhile is put back. */
const evict = (path: string, nonce: string): Effect.Effect<void> =>
  Effect.sync(() => {
    const aside = `${path}.${randomUUID()}`
    try {
      renameSync(path, aside)
      if (!readFileSync(aside, "utf8").includes(nonce)) linkSync(aside, path)
    } catch {
      // Another was faster.
    }
    rmSync(aside, { force: true })
  })

/**
 * Waits until so many of the names are free at once, then holds those for the scope. None is held while others are waited
 * for, so that two that want several never wait for each other.
 */
export const holdSome = Effect.fnUntraced(function* (
  folder: string,
  names: ReadonlyArray<string>,
  count: number,
  onWait: OnWait
): Effect.fn.Return<ReadonlyArray<string>, InputError, Scope.Scope> {
  const nonce = randomUUID()
  const pathOf = (name: string) => join(folder, name)
  let told = false

  const release = (held: ReadonlyArray<string>) =>
    Effect.sync(() => {
      for (const name of held) {
        beating.delete(pathOf(name))
        try {
          if (readFileSync(pathOf(name), "utf8").includes(nonce)) rmSync(pathOf(name), { force: true })
        } catch {
          // Taken away by somebody who took this process for dead.
        }
      }
    })

  /** Takes the lease, or tells who has it. */
  const take = Effect.fnUntraced(function* (path: string) {
    while (!(yield* acquire(path, nonce))) {
      const holder = yield* readHolder(path)
      if (holder === undefined) continue
      if (!(yield* isStale(path, holder))) return holder
      yield* evict(path, holder.nonce)
    }
    return undefined
  })

  const takeAll = Effect.gen(function* () {
    while (true) {
      const held: Array<string> = []
      let other: Process.ProcessIdentity | undefined
      for (const name of names) {
        if (held.length === count) break
        const holder = yield* take(pathOf(name)).pipe(Effect.onError(() => release(held)))
        if (holder === undefined) held.push(name)
        else other = holder
      }
      if (held.length === count) return held
      yield* release(held)
      if (!told) yield* onWait(other === undefined ? "nobody" : `process ${other.pid} on ${Printable.line(other.host)}`)
      told = true
      yield* Effect.sleep(waiting)
    }
  })

  const held = yield* Effect.acquireRelease(takeAll, release, { interruptible: true })
  for (const name of held) beat(pathOf(name))
  return held
})

/** One runner per key among all runs, users and nodes that share a cache. */
export class Leases extends Context.Service<
  Leases,
  {
    /** Waits until the lease is free, then holds it for the scope. */
    readonly hold: (key: string, onWait: OnWait) => Effect.Effect<void, InputError, Scope.Scope>
  }
>()("agflow/cache/Leases") {
  static readonly layer = Layer.effect(
    Leases,
    Effect.map(Home, ({ leases }) =>
      Leases.of({ hold: (key, onWait) => Effect.asVoid(holdSome(leases, [key], 1, onWait)) })
    )
  )
}
