/**
 * `splice_junctions`: how much the use of splice junctions changes in genes that overlap the variant.
 *
 * A junction's score is |ln(a + 1e-7) - ln(r + 1e-7)|, rounded to float16. Of each protein-coding gene the junctions
 * strictly inside its body and on its strand are looked at; of those, each track's highest is kept, and every junction
 * that is one track's highest is a row with the scores of all tracks. After AlphaGenome (Avsec et al. 2026), which looks
 * at the first 256 sites of each kind. Models give the junctions of both alleles among the same sites, on the places of
 * the reference (`predictVariants` in src/model/SequenceModel).
 */
import * as AnnotatedSites from "../genome/AnnotatedSites.ts"
import * as Result from "effect/Result"
import type { JunctionValues } from "../model/SequenceModel.ts"
import * as Bins from "./Bins.ts"
import * as Float16 from "./Float16.ts"
import * as GeneRows from "./GeneRows.ts"
import * as RowReader from "./RowReader.ts"
import type { Scorer, ScoreRow } from "./Scorer.ts"

/** Donors, and acceptors, of a strand that are looked at. */
const mostSites = 256

const pseudocount = 1e-7

export interface Junction {
  readonly strand: "+" | "-"
  /** The intron, 0-based half-open. */
  readonly start: number
  readonly end: number
  /** Where its tracks begin in the values of its strand. */
  readonly at: number
  readonly values: Float32Array
}

/**
 * The junctions of a window that starts at `start` (0-based) on the genome: for each strand all donors by all acceptors
 * that come after them. Donors are the last base of an exon, acceptors the first of the next: on `+` the intron is
 * [donor + 1, acceptor), on `-` [acceptor + 1, donor).
 */
export const list = (
  { strands, tracks }: Pick<JunctionValues, "strands" | "tracks">,
  start: number,
  most: number = Infinity
): ReadonlyArray<Junction> =>
  strands.flatMap(({ strand, donors, acceptors, values }) => {
    const found: Array<Junction> = []
    for (let d = 0; d < Math.min(most, donors.length); d++) {
      for (let a = 0; a < Math.min(most, acceptors.length); a++) {
        const [donor, acceptor] = [donors[d]!, acceptors[a]!]
        if (donor < 0 || acceptor < 0) continue
        const [from, to] = strand === "+" ? [donor + 1, acceptor] : [acceptor + 1, donor]
        if (from >= to || start + from <= 0) continue
        found.push({
          strand,
          start: start + from,
          end: start + to,
          at: (d * acceptors.length + a) * tracks.length,
          values
        })
      }
    }
    return found
  })

const keyOf = ({ strand, start, end }: Junction): string => `${strand}${start}-${end}`

export const spliceJunctions: Scorer<JunctionValues> = (place) => {
  const { output, tracks, window } = place
  const bins = Bins.make(output, window)
  const overlapping = GeneRows.bodies(place)
  if (overlapping.length === 0) return Result.fail(GeneRows.absent(place, "overlaps"))
  // A gene that was asked for is looked at whatever the annotation says of its type.
  const genes = overlapping
    .map(({ gene }) => gene)
    .filter((gene) => place.geneId !== undefined || gene.gene_type === "protein_coding")
  if (genes.length === 0) return Result.fail("no gene that overlaps the variant is protein-coding")
  const bodies = Bins.clip(
    { ...bins, size: 1, count: bins.count * bins.size },
    overlapping.flatMap(({ spans }) => spans)
  )
  return Result.succeed({
    // Splice sites are sought in the bodies of all genes that overlap the variant; those of the annotation are certain.
    want: {
      output: output.name,
      tracks: tracks.map(({ track }) => track),
      regions: bodies,
      sites: AnnotatedSites.of(place.genes, window)
    },
    score: (ref, alt) => {
      const width = tracks.length
      const [refColumns, altColumns] = [RowReader.columns(ref.tracks, tracks), RowReader.columns(alt.tracks, tracks)]
      const byPlace = (values: JunctionValues) =>
        new Map(list(values, window.start, mostSites).map((junction) => [keyOf(junction), junction]))
      const [ofRef, ofAlt] = [byPlace(ref), byPlace(alt)]
      // A junction that the model gives for one allele only is not used in the other.
      const use = (junction: Junction | undefined, column: number) =>
        junction === undefined ? 0 : column === -1 ? Number.NaN : junction.values[junction.at + column]!
      const scored = Array.from(new Map([...ofAlt, ...ofRef]).keys(), (key) => {
        const [inRef, inAlt] = [ofRef.get(key), ofAlt.get(key)]
        const scores = tracks.map((_, i) => {
          const [r, a] = [use(inRef, refColumns[i]!), use(inAlt, altColumns[i]!)]
          return Float16.round(Math.abs(Math.log(a + pseudocount) - Math.log(r + pseudocount)))
        })
        return { junction: (inRef ?? inAlt)!, scores }
      })
      const rows: Array<ScoreRow> = []
      const values: Array<number> = []
      for (const gene of genes) {
        const inside = scored.filter(
          ({ junction: { strand, start, end } }) => strand === gene.strand && gene.start < start && end < gene.end
        )
        const best = new Set<number>()
        for (let i = 0; i < width; i++) {
          let highest = -1
          for (const [at, { scores }] of inside.entries()) {
            if (highest === -1 || scores[i]! > inside[highest]!.scores[i]!) highest = at
          }
          if (highest !== -1) best.add(highest)
        }
        for (const at of [...best].sort((a, b) => a - b)) {
          const { junction, scores } = inside[at]!
          rows.push({ gene, region: "body", junction: { start: junction.start, end: junction.end } })
          values.push(...scores)
        }
      }
      return { rows, tracks, values: Float64Array.from(values), ref: null, alt: null }
    }
  })
}
