/** In-silico mutagenesis of intervals: every substitution of each base, scored in one window around the interval. */
import * as Effect from "effect/Effect"
import * as Table from "../data/Table.ts"
import { InputError } from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import type * as Bed from "../genome/Bed.ts"
import type { Fasta } from "../genome/Fasta.ts"
import * as Interval from "../genome/Interval.ts"
import type * as Variant from "../genome/Variant.ts"
import type { Window } from "../genome/Window.ts"
import * as IsmMatrix from "./IsmMatrix.ts"
import type { Score } from "./ScoreTable.ts"

export const table = {
  interval: Table.string("name of the interval"),
  chrom: Table.string("chromosome, UCSC name"),
  pos: Table.integer("the base, 1-based"),
  ref: Table.string("its letter in the reference, forward strand"),
  scorer: Table.string("the scorer, as in the table of scores"),
  output: Table.nullable(Table.string("the model's output")),
  gene_id: Table.nullable(Table.string("the gene, for scorers that look at one")),
  junction_start: Table.nullable(Table.integer("for splice junctions: first base of the intron, 0-based")),
  junction_end: Table.nullable(Table.integer("for splice junctions: end of the intron, 0-based, excluded")),
  track: Table.integer("index of the track in the model's output"),
  track_name: Table.string("name of the track"),
  A: Table.number("score of the base A minus the mean score of the place's substitutions; the reference's score is 0"),
  C: Table.number("the same for C"),
  G: Table.number("the same for G"),
  T: Table.number("the same for T")
}
export type Row = Table.Row<typeof table>

export interface Target extends Interval.Interval {
  readonly name: string
  readonly sequence: string
  /** Around the interval, of the length that the model is given. */
  readonly window: Interval.Interval
}

/** The intervals of a BED file, each with a name of its own and inside a window of `length` bp around its middle. */
export const targets = Effect.fnUntraced(function* (
  records: ReadonlyArray<Bed.Record>,
  length: number,
  fasta: Fasta,
  file: string
): Effect.fn.Return<ReadonlyArray<Target>, InputError> {
  const names = new Set<string>()
  const made: Array<Target> = []
  for (const { written, start, end, name: given, line, ...record } of records) {
    const found = fasta.resolve(written)
    const chrom = "name" in found ? found.name : record.chrom
    const name = given ?? `${chrom}:${start + 1}-${end}`
    const fault = names.has(name)
      ? `two intervals are named '${name}'`
      : end - start > length
        ? `interval '${name}' has ${end - start} bp, more than the model's window of ${length}`
        : fasta.covers({ chrom, start, end })
          ? undefined
          : `interval '${name}' lies outside the reference (it has ${Interval.listed(fasta.pieces, chrom)})`
    if (fault !== undefined) return yield* new InputError({ message: fault, file, line })
    names.add(name)
    const left = Math.floor((start + end) / 2) - Math.floor(length / 2)
    const { sequence } = yield* fasta.fetch({ chrom, start, end })
    made.push({ name, chrom, start, end, sequence, window: { chrom, start: left, end: left + length } })
  }
  return made
})

/** Places whose substitutions are scored together, beside one prediction for the reference. */
const placesAtOnce = 10

export interface Batch {
  readonly windows: ReadonlyArray<Window>
  readonly variants: ReadonlyMap<string, Variant.Variant>
}

/** The substitutions of the intervals as variants in windows named by their interval. */
export const batches = (all: ReadonlyArray<Target>): ReadonlyArray<Batch> =>
  all.flatMap(({ name, chrom, start, sequence, window }) =>
    Array.from({ length: Math.ceil(sequence.length / placesAtOnce) }, (_, index): Batch => {
      const from = index * placesAtOnce
      const part = sequence.slice(from, from + placesAtOnce)
      const at = start + from
      const variants = IsmMatrix.variants({ chrom, start: at, end: at + part.length }, part)
      return {
        variants: new Map(variants.map((variant) => [variant.variant_id, variant])),
        windows: variants.map(({ variant_id }) => ({
          ...window,
          window_id: name,
          strand: "+",
          variant_id,
          gene_id: null,
          padded: null
        }))
      }
    })
  )

const seriesOf = ({ scorer, output, gene_id, junction_start, junction_end, track }: Score): string =>
  JSON.stringify([scorer, output, gene_id, junction_start, junction_end, track])

/** One matrix for each interval, scorer, gene or junction, and track; see {@link IsmMatrix.matrix}. */
export function* matrices(
  all: ReadonlyArray<Target>,
  parts: ReadonlyArray<Batch>,
  scoresOf: (batch: number) => ReadonlyArray<Score>,
  reference: Parameters<typeof IsmMatrix.matrix>[2]
): Iterable<Row> {
  const byInterval = groupBy(parts.keys(), (batch) => parts[batch]!.windows[0]?.window_id ?? "")
  for (const target of all) {
    const own = byInterval.get(target.name) ?? []
    const variants = new Map(own.flatMap((batch) => [...parts[batch]!.variants]))
    for (const series of groupBy(own.flatMap(scoresOf), seriesOf).values()) {
      const scored = series
        .filter(({ score }) => !Number.isNaN(score))
        .map(({ variant_id, score }) => ({ variant: variants.get(variant_id)!, score }))
      const matrix = IsmMatrix.matrix(target, scored, reference)
      // Of these variants, substitutions inside the interval, there always is one.
      if (matrix._tag === "Failure") continue
      const { scorer, output, gene_id, junction_start, junction_end, track, track_name } = series[0]!
      for (const [place, ref] of Array.from(target.sequence.toUpperCase()).entries()) {
        const [A, C, G, T] = IsmMatrix.bases.map((_, column) => matrix.success[4 * place + column]!)
        const { name: interval, chrom, start } = target
        const about = { scorer, output, gene_id, junction_start, junction_end, track, track_name }
        yield { interval, chrom, pos: start + place + 1, ref, ...about, A: A!, C: C!, G: G!, T: T! }
      }
    }
  }
}
