/**
 * Why a task runs, or need not, told by what earlier runs did.
 *
 * A task is compared with itself, by its id, in the newest earlier run of the same workflow that had it; workflows are
 * the same by name, else, after a rename, by file. A task that none of these had is compared with one of the newest whose
 * stage is no longer in the workflow and that runs the same: it is likely to be the same under its old name.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { Home } from "../cache/Home.ts"
import type { Records } from "../cache/Records.ts"
import * as TaskKey from "../cache/TaskKey.ts"
import type { Workflow } from "../dsl/Workflow.ts"
import * as PastRun from "./PastRun.ts"
import * as RunRecord from "./RunRecord.ts"

/** What a task is, as far as its reason is concerned. */
export interface Keyed {
  readonly id: string
  readonly stage: string
  readonly key: string
  readonly structure: TaskKey.TaskKey
}

export interface Reasons {
  /** Why a task has to run whose result is not in the cache. */
  readonly toRun: (task: Keyed) => Effect.Effect<string, never, Records>
  /** Why a task has not to run. */
  readonly cached: (task: Keyed) => Effect.Effect<string, never, Records>
}

export const unchanged = "nothing that it depends on has changed"

/** So many earlier runs are looked at, and so many of this workflow: older ones explain little. */
const lookBack = 50
const lookBackAtWorkflow = 10

interface Known {
  readonly run: PastRun.PastRun
  readonly task: RunRecord.RunTask & { readonly key: string }
}

/** `own` is the id of the run that asks, which is no earlier one. */
export const make = Effect.fnUntraced(function* (workflow: Workflow, own: string | undefined) {
  const { runs } = yield* Home
  const now = yield* Clock.currentTimeMillis
  const ids = yield* Effect.sync(() =>
    readdirSync(runs, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== own)
      .map(({ name }) => name)
      .sort((a, b) => (a < b ? 1 : -1))
      .slice(0, lookBack)
  )
  /** Of this workflow, newest first; read one by one, as far back as is needed. */
  const past: Array<PastRun.PastRun> = []
  const formerName: Array<PastRun.PastRun> = []
  let next = 0

  /** The nth earlier run of the workflow. */
  const earlier = Effect.fnUntraced(function* (n: number) {
    while (past.length <= n && next < ids.length && past.length < lookBackAtWorkflow) {
      const record = yield* RunRecord.readTasks(join(runs, ids[next++]!))
      if (record === undefined) continue
      if (record.workflow.name === workflow.name) past.push(PastRun.make(runs, record, now))
      else if (record.workflow.file === workflow.file) formerName.push(PastRun.make(runs, record, now))
    }
    return past.length > 0 ? past[n] : formerName[n]
  })

  const knownAs = Effect.fnUntraced(function* (id: string) {
    let known: Known | undefined
    for (let n = 0; ; n++) {
      const run = yield* earlier(n)
      if (run === undefined) return known
      const task = run.tasks.get(id)
      if (task === undefined || task.key === null) continue
      const found: Known = { run, task: { ...task, key: task.key } }
      // One that a run had not begun with says little: one before may say more.
      if (PastRun.hasBegun(run, id)) return found
      known ??= found
    }
  })

  const suffixOf = ({ id, stage }: Pick<Keyed, "id" | "stage">): string => id.slice(stage.length)

  /** Tasks of the newest earlier run whose stage is gone, by what follows the stage in their id. */
  const orphans = yield* Effect.cached(
    Effect.gen(function* () {
      const run = yield* earlier(0)
      const present = new Set(workflow.stages.map(({ id }) => id))
      const bySuffix = new Map<string, Array<Known & { readonly structure: TaskKey.TaskKey }>>()
      for (const task of run?.tasks.values() ?? []) {
        if (present.has(task.stage) || task.key === null) continue
        const structure = yield* PastRun.structureOf(run!, task)
        if (structure === undefined) continue
        const suffix = suffixOf(task)
        bySuffix.set(suffix, [
          ...(bySuffix.get(suffix) ?? []),
          { run: run!, task: { ...task, key: task.key }, structure }
        ])
      }
      return bySuffix
    })
  )

  /** What the task was called before, if a stage seems to have been renamed. */
  const formerly = Effect.fnUntraced(function* (task: Keyed) {
    const { structure } = task
    const candidates = ((yield* orphans).get(suffixOf(task)) ?? []).filter(
      (each) =>
        each.structure.stage === structure.stage &&
        (structure.stage !== "script" || each.structure.code === structure.code)
    )
    const changes = candidates.map((each) => TaskKey.changes(each.structure, structure).length)
    return candidates[changes.indexOf(Math.min(...changes))]
  })

  const lost = ({ run, task }: Known): string => {
    const state = PastRun.stateOf(run, task)
    if (state === "done" || state === "cached") return "its result is gone or damaged"
    if (state === "failed") return "it failed the last time"
    return state === "running" ? `run ${run.record.id} is at it` : "it was not finished the last time"
  }

  const since = Effect.fnUntraced(function* (known: Known, { key, structure }: Keyed) {
    if (known.task.key === key) return lost(known)
    const before = yield* PastRun.structureOf(known.run, known.task)
    if (before === undefined) return "it has changed (what it was is no longer recorded)"
    return TaskKey.explain(before, structure).join("; ")
  })

  const cached = Effect.fnUntraced(function* (task: Keyed) {
    const known = yield* knownAs(task.id)
    if (known === undefined) {
      const former = yield* formerly(task)
      return former?.task.key === task.key ? `done before, as '${former.task.id}'` : "done before"
    }
    return known.task.key === task.key ? unchanged : `done before; since the last run: ${yield* since(known, task)}`
  })

  const reasons: Reasons = {
    toRun: Effect.fnUntraced(function* (task) {
      const known = yield* knownAs(task.id)
      if (known !== undefined) return yield* since(known, task)
      const former = yield* formerly(task)
      if (former === undefined) return "not run before"
      return `first run under this name; '${former.task.id}' before it: ${yield* since(former, task)}`
    }),
    cached: (task) => {
      // Of a run that has nothing to do, this is asked of every task.
      const last = past[0]?.tasks.get(task.id)
      return last?.key === task.key ? Effect.succeed(unchanged) : cached(task)
    }
  }
  return reasons
})
