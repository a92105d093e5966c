/** Values of binary formats as text, exactly. */

/** An integer of the smallest unit with its decimal point: `110` of scale 2 is `1.1`. */
export const decimal = (unscaled: bigint, scale: number): string => {
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale))
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0")
  const fraction = digits.slice(-scale).replace(/0+$/u, "")
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}${fraction === "" ? "" : `.${fraction}`}`
}

/** Two's complement, little end first. */
export const integerOf = (bytes: Uint8Array): bigint => {
  let value = 0n
  for (let at = bytes.length - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[at]!)
  return BigInt.asIntN(bytes.length * 8, value)
}

const pad = (value: bigint | number, digits: number): string => String(value).padStart(digits, "0")

/** ISO 8601 of a time since 1970 in a unit of which a second has so many: to milliseconds, and further where it says more. */
export const timestamp = (value: bigint, perSecond: bigint): string => {
  const rest = ((value % perSecond) + perSecond) % perSecond
  const seconds = (value - rest) / perSecond
  const whole = new Date(Number(seconds) * 1000)
  if (Number.isNaN(whole.getTime())) return String(value)
  const digits = String(perSecond).length - 1
  const fraction = pad(rest, digits).replace(/0+$/u, "").padEnd(3, "0")
  return `${whole.toISOString().slice(0, -5)}.${digits === 0 ? "000" : fraction}Z`
}

/** ISO 8601 of days since 1970. */
export const date = (days: number): string => {
  const whole = new Date(days * 86_400_000)
  return Number.isNaN(whole.getTime()) ? String(days) : whole.toISOString().replace(/T.*$/u, "")
}

/** Of a day, `hh:mm:ss` with a fraction where there is one. */
export const time = (value: bigint, perSecond: bigint): string => {
  const seconds = value / perSecond
  const fraction = pad(value % perSecond, String(perSecond).length - 1).replace(/0+$/u, "")
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map((part) => pad(part, 2)).join(":")
  return perSecond === 1n || fraction === "" ? clock : `${clock}.${fraction}`
}

/** Bytes that are text, as that; others as databases show them: what is not printable ASCII as `\xFF`. */
export const binary = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return Array.from(bytes, (byte) =>
      byte >= 32 && byte < 127 && byte !== 92
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`
    ).join("")
  }
}
