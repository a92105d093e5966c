/** A transcript of a gene: where it lies and its exons. Coordinates are 0-based half-open. */

export interface Span {
  readonly start: number
  readonly end: number
}

export interface Transcript extends Span {
  /** Ascending, disjoint; none where the annotation gives none. */
  readonly exons: ReadonlyArray<Span>
}

const formatSpan = ({ start, end }: Span): string => `${start}-${end}`

const parseSpan = (text: string): Span => {
  const [start, end] = text.split("-")
  return { start: Number(start), end: Number(end) }
}

/** `100-900/100-180,700-900;150-850/150-300`: the cell of a gene table. */
export const format = (transcripts: ReadonlyArray<Transcript>): string =>
  transcripts.map((transcript) => `${formatSpan(transcript)}/${transcript.exons.map(formatSpan).join(",")}`).join(";")

/** The inverse of {@link format}. */
export const parse = (text: string): ReadonlyArray<Transcript> =>
  text.split(";").map((part) => {
    const [span, exons] = part.split("/")
    return { ...parseSpan(span!), exons: exons === undefined || exons === "" ? [] : exons.split(",").map(parseSpan) }
  })

/** Where transcription starts: the start on `+`, the end on `-`. */
export const start = ({ start, end }: Span, strand: string): number => (strand === "-" ? end : start)
