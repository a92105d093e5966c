/** On what a value stands: whose scores they are, where they come from, and how many rows there are of what was reported. */
import type { Lineage } from "../core/Lineage.ts"
import * as Digest from "../core/Digest.ts"
import type { Evaluation } from "./Evaluation.ts"
import type { Row } from "./Registry.ts"
import type { Source } from "./ScoredVariants.ts"

/** Whose scores they are. */
export interface Origin {
  readonly kind: Source
  /** The model as the engine knows it, or as the workflow states it; null where neither does. */
  readonly model: string | null
  /** In words. */
  readonly source: string
  readonly synthetic: boolean
  /** What a reader must know of it beside a verdict. */
  readonly notes: ReadonlyArray<string>
}

/** Who the registry's rows are about, unless they say otherwise. */
export const subject = "AlphaGenome"

const some = (names: ReadonlyArray<string>): string => (names.length > 3 ? `${names.length} of them` : names.join(", "))

const withWeights = ({ name, weights }: Lineage["models"][number]): string => `${name} (${Digest.short(weights)})`

/** What is known of where the data come from that were reported: a user's file cannot change it. */
export const reportedData = ({ builtIn, data }: Row): Evaluation["data"] => builtIn?.data ?? data

/** From what the engine knows of the tables; `stated` is the name that the workflow gives the model. */
export const originOf = (
  row: Row,
  lineages: ReadonlyArray<Lineage>,
  stated: string | undefined,
  synthetic: boolean
): Origin => {
  const datasets = lineages.flatMap((each) => each.datasets)
  const models = new Map(lineages.flatMap((each) => each.models).map((each) => [`${each.name} ${each.weights}`, each]))
  const named = (each: { readonly name: string; readonly sha256: string }) =>
    `${each.name} (${Digest.short(each.sha256)})`
  const table = reportedData(row).predictions
  const published = datasets.find(({ name }) => name === table)
  // Nothing but the published table goes into what published-scores gives.
  if (published !== undefined && !synthetic && lineages.every(({ uses }) => uses === "published-scores")) {
    return { kind: "published", model: subject, source: `published: dataset ${named(published)}`, synthetic, notes: [] }
  }
  const places = lineages.map(({ stage, file }) => (stage === null ? `file ${file}` : `stage ${stage}`))
  const from = [...new Set(places)].join(", ")
  const of = datasets.length === 0 ? "" : `, of dataset${datasets.length > 1 ? "s" : ""} ${some(datasets.map(named))}`
  const ran = [...models.values()]
  const model = ran.length === 0 ? null : [...new Set(ran.map(({ name }) => name))].join(" and ")
  const weights = some(ran.map(withWeights))
  const sets = new Set(lineages.map((each) => each.models.map(withWeights).join(", ")).filter((each) => each !== ""))
  const edited = [...new Set(lineages.flatMap((each) => each.edited ?? []))]
  const kind = synthetic ? "synthetic" : model === null ? "table" : "model"
  const several = sets.size > 1 ? `, ${sets.size} versions` : ""
  return {
    kind,
    model: stated === undefined ? model && `${model}${several}` : `${stated} (stated)`,
    source: [kind, ran.length === 0 ? "" : ` ${weights}`, from === "" ? "" : `: ${from}`, of].join(""),
    synthetic,
    notes: [
      ...(sets.size > 1 ? [`scores of ${sets.size} models under one label: ${[...sets].join("; ")}`] : []),
      ...(edited.length > 0
        ? [`after they were made the scores went through ${edited.join(", ")}, no stage of agflow`]
        : [])
    ]
  }
}

/** Rows that a value is of. */
export interface Extent {
  /** Labelled rows that have a score, or count as 0. */
  readonly rows: number
  /** Of class 1 among them; null for a metric that has none. */
  readonly positives: number | null
  readonly labelled: number
  readonly withoutScore: number
}

export const count = (rows: number): string => rows.toLocaleString("en-US")

/** Share of the labelled rows that have a score. */
export const coverage = ({ labelled, withoutScore }: Extent): number | null =>
  labelled === 0 ? null : (labelled - withoutScore) / labelled

/** What is so of rows that have no score. */
export const without = (rows: number): string => (rows === 1 ? "has no score" : "have no score")

/** That too few of the labelled rows have a score for a verdict, if so. */
export const lacking = (row: Row, extent: Extent, how = without(extent.withoutScore)): ReadonlyArray<string> =>
  (coverage(extent) ?? 0) >= (reportedData(row).coverage ?? 1)
    ? []
    : [`${count(extent.withoutScore)} of ${count(extent.labelled)} labelled rows ${how}`]

/** In how the rows differ from those that the reported values are of; undefined where nobody states how many those are. */
export const differences = (row: Row, extent: Extent): ReadonlyArray<string> | undefined => {
  const apart = rowDifferences(row, extent)
  return apart && [...apart, ...lacking(row, extent)]
}

/** As `differences`, of the rows that enter alone. */
export const rowDifferences = (
  row: Row,
  extent: Pick<Extent, "rows" | "positives">
): ReadonlyArray<string> | undefined => {
  const { rows, positives } = reportedData(row)
  if (rows === undefined) return undefined
  return [
    ...(extent.rows === rows ? [] : [`${count(extent.rows)} of ${count(rows)} rows`]),
    ...(positives === undefined || extent.positives === null || extent.positives === positives
      ? []
      : [`${count(extent.positives)} of ${count(positives)} positives`])
  ]
}

/** The data that a published value is of. */
export const dataText = (row: Row): string => {
  const { rows, positives } = reportedData(row)
  if (rows === undefined) return "on a number of rows that is not stated"
  return `on ${count(rows)} rows${positives === undefined ? "" : `, ${count(positives)} positive`}`
}
