/**
 * `contact_map`: how much the contacts of the variant's bin change: the mean over all bins of |a - r| between them and the
 * bin of the variant's first base. Both alleles are read at the same bins. After AlphaGenome (Avsec et al. 2026).
 */
import * as Result from "effect/Result"
import * as Interval from "../genome/Interval.ts"
import type { ContactValues } from "../model/SequenceModel.ts"
import * as Bins from "./Bins.ts"
import * as RowReader from "./RowReader.ts"
import type { Scorer } from "./Scorer.ts"

export const contactMap: Scorer<ContactValues> = ({ output, tracks, window, variant }) => {
  const bins = Bins.make(output, window)
  const bin = Math.floor((variant.pos - 1 - bins.origin) / bins.size)
  if (bin < 0 || bin >= bins.count) {
    const extent = Interval.format({ chrom: window.chrom, ...Bins.extent(bins) })
    return Result.fail(`the variant lies outside the model's contact map of this window (${extent})`)
  }
  return Result.succeed({
    want: { output: output.name, tracks: tracks.map(({ track }) => track) },
    score: (ref, alt) => {
      const [refColumns, altColumns] = [RowReader.columns(ref.tracks, tracks), RowReader.columns(alt.tracks, tracks)]
      const at = ({ values, bins: count, tracks: given }: ContactValues, row: number, column: number) =>
        column === -1 ? Number.NaN : values[(row * count + bin) * given.length + column]!
      const values = Float64Array.from(tracks, (_, i) => {
        let sum = 0
        for (let row = 0; row < ref.bins; row++) {
          sum += Math.abs(at(alt, row, altColumns[i]!) - at(ref, row, refColumns[i]!))
        }
        return sum / ref.bins
      })
      return { rows: [{}], tracks, values, ref: null, alt: null }
    }
  })
}
