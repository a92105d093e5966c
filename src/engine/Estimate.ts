/** How long a run may take and how much it may write, by what earlier tasks of the same stages took and wrote. */
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Home } from "../cache/Home.ts"
import { bytes as bytesOf } from "../cache/Artifact.ts"
import { namesIn, readRecord } from "../cache/Inventory.ts"
import { needs } from "../dsl/check/CheckedStage.ts"
import type { Resources } from "../dsl/stage/Stage.ts"
import type { PlannedStage, Runs } from "./Plan.ts"

/** Medians of a task. */
export interface TaskEstimate {
  readonly seconds: number
  readonly bytes: number
  /** So many records. */
  readonly from: number
}

export interface Estimate {
  /** By stage; none where no record of the same stage was found. */
  readonly stages: ReadonlyMap<string, TaskEstimate>
  /** Of the whole run on this machine. */
  readonly seconds: number
  readonly bytes: number
}

/** So many records are read at most. Their keys are digests, so the first of them in order are a fair sample. */
const mostRead = 2_000
const mostOfAStage = 200

interface Sample {
  readonly seconds: Array<number>
  readonly bytes: Array<number>
}

const identity = ({ stage, code }: Runs): string => (code === undefined ? stage : `${stage} ${code}`)

const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

const samplesOf = (records: string, wanted: ReadonlySet<string>): ReadonlyMap<string, Sample> => {
  const samples = new Map<string, Sample>()
  let read = 0
  for (const shard of namesIn(records)) {
    for (const name of namesIn(join(records, shard))) {
      if (!name.endsWith(".json")) continue
      if (++read > mostRead) return samples
      const record = readRecord(join(records, shard, name), name.slice(0, -".json".length))
      if (record === undefined) continue
      const { stage, code } = record.structure
      const id = identity({ stage, code: stage === "script" ? code : undefined })
      if (!wanted.has(id)) continue
      const sample = samples.get(id) ?? { seconds: [], bytes: [] }
      samples.set(id, sample)
      if (sample.seconds.length >= mostOfAStage) continue
      sample.seconds.push(record.seconds)
      sample.bytes.push(Object.values(record.outputs).reduce((sum, artifact) => sum + bytesOf(artifact), 0))
    }
  }
  return samples
}

/** Tasks that are to run, as far as they can be counted; those that may turn out to be cached count in full. */
export const remaining = ({ tasks, count }: PlannedStage): number =>
  tasks === undefined ? (count ?? 1) : tasks.filter(({ status }) => status === "to run").length

/** So many tasks of the stage run at once. */
const slots = (machine: Resources, asked: Resources): number =>
  Math.max(
    1,
    Math.min(
      ...(["cpus", "memory", "gpus"] as const)
        .map((name) => Math.floor(machine[name] / Math.max(asked[name], 0)))
        .filter((n) => !Number.isNaN(n))
    )
  )

/**
 * A lower bound of the run's time that is near the truth when stages hardly compete: the longest chain of stages that wait
 * for one another, but no less than all the work spread over all CPUs. Undefined when nothing of it is known.
 */
export const make = Effect.fnUntraced(function* (planned: ReadonlyArray<PlannedStage>, machine: Resources) {
  const { records } = yield* Home
  const open = planned.filter((each) => remaining(each) > 0)
  if (open.length === 0) return undefined
  const samples = yield* Effect.sync(() => samplesOf(records, new Set(open.map(({ runs }) => identity(runs)))))
  const stages = new Map<string, TaskEstimate>()
  const ends = new Map<string, number>()
  let work = 0
  let bytes = 0
  for (const each of planned) {
    const { stage, runs } = each
    const tasks = remaining(each)
    const sample = samples.get(identity(runs))
    const begin = Math.max(0, ...needs(stage).map((id) => ends.get(id) ?? 0))
    ends.set(stage.id, begin)
    if (tasks === 0 || sample === undefined) continue
    const estimate = { seconds: median(sample.seconds), bytes: median(sample.bytes), from: sample.seconds.length }
    stages.set(stage.id, estimate)
    ends.set(stage.id, begin + Math.ceil(tasks / slots(machine, stage.resources)) * estimate.seconds)
    work += tasks * estimate.seconds * stage.resources.cpus
    bytes += tasks * estimate.bytes
  }
  if (stages.size === 0) return undefined
  const estimate: Estimate = { stages, seconds: Math.max(work / machine.cpus, ...ends.values()), bytes }
  return estimate
})
