/** Amounts as people write them. */
const factors: Readonly<Record<string, number>> = {
  b: 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40
}

/** `4 GB`, `4G`, `512 MiB`, `1e9`: bytes; undefined when it is not an amount. */
export const parseBytes = (text: string | number): number | undefined => {
  if (typeof text === "number") return Number.isFinite(text) && text >= 0 ? Math.round(text) : undefined
  const match = /^\s*([0-9]+(?:\.[0-9]*)?)\s*([a-z]*)\s*$/iu.exec(text)
  const unit = match?.[2]?.toLowerCase() || "b"
  const factor = match === null || !Object.hasOwn(factors, unit) ? undefined : factors[unit]
  return factor === undefined ? undefined : Math.round(Number(match![1]) * factor)
}

const durations: Readonly<Record<string, number>> = {
  ms: 1e-3,
  s: 1,
  sec: 1,
  second: 1,
  m: 60,
  min: 60,
  minute: 60,
  h: 3600,
  hour: 3600,
  d: 86_400,
  day: 86_400
}

/** `2-12:00:00`, `12:00:00`, as batch systems write it. */
const clock = /^\s*(?:([0-9]+)-)?([0-9]+):([0-5][0-9]):([0-5][0-9])\s*$/u

/** `90 s`, `1 h 30 min`, `2 days`, `12:00:00`: seconds; undefined when it is not a duration. A number alone counts seconds. */
export const parseSeconds = (text: string | number): number | undefined => {
  if (typeof text === "number") return Number.isFinite(text) && text >= 0 ? text : undefined
  if (/^\s*[0-9]+(?:\.[0-9]+)?\s*$/u.test(text)) return Number(text)
  const [, ...parts] = clock.exec(text) ?? []
  if (parts.length > 0) {
    const [days, hours, minutes, seconds] = parts.map((part) => Number(part ?? 0))
    return ((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!
  }
  if (!/^\s*(?:[0-9]+(?:\.[0-9]+)?\s*[a-z]+\s*)+$/iu.test(text)) return undefined
  let seconds = 0
  for (const [, amount, unit] of text.matchAll(/([0-9.]+)\s*([a-z]+)/giu)) {
    const name = [unit!.toLowerCase(), unit!.toLowerCase().replace(/s$/u, "")].find((each) =>
      Object.hasOwn(durations, each)
    )
    if (name === undefined) return undefined
    seconds += Number(amount) * durations[name]!
  }
  return seconds
}

const scales = ["B", "KB", "MB", "GB", "TB"] as const

/** `1.2 GB`: decimal units, two significant digits or more. */
export const formatBytes = (bytes: number): string => {
  let at = 0
  let value = bytes
  // What rounds to 1000 of one unit is 1 of the next.
  for (; Math.round(value) >= 1000 && at < scales.length - 1; at++) value /= 1000
  return `${at === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${scales[at]}`
}

/** `0.3 s`, `2 min 5 s`, `3 h 10 min`. */
export const formatSeconds = (seconds: number): string => {
  const whole = Math.round(seconds)
  if (whole < 60) return `${seconds < 9.95 ? seconds.toFixed(1) : whole} s`
  const minutes = Math.floor(whole / 60)
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
