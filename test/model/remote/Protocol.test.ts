import { assert, describe, it } from "vitest"
import * as Protocol from "../../../src/model/remote/Protocol.ts"
import * as VariantScores from "../../../src/model/remote/VariantScores.ts"

/** Messages that the classes of AlphaGenome's client 0.10.0 have written. */
const recorded = {
  PredictVariant:
    "0a130a05636872323210e2c99d1118e2c9a511200312120a05636872323210e2c9a1111a014122014318864b2202040c2a05080210bb073206464f4c445f31",
  ScoreVariant:
    "0a130a05636872323210e2c99d1118e2c9a511200312120a05636872323210e2c9a1111a014122014318ea4e22090a0708f5031005180122060a041008180622041202080422043a02080422041a02100722071a0508e90710082202220022022a00220232002a09414c4c5f464f4c44533001",
  Track:
    "1281010806127d0a0f0a0301010110021a060a040000c03f12520a016e10021a040803105122150801120a626c6f6f642063656c6c1a056164756c742a07524e412d7365714205426c6f6f644a0748334b323761635204535049315a06656e636f646560026800750000803e18800122130a05636872323210e2c99d1118e2c9a5112003",
  Junction:
    "0a5f0809225b0a0f0a0301010110021a060a040000c03f12250a016a1205080210b4071a09080412056865617274220548656172742a04677465783201781a0c0a046368723110051809200222130a05636872323210e2c99d1118e2c9a5112003",
  Scores:
    "0a4e0a4c0a090a0302010110022000123f0a120a05636872323210e2c9a1111a014122014312050a016e10011a220a07454e5347312e3210011a0147220e70726f7465696e5f636f64696e6728003007",
  Meta: "0a2b08091a270a250a016a1205080210b4071a09080412056865617274220548656172742a04677465783201780a58080412540a520a016e10021a040803105122150801120a626c6f6f642063656c6c1a056164756c742a07524e412d7365714205426c6f6f644a0748334b323761635204535049315a06656e636f646560026800750000803e",
  Chunk: "12060a0261621001"
}

const bytes = (name: keyof typeof recorded): Buffer => Buffer.from(recorded[name], "hex")

const interval = { chromosome: "chr22", start: 36_136_162, end: 36_267_234, strand: 3 }
const variant = { chromosome: "chr22", position: 36_201_698, reference: "A", alternate: "C" }
const blood = {
  name: "n",
  strand: 2,
  ontology: { type: 3, id: 81 },
  biosample: { type: 1, name: "blood cell", stage: "adult" },
  assay: "RNA-seq",
  histoneMark: "H3K27ac",
  transcriptionFactor: "SPI1",
  gtexTissue: "Blood",
  dataSource: "encode",
  endedness: 2,
  geneticallyModified: false,
  nonzeroMean: 0.25
}
const heart = {
  name: "j",
  ontology: { type: 2, id: 948 },
  biosample: { type: 4, name: "heart" },
  gtexTissue: "Heart",
  dataSource: "gtex",
  assay: "x"
}
const one = { shape: [1, 1, 1], type: 2, whole: { data: Buffer.from(Float32Array.of(1.5).buffer), compression: 0 } }

/** Without what is absent. */
const present = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(present)
    : typeof value === "object" && value !== null && !Buffer.isBuffer(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([, each]) => each != null)
            .map(([name, each]) => [name, present(each)])
        )
      : value

describe("the protocol", () => {
  it("writes requests as the official client does", async () => {
    const service = await Protocol.service()
    const asked = {
      interval,
      variant,
      organism: 9606,
      outputs: [Protocol.outputTypes.RNA_SEQ, Protocol.outputTypes.PROCAP],
      ontologies: [{ type: Protocol.ontologies.UBERON, id: 955 }],
      modelVersion: "FOLD_1"
    }
    assert.strictEqual(service.PredictVariant.requestSerialize(asked).toString("hex"), recorded.PredictVariant)
    assert.deepEqual(present(service.PredictVariant.requestDeserialize(bytes("PredictVariant"))), asked)
  })

  it("reads every scorer of the official client, and writes it the same", async () => {
    const service = await Protocol.service()
    const read = service.ScoreVariant.requestDeserialize(bytes("ScoreVariant"))
    const scorers = read.scorers.map(VariantScores.fromMessage)
    const of = (scorer: string, output: string, width: number | null = null, aggregation: string | null = null) => ({
      scorer,
      output,
      width,
      aggregation
    })
    assert.deepEqual(scorers as ReadonlyArray<unknown>, [
      of("centre_mask", "ATAC", 501, "DIFF_LOG2_SUM"),
      of("centre_mask", "CHIP_TF", null, "L2_DIFF_LOG1P"),
      of("gene_lfc", "RNA_SEQ"),
      of("gene_active", "RNA_SEQ"),
      of("gene_splicing", "SPLICE_SITES"),
      of("gene_splicing", "SPLICE_SITE_USAGE", 1001),
      of("polyadenylation", "RNA_SEQ"),
      of("splice_junctions", "SPLICE_JUNCTIONS"),
      of("contact_map", "CONTACT_MAPS")
    ])
    const written = service.ScoreVariant.requestSerialize({
      interval,
      variant,
      organism: 10090,
      scorers: scorers.map((scorer) => VariantScores.toMessage(scorer!)),
      modelVersion: "ALL_FOLDS",
      mergeStrands: true
    })
    assert.strictEqual(written.toString("hex"), recorded.ScoreVariant)
  })

  it("reads what the official classes write: tracks, junctions, scores, metadata, chunks", async () => {
    const { PredictVariant, PredictSequence, ScoreVariant, GetMetadata } = await Protocol.service()
    assert.deepEqual(present(PredictVariant.responseDeserialize(bytes("Track"))), {
      alternate: { type: 6, tracks: { values: one, metadata: [blood], resolution: 128, interval } }
    })
    assert.deepEqual(present(PredictSequence.responseDeserialize(bytes("Junction"))), {
      output: {
        type: 9,
        junctions: {
          values: one,
          metadata: [heart],
          junctions: [{ chromosome: "chr1", start: 5, end: 9, strand: 2 }],
          interval
        }
      }
    })
    assert.deepEqual(present(ScoreVariant.responseDeserialize(bytes("Scores"))), {
      output: {
        variant: {
          values: { shape: [2, 1, 1], type: 2, chunks: 0 },
          metadata: {
            variant,
            tracks: [{ name: "n", strand: 1 }],
            genes: [
              { geneId: "ENSG1.2", strand: 1, name: "G", type: "protein_coding", junctionStart: 0, junctionEnd: 7 }
            ]
          }
        }
      }
    })
    assert.deepEqual(present(GetMetadata.responseDeserialize(bytes("Meta"))), {
      outputs: [
        { type: 9, junctions: { rows: [heart] } },
        { type: 4, tracks: { rows: [blood] } }
      ]
    })
    assert.deepEqual(present(ScoreVariant.responseDeserialize(bytes("Chunk"))), {
      chunk: { data: Buffer.from("ab"), compression: 1 }
    })
  })
})
