/**
 * What a warm worker keeps loaded for the tasks that follow, within a limit of memory: what was used longest ago goes
 * first, what is in use stays.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Machine from "../core/Machine.ts"

/** What can be kept, and let go. */
export interface Held {
  readonly release: Effect.Effect<void>
}

export interface WarmCache {
  /**
   * The value of the key, loaded if need be; in use until the scope closes. `bytes` is what it takes. One that is larger
   * than the limit by itself is let go as soon as nobody uses it. A key names values of one type only.
   */
  readonly use: <A extends Held, E, R>(
    key: string,
    bytes: number,
    load: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E, R | Scope.Scope>
  /** Of what is loaded, used longest ago first. */
  readonly keys: () => ReadonlyArray<string>
}

interface Entry {
  readonly value: Held
  readonly bytes: number
  users: number
}

export const make = (limit: number): WarmCache => {
  /** In the order of use. */
  const entries = new Map<string, Entry>()
  const lock = Semaphore.makeUnsafe(1)

  /** Lets go until `bytes` more fit. */
  const makeRoom = Effect.fnUntraced(function* (bytes: number) {
    let taken = bytes
    for (const entry of entries.values()) taken += entry.bytes
    for (const [key, entry] of entries) {
      if (taken <= limit) return
      if (entry.users > 0) continue
      entries.delete(key)
      taken -= entry.bytes
      yield* entry.value.release
    }
  })
  const acquire = <A extends Held, E, R>(key: string, bytes: number, load: Effect.Effect<A, E, R>) =>
    lock.withPermit(
      Effect.gen(function* () {
        const known = entries.get(key)
        entries.delete(key)
        if (known === undefined) yield* makeRoom(bytes)
        const entry = known ?? { value: yield* load, bytes, users: 0 }
        entry.users++
        entries.set(key, entry)
        return entry
      })
    )

  return {
    use: <A extends Held, E, R>(key: string, bytes: number, load: Effect.Effect<A, E, R>) =>
      Effect.map(
        Effect.acquireRelease(acquire(key, bytes, load), (entry) =>
          lock.withPermit(
            Effect.andThen(
              Effect.sync(() => void entry.users--),
              makeRoom(0)
            )
          )
        ),
        // Of the key's type.
        ({ value }) => value as A
      ),
    keys: () => [...entries.keys()]
  }
}

let ofProcess: WarmCache | undefined

/** This process's own: as many workers as there are processors keep at most half of the memory, together. */
export const own = (): WarmCache => {
  const { memory, cpus } = Machine.make({ gpus: 0 })
  return (ofProcess ??= make(memory / 2 / cpus))
}
