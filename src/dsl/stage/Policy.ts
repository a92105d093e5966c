/** How long a task may take, how often and with how much more it is tried again, and what its failure means for the run. */
import type { LeastKept } from "../../core/Tally.ts"
import type { Resources } from "./Stage.ts"

/** `stop` ends what runs; `finish` lets it finish and starts nothing more; `ignore` goes on with what can do without. */
export const reactions = ["stop", "finish", "ignore"] as const
export type Reaction = (typeof reactions)[number]

export interface Policy {
  /** Seconds that an attempt may take; undefined for no limit. */
  readonly time: number | undefined
  /** 1 for no second try. */
  readonly attempts: number
  /** What each attempt gets more than the one before, as factors. */
  readonly growth: { readonly cpus: number; readonly memory: number; readonly time: number }
  /** Seconds between attempts. */
  readonly delay: number
  /** `any` tries again after bad input too, which as a rule is bad the next time as well. */
  readonly on: "failure" | "any"
  /** Of the stage; undefined to follow the run's. */
  readonly onError: Reaction | undefined
  /** The smallest share of the rows that a task takes which it must keep; undefined where one row is enough. */
  readonly keepAtLeast: LeastKept | undefined
}

export const none: Policy = {
  time: undefined,
  attempts: 1,
  growth: { cpus: 1, memory: 1, time: 1 },
  delay: 0,
  on: "failure",
  onError: undefined,
  keepAtLeast: undefined
}

export interface Allotment {
  readonly resources: Resources
  /** Seconds. */
  readonly time: number | undefined
}

/** What the attempt of this number, from 1, is given: grown, and cut at what the machine has. */
export const allot = (
  { growth, time }: Policy,
  resources: Resources,
  attempt: number,
  machine: Pick<Resources, "cpus" | "memory">
): Allotment => {
  const grown = (amount: number, factor: number) => Math.ceil(amount * factor ** (attempt - 1))
  return {
    resources: {
      ...resources,
      cpus: Math.min(grown(resources.cpus, growth.cpus), machine.cpus),
      memory: Math.min(grown(resources.memory, growth.memory), machine.memory)
    },
    time: time === undefined ? undefined : time * growth.time ** (attempt - 1)
  }
}
