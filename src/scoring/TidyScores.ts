/**
 * Scores in the long form of AlphaGenome's client (`tidy_scores`): one row per variant, scorer, track and gene or
 * junction, with its names of columns. Of each variant and scorer the tracks in their order, of each track the genes.
 */
import { groupBy } from "../core/GroupBy.ts"
import type { Book } from "../core/Tally.ts"
import * as Table from "../data/Table.ts"
import * as Gene from "../genome/Gene.ts"
import * as Variant from "../genome/Variant.ts"
import type { Window } from "../genome/Window.ts"
import * as Calibration from "./Calibration.ts"
import type { Score } from "./ScoreTable.ts"
import * as ScorerSpec from "./ScorerSpec.ts"
import * as TrackTable from "./TrackTable.ts"

export const table = {
  variant_id: Table.string("the variant as chr22:36201698:A>C, 1-based"),
  scored_interval: Table.string("the window as chr22:start-end:., 0-based half-open"),
  gene_id: Table.nullable(Table.string("Ensembl id without version")),
  gene_name: Table.nullable(Table.string("symbol of the gene")),
  gene_type: Table.nullable(Table.string("protein_coding, lncRNA, ...")),
  gene_strand: Table.nullable(Table.string("+ or -")),
  junction_Start: Table.nullable(Table.integer("first base of the intron, 0-based")),
  junction_End: Table.nullable(Table.integer("end of the intron, 0-based, excluded")),
  output_type: Table.string("the model's output, or the group of the track in models that have but one"),
  variant_scorer: Table.string("the scorer as AlphaGenome's client writes it"),
  track_name: Table.string("name of the track"),
  track_strand: Table.string("+, - or ."),
  ...TrackTable.metadata,
  raw_score: Table.number("the score"),
  quantile_score: Table.nullable(Table.number("its place among scores of common variants"))
}
export type TidyScore = Table.Row<typeof table>

export interface Sources {
  readonly windows: ReadonlyArray<Window>
  readonly tracks: ReadonlyArray<TrackTable.TrackRow>
  readonly genes: Pick<ReadonlyMap<string, Gene.Gene>, "get">
}

/** The output as AlphaGenome names it: the group of the track in models whose tracks are one output. */
export const outputType = ({ output, group }: Pick<Score, "output" | "group">): string =>
  output !== null && output !== "TRACKS" ? output : group === "RNA" ? "RNA_SEQ" : group

/** The scorer of a row as AlphaGenome's client writes it; one that it does not know, as it stands. */
export const officialScorer = (score: Pick<Score, "scorer" | "output" | "group">): string => {
  const spec = ScorerSpec.fromLabel(score.scorer, outputType(score))
  return spec === undefined ? score.scorer : ScorerSpec.official(spec)
}

/** `chr22:36201698:A>C`. */
export const variantName = (id: string): string => {
  const variant = Variant.parse(id)
  if (variant._tag === "Failure") return id
  const { chrom, pos, ref, alt } = variant.success
  return `${chrom}:${pos}:${ref}>${alt}`
}

export const intervalName = ({ chrom, start, end }: Pick<Window, "chrom" | "start" | "end">): string =>
  `${chrom}:${start}-${end}:.`

/** Scores with their quantiles, where the table of common variants has the scorer and the track. */
export function* calibrate(
  scores: Iterable<Score>,
  calibration: Calibration.CalibrationTable,
  tracks: ReadonlyArray<TrackTable.TrackRow>
): Generator<Score> {
  const trackOf = new Map(tracks.map((track) => [`${track.output} ${track.track}`, track]))
  for (const score of scores) {
    const track = trackOf.get(`${score.output ?? ""} ${score.track}`)
    const found = track && Calibration.quantile(calibration, officialScorer(score), track, score.score)
    yield { ...score, quantile: found ?? null }
  }
}

/**
 * Track-major within each variant, scorer and output; rows of a track stay in the order given. Every score is kept; those
 * whose window, track or gene is not known are noted.
 */
export function* make(
  scores: Iterable<Score>,
  { windows, tracks, genes }: Sources,
  account: Book
): Iterable<TidyScore> {
  const windowOf = new Map(windows.map((window) => [window.window_id, window]))
  const trackOf = new Map(tracks.map((track) => [`${track.output} ${track.track}`, track]))
  const blocks = groupBy(scores, ({ window_id, scorer, output }) => `${window_id} ${scorer} ${output ?? ""}`)
  for (const block of blocks.values()) {
    for (const score of block.toSorted((a, b) => a.track - b.track)) {
      const window = windowOf.get(score.window_id)
      const track = trackOf.get(`${score.output ?? ""} ${score.track}`)
      const isOfGene = score.region !== null
      const gene = isOfGene && score.gene_id !== null ? genes.get(score.gene_id) : undefined
      account.keep()
      if (window === undefined) account.note("its window is not in the table of windows", score.window_id)
      if (track === undefined) account.note("its track is not in the table of tracks", score.track_name)
      if (isOfGene && score.gene_id !== null && gene === undefined)
        account.note("its gene is not in the table of genes", score.gene_id)
      const described = Object.fromEntries(
        Object.keys(TrackTable.metadata).map((column) => [column, track?.[column as keyof typeof track] ?? null])
      ) as { readonly [C in keyof typeof TrackTable.metadata]: TidyScore[C] }
      yield {
        variant_id: variantName(score.variant_id),
        scored_interval: window === undefined ? score.window_id : intervalName(window),
        gene_id: isOfGene && score.gene_id !== null ? Gene.withoutVersion(score.gene_id) : null,
        gene_name: gene?.gene_name ?? null,
        gene_type: gene?.gene_type ?? null,
        gene_strand: gene?.strand ?? null,
        junction_Start: score.junction_start,
        junction_End: score.junction_end,
        output_type: outputType(score),
        variant_scorer: officialScorer(score),
        track_name: score.track_name,
        track_strand: track?.strand ?? ".",
        ...described,
        raw_score: score.score,
        quantile_score: score.quantile
      }
    }
  }
}

/** The client's columns and one more: what is synthetic says so wherever the file goes. */
const marked = { ...table, synthetic: Table.boolean("true: drawn from a seed, it says nothing about a model") }

export const writeMarked = (path: string, rows: Iterable<TidyScore>) =>
  Table.write(
    path,
    marked,
    (function* () {
      for (const row of rows) yield { ...row, synthetic: true }
    })()
  )

/** Whether a table of such rows carries the mark. */
export const markTable = { synthetic: Table.nullable(marked.synthetic) }
