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

/** What resolving a job told: it is done, or this runs it. */
export type Resolved<E, R> =
  | { readonly _tag: "Done" }
  | { readonly _tag: "ToRun"; readonly run: Effect.Effect<void, E, R> }

export interface Outcome {
  /** In no particular order. */
  readonly failed: ReadonlyArray<string>
  /** Never started, because of a failure before them or elsewhere. */
  readonly skipped: ReadonlyArray<string>
}

const names = ["cpus", "memory", "gpus"] as const

export const run = Effect.fnUntraced(function* <E, R, R2>(
  jobs: ReadonlyArray<Job>,
  total: Resources,
  resolve: (id: string) => Effect.Effect<Resolved<E, R>, E, R2>
): Effect.fn.Return<Outcome, never, R | R2 | Scope.Scope> {
  const free = { ...total }
  const byId = new Map(jobs.map((job) => [job.id, job]))
  const dependents = new Map<string, Array<string>>(jobs.map(({ id }) => [id, []]))
  const waiting = new Map<string, number>()
  for (const { id, needs } of jobs) {
    waiting.set(id, needs.length)
    for (const need of needs) dependents.get(need)!.push(id)
  }
  const unresolved = jobs.filter(({ needs }) => needs.length === 0).map(({ id }) => id)
  const ready: Array<{ readonly job: Job; readonly run: Effect.Effect<void, E, R> }> = []
  const ended = yield* Queue.unbounded<{ readonly id: string; readonly ok: boolean; readonly held: Resources }>()
  const fibers = yield* FiberSet.make<void, never>()
  const failed: Array<string> = []
  const begun = new Set<string>()
  let running = 0

  const start = Effect.fnUntraced(function* <A>(id: string, held: Resources, effect: Effect.Effect<A, E, R | R2>) {
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
      if (left === 0) unresolved.push(dependent)
    }
  }

  while (true) {
    while (unresolved.length > 0 && failed.length === 0) {
      const job = byId.get(unresolved.shift()!)!
      begun.add(job.id)
      const exit = yield* Effect.exit(resolve(job.id))
      if (Exit.isFailure(exit)) failed.push(job.id)
      else if (exit.value._tag === "Done") complete(job.id)
      else ready.push({ job, run: exit.value.run })
    }
    for (let i = 0; i < ready.length && failed.length === 0;) {
      const { job, run } = ready[i]!
      if (names.every((name) => job.resources[name] <= free[name])) {
        ready.splice(i, 1)
        yield* start(job.id, job.resources, run)
      } else i++
    }
    if (running === 0) break
    const { id, ok, held } = yield* Queue.take(ended)
    running--
    for (const name of names) free[name] += held[name]
    if (ok) complete(id)
    else failed.push(id)
  }
  const notRun = new Set(ready.map(({ job }) => job.id))
  return { failed, skipped: jobs.map(({ id }) => id).filter((id) => !begun.has(id) || notRun.has(id)) }
}, Effect.scoped)
