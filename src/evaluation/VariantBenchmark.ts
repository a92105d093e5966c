/** The evaluations of a benchmark, measured: values with intervals, beside what was reported, and what to make of it. */
import { groupBy } from "../core/GroupBy.ts"
import * as Random from "../core/Random.ts"
import * as Bootstrap from "../metric/Bootstrap.ts"
import * as GroupedMean from "../metric/GroupedMean.ts"
import * as Improvement from "../metric/Improvement.ts"
import * as Basis from "./Basis.ts"
import type { Bound, DistanceResult, GroupResult, Part, Result, StratumResult } from "./BenchmarkTables.ts"
import * as Caveats from "./Caveats.ts"
import * as Claim from "./Claim.ts"
import type { Evaluation } from "./Evaluation.ts"
import * as EvaluationMeasure from "./EvaluationMeasure.ts"
import * as Paired from "./Paired.ts"
import type { Row } from "./Registry.ts"
import * as ScoredVariants from "./ScoredVariants.ts"
import type { ScoredVariant } from "./ScoredVariants.ts"

/** In place, so that each order is as likely (Fisher and Yates). */
const shuffle = (values: Float64Array, random: Random.Random): void => {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.int(i + 1)
    const held = values[i]!
    values[i] = values[j]!
    values[j] = held
  }
}

const valueText = ({ value, where, by }: Evaluation["reported"][number]): string =>
  `${value} (${by === undefined ? "" : `${by}, `}${where})`

/** Of several tools that are reported, of the one whose name the label is, if there is one. */
const reportedText = ({ reported, metric, stated }: Row, label: string | undefined): string => {
  const all = reported.filter((each) => (each.metric ?? metric.name) === metric.name)
  const named = all.filter(({ by }) => by !== undefined && by === label)
  const ours = named.length === 0 ? all : named
  if (ours.length === 0) return "none"
  const whose = ours.every(({ by }) => by === undefined) ? `${Basis.subject}: ` : ""
  return `${whose}${ours.map(valueText).join("; ")}${stated?.has("reported") === true ? ` [${theirs}]` : ""}`
}

/** Of what a file of the user's says. */
const theirs = "stated by the registry file"

const describe = (row: Row, label?: string) => ({
  evaluation: row.id,
  title: row.title,
  metric: EvaluationMeasure.text(row),
  reported: reportedText(row, label),
  reported_n: Basis.reportedData(row).rows ?? null,
  reported_positives: Basis.reportedData(row).positives ?? null,
  published_improvement: row.improvement[0]?.value ?? null
})

/** The published value of another model that the row is compared with: of rows of one line the same model, as in the paper. */
const publishedOf = ({ comparators, line }: Row): Row["comparators"][number] | undefined =>
  comparators.find(({ name }) => name === line?.comparator) ?? comparators[0]

const whereOf = (row: Row, where: string): string =>
  `${where}; ${row.stated?.has("comparators") === true ? theirs : Basis.dataText(row)}`

/** A row that was asked for and has no scores. */
export const unavailable = (row: Row, needs: string = row.data.needs): Result => {
  const other = publishedOf(row)
  return {
    ...describe(row),
    label: null,
    model: null,
    source: null,
    synthetic: false,
    value: null,
    low: null,
    high: null,
    n: 0,
    positives: null,
    coverage: null,
    groups: null,
    without_score: 0,
    without_label: 0,
    random: null,
    comparator: other?.name ?? null,
    comparator_value: other?.value ?? null,
    comparator_where: other === undefined ? null : whereOf(row, other.where),
    difference: null,
    difference_low: null,
    difference_high: null,
    improvement: null,
    expected_low: null,
    expected_high: null,
    verdict: "not available here",
    note: `needs ${needs}`
  }
}

export interface Options extends EvaluationMeasure.Options {
  readonly bound?: Bound | undefined
}

/** The scores of one label for one evaluation. */
export interface Labelled {
  readonly row: Row
  readonly label: string
  readonly origin: Basis.Origin
  readonly scored: ReadonlyArray<ScoredVariant>
}

export interface Evaluated {
  readonly result: Result
  /** Of each tissue, locus or fold: measured when asked for. */
  readonly groups: () => ReadonlyArray<GroupResult>
}

interface Other {
  readonly name: string
  readonly value: number
  readonly where: string
  /** What the model itself has beside it. */
  readonly own: number | null
  readonly paired: Paired.Difference | undefined
  /** Why their difference gives no verdict. */
  readonly barred: ReadonlyArray<string>
}

