/** What differs between two texts, as lines: `- ` for those that are gone, `+ ` for those that are new. */

const linesOf = (text: string): ReadonlyArray<string> => text.replace(/\n$/u, "").split("\n")

/** The lines between the part that both begin with and the part that both end with. */
export const between = (before: string, after: string): ReadonlyArray<string> => {
  const [a, b] = [linesOf(before), linesOf(after)]
  const shorter = Math.min(a.length, b.length)
  let head = 0
  while (head < shorter && a[head] === b[head]) head++
  let tail = 0
  while (tail < shorter - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  return [
    ...a.slice(head, a.length - tail).map((line) => `- ${line}`),
    ...b.slice(head, b.length - tail).map((line) => `+ ${line}`)
  ]
}
