/** The tries that a task gets: the first, and after a failure others, with more of what they are given. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Units from "../core/Units.ts"
import * as Policy from "../dsl/stage/Policy.ts"
import type { CheckedStage } from "../dsl/check/CheckedStage.ts"
import type { Resources } from "../dsl/stage/Stage.ts"
import type { EventBody } from "./Event.ts"
import { nothing, type Step } from "./Scheduler.ts"
import type { TaskFailure } from "./TaskFailure.ts"

/** One try: its number from 1, and what it is given. */
export interface Attempt extends Policy.Allotment {
  readonly number: number
  readonly of: number
  /** What it is given more than the one before: ` (memory 1.0 GB -> 2.0 GB)`; empty when nothing. */
  readonly growth: string
}

const growthOf = (before: Policy.Allotment, after: Policy.Allotment): string => {
  const change = <A>(name: string, a: A, b: A, show: (amount: A) => string) =>
    a === b ? [] : [`${name} ${show(a)} -> ${show(b)}`]
  const changes = [
    ...change("cpus", before.resources.cpus, after.resources.cpus, String),
    ...change("memory", before.resources.memory, after.resources.memory, Units.formatBytes),
    ...change("time", before.time ?? 0, after.time ?? 0, Units.formatSeconds)
  ]
  return changes.length === 0 ? "" : ` (${changes.join(", ")})`
}

const make = ({ policy, resources }: CheckedStage, number: number, machine: Resources): Attempt => {
  const given = Policy.allot(policy, resources, number, machine)
  const before = Policy.allot(policy, resources, Math.max(1, number - 1), machine)
  return { number, of: policy.attempts, ...given, growth: growthOf(before, given) }
}

/** Bad input is as bad the next time: it is tried again only where the stage asks for it. */
const worthwhile = ({ on }: Policy.Policy, { failure }: TaskFailure): boolean =>
  on === "any" || failure._tag !== "InputError"

/** The first try of a task; each that fails gives the next, until one ends well or the last has failed. */
export const first = <R>(
  site: { readonly id: string; readonly key: string; readonly stage: CheckedStage },
  machine: Resources,
  publish: (event: EventBody) => Effect.Effect<void>,
  execute: (attempt: Attempt) => Effect.Effect<void, TaskFailure, R>,
  giveUp: (failure: TaskFailure, since: number) => Effect.Effect<never, TaskFailure>
): Step<TaskFailure, R>["run"] => {
  const { id, key, stage } = site
  const { attempts, delay } = stage.policy
  const step = (number: number): Step<TaskFailure, R> => {
    const attempt = make(stage, number, machine)
    const run = Effect.gen(function* () {
      const begun = yield* Clock.currentTimeMillis
      return yield* execute(attempt).pipe(
        Effect.catch((failure) =>
          Effect.gen(function* () {
            if (number === attempts || !worthwhile(stage.policy, failure)) return yield* giveUp(failure, begun)
            const seconds = ((yield* Clock.currentTimeMillis) - begun) / 1000
            yield* publish({
              _tag: "TaskRetrying",
              stage: id,
              key,
              attempt: number,
              attempts,
              ...failure,
              seconds,
              delay
            })
            const next = step(number + 1)
            // The wait holds no resources.
            return delay === 0 ? next : { resources: nothing, run: Effect.as(Effect.sleep(delay * 1000), next) }
          })
        )
      )
    })
    return { resources: attempt.resources, run }
  }
  return step(1).run
}
