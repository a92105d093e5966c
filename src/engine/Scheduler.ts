/**
 * Runs tasks in the order of what they need: a ready list, one vector of free resources, one fiber per running task.
 *
 * A task first `resolve`s, which takes no resources (a cached one is then done), and waits in the ready list until the
 * whole vector that it asks for is free. After a failure nothing new is started, and what runs is let finish.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { Resources } from "../dsl/Stage.ts"

export interface Job {
  readonly id: string
  readonly needs: ReadonlyArray<string>
  readonly resources: Resources
}

/** What resolving a job told: it is done, or this runs it, or it is many jobs, after which `gather` completes it. */
export type Resolved<E, R> =
  | { readonly _tag: "Done" }
  | { readonly _tag: "ToRun"; readonly run: Effect.Effect<void, E, R> }
  | { readonly _tag: "Many"; readonly jobs: ReadonlyArray<Job>; readonly gather: Effect.Effect<void, E, R> }

export interface Outcome {
  /** In no particular order. */
  readonly failed: ReadonlyArray<string>
  /** Never started, because of a failure before them or elsewhere. */
  readonly skipped: ReadonlyArray<string>
}

const names = ["cpus", "memory", "gpus"] as const

const nothing: Resources = { cpus: 0, memory: 0, gpus: 0 }

/** Jobs resolved ahead of those that run: enough that a big one does not hold up small ones behind it. */
const lookAhead = 64

export const run = Effect.fnUntraced(function* <E, R, R2>(
  jobs: ReadonlyArray<Job>,
  total: Resources,
  resolve: (id: string) => Effect.Effect<Resolved<E, R>, E, R2>
): Effect.fn.Return<Outcome, never, R | R2 | Scope.Scope> {
  const free = { ...total }
  const byId = new Map<string, Job>()
  const dependents = new Map<string, Array<string>>()
  const waiting = new Map<string, number>()
  /** What completes a job that became many, by its id. */
  const gathers = new Map<string, Effect.Effect<void, E, R>>()
  const open: Array<string> = []
  let next = 0
  const ready: Array<{ readonly job: Job; readonly run: Effect.Effect<void, E, R> }> = []
  const ended = yield* Queue.unbounded<{ readonly id: string; readonly ok: boolean; readonly held: Resources }>()
  const fibers = yield* FiberSet.make<void, never>()
  const failed: Array<string> = []
  const begun = new Set<string>()
  let running = 0

  const add = (added: ReadonlyArray<Job>) => {
    for (const job of added) {
      byId.set(job.id, job)
      dependents.set(job.id, [])
      waiting.set(job.id, job.needs.length)
    }
    for (const { id, needs } of added) for (const need of needs) dependents.get(need)!.push(id)
    for (const { id, needs } of added) if (needs.length === 0) open.push(id)
  }

  const start = Effect.fnUntraced(function* (id: string, held: Resources, effect: Effect.Effect<void, E, R>) {
    running++
    for (const name of names) free[name] -= held[name]
    yield* Effect.exit(effect).pipe(
      Effect.flatMap((exit) => Queue.offer(ended, { id, ok: Exit.isSuccess(exit), held })),
      Effect.asVoid,
      FiberSet.run(fibers)
    )
  })

  const complete = (id: string) => {
    for (const dependent of dependents.get(id)!) {
      const left = waiting.get(dependent)! - 1
      waiting.set(dependent, left)
      if (left === 0) open.push(dependent)
    }
  }

  /** The gathering of a job stands in the graph as one more job behind its many. */
  const gatherOf = (id: string): string => `${id}\0gather`

  const resolveOne = Effect.fnUntraced(function* (job: Job) {
    const gather = gathers.get(job.id)
    if (gather !== undefined) return void ready.push({ job, run: gather })
    begun.add(job.id)
    const exit = yield* Effect.exit(resolve(job.id))
    if (Exit.isFailure(exit)) return void failed.push(job.id)
    const resolved = exit.value
    if (resolved._tag === "Done") return complete(job.id)
    if (resolved._tag === "ToRun") return void ready.push({ job, run: resolved.run })
    const id = gatherOf(job.id)
    gathers.set(
      id,
      Effect.tap(resolved.gather, () => Effect.sync(() => complete(job.id)))
    )
    add([...resolved.jobs, { id, needs: resolved.jobs.map((each) => each.id), resources: nothing }])
  })

  add(jobs)
  while (true) {
    while (next < open.length && ready.length < lookAhead && failed.length === 0) {
      yield* resolveOne(byId.get(open[next++]!)!)
    }
    for (let i = 0; i < ready.length && failed.length === 0;) {
      const { job, run } = ready[i]!
      if (names.every((name) => job.resources[name] <= free[name])) {
        ready.splice(i, 1)
        yield* start(job.id, job.resources, run)
      } else i++
    }
    if (running === 0 && (failed.length > 0 || next >= open.length)) break
    if (running === 0) continue
    const { id, ok, held } = yield* Queue.take(ended)
    running--
    for (const name of names) free[name] += held[name]
    if (ok) complete(id)
    else failed.push(id)
  }
  const notRun = new Set(ready.map(({ job }) => job.id))
  const skipped = [...byId.keys()].filter((id) => !gathers.has(id) && (!begun.has(id) || notRun.has(id)))
  return { failed, skipped }
}, Effect.scoped)
