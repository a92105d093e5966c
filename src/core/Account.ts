/** How a stage accounts for the rows that it takes: see {@link Tally}. */
import * as Effect from "effect/Effect"
import { Task } from "./Task.ts"
import type { Book } from "./Tally.ts"

export type { Book } from "./Tally.ts"

/**
 * The account of these rows (`variants`, `genes`: a plural noun), one for each name. When the task ends, the rows taken must
 * be those kept and those left out; a task that kept none of the rows it took fails, unless the workflow allows it
 * (`keep_at_least: 0`).
 */
export const open = (rows: string): Effect.Effect<Book, never, Task> =>
  Effect.map(Task, ({ ledger }) => ledger.open(rows))
