/**
 * Runs tasks in the order of what they need: a ready list, one vector of free resources, one fiber per running task.
 *
 * A task first `resolve`s, which takes no resources (a cached one is then done), and waits in the ready list until the
 * whole vector that it asks for is free. A task may ask to be run again, with another vector.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { Reaction } from "../dsl/stage/Policy.ts"
import type { Resources } from "../dsl/stage/Stage.ts"

export interface Job {
  readonly id: string
  readonly needs: ReadonlyArray<string>
  /** Of its needs, those that it can do without when they fail. */
  readonly dispensable?: ReadonlySet<string>
  readonly resources: Resources
  /** What its failure means for the others; `finish` when not said. */
  readonly onError?: Reaction
  /** What its being left out means, when that is not its dependents' end: of one of many, the others are gathered. */
  readonly gathers?: boolean
}

/** What is to be done next for a job: an attempt, or the wait before it. */
export interface Step<E, R> {
  readonly resources: Resources
  readonly run: Effect.Effect<Step<E, R> | undefined | void, E, R>
}

/** What resolving a job told: it is done, or this runs it, or it is many jobs, after which `gather` completes it. */
export type Resolved<E, R> =
  | { readonly _tag: "Done" }
  /** What it needs is not there, since failures were ignored. */
  | { readonly _tag: "Without" }
  | { readonly _tag: "ToRun"; readonly run: Step<E, R>["run"] }
  | { readonly _tag: "Many"; readonly jobs: ReadonlyArray<Job>; readonly gather: Effect.Effect<void, E, R> }

export interface Outcome {
  /** In no particular order. */
  readonly failed: ReadonlyArray<string>
  /** Never started, because of a failure before them or elsewhere. */
  readonly skipped: ReadonlyArray<string>
  /** Ended before they were done, because another failed. */
  readonly stopped: ReadonlyArray<string>
}

const names = ["cpus", "memory", "gpus"] as const

export const nothing: Resources = { cpus: 0, memory: 0, gpus: 0 }

/** Jobs resolved ahead of those that run: enough that a big one does not hold up small ones behind it. */
const lookAhead = 64

interface Node {
  readonly job: Job
  readonly dependents: Array<string>
  /** How many of its needs have not ended. */
  waits: number
}

interface Waiting<E, R> extends Step<E, R> {
  readonly job: Job
  /** It has been started before, so that it is let finish. */
  readonly begun: boolean
}

