/**
 * Delta scores: how much a variant makes or breaks splice sites near it.
 *
 * For acceptors and donors, the largest gain (alternative minus reference probability) and the largest loss (reference
 * minus alternative) among the bases up to a distance from the variant, and where it is. After Jaganathan et al., Cell
 * 2019, and the fields that SpliceAI's VCF files describe.
 */

/** What is scored, in the order of SpliceAI's fields. */
export const kinds = ["ag", "al", "dg", "dl"] as const
export type Kind = (typeof kinds)[number]

/** A change of probability, and the base (relative to the variant's first one, genome orientation) that has it. */
export interface Delta {
  readonly score: number
  readonly position: number
}

export type Deltas = { readonly [K in Kind]: Delta }

const classCount = 3
const column: { readonly [K in Kind]: { readonly of: number; readonly sign: 1 | -1 } } = {
  ag: { of: 1, sign: 1 },
  al: { of: 1, sign: -1 },
  dg: { of: 2, sign: 1 },
  dl: { of: 2, sign: -1 }
}

/**
 * Predictions [bases, 3] for an alternative sequence, put onto the bases of the reference: `count` of them, of which the
 * one at `at` is the first of an allele that has `from` bases in the reference and `to` in the alternative. Inserted bases
 * are one with the base before them, by their largest value; deleted ones have 0 for every class.
 */
export const align = (
  alternative: Float32Array,
  { at, from, to, count }: { readonly at: number; readonly from: number; readonly to: number; readonly count: number }
): Float32Array => {
  const out = new Float32Array(count * classCount)
  const copy = (start: number, source: number, bases: number) => {
    const end = Math.min(start + bases, count)
    if (start < end)
      out.set(alternative.subarray(source * classCount, (source + end - start) * classCount), start * classCount)
  }
  const kept = Math.min(from, to)
  copy(0, 0, at + kept)
  for (let base = at + kept; base < at + to; base++) {
    for (let c = 0; c < classCount; c++) {
      const place = (at + kept - 1) * classCount + c
      out[place] = Math.max(out[place]!, alternative[base * classCount + c]!)
    }
  }
  copy(at + from, at + to, count)
  return out
}

/** Bases at which an annotation has splice sites, relative to the variant's first one. */
export interface Annotated {
  readonly acceptors: ReadonlySet<number>
  readonly donors: ReadonlySet<number>
}

/**
 * Both arrays [bases, 3] (none, acceptor, donor) in genome orientation; the variant's first base is at index `at`. With
 * annotated sites, gains of what is annotated and losses of what is not are left out (masked): they count as 0. Of equal
 * changes the first base stands.
 */
export const deltas = (
  reference: Float32Array,
  alternative: Float32Array,
  at: number,
  annotated?: Annotated
): Deltas => {
  const best = (kind: Kind): Delta => {
    const { of, sign } = column[kind]
    const sites = of === 1 ? annotated?.acceptors : annotated?.donors
    let found = 0
    let largest = -Infinity
    for (let base = 0; base < reference.length / classCount; base++) {
      const change = sign * (alternative[base * classCount + of]! - reference[base * classCount + of]!)
      if (change > largest) {
        largest = change
        found = base
      }
    }
    const masked = sites !== undefined && sites.has(found - at) === (sign === 1)
    return { score: masked ? 0 : largest, position: found - at }
  }
  return { ag: best("ag"), al: best("al"), dg: best("dg"), dl: best("dl") }
}
