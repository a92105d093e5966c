/** What became of a run. */
import type { Artifact } from "../cache/Artifact.ts"
import type { Record as CacheRecord } from "../cache/Record.ts"
import type { Tally } from "../core/Tally.ts"
import type { CheckedStage } from "../dsl/check/CheckedStage.ts"
import type { Workflow } from "../dsl/Workflow.ts"
import type { RunStatus } from "./Event.ts"
import type { RunFolder } from "./RunFolder.ts"
import type { Made } from "./Site.ts"
import type { TaskFailure } from "./TaskFailure.ts"

export type TaskStatus = "done" | "cached" | "failed" | "skipped" | "not started"

/** What became of a task. */
export interface TaskResult {
  readonly id: string
  readonly stage: CheckedStage
  status: TaskStatus
  reason: string
  key: string | null
  record: CacheRecord | undefined
  /** What it gave, with where that comes from. */
  outputs: Readonly<Record<string, Made>> | undefined
  failure: TaskFailure | undefined
  seconds: number | null
  synthetic: boolean
  /** What it took and kept; of one that was left out for a key which is missing, that. */
  account: ReadonlyArray<Tally>
}

/** What became of a stage: its one task, or the many that it was scattered into. */
export interface StageResult {
  readonly stage: CheckedStage
  /** None of a scattered stage that was not reached. */
  readonly tasks: ReadonlyArray<TaskResult>
  /** Of all its tasks together, in their order. */
  readonly account: ReadonlyArray<Tally>
}

export interface PublishedOutput {
  readonly name: string
  /** Of one file of a list, what it is of: a sample's id, `chr1`, or its place. */
  readonly item: string | null
  readonly stage: string
  readonly port: string
  readonly artifact: Artifact
  /** Relative to the run's folder. */
  readonly path: string
}

export interface RunResult {
  readonly workflow: Workflow
  readonly folder: RunFolder
  readonly status: RunStatus
  /** Milliseconds since 1970. */
  readonly started: number
  readonly ended: number
  readonly stages: ReadonlyArray<StageResult>
  readonly outputs: ReadonlyArray<PublishedOutput>
}
