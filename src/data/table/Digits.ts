/** Numbers as decimal text in bytes: what `String` gives of them, without making one. */

const powers = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))
/** Both halves of a power, of 26 bits and the rest (Veltkamp). */
const splitter = 2 ** 27 + 1
const highs = powers.map((power) => splitter * power - (splitter * power - power))
const lows = powers.map((power, at) => power - highs[at]!)

const limits = Int32Array.from({ length: 10 }, (_, digits) => 10 ** digits)

const [zero, point, minus] = [48, 46, 45]
const tenToEight = 1e8
/** What two doubles may differ by and be told apart here. */
const nearTie = 1e-6

/** What is lost where a number is multiplied with a power of ten (Dekker 1971). */
const lost = (value: number, power: number, product: number): number => {
  const wide = splitter * value
  const high = wide - (wide - value)
  const low = value - high
  return high * highs[power]! - product + high * lows[power]! + low * highs[power]! + low * lows[power]!
}

/** The digits of a whole number below 1e9, at least so many. */
const putDigits = (number: number, least: number, to: Uint8Array, at: number): number => {
  let rest = number | 0
  let count = least
  while (count < 9 && rest >= limits[count]!) count++
  for (let place = at + count - 1; place >= at; place--) {
    const next = (rest / 10) | 0
    to[place] = zero + rest - next * 10
    rest = next
  }
  return at + count
}

/** Those of `high` and the eight of `low`. */
const putWhole = (high: number, low: number, to: Uint8Array, at: number): number =>
  high === 0 ? putDigits(low, 1, to, at) : putDigits(low, 8, to, putDigits(high, 1, to, at))

const putText = (value: number, to: Uint8Array, at: number): number => {
  const text = Object.is(value, -0) ? "-0" : String(value)
  for (let n = 0; n < text.length; n++) to[at + n] = text.charCodeAt(n)
  return at + text.length
}

/** The number with the digits of `high` and `low`, of which so many stand behind the point. */
const putDecimal = (high: number, low: number, decimals: number, to: Uint8Array, at: number): number => {
  const whole = countOf(high, low) - decimals
  // Digits before the point are moved over it.
  const first = whole > 0 ? at + 1 : at + 2 - whole
  let end = putWhole(high, low, to, first)
  for (let n = 0; n < whole; n++) to[at + n] = to[first + n]!
  if (whole <= 0) for (let n = at; n < first; n++) to[n] = zero
  const dot = whole > 0 ? at + whole : at + 1
  to[dot] = point
  while (to[end - 1] === zero) end--
  return end - 1 === dot ? dot : end
}

const countOf = (high: number, low: number): number => {
  let count = 1
  const first = high === 0 ? low : high
  while (count < 9 && first >= limits[count]!) count++
  return high === 0 ? count : count + 8
}

/** That of the last number: the next one is often of its size. */
let near = 16

/** As many digits of a product as are before its point, with what was lost in it; undefined where two are as near. */
const putNearest = (product: number, more: number, power: number, to: Uint8Array, at: number): number | undefined => {
  if (Math.abs(Math.abs(more - Math.trunc(more)) - 0.5) < nearTie) return undefined
  let high = Math.floor(product / tenToEight)
  let low = product - high * tenToEight + Math.round(more)
  for (; low < 0; low += tenToEight) high--
  for (; low >= tenToEight; low -= tenToEight) high++
  return putDecimal(high, low, power, to, at)
}

/**
 * Of a number from 1e-5 to below 1e15 that is not whole: the fewest digits that are read back as it, of several the
 * nearest. Fifteen digits and sixteen below 2^53 are exact, so that a division says what they are read as; sixteen above
 * and seventeen always are read back. Undefined where that does not decide.
 */
const putFraction = (value: number, to: Uint8Array, at: number): number | undefined => {
  let power = near
  let scaled = value * powers[power]!
  while (scaled < 1e15) scaled = value * powers[++power]!
  while (scaled >= 1e16) scaled = value * powers[--power]!
  near = power
  const more = lost(value, power, scaled)
  let digits = Math.round(scaled)
  const rest = scaled - digits + more
  if (Math.abs(Math.abs(rest) - 0.5) < nearTie) return undefined
  if (rest > 0.5) digits++
  else if (rest < -0.5) digits--
  const fewer = Math.round(digits / 10)
  if (value === fewer / powers[power - 1]!) return putNearest(fewer, 0, power - 1, to, at)
  if (digits > Number.MAX_SAFE_INTEGER) return putNearest(scaled, more, power, to, at)
  if (value === digits / powers[power]!) return putNearest(digits, 0, power, to, at)
  const product = value * powers[power + 1]!
  return putNearest(product, lost(value, power + 1, product), power + 1, to, at)
}

/** Bytes that {@link put} may use. */
export const room = 64

/** Writes a number at a place of bytes that have room for it; gives where it ends. */
export const put = (value: number, to: Uint8Array, at: number): number => {
  const size = Math.abs(value)
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    const start = value < 0 ? at + 1 : at
    if (value < 0) to[at] = minus
    const high = Math.floor(size / tenToEight)
    return putWhole(high, size - high * tenToEight, to, start)
  }
  if (!(size >= 1e-5 && size < 1e15)) return putText(value, to, at)
  if (value < 0) to[at] = minus
  return putFraction(size, to, value < 0 ? at + 1 : at) ?? putText(value, to, at)
}
