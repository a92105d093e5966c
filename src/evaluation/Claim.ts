/** What a value shows, and what it cannot show: the verdict of a row and the words that go with it. */
import type { Interval } from "../metric/Bootstrap.ts"
import * as Basis from "./Basis.ts"
import type { Bound } from "./BenchmarkTables.ts"
import type { Evaluation } from "./Evaluation.ts"
import type { Row } from "./Registry.ts"

export interface Finding {
  readonly value: number | null
  readonly interval: Interval | undefined
  readonly extent: Basis.Extent
  /** Rows that enter the metric. */
  readonly n: number
  readonly origin: Basis.Origin
  readonly bound: Bound | undefined
  readonly shuffled: boolean
  /** Rows that no column names: one that is given twice would not be seen. */
  readonly unnamed: number
  /** Whether the scores are a straight line of the labels. */
  readonly copied: boolean
  /** Of another model with scores for the same rows: the interval of value minus its value, and why it gives no verdict. */
  readonly paired: (Partial<Interval> & { readonly barred: ReadonlyArray<string> }) | undefined
  /** The other model's published value, where it is of the same rows and this is a model as well. */
  readonly published: number | undefined
}

export interface Claim {
  readonly verdict: string
  /** What was expected, where it is of this model on these rows. */
  readonly expected: readonly [low: number, high: number] | undefined
  readonly notes: ReadonlyArray<string>
}

/** Positives, negatives or rows that a verdict needs. */
export const least = 10

/** Whether a file of the user's states the check of a row. */
const isStated = ({ stated }: Row): boolean => stated?.has("expected") === true

/** Why there are too few rows for any verdict. */
export const fewest = ({
  rows,
  positives,
  n
}: {
  readonly rows: number
  readonly positives: number | null
  readonly n: number
}): string | undefined => {
  const [fewest, what] =
    positives === null
      ? [n, "row"]
      : positives <= rows - positives
        ? [positives, "positive"]
        : [rows - positives, "negative"]
  if (fewest >= least) return undefined
  return `no verdict: ${fewest} ${what}${fewest === 1 ? "" : "s"}, at least ${least} are needed`
}

/** Resamples that an interval needs to have a 2.5th percentile. */
const leastReplicates = 40

/** Why nothing is to be made of how a value stands to another: each reason in words, none where it may be judged. */
export const barred = (
  row: Row,
  { extent, n, interval, copied, unnamed }: Pick<Finding, "extent" | "n" | "copied" | "unnamed" | "interval">,
  /** What is so of rows that do not enter. */
  absent?: string
): ReadonlyArray<string> => {
  const few = fewest({ ...extent, n })
  const replicates = interval?.replicates ?? leastReplicates
  return [
    ...(few === undefined ? [] : [few]),
    ...[
      ...Basis.lacking(row, extent, absent),
      ...(unnamed === 0 ? [] : [`${Basis.count(unnamed)} rows have no name, and rows given twice would not be seen`]),
      ...(replicates >= leastReplicates
        ? []
        : [`${replicates} bootstrap replicate${replicates === 1 ? "" : "s"}, at least ${leastReplicates} are needed`]),
      ...(copied ? ["the scores are a straight line of the labels, as if made from them"] : [])
    ].map((why) => `no verdict: ${why}`)
  ]
}

const within = (value: number, [low, high]: readonly [number, number]): boolean => value >= low && value <= high

/** The check of the registry, where it is one of these scores. */
const checkOf = (row: Row, { origin }: Finding): Evaluation["expected"] => {
  // What was expected by another metric is nothing to go by.
  const other = row.stated?.has("metric") === true && !isStated(row)
  return row.expected !== null && !other && (row.expected.source ?? "published") === origin.kind ? row.expected : null
}

/** In how the rows are others than those that the check is of. */
const apartOf = (row: Row, extent: Basis.Extent): ReadonlyArray<string> => {
  const differing = Basis.differences(row, extent)
  // What a file expects of a row that is built in is of the file's own data.
  const own = isStated(row) && row.builtIn !== undefined
  return differing === undefined || own ? Basis.lacking(row, extent) : differing
}

/** Of the published tables no digest is stated anywhere: which file it was stands in the row's source. */
const unpinned = "nobody states the digest of the published table: it is known by its name, rows and positives"

const againstCheck = (row: Row, expected: NonNullable<Evaluation["expected"]>, finding: Finding): Claim => {
  const { value, extent } = finding
  const stated = isStated(row)
  const range = [expected.value - expected.tolerance, expected.value + expected.tolerance] as const
  const whose = `${expected.value}, of ${expected.by ?? Basis.subject}${stated ? ", as the registry file states" : ""}`
  const inside = within(value!, range)
  const off = inside ? `expected ${whose}` : `differs by ${(value! - expected.value).toPrecision(3)} from ${whose}`
  if (stated) return { verdict: inside ? "inside" : "outside", expected: range, notes: [off] }
  if (Basis.differences(row, extent) === undefined) {
    const unknown = `${off}; of how many rows that is nobody states, so that it cannot be called reproduced`
    return { verdict: "unverified", expected: range, notes: [unknown] }
  }
  return { verdict: inside ? "reproduced" : "differs", expected: range, notes: inside ? [unpinned] : [off] }
}

/** How a difference stands to its interval: its sign alone says nothing. */
export const standing = (
  { low, high }: { readonly low: number; readonly high: number },
  lowerIsBetter = false
): string =>
  low > 0 === high > 0 && low !== 0 && high !== 0
    ? low > 0 !== lowerIsBetter
      ? "better"
      : "worse"
    : "no difference shown"

export const of = (row: Row, finding: Finding): Claim => {
  const { value, interval, bound, shuffled, paired, published } = finding
  if (value === null) return { verdict: "not available here", expected: undefined, notes: [] }
  const few = fewest({ ...finding.extent, n: finding.n })
  const check = bound !== undefined || shuffled ? null : checkOf(row, finding)
  const apart = check === null ? [] : apartOf(row, finding.extent)
  if (apart.length > 0) {
    const notes = [`not comparable: ${apart.join(", ")}`, ...(few === undefined ? [] : [few])]
    return { verdict: "not comparable", expected: undefined, notes }
  }
  if (few !== undefined) return { verdict: "measured", expected: undefined, notes: [few] }
  if (bound !== undefined) {
    const range = shuffled ? ([bound.random_low, bound.random_high] as const) : ([bound.low, bound.high] as const)
    return { verdict: within(value, range) ? "inside" : "outside", expected: range, notes: [] }
  }
  if (shuffled) return { verdict: "measured", expected: undefined, notes: [] }
  if (check !== null) return againstCheck(row, check, finding)
  const plain = (verdict: string): Claim => ({ verdict, expected: undefined, notes: [] })
  const why = barred(row, finding)
  if (why.length > 0) return { ...plain("measured"), notes: why }
  // What is drawn from a seed shows nothing of a model.
  if (finding.origin.synthetic) return plain("measured")
  if (paired !== undefined) {
    const { low, high, barred } = paired
    if (barred.length > 0) return { ...plain("measured"), notes: barred }
    return plain(
      low === undefined || high === undefined ? "measured" : standing({ low, high }, row.metric.lower_is_better)
    )
  }
  if (published === undefined || interval === undefined) return plain("measured")
  if (within(published, [interval.low, interval.high])) return plain("no difference shown")
  return plain(value > published !== (row.metric.lower_is_better ?? false) ? "above" : "below")
}
