/** Did-you-mean. */

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. */
export const distance = (a: string, b: string): number => {
  const rows: Array<Array<number>> = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, rows[i - 2]![j - 2]! + 1)
      row.push(best)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}

/** The candidate nearest to the word, if it is near enough to be what was meant: a third of its letters may differ. */
export const closest = (word: string, candidates: Iterable<string>): string | undefined => {
  let best: string | undefined
  let least = Math.max(1, Math.floor(word.length / 3)) + 0.5
  for (const candidate of candidates) {
    // So many letters must be added or taken away at least: a long text is nobody's slip.
    if (Math.abs(word.length - candidate.length) > least) continue
    const d = distance(word.toLowerCase(), candidate.toLowerCase())
    // What has not one letter in common is another word.
    if (d < least && d < Math.max(word.length, candidate.length)) {
      least = d
      best = candidate
    }
  }
  return best
}

/** `did you mean 'x'?`, or else what there is to choose from. */
export const hint = (word: string, candidates: Iterable<string>, what: string): string => {
  const all = [...candidates]
  const near = closest(word, all)
  if (near !== undefined) return `did you mean '${near}'?`
  return all.length === 0 ? `there are no ${what}` : `the ${what} are: ${all.join(", ")}`
}
