/** How much better one model is than another. */

/**
 * Relative improvement in %: 100 (value - other) / (other - random), where `random` is what chance gives: the share of
 * positives for average precision, 0.5 for auROC, 0 for a correlation (Avsec et al., Nature 649:1206, 2026, Methods).
 * Of a distance, which is better when lower, 100 (other - value) / other. Null where the other is no better than chance.
 */
export const relative = (value: number, other: number, random: number, lowerIsBetter = false): number | null => {
  const [gain, room] = lowerIsBetter ? [other - value, other] : [value - other, other - random]
  return room > 0 ? (100 * gain) / room : null
}
