/** Inputs for stages that run the synthetic model: random sequence, windows, weights. */
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Random from "../../src/core/Random.ts"
import * as SyntheticWeights from "../../src/model/architectures/SyntheticWeights.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import { temporaryFolder } from "./stage.ts"

export const inputLength = 8192

export const randomSequence = (length: number, seed = 1): string => {
  const random = Random.make(seed, "test sequence")
  return Array.from({ length }, () => "ACGT"[random.int(4)]!).join("")
}

/** The text as a file in a folder of its own. */
export const textFile = (name: string, lines: ReadonlyArray<ReadonlyArray<string | number>>): string => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, lines.map((cells) => `${cells.join("\t")}\n`).join(""))
  return path
}

export const fasta = (sequences: Readonly<Record<string, string>>): string =>
  textFile(
    "genome.fa",
    Object.entries(sequences).flatMap(([name, sequence]) => [[`>${name}`], [sequence]])
  )

const windowColumns = ["window_id", "chrom", "start", "end", "strand", "variant_id", "gene_id"]

/** Windows of the model's length on chr1: [name, start, strand, variant, gene]. */
export const windows = (
  ...rows: ReadonlyArray<readonly [string, number, string, (string | null)?, (string | null)?]>
): string =>
  textFile("windows.tsv", [
    windowColumns,
    ...rows.map(([id, start, strand, variant, gene]) => {
      const end = start + inputLength
      return [id, "chr1", start, end, strand, variant ?? "NA", gene ?? "NA"]
    })
  ])

export const weights = async (seed = 1): Promise<string> => {
  const path = join(temporaryFolder(), "weights.safetensors")
  await Effect.runPromise(Safetensors.writeAll(path, SyntheticWeights.teacher(seed)))
  return path
}
