/** Rows of words below one another, each column as wide as its widest; the last one is not padded. */
export const columns = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]!.length)))
  return rows.map((row) =>
    row
      .map((word, at) => word.padEnd(widths[at]!))
      .join("  ")
      .trimEnd()
  )
}