export const run = Effect.fnUntraced(function* <E, R, R2>(
  jobs: ReadonlyArray<Job>,
  total: Resources,
  resolve: (id: string) => Effect.Effect<Resolved<E, R>, E, R2>
): Effect.fn.Return<Outcome, never, R | R2 | Scope.Scope> {
  const free = { ...total }
  const nodes = new Map<string, Node>()
  const nodeOf = (id: string): Node => nodes.get(id)!
  /** What completes a job that became many, by its id. */
  const gathers = new Map<string, Effect.Effect<void, E, R>>()
  const open: Array<string> = []
  let next = 0
  const ready: Array<Waiting<E, R>> = []
  const ended = yield* Queue.unbounded<{
    readonly job: Job
    readonly exit: Exit.Exit<Step<E, R> | undefined | void, E>
    readonly held: Resources
  }>()
  const fibers = yield* FiberSet.make<void, never>()
  const failed: Array<string> = []
  const begun = new Set<string>()
  const without = new Set<string>()
  const running = new Set<string>()
  let reaction: Reaction = "ignore"
  /** What failures until now ask for. */
  const asked = (): Reaction => reaction

  const add = (added: ReadonlyArray<Job>) => {
    for (const job of added) nodes.set(job.id, { job, dependents: [], waits: job.needs.length })
    for (const { id, needs } of added) for (const need of needs) nodeOf(need).dependents.push(id)
    for (const { id, needs } of added) if (needs.length === 0) open.push(id)
  }

  const start = Effect.fnUntraced(function* ({ job, resources: held, run }: Waiting<E, R>) {
    running.add(job.id)
    for (const name of names) free[name] -= held[name]
    yield* Effect.exit(run).pipe(
      Effect.flatMap((exit) => Queue.offer(ended, { job, exit, held })),
      Effect.asVoid,
      FiberSet.run(fibers)
    )
  })

  const release = (dependent: string) => {
    const waits = --nodeOf(dependent).waits
    if (waits === 0 && !without.has(dependent)) open.push(dependent)
  }

  const complete = (id: string) => nodeOf(id).dependents.forEach(release)

  /** A job that gives nothing: those that cannot do without give nothing either. */
  const leaveOut = (id: string): void => {
    for (const dependent of nodeOf(id).dependents) {
      const { job } = nodeOf(dependent)
      if (!job.gathers && !job.dispensable?.has(id) && !without.has(dependent)) {
        without.add(dependent)
        leaveOut(dependent)
      }
      release(dependent)
    }
  }

  const fail = (job: Job) => {
    failed.push(job.id)
    const own = job.onError ?? "finish"
    if (own === "ignore") leaveOut(job.id)
    else if (reaction !== "stop") reaction = own
  }

  /** The gathering of a job stands in the graph as one more job behind its many. */
  const gatherOf = (id: string): string => `${id}\0gather`

  const resolveOne = Effect.fnUntraced(function* (job: Job) {
    const gather = gathers.get(job.id)
    if (gather !== undefined) return void ready.push({ job, resources: nothing, run: gather, begun: false })
    begun.add(job.id)
    const exit = yield* Effect.exit(resolve(job.id))
    if (Exit.isFailure(exit)) return fail(job)
    const resolved = exit.value
    if (resolved._tag === "Done") return complete(job.id)
    if (resolved._tag === "ToRun")
      return void ready.push({ job, resources: job.resources, run: resolved.run, begun: false })
    if (resolved._tag === "Without") {
      begun.delete(job.id)
      return leaveOut(job.id)
    }
    const id = gatherOf(job.id)
    gathers.set(id, resolved.gather)
    // Its failure is the job's, so what hangs on the job hangs on it.
    const { onError = "finish" } = job
    add([
      ...resolved.jobs,
      { id, needs: resolved.jobs.map((each) => each.id), resources: nothing, gathers: true, onError }
    ])
    nodeOf(id).dependents.push(...nodeOf(job.id).dependents)
  })

  add(jobs)
  while (true) {
    while (next < open.length && ready.length < lookAhead && asked() === "ignore") {
      yield* resolveOne(nodeOf(open[next++]!).job)
    }
    for (let i = 0; i < ready.length && asked() !== "stop";) {
      const waiter = ready[i]!
      const startable = asked() === "ignore" || waiter.begun
      if (startable && names.every((name) => waiter.resources[name] <= free[name])) {
        ready.splice(i, 1)
        yield* start(waiter)
      } else i++
    }
    if (running.size === 0 && (asked() !== "ignore" || next >= open.length)) break
    if (running.size === 0) continue
    if (asked() === "stop") break
    const { job, exit, held } = yield* Queue.take(ended)
    running.delete(job.id)
    for (const name of names) free[name] += held[name]
    if (Exit.isFailure(exit)) fail(job)
    else if (exit.value === undefined) complete(job.id)
    else ready.push({ job, ...exit.value, begun: true })
  }
  const stopped = [...running].filter((id) => !gathers.has(id))
  yield* FiberSet.clear(fibers)
  const notRun = new Set(ready.map(({ job }) => job.id))
  const skipped = [...nodes.keys()].filter((id) => !gathers.has(id) && (!begun.has(id) || notRun.has(id)))
  return { failed: failed.map((id) => id.replace(/\0gather$/u, "")), skipped, stopped }
}, Effect.scoped)
