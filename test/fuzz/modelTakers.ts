/** As takers.ts, of stages that run a model or read its predictions: few rows, because each costs a prediction. */
import evaluateTracks from "../../modules/evaluate-tracks/stage.ts"
import predictTracks from "../../modules/predict-tracks/stage.ts"
import scoreIntervals from "../../modules/score-intervals/stage.ts"
import scoreSequencePairs from "../../modules/score-sequence-pairs/stage.ts"
import scoreVariants from "../../modules/score-variants/stage.ts"
import writeBigwig from "../../modules/write-bigwig/stage.ts"
import type { Random } from "../../src/core/Random.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import { runPromise, runStage, temporaryFolder } from "../support/stage.ts"
import { fasta, inputLength, randomSequence, textFile, weights as weightsFile } from "../support/synthetic.ts"
import type { Given, Taker } from "./takers.ts"

const sequence = randomSequence(12_000)
const reference = fasta({ chr1: sequence })
const weights = [await weightsFile()]
const base = { reference, weights }

const table =
  (columns: ReadonlyArray<string>, row: (at: number) => ReadonlyArray<string | number>, rows?: number) =>
  (random: Random): Given => ({
    name: "in.tsv",
    head: [columns.join("\t")],
    rows: Array.from({ length: rows ?? 2 + random.int(2) }, (_, at) => row(at).map(String))
  })

const variantOf = (at: number) => {
  const pos = 4000 + 37 * at
  const ref = sequence[pos - 1]!
  return [`chr1_${pos}_${ref}_${ref === "A" ? "C" : "A"}`, "chr1", pos, ref, ref === "A" ? "C" : "A"] as const
}
const variants = textFile("variants.tsv", [
  ["variant_id", "chrom", "pos", "ref", "alt"],
  ...Array.from({ length: 3 }, (_, at) => variantOf(at))
])
const windowColumns = ["window_id", "chrom", "start", "end", "strand", "variant_id", "gene_id"]
const window = (at: number) => [`w${at}`, "chr1", 64 * at, 64 * at + inputLength, "+", variantOf(at)[0], "NA"]
const genes = textFile("genes.tsv", [
  ["gene_id", "gene_name", "chrom", "start", "end", "strand", "region", "exons", "gene_type", "transcripts"],
  ["G1", "one", "chr1", 3000, 5000, "+", "exons", "3000-3320,4000-4064", "protein_coding", "NA"]
])
const trackColumns = ["track", "name", "group", "strand", "description"]
const tracks = textFile("tracks.tsv", [
  trackColumns,
  ...Array.from({ length: 8 }, (_, track) => [track, `t${track}`, track < 2 ? "RNA" : "CAGE", ".", "-"])
])

const tensor = async (name: string) => {
  const path = `${temporaryFolder()}/${name}.safetensors`
  const data = Float32Array.from({ length: 2 * 16 * 3 }, (_, at) => ((at * 7919) % (name.length + 89)) / 7)
  await runPromise(Safetensors.writeAll(path, new Map([[name, { shape: [2, 16, 3], data }]])))
  return path
}
const measured = { predictions: await tensor("predictions"), targets: await tensor("targets") }

const predicted = await runStage(
  predictTracks,
  { model: "synthetic" },
  { ...base, windows: textFile("windows.tsv", [windowColumns, ...[0, 1, 2].map(window)]) }
)

const first = (cells: ReadonlyArray<string>): string => cells[0]!

export const modelTakers: ReadonlyArray<Taker> = [
  {
    stage: scoreVariants,
    counts: "windows",
    give: table(windowColumns, window),
    params: { model: "synthetic", scorers: ["centre_mask"], groups: ["DNASE"] },
    inputs: (windows) => ({ ...base, variants, windows }),
    output: "scores",
    column: "window_id",
    id: first,
    several: true
  },
  {
    stage: scoreIntervals,
    counts: "windows",
    give: table(windowColumns, window),
    params: { model: "synthetic", output: "RNA" },
    inputs: (windows) => ({ ...base, windows, genes, tracks }),
    output: "scores",
    column: "window_id",
    id: first,
    several: true
  },
  {
    stage: predictTracks,
    counts: "windows",
    give: table(windowColumns, window),
    params: { model: "synthetic" },
    inputs: (windows) => ({ ...base, windows }),
    output: "",
    column: "",
    id: first,
    summary: true
  },
  {
    stage: writeBigwig,
    counts: "windows",
    give: table(windowColumns, window, 3),
    params: { track: "DNASE_2" },
    inputs: (windows) => ({ reference, predictions: predicted.outputs["predictions"]!, windows }),
    output: "",
    column: "",
    id: first,
    summary: true
  },
  {
    stage: scoreSequencePairs,
    counts: "pairs",
    give: table(["pair_id", "ref", "alt"], (at) => {
      const ref = sequence.slice(300 * at, 300 * at + 200)
      return [`p${at}`, ref, `${ref.slice(0, 100)}${ref[100] === "A" ? "C" : "A"}${ref.slice(101)}`]
    }),
    params: { model: "synthetic", groups: ["DNASE"] },
    inputs: (pairs) => ({ weights, pairs }),
    output: "scores",
    column: "pair_id",
    id: first,
    several: true
  },
  {
    stage: evaluateTracks,
    counts: "tracks",
    give: table(trackColumns, (at) => [at, `t${at}`, "RNA", ".", "a track"], 3),
    params: {},
    inputs: (path) => ({ ...measured, tracks: path }),
    output: "per_track",
    column: "name",
    id: (cells) => cells[1]!,
    summary: true
  }
]
