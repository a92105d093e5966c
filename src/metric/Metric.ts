/** The metrics that an evaluation may name. */
import { auRoc } from "./AuRoc.ts"
import { averagePrecision } from "./AveragePrecision.ts"
import type { Compare } from "./Measure.ts"
import { pearson } from "./Pearson.ts"
import * as Resampled from "./Resampled.ts"
import { signAccuracy } from "./SignAccuracy.ts"
import { spearman } from "./Spearman.ts"
import { topK } from "./TopK.ts"

export interface Metric {
  readonly compare: Compare
  /** True where labels are classes, 0 or 1. */
  readonly classes: boolean
  /** The same of resamples. */
  readonly prepare: Resampled.Prepare
}

export const metrics = {
  pearson: { compare: pearson, classes: false, prepare: Resampled.pearson },
  spearman: { compare: spearman, classes: false, prepare: Resampled.spearman },
  auroc: { compare: auRoc, classes: true, prepare: Resampled.auRoc },
  average_precision: { compare: averagePrecision, classes: true, prepare: Resampled.averagePrecision },
  top_k: { compare: topK, classes: true, prepare: Resampled.topK },
  sign_accuracy: { compare: signAccuracy, classes: false, prepare: Resampled.signAccuracy }
} as const satisfies { readonly [name: string]: Metric }

export type MetricName = keyof typeof metrics

export const names = Object.keys(metrics) as ReadonlyArray<MetricName>