/**
 * The other model: on the rows that both have scores for where the table has the other's, else as it was published.
 */
const otherOf = (
  { row, scored, origin }: Labelled,
  value: number | null,
  options: EvaluationMeasure.Options
): Other | undefined => {
  if (scored.some(({ comparator }) => comparator !== null)) {
    const both = scored.filter(({ prediction, comparator }) => prediction !== null && comparator !== null)
    const common = EvaluationMeasure.counted(row, both)
    const [mine, theirs] = (["prediction", "comparator"] as const).map((score) =>
      EvaluationMeasure.rowsOf(row, common, score)
    )
    const paired = Paired.of(row, mine!, theirs!, `${row.id}/comparator`, options)
    if (paired.other === null) return undefined
    const where = `in the table; on the ${Basis.count(common.length)} rows that both have scores for`
    const labelled = scored.filter(({ target }) => target !== null).length
    const extent = { ...paired.extent, labelled, withoutScore: labelled - common.length }
    const copied = Caveats.isOfLabels(mine!)
    const own = { n: paired.n, interval: undefined, extent, copied, unnamed: 0 }
    const barred = Claim.barred(row, own, "without a score of both")
    return { name: "comparator of the table", value: paired.other, where, own: paired.value, paired, barred }
  }
  const best = publishedOf(row)
  if (best === undefined || origin.kind === "synthetic") return undefined
  return { ...best, where: whereOf(row, best.where), own: value, paired: undefined, barred: [] }
}

/** One evaluation from the rows of one label. */
export const evaluate = (labelled: Labelled, options: Options): Evaluated => {
  const { row, label, origin, scored } = labelled
  const counted = EvaluationMeasure.counted(row, scored)
  const rows = EvaluationMeasure.rowsOf(row, counted, "prediction")
  if (options.shuffle) shuffle(rows.labels, Random.make(options.seed, `shuffle/${row.id}`))
  let measured = EvaluationMeasure.of(row, rows, options)
  const flipped = row.metric.sign === "either" && (measured.measure.value ?? 0) < 0
  if (flipped) {
    for (let i = 0; i < rows.predictions.length; i++) rows.predictions[i] = -rows.predictions[i]!
    measured = EvaluationMeasure.of(row, rows, options)
  }
  const { value, note } = measured.measure
  const interval =
    value === null || options.replicates === 0
      ? undefined
      : Bootstrap.interval({
          rows: measured.rows,
          replicates: options.replicates,
          seed: options.seed,
          label: row.id,
          statistic: measured.statistic()
        })
  const withLabel = scored.filter(({ target }) => target !== null)
  const withoutScore = withLabel.filter(({ prediction }) => prediction === null).length
  const homeless = withLabel.filter((each) => EvaluationMeasure.homeless(row, each)).length
  const classes = EvaluationMeasure.noClass(row, rows.labels) === undefined
  const isClassed = EvaluationMeasure.metricOf(row)?.classes === true
  const extent: Basis.Extent = {
    rows: counted.length,
    positives: isClassed && classes ? counted.filter(({ target }) => target === 1).length : null,
    labelled: withLabel.length,
    withoutScore
  }
  const other = options.shuffle ? undefined : otherOf(labelled, value, options)
  const apart = other === undefined || other.paired !== undefined ? null : Caveats.apartFrom(row, other, origin, extent)
  const improvement =
    other === undefined || other.own === null || apart !== null || measured.random === null || other.barred.length > 0
      ? null
      : Improvement.relative(other.own, other.value, measured.random, row.metric.lower_is_better)
  const difference = other?.paired === undefined || other.own === null ? null : other.own - other.value
  const pairedInterval = other?.paired?.interval
  const claim = Claim.of(row, {
    value,
    interval,
    extent,
    n: measured.n,
    origin,
    bound: options.bound,
    shuffled: options.shuffle,
    unnamed: origin.kind === "published" ? 0 : counted.filter(ScoredVariants.isUnnamed).length,
    copied: Caveats.isOfLabels(rows),
    paired: other?.paired === undefined ? undefined : { ...pairedInterval, barred: other.barred },
    published: improvement === null || other?.paired !== undefined ? undefined : other?.value
  })
  const notes = [
    ...(note === null ? [] : [note]),
    ...claim.notes,
    ...measured.notes,
    ...(value === null || apart === null ? [] : [apart]),
    ...(value === null ? [] : Caveats.of(row, origin, counted, extent, other?.paired !== undefined)),
    ...(flipped ? ["the correlation was negative: its sign depends on which allele is called the reference"] : []),
    ...(withoutScore === 0
      ? []
      : row.metric.unscored === "zero"
        ? [`rows without a score that count as 0: ${Basis.count(withoutScore)}`]
        : [
            `${Basis.count(withoutScore)} of ${Basis.count(withLabel.length)} labelled rows ${Basis.without(withoutScore)}`
          ]),
    ...(homeless === 0 ? [] : [`${Basis.count(homeless)} rows name no ${groupWord(row)} and are left out`]),
    ...(options.shuffle ? ["labels shuffled"] : []),
    ...(origin.synthetic ? ["SYNTHETIC"] : [])
  ]
  return {
    groups: () => groupsOf(labelled, rows, options),
    result: {
      ...describe(row, label),
      label,
      model: origin.model,
      source: origin.source,
      synthetic: origin.synthetic,
      value,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      n: measured.n,
      positives: measured.positives,
      coverage: Basis.coverage(extent),
      groups: measured.groups,
      without_score: withoutScore,
      without_label: scored.length - withLabel.length,
      random: measured.random,
      comparator: other?.name ?? null,
      comparator_value: other?.value ?? null,
      comparator_where: other?.where ?? null,
      difference,
      difference_low: pairedInterval?.low ?? null,
      difference_high: pairedInterval?.high ?? null,
      improvement,
      expected_low: claim.expected?.[0] ?? null,
      expected_high: claim.expected?.[1] ?? null,
      verdict: claim.verdict,
      note: Caveats.once(notes)
    }
  }
}

