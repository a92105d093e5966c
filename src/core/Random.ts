/** Seeded randomness: the same seed gives the same numbers on every machine (sfc32, seeded by sha256 of the seed's text). */
import { createHash } from "node:crypto"

export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  readonly next: () => number
  /** Uniform integer in [0, bound). */
  readonly int: (bound: number) => number
  /** Standard normal (Box-Muller, one value a call). */
  readonly normal: () => number
}

/** Each `label` gives a stream of its own, so that adding a consumer does not shift the numbers of another. */
export const make = (seed: number, label = ""): Random => {
  const state = createHash("sha256").update(`${seed}/${label}`).digest()
  let a = state.readUInt32LE(0)
  let b = state.readUInt32LE(4)
  let c = state.readUInt32LE(8)
  let counter = 1
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i++) next()
  return {
    next,
    int: (bound) => Math.floor(next() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  }
}
