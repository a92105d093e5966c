/** Amounts as people write them. */
const factors: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40
}

/** `4 GB`, `512 MiB`, `1e9`: bytes; undefined when it is not an amount. */
export const parseBytes = (text: string | number): number | undefined => {
  if (typeof text === "number") return Number.isFinite(text) && text >= 0 ? Math.round(text) : undefined
  const match = /^\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)\s*$/iu.exec(text)
  const factor = match === null ? undefined : match[2] === "" ? 1 : factors[match[2]!.toLowerCase()]
  return factor === undefined ? undefined : Math.round(Number(match![1]) * factor)
}

const scales = ["B", "KB", "MB", "GB", "TB"] as const

/** `1.2 GB`: decimal units, two significant digits or more. */
export const formatBytes = (bytes: number): string => {
  const at = bytes < 1 ? 0 : Math.min(scales.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** at
  return `${at === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${scales[at]}`
}

/** `0.3 s`, `2 min 5 s`, `3 h 10 min`. */
export const formatSeconds = (seconds: number): string => {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
