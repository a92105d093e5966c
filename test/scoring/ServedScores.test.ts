import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as GeneIndex from "../../src/genome/GeneIndex.ts"
import * as PolyaSite from "../../src/genome/PolyaSite.ts"
import * as Protocol from "../../src/model/remote/Protocol.ts"
import type { Message } from "../../src/model/remote/Protocol.ts"
import * as Tensors from "../../src/model/remote/Tensors.ts"
import * as IsmMatrix from "../../src/scoring/IsmMatrix.ts"
import * as ServedScores from "../../src/scoring/ServedScores.ts"
import { countingModel } from "../support/countingModel.ts"
import { runPromise } from "../support/stage.ts"
import { fasta, randomSequence } from "../support/synthetic.ts"

const genome = randomSequence(6000)
const window = { chrom: "chr1", start: 1024, end: 3072 }
const exons = [
  [1500, 1600],
  [2000, 2100]
] as const
const gene = (strand: string) => ({
  gene_id: strand,
  gene_name: strand,
  chrom: "chr1",
  start: 1500,
  end: 2100,
  strand,
  region: "exons" as const,
  exons: exons.map((span) => span.join("-")).join(","),
  gene_type: "protein_coding",
  transcripts: null
})
const asked: Array<string> = []
const scoring = Effect.map(Fasta.open(fasta({ chr1: genome })), (reference) =>
  ServedScores.make({
    model: countingModel((sequence) => void asked.push(sequence)),
    reference,
    genes: GeneIndex.make([gene("+")]),
    polyaSites: PolyaSite.byGene([])
  })
)
const tf = { centreMask: { output: Protocol.outputTypes.CHIP_TF, width: 501, aggregation: 5 } }
const rna = { geneMaskLfc: { output: Protocol.outputTypes.RNA_SEQ } }
const junctions = { spliceJunction: {} }

const decoded = (tensor: Message<"Tensor">, chunks: ReadonlyArray<() => Message<"Chunk">>): Float32Array => {
  const decoder = Tensors.decoder(tensor)
  for (const chunk of chunks) decoder.add(chunk())
  return decoder.finish()
}

describe("ServedScores", () => {
  it("of mutagenesis are those of each substitution, in order, beside one prediction for the reference", () =>
    runPromise(
      Effect.gen(function* () {
        const { mutagenesis, variant } = yield* scoring
        const mutated = { chrom: "chr1", start: 2020, end: 2023 }
        const substitutions = IsmMatrix.variants(mutated, genome.slice(2020, 2023))
        for (const [scorers, sequences] of [
          [[tf, rna], 1 + 9],
          [[tf, junctions], 2 * 9]
        ] as const) {
          asked.length = 0
          const question = { organism: "human", window, scorers } as const
          const given = yield* mutagenesis({ ...question, mutated })
          assert.lengthOf(asked, sequences)
          const expected = yield* Effect.forEach(substitutions, (each) => variant({ ...question, variant: each }))
          const numbers = (all: typeof given) =>
            all.map(({ output, chunks }) => [output.variant!.metadata, decoded(output.variant!.values!, chunks)])
          assert.deepStrictEqual(numbers(given), numbers(expected.flat()))
        }
      }).pipe(Effect.scoped)
    ))

  it("of an interval are the sums or means over the exons of its genes, of their strand's tracks", () =>
    runPromise(
      Effect.gen(function* () {
        const { interval } = yield* scoring
        const scorer = (aggregation: "MEAN" | "SUM", width?: number) => ({
          geneMask: {
            output: Protocol.outputTypes.RNA_SEQ,
            aggregation: Protocol.intervalAggregations[aggregation],
            width
          }
        })
        const question = {
          organism: "human",
          window,
          scorers: [scorer("SUM"), scorer("MEAN"), scorer("SUM", 8)]
        } as const
        const given = yield* interval(question)
        const numbers = given.map(({ output, chunks }) => [...decoded(output.interval!.values!, chunks)])
        let sum = 0
        for (const [from, to] of exons) {
          for (let i = from; i < to; i++) sum += ("ACGT".indexOf(genome[i]!) + 1) * (1 + ((i - window.start) % 5))
        }
        // Each further track holds a fraction; the second is of the other strand.
        const near = (values: ReadonlyArray<number>, by: number) => {
          assert.approximately(values[0]!, sum / by, 1e-3)
          assert.isNaN(values[1])
          assert.approximately(values[2]!, sum / by / 3, 1e-3)
        }
        near(numbers[0]!, 1)
        near(numbers[1]!, 200)
        assert.deepStrictEqual(
          given.map(({ output }) => output.interval!.metadata!.genes!.map(({ geneId }) => geneId)),
          [["+"], ["+"], []]
        )
        const unknown = yield* Effect.flip(interval({ ...question, scorers: [{}] }))
        assert.match(unknown.message, /a scorer that is not known/u)
      }).pipe(Effect.scoped)
    ))
})
