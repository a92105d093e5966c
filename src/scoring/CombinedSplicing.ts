/**
 * One number for what a variant does to splicing: the greatest score of SPLICE_SITES, plus the greatest of
 * SPLICE_SITE_USAGE, plus a fifth of the greatest of SPLICE_JUNCTIONS, each over genes, junctions and tracks. As
 * AlphaGenome's authors combine them for ClinVar.
 */
import type { Score } from "./ScoreTable.ts"

/** What is added up: an output of a scorer, and how much it counts. */
const parts = [
  { scorer: "gene_splicing", output: "SPLICE_SITES", weight: 1 },
  { scorer: "gene_splicing", output: "SPLICE_SITE_USAGE", weight: 1 },
  { scorer: "splice_junctions", output: "SPLICE_JUNCTIONS", weight: 1 / 5 }
] as const

/** By variant, in the order in which they first stand; a part without scores counts 0, a variant without any is left out. */
export const combine = (
  scores: Iterable<Pick<Score, "variant_id" | "scorer" | "output" | "score">>
): ReadonlyMap<string, number> => {
  const greatest = new Map<string, Array<number>>()
  for (const { variant_id, scorer, output, score } of scores) {
    const part = parts.findIndex((each) => each.scorer === scorer && each.output === output)
    if (part === -1 || Number.isNaN(score)) continue
    const known = greatest.get(variant_id) ?? parts.map(() => 0)
    greatest.set(variant_id, known)
    known[part] = Math.max(known[part]!, score)
  }
  return new Map(
    Array.from(greatest, ([variant, each]) => [
      variant,
      each.reduce((sum, value, part) => sum + value * parts[part]!.weight, 0)
    ])
  )
}
