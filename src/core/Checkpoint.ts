/**
 * Work that is done in parts and survives its own end: what an attempt of a task has finished when it is killed, the next
 * attempt of the same task, by whichever run, need not do again.
 */
import * as Effect from "effect/Effect"
import { Task } from "./Task.ts"

/** What a task keeps of itself under its key. It is removed when the task is done. */
export interface Checkpoint {
  /** What was kept, in any order: values as `append` was given them. Of the same code, so of the same shape. */
  readonly read: Effect.Effect<ReadonlyArray<unknown>>
  /** Keeps a value: numbers of any kind, text, arrays, objects, typed arrays. It is there once this has ended. */
  readonly append: (value: unknown) => Effect.Effect<void>
}

interface Part<B> {
  readonly index: number
  readonly result: B
}

/**
 * Performs the items in order, but for those that an earlier attempt has performed; all results, in order. An item's
 * result must depend on the item and on what is in the task's key alone. `tell` hears of each, kept or new.
 */
export const forEach = Effect.fnUntraced(function* <A, B, E, R, R2>(
  items: ReadonlyArray<A>,
  perform: (item: A) => Effect.Effect<B, E, R>,
  tell: (item: A) => Effect.Effect<void, never, R2>
) {
  const { checkpoint, log } = yield* Task
  const kept = new Map(((yield* checkpoint.read) as ReadonlyArray<Part<B>>).map(({ index, result }) => [index, result]))
  if (kept.size > 0) yield* log(`continued: ${kept.size} of ${items.length} batches were done by an earlier attempt`)
  const results: Array<B> = []
  for (const [index, item] of items.entries()) {
    if (kept.has(index)) results.push(kept.get(index)!)
    else {
      const result = yield* perform(item)
      yield* checkpoint.append({ index, result } satisfies Part<B>)
      results.push(result)
    }
    yield* tell(item)
  }
  return results
})
