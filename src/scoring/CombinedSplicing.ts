/**
 * One number for what a variant does to splicing: the greatest score of SPLICE_SITES, plus the greatest of
 * SPLICE_SITE_USAGE, plus a fifth of the greatest of SPLICE_JUNCTIONS, each over genes, junctions and tracks. As
 * AlphaGenome's authors combine them for ClinVar.
 */
import * as Tally from "../core/Tally.ts"
import type { Score } from "./ScoreTable.ts"

/** What is added up: an output of a scorer, and how much it counts. */
const parts = [
  { scorer: "gene_splicing", output: "SPLICE_SITES", weight: 1 },
  { scorer: "gene_splicing", output: "SPLICE_SITE_USAGE", weight: 1 },
  { scorer: "splice_junctions", output: "SPLICE_JUNCTIONS", weight: 1 / 5 }
] as const

/** By variant, in the order in which they first stand; a part without scores counts 0, a variant without any is left out. */
export const combine = (
  scores: Iterable<Pick<Score, "variant_id" | "scorer" | "output" | "score">>,
  ledger: Tally.Ledger = Tally.makeLedger()
): ReadonlyMap<string, number> => {
  const [rows, account] = [ledger.open("scores"), ledger.open("variants")]
  const greatest = new Map<string, Array<number>>()
  for (const { variant_id, scorer, output, score } of scores) {
    const known = greatest.get(variant_id) ?? parts.map(() => Number.NaN)
    greatest.set(variant_id, known)
    const part = parts.findIndex((each) => each.scorer === scorer && each.output === output)
    rows.take()
    if (part === -1) rows.leave("of another scorer or output", `${variant_id} ${scorer} ${output ?? ""}`)
    else if (Number.isNaN(score)) rows.leave("not a number", variant_id)
    else {
      rows.keep()
      known[part] = Math.max(0, Number.isNaN(known[part]!) ? 0 : known[part]!, score)
    }
  }
  const combined = new Map<string, number>()
  account.take(greatest.size)
  for (const [variant, each] of greatest) {
    if (each.every(Number.isNaN)) {
      account.leave("no score of splice sites, their usage or junctions", variant)
      continue
    }
    account.keep()
    for (const [part, value] of each.entries())
      if (Number.isNaN(value)) account.note(`without ${parts[part]!.output}, which counts 0`, variant)
    combined.set(
      variant,
      each.reduce((sum, value, part) => sum + (Number.isNaN(value) ? 0 : value * parts[part]!.weight), 0)
    )
  }
  return combined
}
