/** Sequence as numbers: A, C, G, T are the four unit vectors; anything else is zeros. */

const column = new Int8Array(256).fill(-1)
for (const [index, letters] of ["Aa", "Cc", "Gg", "Tt"].entries()) {
  for (const letter of letters) column[letter.charCodeAt(0)] = index
}

/**
 * Writes one-hot [sequence.length, 4], row-major, into `out` from `offset` on. `out` must hold zeros there. Channels are
 * A, C, G, T.
 */
export const encodeInto = (sequence: string, out: Float32Array, offset = 0): void => {
  for (let i = 0, at = offset; i < sequence.length; i++, at += 4) {
    const channel = column[sequence.charCodeAt(i) & 255]!
    if (channel >= 0) out[at + channel] = 1
  }
}

/** One-hot [sequence.length, 4], row-major, channels A, C, G, T. */
export const encode = (sequence: string): Float32Array => {
  const out = new Float32Array(sequence.length * 4)
  encodeInto(sequence, out)
  return out
}

/** The one-hot of the reverse complement: with channels A, C, G, T both axes are reversed. */
export const reverseComplement = (oneHot: Float32Array): Float32Array => oneHot.toReversed()
