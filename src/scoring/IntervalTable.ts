/** Scores of intervals: one row a window, gene and track. */
import * as Table from "../data/Table.ts"

export const table = {
  window_id: Table.string("the window"),
  gene_id: Table.string("the gene"),
  gene_name: Table.string("its symbol"),
  output: Table.string("the model's output"),
  track: Table.integer("index of the track in it"),
  track_name: Table.string("name of the track"),
  group: Table.string("group of the track: RNA, CAGE, DNASE, ATAC, ..."),
  score: Table.number("mean or sum of the prediction over the gene's exons; of tracks on the gene's strand, or on none")
}
export const unscoredTable = {
  window_id: Table.string("the window"),
  reason: Table.string("why it has no score")
}
export type IntervalScore = Table.Row<typeof table>
