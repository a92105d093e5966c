/**
 * Work that is done in parts and survives its own end: what an attempt of a task has finished when it is killed, the next
 * attempt of the same task, by whichever run, need not do again.
 */
import * as Effect from "effect/Effect"
import * as Spool from "./Spool.ts"
import { Task } from "./Task.ts"

interface Part<B> {
  readonly index: number
  readonly result: B
}

/**
 * Performs the items in order, `size` of them at a time and `concurrency` of these batches, but for those that an earlier
 * attempt has performed. Results are
 * given to `take` and not held: first those that were kept, in any order, then the new ones. An item's result must depend
 * on the item and on what is in the task's key alone.
 */
export const forEachBatch = Effect.fnUntraced(function* <A, B, E, R, E2, R2>(
  items: ReadonlyArray<A>,
  size: number,
  perform: (items: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>, E, R>,
  take: (result: B, index: number) => Effect.Effect<void, E2, R2>,
  concurrency = 1
) {
  const { checkpoint, log } = yield* Task
  const kept = new Set<number>()
  for (const { index, result } of (yield* checkpoint.read) as Iterable<Part<B>>) {
    if (kept.has(index) || index >= items.length) continue
    yield* take(result, index)
    kept.add(index)
  }
  if (kept.size > 0) yield* log(`continued: ${kept.size} of ${items.length} batches were done by an earlier attempt`)
  const one = Effect.fnUntraced(function* (from: number) {
    const batch = items.slice(from, from + size)
    // A batch that is kept in part is done again as a whole: its results may depend on who is computed together.
    if (batch.every((_, at) => kept.has(from + at))) return
    for (const [at, result] of (yield* perform(batch)).entries()) {
      yield* checkpoint.append({ index: from + at, result } satisfies Part<B>)
      yield* take(result, from + at)
    }
  })
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, batch) => batch * size)
  yield* Effect.forEach(starts, one, { concurrency, discard: true })
})

/** The results of items, in their order; they lie in a file, and one is in memory at a time. */
export interface Results<B> extends Iterable<B> {
  readonly at: (index: number) => B
  readonly flatMap: <C>(of: (result: B) => Iterable<C>) => Iterable<C>
}

/**
 * Performs the items in order, `concurrency` at a time, but for those that an earlier attempt has performed. `tell` hears
 * of each result, kept or new.
 */
export const forEach = Effect.fnUntraced(function* <A, B, E, R, R2>(
  items: ReadonlyArray<A>,
  perform: (item: A) => Effect.Effect<B, E, R>,
  tell: (item: A, result: B, index: number) => Effect.Effect<void, never, R2>,
  concurrency = 1
) {
  const { scratch } = yield* Task
  const spool = yield* Spool.make<B>(scratch)
  const places = new Float64Array(items.length)
  const one = ([item]: ReadonlyArray<A>) => Effect.map(perform(item!), (result) => [result])
  const take = Effect.fnUntraced(function* (result: B, index: number) {
    places[index] = yield* spool.put(result)
    yield* tell(items[index]!, result, index)
  })
  yield* forEachBatch(items, 1, one, take, concurrency)
  function* each(): Generator<B> {
    for (const place of places) yield spool.take(place)
  }
  function* flatMap<C>(of: (result: B) => Iterable<C>): Generator<C> {
    for (const result of each()) yield* of(result)
  }
  return {
    at: (index) => spool.take(places[index]!),
    flatMap,
    [Symbol.iterator]: each
  } satisfies Results<B> as Results<B>
})