const groupWord = ({ metric }: Evaluation): string => (metric.over === "pairs" ? "matched set" : metric.over)

const groupsOf = (
  { row, label: whose, origin: { synthetic } }: Labelled,
  rows: EvaluationMeasure.Rows,
  options: EvaluationMeasure.Options
): ReadonlyArray<GroupResult> => {
  const metric = EvaluationMeasure.metricOf(row)
  if (metric === undefined || row.metric.over === "pairs") return []
  if (rows.groups.every((group) => group === EvaluationMeasure.notStated)) return []
  const { groups } = GroupedMean.groupedMean(metric, rows, EvaluationMeasure.readingOf(row, options.oneClass))
  return GroupedMean.members(rows).map(({ group, labels, predictions }, at) => {
    const { value, note } = groups[at]!.measure
    const interval =
      value === null || options.replicates === 0
        ? undefined
        : Bootstrap.interval({
            rows: labels.length,
            replicates: options.replicates,
            seed: options.seed,
            label: `${row.id}/${group}`,
            statistic: metric.prepare(labels, predictions)
          })
    return {
      evaluation: row.id,
      label: whose,
      metric: row.metric.name,
      group,
      value,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      n: groups[at]!.n,
      synthetic,
      note
    }
  })
}

/** The evaluation in a part of its rows. */
const part = (labelled: Labelled, inside: ReadonlyArray<ScoredVariant>, options: Options): Part => {
  // What is expected of all rows is nothing to a part of them.
  const { value, low, high, n, positives, random, synthetic, note } = evaluate(
    { ...labelled, row: { ...labelled.row, expected: null, comparators: [] }, scored: inside },
    { ...options, bound: undefined }
  ).result
  return { value, low, high, n, positives, random, synthetic, note: value === null ? note : null }
}

const named = ({ row, label }: Labelled) => ({ evaluation: row.id, label, metric: row.metric.name })

/** The evaluation by kind of row, kinds in order of appearance. Rows whose kind is not known are left out. */
export const byStratum = (labelled: Labelled, options: Options): ReadonlyArray<StratumResult> => {
  const known = labelled.scored.filter(({ stratum }) => stratum !== null)
  return Array.from(
    groupBy(known, ({ stratum }) => stratum!),
    ([stratum, inside]) => ({ ...named(labelled), stratum, ...part(labelled, inside, options) })
  )
}

/** The evaluation by distance: [0, first edge), ..., [last edge, on). Rows whose distance is not known are left out. */
export const byDistance = (
  labelled: Labelled,
  edges: ReadonlyArray<number>,
  options: Options
): ReadonlyArray<DistanceResult> => {
  const known = labelled.scored.filter(({ distance }) => distance !== null)
  if (known.length === 0) return []
  return [0, ...edges].map((from, at) => {
    const to = edges[at] ?? null
    const inside = known.filter(({ distance }) => {
      const size = Math.abs(distance!)
      return from <= size && (to === null || size < to)
    })
    return { ...named(labelled), from, to, ...part(labelled, inside, options) }
  })
}
