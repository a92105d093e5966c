/** The metrics that an evaluation may name. */
import { aucPr } from "./AucPr.ts"
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
  /** Labels that say nothing to the metric: their rows do not enter it. */
  readonly mute?: { readonly label: number; readonly why: string }
  /** What scikit-learn gives where all rows are of one class, of a metric that has a value then. */
  readonly oneClass?: (label: number) => number
}

/** How many rows enter the metric, and a note of those that do not. */
export const entering = (
  { mute }: Metric,
  labels: ArrayLike<number>
): { readonly n: number; readonly note: string | null } => {
  if (mute === undefined) return { n: labels.length, note: null }
  let left = 0
  for (let i = 0; i < labels.length; i++) if (labels[i] === mute.label) left++
  const note =
    left === 0
      ? null
      : `${left.toLocaleString("en-US")} ${left === 1 ? "label" : "labels"} of ${mute.label} ${left === 1 ? "has" : "have"} ${mute.why}`
  return { n: labels.length - left, note }
}

export const metrics = {
  pearson: { compare: pearson, classes: false, prepare: Resampled.pearson },
  spearman: { compare: spearman, classes: false, prepare: Resampled.spearman },
  auroc: { compare: auRoc, classes: true, prepare: Resampled.auRoc },
  average_precision: {
    compare: averagePrecision,
    classes: true,
    prepare: Resampled.averagePrecision,
    oneClass: (label) => (label === 1 ? 1 : 0)
  },
  auc_pr: { compare: aucPr, classes: true, prepare: Resampled.aucPr },
  top_k: { compare: topK, classes: true, prepare: Resampled.topK },
  sign_accuracy: {
    compare: signAccuracy,
    classes: false,
    prepare: Resampled.signAccuracy,
    mute: { label: 0, why: "no sign" }
  }
} as const satisfies { readonly [name: string]: Metric }

export type MetricName = keyof typeof metrics

/** With all that a metric may have, whichever it is. */
export const get = (name: MetricName): Metric => metrics[name]

export const names = Object.keys(metrics) as ReadonlyArray<MetricName>
