/** The trace of a run: one line a task, as tab-separated text that a spreadsheet or R reads. */
import * as Table from "../data/Table.ts"

export const table = {
  task: Table.string("stage id, and the shard after a slash for a scattered stage"),
  stage: Table.string("what the task runs: a module's name, or `run`"),
  status: Table.string("done, cached, failed, skipped or not started"),
  reason: Table.nullable(Table.string("why the task ran, was taken from the cache, or was not run")),
  key: Table.nullable(Table.string("cache identity, sha256")),
  started: Table.nullable(Table.string("start, ISO 8601, UTC")),
  seconds: Table.nullable(Table.number("wall-clock time")),
  cpu_seconds: Table.nullable(Table.number("CPU time, user and system")),
  max_rss_bytes: Table.nullable(Table.integer("largest resident memory")),
  rows: Table.nullable(Table.string("what became of the rows that it took: kept, left out and why")),
  exit: Table.nullable(Table.integer("exit code; missing for a task that started no process")),
  synthetic: Table.boolean("whether the outputs are made up from a seed")
}

export type TraceRow = Table.Row<typeof table>

/** A cell holds no tab or line break, whatever a reason says. */
const oneLine = (text: string | null): string | null =>
  text === null || !/[^\S ]/u.test(text) ? text : text.replace(/\s+/gu, " ").trim()

export const write = (path: string, rows: Iterable<TraceRow>) =>
  Table.write(
    path,
    table,
    Array.from(rows, (row) => ({ ...row, reason: oneLine(row.reason), rows: oneLine(row.rows) }))
  )
