/** What a run's report says: plain values, filled by the engine and drawn by Report.ts. */
import type { Tally } from "../core/Tally.ts"
import type { Provenance } from "../core/Provenance.ts"
import type { ParamSource } from "../dsl/check/WorkflowParam.ts"
import type * as Page from "./Page.ts"

export type RunStatus = "succeeded" | "failed" | "interrupted"

export interface ReportedParam {
  readonly name: string
  /** As it would be written in YAML. */
  readonly value: string
  readonly source: ParamSource
  readonly description?: string
}

interface ResultBase {
  readonly name: string
  readonly description: string
  /** Id of the stage that wrote it. */
  readonly stage: string
  readonly synthetic: boolean
  /** Of the file, relative to the report. */
  readonly path: string
  readonly sha256: string
  readonly bytes: number
}

export type ResultBody =
  | {
      readonly kind: "table"
      readonly columns: ReadonlyArray<string>
      /** The first rows, as text. */
      readonly rows: ReadonlyArray<ReadonlyArray<string>>
      /** Rows of the whole table. */
      readonly total: number
    }
  | { readonly kind: "figure"; readonly picture: Page.Picture }
  /** The beginning of it, unless it is whole. */
  | { readonly kind: "text"; readonly text: string; readonly whole: boolean }
  | { readonly kind: "file" }

/** An output of the workflow. */
export type Result = ResultBase & ResultBody

export type StageStatus = "done" | "cached" | "failed" | "skipped" | "not started"

export interface ReportedStage {
  readonly id: string
  /** The module's name, or `run` for an inline script. */
  readonly uses: string
  readonly status: StageStatus
  /** Why it ran, was taken from the cache, or was not run. */
  readonly reason: string
  /** Wall-clock; null when it did not run. */
  readonly seconds: number | null
  readonly cpuSeconds?: number | null
  readonly maxRssBytes?: number | null
  readonly key: string | null
  readonly synthetic: boolean
  /** What became of the rows that it took. */
  readonly account: ReadonlyArray<Tally>
  readonly summary?: string
  readonly error?: string
}

export type DatasetUse = Extract<Provenance, { kind: "dataset" }>
export type ModelUse = Extract<Provenance, { kind: "model" }>
export type DeviceUse = Extract<Provenance, { kind: "device" }>

export interface RunReport {
  readonly title: string
  readonly description?: string
  readonly workflow: { readonly file: string; readonly name: string; readonly sha256: string }
  readonly profile: string | null
  readonly runId: string
  readonly status: RunStatus
  /** ISO 8601. */
  readonly startedAt: string
  readonly endedAt: string
  /** `agflow`, `node`, and whatever else made the results. */
  readonly versions: { readonly [name: string]: string }
  readonly host: {
    readonly cpus: number
    /** Bytes. */
    readonly memory: number
    readonly platform: string
  }
  readonly params: ReadonlyArray<ReportedParam>
  /** True when any output is synthetic. */
  readonly synthetic: boolean
  readonly results: ReadonlyArray<Result>
  /** Results beyond these: a page of thousands is of no use. */
  readonly unshown?: number
  readonly stages: ReadonlyArray<ReportedStage>
  /** Without duplicates. */
  readonly datasets: ReadonlyArray<DatasetUse>
  readonly models: ReadonlyArray<ModelUse>
  readonly devices: ReadonlyArray<DeviceUse>
  /** The command line, to run it again. */
  readonly command: string
  /** Stage ids: [producer, consumer]. */
  readonly edges: ReadonlyArray<readonly [from: string, to: string]>
}
