/** Tables of positions: rotary angles, and features of the distance between pairs. */
import { maxTokens, pairWidth, type Numerics } from "./Config.ts"

const buffer = new DataView(new ArrayBuffer(4))

/** To the nearest bfloat16, ties to even. */
export const roundToBf16 = (value: number): number => {
  buffer.setFloat32(0, value)
  const bits = buffer.getUint32(0)
  buffer.setUint32(0, (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000)
  return buffer.getFloat32(0)
}

export interface RotaryTables {
  /** [positions, size], each angle standing for a pair of neighbouring channels. */
  readonly cos: Float32Array
  readonly sin: Float32Array
}

/**
 * Cosines and sines of position times frequency, in float32 or with every step rounded to bfloat16. The `size / 2`
 * frequencies are 1 / (i + g_i), g spaced geometrically from 1 to `maxPosition - size / 2 + 1`.
 */
export const rotary = (
  positions: ArrayLike<number>,
  size: number,
  maxPosition: number,
  numerics: Numerics
): RotaryTables => {
  const round = numerics === "f32" ? Math.fround : roundToBf16
  const count = size / 2
  const last = maxPosition - count + 1
  const frequencies = Array.from({ length: count }, (_, i) =>
    round(1 / round(i + (count === 1 ? 1 : last ** (i / (count - 1)))))
  )
  const cos = new Float32Array(positions.length * size)
  const sin = new Float32Array(positions.length * size)
  for (let p = 0; p < positions.length; p++) {
    const position = round(positions[p]!)
    for (let i = 0; i < count; i++) {
      const angle = round(position * frequencies[i]!)
      const at = p * size + 2 * i
      cos[at] = cos[at + 1] = round(Math.cos(angle))
      sin[at] = sin[at + 1] = round(Math.sin(angle))
    }
  }
  return { cos, sin }
}

/** The matrix that turns (a, b) of each pair of neighbouring channels to (-b, a), from the right. */
export const quarterTurn = (size: number): Float32Array => {
  const matrix = new Float32Array(size * size)
  for (let i = 0; i < size; i += 2) {
    matrix[(i + 1) * size + i] = -1
    matrix[i * size + i + 1] = 1
  }
  return matrix
}

/**
 * Of the distances -pairs ... pairs-1: for each of `features` reaches whether the distance is shorter, then the same
 * times the distance's sign: [2 pairs, 2 features]. Reaches are i + g_i, g spaced geometrically from 1 towards (but not
 * to) the longest distance there can be.
 */
export const distanceFeatures = (pairs: number, features: number): Float32Array => {
  const end = maxTokens / pairWidth - features + 1
  const out = new Float32Array(4 * pairs * features)
  for (let row = 0; row < 2 * pairs; row++) {
    const distance = row - pairs
    for (let i = 0; i < features; i++) {
      const inside = i + end ** (i / features) > Math.abs(distance) ? 1 : 0
      out[row * 2 * features + i] = inside
      out[row * 2 * features + features + i] = inside * Math.sign(distance)
    }
  }
  return out
}
