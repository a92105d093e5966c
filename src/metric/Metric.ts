/** The metrics that an evaluation may name. */
import { auRoc } from "./AuRoc.ts"
import { averagePrecision } from "./AveragePrecision.ts"
import type { Compare } from "./Measure.ts"
import { pearson } from "./Pearson.ts"
import { signAccuracy } from "./SignAccuracy.ts"
import { spearman } from "./Spearman.ts"
import { topK } from "./TopK.ts"

export interface Metric {
  readonly compare: Compare
  /** True where labels are classes, 0 or 1. */
  readonly classes: boolean
}

export const metrics = {
  pearson: { compare: pearson, classes: false },
  spearman: { compare: spearman, classes: false },
  auroc: { compare: auRoc, classes: true },
  average_precision: { compare: averagePrecision, classes: true },
  top_k: { compare: topK, classes: true },
  sign_accuracy: { compare: signAccuracy, classes: false }
} as const satisfies { readonly [name: string]: Metric }

export type MetricName = keyof typeof metrics

export const names = Object.keys(metrics) as ReadonlyArray<MetricName>
