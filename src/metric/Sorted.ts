/** Numbers in ascending order, each with what belongs to it. */
export interface Sorted {
  /** What belongs to the numbers, in their order; equal numbers keep the order in which they stood. */
  readonly payload: Uint32Array
  /** The first index after the run of equal numbers that `from` stands in. */
  readonly runEnd: (from: number) => number
  /** The first index of the run of equal numbers that ends before `to`. */
  readonly runStart: (to: number) => number
}

/** Bits of a digit; three of them hold half a float64. */
const bits = 11
const mask = (1 << bits) - 1

interface Rows {
  readonly upper: Uint32Array
  readonly lower: Uint32Array
  readonly payload: Uint32Array
}

const rowsOf = (n: number): Rows => ({
  upper: new Uint32Array(n),
  lower: new Uint32Array(n),
  payload: new Uint32Array(n)
})

/** One pass: by a digit of the lower or the upper half. False where the digit is the same in all rows. */
const pass = (half: "lower" | "upper", shift: number, from: Rows, to: Rows): boolean => {
  const { upper, lower, payload } = from
  const keys = from[half]
  const n = keys.length
  const starts = new Uint32Array(mask + 1)
  for (let i = 0; i < n; i++) starts[(keys[i]! >>> shift) & mask]!++
  if (starts[(keys[0]! >>> shift) & mask] === n) return false
  for (let bucket = 0, sum = 0; bucket <= mask; bucket++) {
    const count = starts[bucket]!
    starts[bucket] = sum
    sum += count
  }
  const { upper: toUpper, lower: toLower, payload: toPayload } = to
  for (let i = 0; i < n; i++) {
    const at = starts[(keys[i]! >>> shift) & mask]!++
    toUpper[at] = upper[i]!
    toLower[at] = lower[i]!
    toPayload[at] = payload[i]!
  }
  return true
}

/**
 * Radix sort of float64, digit by digit from the lowest: linear time, whatever the values; 0 equals -0, and none may be
 * NaN. The payload is the position of each number, or what is given.
 */
export const of = (values: ArrayLike<number>, payload?: ArrayLike<number>): Sorted => {
  const n = values.length
  let rows = rowsOf(n)
  const number = new Float64Array(1)
  const halves = new Uint32Array(number.buffer)
  for (let i = 0; i < n; i++) {
    // Adding 0 makes -0 the 0 that it equals.
    number[0] = values[i]! + 0
    // Positive numbers ascend with their bits, negative ones descend.
    const flip = halves[1]! >>> 31 === 1 ? 0xffffffff : 0
    rows.upper[i] = halves[1]! ^ (flip | 0x80000000)
    rows.lower[i] = halves[0]! ^ flip
    rows.payload[i] = payload === undefined ? i : payload[i]!
  }
  let spare = rowsOf(n)
  for (const half of ["lower", "upper"] as const) {
    for (let shift = 0; n > 1 && shift < 32; shift += bits) {
      if (pass(half, shift, rows, spare)) [rows, spare] = [spare, rows]
    }
  }
  const { upper, lower } = rows
  return {
    payload: rows.payload,
    runEnd: (from) => {
      const [high, low] = [upper[from], lower[from]]
      let to = from + 1
      while (to < n && upper[to] === high && lower[to] === low) to++
      return to
    },
    runStart: (to) => {
      const [high, low] = [upper[to - 1], lower[to - 1]]
      let from = to - 1
      while (from > 0 && upper[from - 1] === high && lower[from - 1] === low) from--
      return from
    }
  }
}
