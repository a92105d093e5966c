/** Values over stretches of a chromosome. */

/** 0-based half-open. */
export interface Stretch {
  readonly start: number
  readonly end: number
  readonly value: number
}

/**
 * Stretches that may overlap, in ascending order of their starts, as stretches that do not: where several lie, their mean.
 * What reaches beyond the chromosome is cut off.
 */
export function* flatten(stretches: Iterable<Stretch>, length: number): Iterable<Stretch> {
  let active: Array<Stretch> = []
  let at = 0
  function* until(limit: number): Iterable<Stretch> {
    while (active.length > 0 && at < limit) {
      let next = Math.min(limit, length)
      let sum = 0
      for (const { end, value } of active) {
        next = Math.min(next, end)
        sum += value
      }
      if (next > at) yield { start: at, end: next, value: sum / active.length }
      at = next
      active = active.filter(({ end }) => end > at && at < length)
    }
  }
  for (const stretch of stretches) {
    const start = Math.max(0, stretch.start)
    if (start >= Math.min(stretch.end, length)) continue
    yield* until(start)
    at = Math.max(at, start)
    active.push(stretch)
  }
  yield* until(Infinity)
}
