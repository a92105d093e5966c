/**
 * The scores of one scorer as an annotated matrix, as AlphaGenome's client holds them: a row for each variant and gene or
 * junction, a column for each track; NaN where a track says nothing of a gene.
 */
import * as Result from "effect/Result"
import type { AnnData, Frame } from "../data/AnnData.ts"
import { groupBy } from "../core/GroupBy.ts"
import type { TidyScore } from "./TidyScores.ts"
import * as TrackTable from "./TrackTable.ts"

const obsColumns = [
  "variant_id",
  "scored_interval",
  "gene_id",
  "gene_name",
  "gene_type",
  "gene_strand",
  "junction_Start",
  "junction_End"
] as const satisfies ReadonlyArray<keyof TidyScore>

/** The names of the client for columns of tracks. */
const varColumns = {
  name: "track_name",
  strand: "track_strand",
  ...(Object.fromEntries(Object.keys(TrackTable.metadata).map((column) => [column, column])) as {
    readonly [C in keyof typeof TrackTable.metadata]: C
  })
} as const satisfies Readonly<Record<string, keyof TidyScore>>

const frame = (rows: ReadonlyArray<TidyScore>, columns: Readonly<Record<string, keyof TidyScore>>): Frame =>
  new Map(Object.entries(columns).map(([name, column]) => [name, rows.map((row) => row[column])]))

/** The first row of each key, and where in their order the key of any row stands. */
const distinct = (rows: ReadonlyArray<TidyScore>, keyOf: (row: TidyScore) => string) => {
  const groups = [...groupBy(rows, keyOf)]
  const at = new Map(groups.map(([key], index) => [key, index]))
  return { rows: groups.map(([, [first]]) => first!), at: (row: TidyScore) => at.get(keyOf(row))! }
}

/** Fails, naming those that there are, where scores of more than one scorer are given; with `scorer`, those of that one. */
export const make = (scores: Iterable<TidyScore>, scorer: string | undefined): Result.Result<AnnData, string> => {
  const all = [...scores]
  const scorers = [...new Set(all.map(({ variant_scorer }) => variant_scorer))]
  const chosen = scorer ?? (scorers.length === 1 ? scorers[0] : undefined)
  if (chosen === undefined || !scorers.includes(chosen)) {
    const fault = chosen === undefined ? "the scores are of several scorers" : `no score is of '${chosen}'`
    return Result.fail(`${fault}; there are: ${scorers.join(", ")}`)
  }
  const rows = all.filter(({ variant_scorer }) => variant_scorer === chosen)
  const obs = distinct(rows, (row) => obsColumns.map((column) => row[column]).join("\t"))
  const vars = distinct(rows, (row) =>
    Object.values(varColumns)
      .map((column) => row[column])
      .join("\t")
  )
  const shape = [obs.rows.length, vars.rows.length] as const
  if (new Set(rows.map((row) => obs.at(row) * shape[1] + vars.at(row))).size < rows.length) {
    return Result.fail("two scores are of the same variant, window, gene and track")
  }
  const matrix = (value: (row: TidyScore) => number | null): Float32Array => {
    const cells = new Float32Array(shape[0] * shape[1]).fill(Number.NaN)
    for (const row of rows) cells[obs.at(row) * shape[1] + vars.at(row)] = value(row) ?? Number.NaN
    return cells
  }
  return Result.succeed({
    shape,
    x: matrix((row) => row.raw_score),
    obs: frame(obs.rows, Object.fromEntries(obsColumns.map((column) => [column, column]))),
    var: frame(vars.rows, varColumns),
    uns: { variant_scorer: chosen },
    layers: rows.some(({ quantile_score }) => quantile_score !== null)
      ? { quantiles: matrix((row) => row.quantile_score) }
      : {}
  })
}
