/** A fault in a text that a user wrote: where it stands, what is wrong, what would be right. */

export interface SourceText {
  /** As the user named it. */
  readonly file: string
  readonly text: string
}

/** Half-open range of UTF-16 offsets in a source. */
export interface Range {
  readonly start: number
  readonly end: number
}

export interface Diagnostic {
  /** Stable, for tools: `unknown-key`, `type-mismatch`, ... */
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  readonly source: SourceText
  readonly range: Range
}

/** Where the lines of a text begin; of many faults, most are in the same one. */
let lines: { readonly text: string; readonly starts: ReadonlyArray<number> } = { text: "", starts: [0] }

const startsOf = (text: string): ReadonlyArray<number> => {
  if (lines.text === text) return lines.starts
  const starts = [0]
  for (let next = text.indexOf("\n"); next !== -1; next = text.indexOf("\n", next + 1)) starts.push(next + 1)
  lines = { text, starts }
  return starts
}

/** 1-based line and column (in UTF-16 units, as editors count). */
export const position = (text: string, offset: number): { readonly line: number; readonly column: number } => {
  const starts = startsOf(text)
  let [line, end] = [0, starts.length]
  while (end - line > 1) {
    const middle = (line + end) >> 1
    if (starts[middle]! <= offset) line = middle
    else end = middle
  }
  return { line: line + 1, column: offset - starts[line]! + 1 }
}

/** Characters of a line that are shown. */
const mostShown = 200

/**
 * ```
 * workflow.yaml:9:24 error: unknown key 'memroy'
 *   9 |     resources: { memroy: 4 GB }
 *     |                  ^^^^^^
 *   hint: did you mean 'memory'?
 * ```
 */
export const render = ({ source, range, message, hint }: Diagnostic): string => {
  const { line, column } = position(source.text, range.start)
  const end = source.text.indexOf("\n", range.start)
  const whole = source.text.slice(range.start - column + 1, end === -1 ? undefined : end)
  // Of a very long line, what stands around the place.
  const from = whole.length <= mostShown ? 0 : Math.max(0, Math.min(column - mostShown / 2, whole.length - mostShown))
  const text = whole.slice(from, from + mostShown)
  const gutter = String(line)
  const at = column - 1 - from
  const length = Math.max(1, Math.min(range.end - range.start, text.length - at))
  // Tabs are kept in the margin so that the marker stays under its text.
  const margin = text.slice(0, at).replace(/[^\t]/gu, " ")
  return [
    `${source.file}:${line}:${column} error: ${message}`,
    `  ${gutter} | ${text.trimEnd()}`,
    `  ${" ".repeat(gutter.length)} | ${margin}${"^".repeat(length)}`,
    ...(hint === undefined ? [] : [`  hint: ${hint}`])
  ].join("\n")
}

/** In the order of the text, each fault once. */
export const sort = (diagnostics: ReadonlyArray<Diagnostic>): ReadonlyArray<Diagnostic> => {
  const seen = new Set<string>()
  return [...diagnostics]
    .sort((a, b) => a.source.file.localeCompare(b.source.file) || a.range.start - b.range.start)
    .filter(({ source, range, message }) => {
      const id = `${source.file}:${range.start}:${message}`
      return !seen.has(id) && seen.add(id)
    })
}

export const renderAll = (diagnostics: ReadonlyArray<Diagnostic>): string => {
  const each = sort(diagnostics)
  return [...each.map(render), `${each.length} ${each.length === 1 ? "fault" : "faults"}: nothing was run`].join("\n\n")
}

/** As a program reads it. Places are 1-based; the end is the place after the last character. */
export interface Located {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
  readonly code: string
  readonly message: string
  readonly hint: string | null
}

export const located = ({ source, range, code, message, hint }: Diagnostic): Located => {
  const start = position(source.text, range.start)
  const end = position(source.text, Math.max(range.start, Math.min(range.end, source.text.length)))
  return {
    file: source.file,
    ...start,
    endLine: end.line,
    endColumn: end.column,
    code,
    message,
    hint: hint ?? null
  }
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/gu, " ")

/** How faults are told: to people, to programs, and line by line to an editor's problem matcher. */
export const formats = {
  text: renderAll,
  json: (diagnostics: ReadonlyArray<Diagnostic>): string => JSON.stringify(sort(diagnostics).map(located), null, 2),
  editor: (diagnostics: ReadonlyArray<Diagnostic>): string =>
    sort(diagnostics)
      .map(located)
      .map(({ file, line, column, message, code }) => `${file}:${line}:${column}: error: ${oneLine(message)} [${code}]`)
      .join("\n")
} as const
export type Format = keyof typeof formats
