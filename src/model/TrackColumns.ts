/** The columns of row-major arrays, each of them one track. */

/** [rows, given] to [rows, columns]; the same memory where that is the same. */
export const pick = (values: Float32Array, given: number, columns: ReadonlyArray<number>): Float32Array => {
  if (columns.length === given && columns.every((column, at) => column === at)) return values
  const rows = given === 0 ? 0 : values.length / given
  const out = new Float32Array(rows * columns.length)
  let at = 0
  for (let row = 0; row < rows; row++) for (const column of columns) out[at++] = values[row * given + column]!
  return out
}

/** Where each of the wanted stands among the given; `fault` is called for one that is not there. */
export const find = (
  given: ReadonlyArray<number>,
  wanted: ReadonlyArray<number>,
  fault: (missing: number) => never
): ReadonlyArray<number> => {
  const at = new Map(given.map((track, column) => [track, column]))
  return wanted.map((track) => at.get(track) ?? fault(track))
}
