/** Numbers as people read them. */

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/u

export const isNumeral = (text: string): boolean => decimal.test(text) || /^(?:NaN|[+-]?Infinity)$/u.test(text)

/** At most 4 significant digits, as an ASCII numeral. Integers, and whatever is already that short, stay as they are. */
export const significant = (value: number): string => {
  const exact = String(value)
  if (!Number.isFinite(value) || Number.isInteger(value)) return exact
  const rounded = Math.abs(value) >= 1e4 ? Math.round(value) : Number(value.toPrecision(4))
  const short = String(rounded)
  return short.length < exact.length ? short : exact
}

/** `54,362`. */
export const count = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/gu, ",")

/** `1 signal`, `2 signals`. */
export const counted = (value: number, noun: string, nouns = `${noun}s`): string =>
  `${count(value)} ${value === 1 ? noun : nouns}`

const units = ["B", "kB", "MB", "GB", "TB", "PB"]

/** Bytes in powers of 1000. */
export const bytes = (value: number): string => {
  let size = value
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit === 0 ? size : Number(size.toPrecision(3))} ${units[unit]}`
}

/** `0.42 s`, `12 s`, `3 min 20 s`, `2 h 05 min`. */
export const duration = (seconds: number): string => {
  if (seconds < 9.995) return `${Number(seconds.toFixed(2))} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const two = (value: number) => String(value).padStart(2, "0")
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
  const minutes = Math.round(seconds / 60)
  return `${count(Math.floor(minutes / 60))} h ${two(minutes % 60)} min`
}
