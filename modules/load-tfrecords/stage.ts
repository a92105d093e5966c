import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import { InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Bed from "../../src/genome/Bed.ts"
import * as FastaText from "../../src/genome/FastaText.ts"
import * as Interval from "../../src/genome/Interval.ts"
import * as Window from "../../src/genome/Window.ts"
import * as TfRecord from "../../src/model/TfRecord.ts"
import * as Track from "../../src/model/Track.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"

export default Stage.make({
  name: "load-tfrecords",
  version: 1,
  summary: "Reads held-out sequences and their measured coverage from calico/baskerville's TFRecords.",
  params: {
    fold: Param.withDefault(
      Schema.String,
      "test",
      "the rows of `intervals` (by their fourth column) that the records hold, in order"
    )
  },
  inputs: {
    records: Port.list(Port.file("tfrecord", "records of one fold, zlib-compressed")),
    intervals: Port.file("file", "sequences.bed: the stretch that each record's targets cover, and its fold"),
    tracks: Port.table(Track.table, "what the targets measure: each record must have values for as many tracks")
  },
  outputs: {
    reference: Port.file(
      "fasta",
      "one contig a record, named by its region (chr1:101-200, 1-based, both ends included)"
    ),
    windows: Port.table(Window.table, "one window a record: the whole sequence"),
    targets: Port.file("safetensors", "tensor `targets` [windows, bins, tracks]: measured coverage")
  },
  resources: { memory: 2 * 2 ** 30 },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const { length: tracks } = yield* inputs.tracks.rows
    const account = yield* Account.open("intervals")
    const all = yield* Bed.read(inputs.intervals)
    const rows = all.filter(({ name }) => name === params.fold)
    account.take(all.length)
    account.keep(rows.length)
    const other = all.find(({ name }) => name !== params.fold)
    if (other !== undefined) account.leave("of another fold", Interval.format(other), all.length - rows.length)
    const contigs: Array<Uint8Array> = []
    const windows: Array<Window.Window> = []
    let targets: Safetensors.Writer | undefined
    let shape: ReadonlyArray<number> = []

    for (const file of inputs.records) {
      for (const { sequence, target } of yield* TfRecord.read(file)) {
        const fail = (message: string, hint?: string) =>
          new InputError({ message, file, ...(hint === undefined ? {} : { hint }) })
        const row = rows[windows.length]
        if (row === undefined) {
          return yield* fail(
            `more records than the ${rows.length} rows of fold '${params.fold}'`,
            `the rows are those of ${inputs.intervals} whose fourth column is '${params.fold}'`
          )
        }
        const bins = target.length / tracks
        const margin = (sequence.length - Interval.width(row)) / 2
        const start = row.start - margin
        if (!Number.isInteger(bins) || Interval.width(row) % bins !== 0) {
          return yield* fail(
            `a record has ${target.length} target values: not ${tracks} tracks of equal bins over ${Interval.width(row)} bp`
          )
        }
        if (!Number.isInteger(margin) || margin < 0) {
          return yield* fail(
            `a record has ${sequence.length} bp: its row (line ${row.line} of ${inputs.intervals}, ${Interval.width(row)} bp) cannot be its centre`
          )
        }
        shape = shape.length === 0 ? [rows.length, bins, tracks] : shape
        if (bins !== shape[1]) return yield* fail(`a record has ${bins} bins where the first has ${shape[1]}`)
        targets ??= yield* Safetensors.create(outputs.targets.path, { targets: shape })
        yield* targets.write("targets", windows.length * target.length, target)

        const window = { chrom: row.chrom, start, end: start + sequence.length }
        // Before the chromosome there are only N: a contig begins with the chromosome.
        const contig = { ...window, start: Math.max(0, start) }
        const bases = TfRecord.bases(sequence).slice(contig.start - start)
        contigs.push(FastaText.format({ name: Interval.format(contig), sequence: bases }))
        const window_id = `${row.chrom}_${row.start}_${row.end}`
        windows.push({
          window_id,
          ...window,
          strand: "+",
          variant_id: null,
          gene_id: null,
          padded: Math.max(0, -window.start)
        })
        yield* task.progress(windows.length, rows.length, "records")
      }
    }
    if (windows.length < rows.length) {
      return yield* new InputError({
        message: `${windows.length} records where fold '${params.fold}' has ${rows.length} rows`,
        file: inputs.intervals
      })
    }
    yield* outputs.reference.write(Buffer.concat(contigs))
    yield* outputs.windows.write(windows)
  }, Effect.scoped)
})
