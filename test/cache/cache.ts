/** A cache in a temporary folder. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ContentStore } from "../../src/cache/ContentStore.ts"
import * as Caches from "../../src/cache/Caches.ts"
import type { FileDigests } from "../../src/cache/FileDigests.ts"
import type { Home } from "../../src/cache/Home.ts"
import type { Leases } from "../../src/cache/Lease.ts"
import type { Records } from "../../src/cache/Records.ts"

type Cache = ContentStore | FileDigests | Home | Leases | Records | Scope.Scope

/** Each call opens the folder anew, as another process would. */
export const withCache = <A, E>(folder: string, effect: Effect.Effect<A, E, Cache>): Promise<A> =>
  Effect.runPromise(effect.pipe(Effect.scoped, Effect.provide(Caches.layer(folder))))
