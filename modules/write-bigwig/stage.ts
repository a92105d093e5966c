import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import { InputError } from "../../src/core/Failure.ts"
import { groupBy } from "../../src/core/GroupBy.ts"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as BigWig from "../../src/genome/BigWig.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Stretch from "../../src/genome/Stretch.ts"
import * as Window from "../../src/genome/Window.ts"
import * as PredictionFile from "../../src/model/PredictionFile.ts"

export default Stage.make({
  name: "write-bigwig",
  version: 1,
  summary: "Writes one predicted track as a bigWig file, for genome browsers; scattered over names, one file each.",
  params: {
    track: Param.required(Schema.String, "name of the track"),
    output: Param.optional(Schema.String, "the model's output that has it, where the predictions are of several")
  },
  inputs: {
    predictions: Port.file("safetensors", "predictions as predict-tracks writes them"),
    windows: Port.table(Window.table, "the windows that were predicted, in the same order"),
    reference: Port.file("fasta", "the genome: its chromosomes and their lengths")
  },
  outputs: { bigwig: Port.file("bigwig", "the track; where windows overlap, the mean of their predictions") },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const track = yield* PredictionFile.track(inputs.predictions, params.track, params.output)
    const windows = yield* inputs.windows.rows
    if (windows.length !== track.windows) {
      return yield* new InputError({
        message: `${windows.length} windows, where the predictions are of ${track.windows}`,
        file: inputs.windows.path
      })
    }
    const { pieces, resolve } = yield* Fasta.open(inputs.reference)
    const lengths = new Map<string, number>()
    for (const { chrom, end } of pieces) lengths.set(chrom, Math.max(end, lengths.get(chrom) ?? 0))
    const stretches = new Map<string, Array<Stretch.Stretch>>()
    let done = 0
    const account = yield* Account.open("windows")
    account.take(windows.length)
    for (const [written, there] of groupBy([...windows.entries()], ([, { chrom }]) => chrom)) {
      const found = resolve(written)
      const chrom = "name" in found ? found.name : undefined
      const length = chrom === undefined ? 0 : lengths.get(chrom)!
      const list: Array<Stretch.Stretch> = []
      for (const [index, window] of there) {
        const origin = window.start + track.offset
        const before = list.length
        let inside = false
        for (const [bin, value] of (yield* track.read(index)).entries()) {
          const start = origin + bin * track.resolution
          if (start >= length || start + track.resolution <= 0) continue
          inside = true
          if (!Number.isNaN(value)) list.push({ start, end: start + track.resolution, value })
        }
        if (list.length > before) account.keep()
        else account.leave(inside ? "without a value" : "outside the reference", window.window_id)
        yield* task.progress(++done, windows.length, "windows")
      }
      if (chrom === undefined) continue
      stretches.set(
        chrom,
        [...(stretches.get(chrom) ?? []), ...list].sort((a, b) => a.start - b.start)
      )
    }
    const chromosomes = Array.from(lengths, ([name, length]) => ({ name, length }))
    const of = ({ name, length }: BigWig.Chromosome) => Stretch.flatten(stretches.get(name) ?? [], length)
    const mark = task.synthetic ? "SYNTHETIC: drawn from a seed, it says nothing about a model" : undefined
    yield* BigWig.write(outputs.bigwig.path, chromosomes, of, track.resolution, mark)
  }, Effect.scoped)
})
