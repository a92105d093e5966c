/** Scores by evaluation and by label: several models side by side, each under a name of its own. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import type { Lineage } from "../core/Lineage.ts"
import * as Suggest from "../core/Suggest.ts"
import * as ScoredVariants from "./ScoredVariants.ts"
import type { ScoredVariant } from "./ScoredVariants.ts"

/** A table of scores with what the engine knows of it. */
export interface ScoreTable {
  readonly path: string
  readonly rows: ReadonlyArray<ScoredVariant>
  readonly lineage: Lineage | undefined
}

export interface Labelled {
  readonly rows: ReadonlyArray<ScoredVariant>
  readonly lineages: ReadonlyArray<Lineage>
}

/** By evaluation, then by label, each in order of appearance. */
export type ByLabel = ReadonlyMap<string, ReadonlyMap<string, Labelled>>

/** The stage that made it, or the user's file. */
export const nameOf = ({ lineage }: ScoreTable, index: number): string =>
  lineage?.stage ?? lineage?.file?.replace(/\.(?:tsv|parquet|feather|arrow)(?:\.gz)?$/u, "") ?? `table ${index + 1}`

/** What names of the workflow are not those of tables. */
const misnamed = (what: string, names: Readonly<Record<string, string>>, known: ReadonlyArray<string>) => {
  const odd = Object.keys(names).find((name) => !known.includes(name))
  return odd === undefined
    ? undefined
    : new InputError({ message: `${what}: no scores come from '${odd}'`, hint: Suggest.hint(odd, known, "scores") })
}

/** Gathers the rows; `labels` renames tables, so that two may share a label. One observation twice under one is an error. */
export const gather = Effect.fnUntraced(function* (
  tables: ReadonlyArray<ScoreTable>,
  labels: Readonly<Record<string, string>>
): Effect.fn.Return<ByLabel, InputError> {
  const wrong = misnamed("labels", labels, tables.map(nameOf))
  if (wrong !== undefined) return yield* wrong
  const found = new Map<string, Map<string, { readonly rows: Array<ScoredVariant>; readonly lineages: Set<Lineage> }>>()
  const seen = new Map<string, Set<string>>()
  for (const [index, table] of tables.entries()) {
    const name = nameOf(table, index)
    const label = labels[name] ?? name
    const before = seen.get(label) ?? new Set<string>()
    seen.set(label, before)
    for (const [at, row] of table.rows.entries()) {
      const identity = ScoredVariants.anySpelling(row)
      const infinite = (["target", "prediction", "comparator"] as const).find((use) =>
        ScoredVariants.isInfinite(row[use])
      )
      if (infinite !== undefined) {
        return yield* new InputError({
          message: `column '${infinite}': ${row[infinite]} is no score and no measurement`,
          file: table.path,
          line: at + 2,
          hint: "write a finite number, or leave the field empty where there is none"
        })
      }
      if (before.has(identity)) {
        const place = row.group === null ? "" : ` in ${row.group}`
        return yield* new InputError({
          message: `two scores for ${row.key}${place} of ${row.evaluation} under one label, '${label}'`,
          file: table.path,
          line: at + 2,
          hint: "give each model a stage of its own, or a label by `labels: { stage: label }`"
        })
      }
      before.add(identity)
      const byLabel =
        found.get(row.evaluation) ?? new Map<string, { rows: Array<ScoredVariant>; lineages: Set<Lineage> }>()
      found.set(row.evaluation, byLabel)
      const entry = byLabel.get(label) ?? { rows: [], lineages: new Set<Lineage>() }
      byLabel.set(label, entry)
      entry.rows.push(row)
      if (table.lineage !== undefined) entry.lineages.add(table.lineage)
    }
  }
  return new Map(
    Array.from(found, ([evaluation, byLabel]) => [
      evaluation,
      new Map(Array.from(byLabel, ([label, { rows, lineages }]) => [label, { rows, lineages: [...lineages] }]))
    ])
  )
})

/** Fails where the workflow names the model of scores that are not there. */
export const checkModels = (models: Readonly<Record<string, string>>, byEvaluation: ByLabel) => {
  const known = new Set([...byEvaluation.values()].flatMap((byLabel) => [...byLabel.keys()]))
  const wrong = misnamed("models", models, [...known])
  return wrong === undefined ? Effect.void : Effect.fail(wrong)
}
