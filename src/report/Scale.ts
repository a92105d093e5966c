/** From values to positions along an axis, with ticks at round numbers. */

export interface Scale {
  readonly at: (value: number) => number
  readonly ticks: ReadonlyArray<{ readonly value: number; readonly label: string }>
}

type Interval = readonly [low: number, high: number]

/** A true minus sign is as wide as a plus and never breaks a line. */
export const minus = (text: string): string => text.replace(/^-/u, "\u2212")

const positions =
  ([low, high]: Interval, [from, to]: Interval) =>
  (value: number): number =>
    high === low ? (from + to) / 2 : from + ((value - low) / (high - low)) * (to - from)

/** Round steps of 1, 2 or 5 times a power of ten, about `wanted` of them. */
const stepOf = (span: number, wanted: number): number => {
  const raw = span / wanted
  const power = 10 ** Math.floor(Math.log10(raw))
  const factor = [1, 2, 5, 10].find((multiple) => multiple * power >= raw * 0.999) ?? 10
  return factor * power
}

/** Linear; the domain grows to the next round number at each end unless it is `exact`. */
export const linear = (
  domain: Interval,
  range: Interval,
  options: { wanted?: number; exact?: boolean } = {}
): Scale => {
  const [low, high] = domain[0] === domain[1] ? [domain[0] - 0.5, domain[1] + 0.5] : domain
  const step = stepOf(high - low, options.wanted ?? 5)
  const first = options.exact ? Math.ceil(low / step - 1e-9) : Math.floor(low / step + 1e-9)
  const last = options.exact ? Math.floor(high / step + 1e-9) : Math.ceil(high / step - 1e-9)
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  return {
    at: positions(options.exact ? [low, high] : [first * step, last * step], range),
    ticks: Array.from({ length: last - first + 1 }, (_, index) => {
      const value = (first + index) * step
      return { value, label: minus(digits > 6 ? String(Number(value.toPrecision(4))) : value.toFixed(digits)) }
    })
  }
}

/** Logarithmic, whole decades; values at or below zero stand at the low end. */
export const logarithmic = ([low, high]: Interval, range: Interval): Scale => {
  const first = Math.floor(Math.log10(low) + 1e-9)
  const last = Math.max(first + 1, Math.ceil(Math.log10(high) - 1e-9))
  const position = positions([first, last], range)
  const every = Math.ceil((last - first) / 8)
  return {
    at: (value) => position(Math.max(first, Math.min(last, value > 0 ? Math.log10(value) : first))),
    ticks: Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) => {
      const exponent = first + index * every
      return {
        value: 10 ** exponent,
        label: Math.abs(exponent) <= 4 ? String(Number(`1e${exponent}`)) : `1e${exponent}`
      }
    })
  }
}
