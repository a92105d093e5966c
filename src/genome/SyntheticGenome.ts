/** A genome made up from a seed, for runs that need no data: independent bases whose GC content varies like isochores. */
import * as Random from "../core/Random.ts"

export interface SyntheticChromosome {
  /** `chrS1`, `chrS2`, ...: no name of a real chromosome. */
  readonly name: string
  /** Upper-case A, C, G, T. */
  readonly sequence: string
}

/** Bases between two knots of the GC curve. */
const knotDistance = 20_000
/** Mean GC content of the human genome, and the standard deviation of a knot about it; knots stay in [0.3, 0.6]. */
const gcMean = 0.41
const gcDeviation = 0.06

/**
 * `chromosomes` sequences of `length` bases each. The GC content is linear between seeded knots 20 kb apart. A
 * chromosome depends on the seed and its own number alone, and a longer one starts with the bases of a shorter one.
 */
export const make = (options: {
  readonly seed: number
  readonly chromosomes: number
  readonly length: number
}): Array<SyntheticChromosome> =>
  Array.from({ length: options.chromosomes }, (_, index) => {
    const name = `chrS${index + 1}`
    return { name, sequence: chromosome(options.seed, name, options.length) }
  })

const chromosome = (seed: number, name: string, length: number): string => {
  const knots = Random.make(seed, `genome/${name}/gc`)
  const bases = Random.make(seed, `genome/${name}/bases`)
  const knot = () => Math.min(0.6, Math.max(0.3, gcMean + gcDeviation * knots.normal()))
  const codes = Buffer.alloc(length)
  let left = knot()
  let right = knot()
  for (let i = 0; i < length; i++) {
    const within = i % knotDistance
    if (i > 0 && within === 0) {
      left = right
      right = knot()
    }
    const gc = left + ((right - left) * within) / knotDistance
    const u = bases.next()
    // [0, gc) is split evenly between C and G, the rest between A and T.
    codes[i] = u < gc / 2 ? 67 : u < gc ? 71 : u < gc + (1 - gc) / 2 ? 65 : 84
  }
  return codes.toString("latin1")
}
