/**
 * What a warm worker keeps loaded for the tasks that follow, within a limit of memory: what was used longest ago goes
 * first, what is in use stays.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"

export interface WarmCache<A> {
  /**
   * The value of the key, loaded if need be; in use until the scope closes. `bytes` is what it takes. One that is larger
   * than the limit by itself is let go as soon as nobody uses it.
   */
  readonly use: <E, R>(key: string, bytes: number, load: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R | Scope.Scope>
  /** Of what is loaded, used longest ago first. */
  readonly keys: () => ReadonlyArray<string>
}

interface Entry<A> {
  readonly value: A
  readonly bytes: number
  users: number
}

export const make = <A>(limit: number, release: (value: A) => Effect.Effect<void>): WarmCache<A> => {
  /** In the order of use. */
  const entries = new Map<string, Entry<A>>()
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
      yield* release(entry.value)
    }
  })
  const acquire = <E, R>(key: string, bytes: number, load: Effect.Effect<A, E, R>) =>
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
    use: (key, bytes, load) =>
      Effect.map(
        Effect.acquireRelease(acquire(key, bytes, load), (entry) =>
          lock.withPermit(
            Effect.andThen(
              Effect.sync(() => void entry.users--),
              makeRoom(0)
            )
          )
        ),
        ({ value }) => value
      ),
    keys: () => [...entries.keys()]
  }
}
