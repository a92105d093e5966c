import * as Measure from "./Measure.ts"
import { pearson } from "./Pearson.ts"
import * as Ranks from "./Ranks.ts"

/** Spearman's correlation: Pearson's of the average ranks (scipy.stats.spearmanr). Infinite values are just the ends. */
export const spearman: Measure.Compare = Measure.guarded(2, (labels, predictions) =>
  pearson(Ranks.average(labels), Ranks.average(predictions))
)
