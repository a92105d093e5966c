import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { assert, beforeAll, describe, it } from "vitest"
import scoreVariants from "../../modules/score-variants/stage.ts"
import predictTracks from "../../modules/predict-tracks/stage.ts"
import * as Table from "../../src/data/Table.ts"
import * as Window from "../../src/genome/Window.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"
import { runPromise, runStage } from "../support/stage.ts"
import { fasta, inputLength, randomSequence, textFile, weights, windows } from "../support/synthetic.ts"

const genome = randomSequence(20_000)
const other = (base: string) => "CGTA"["ACGT".indexOf(base)]!

/** A substitution at a 0-based place. */
const snv = (at: number) => `chr1_${at + 1}_${genome[at]}_${other(genome[at]!)}`
const deletion = `chr1_7001_${genome.slice(7000, 7010)}_${genome[7000]}`

const variantTable = (...ids: ReadonlyArray<string>) =>
  textFile("variants.tsv", [["variant_id", "chrom", "pos", "ref", "alt"], ...ids.map((id) => [id, ...id.split("_")])])

// Exons of 100 and 300 bp on bins of 32 bp from base 4000 on.
const genes = textFile("genes.tsv", [
  ["gene_id", "gene_name", "chrom", "start", "end", "strand", "region", "exons"],
  ["G1", "one", "chr1", 6000, 7300, "+", "exons", "6000-6100,7000-7300"],
  ["G2", "two", "chr1", 100, 200, "-", "span", "100-200"],
  ["G4", "four", "chr1", 6000, 12_400, "-", "exons", "6000-6100,12100-12400"]
])

let base: { readonly reference: string; readonly weights: string; readonly genes: string }

beforeAll(async () => {
  base = { reference: fasta({ chr1: genome }), weights: await weights(), genes }
})

const score = async (params: object, inputs: object) => {
  const { outputs, account } = await runStage(scoreVariants, { model: "synthetic", ...params }, { ...base, ...inputs })
  return {
    account,
    scores: await runPromise(Table.read(outputs["scores"]!, ScoreTable.table)),
    unscored: await runPromise(Table.read(outputs["unscored"]!, Window.unscoredTable))
  }
}

/** The model's view of 8,192 bp, [bins, tracks]. */
const predict = async (sequence: string): Promise<Float32Array> => {
  const inputs = { weights: base.weights, reference: fasta({ chr1: sequence }), windows: windows(["w", 0, "+"]) }
  const { outputs } = await runStage(predictTracks, { model: "synthetic" }, inputs)
  return (await Effect.runPromise(Safetensors.readAll(outputs["predictions"]!))).get("predictions")!.data
}

describe("score-variants", () => {
  it("scores what the model says of both alleles, a deletion filled up from the right", async () => {
    const both = { scorers: ["gene_lfc", "centre_mask"], centre_width: 64 }
    const { scores, unscored } = await score(both, {
      windows: windows(["w1", 4000, "+", snv(6050), "G1"], ["w2", 4000, "+", deletion, "G1"]),
      variants: variantTable(snv(6050), deletion)
    })
    assert.deepStrictEqual(unscored, [])
    assert.strictEqual(scores.length, 2 * 2 * 8)
    const alternatives = {
      w1: genome.slice(4000, 6050) + other(genome[6050]!) + genome.slice(6051, 4000 + inputLength),
      w2: genome.slice(4000, 7001) + genome.slice(7010, 4000 + inputLength + 9)
    }
    const ref = await predict(genome.slice(4000, 4000 + inputLength))
    for (const [window, sequence] of Object.entries(alternatives)) {
      assert.strictEqual(sequence.length, inputLength)
      const alt = await predict(sequence)
      // Base by base: the mean over exon bases is the mean over bins weighted by what of them is exon.
      const exonMean = (prediction: Float32Array, track: number) => {
        let sum = 0
        for (let at = 0; at < inputLength; at++) {
          const place = 4000 + at
          const exon = (place >= 6000 && place < 6100) || (place >= 7000 && place < 7300)
          if (exon) sum += prediction[Math.floor(at / 32) * 8 + track]!
        }
        return sum / 400
      }
      for (const row of scores.filter((row) => row.window_id === window && row.scorer === "gene_lfc")) {
        assert.approximately(row.ref!, exonMean(ref, row.track), 1e-6)
        assert.approximately(row.alt!, exonMean(alt, row.track), 1e-6)
        assert.strictEqual(row.score, Math.log(row.alt! + 1e-3) - Math.log(row.ref! + 1e-3))
        assert.strictEqual(row.region, "exons")
      }
      // 64 bp are two bins of 32: the one before the variant's and its own.
      const bin = Math.floor((window === "w1" ? 2050 : 3000) / 32)
      for (const row of scores.filter((row) => row.window_id === window && row.scorer === "centre_mask_64")) {
        const sum = (prediction: Float32Array) =>
          prediction[(bin - 1) * 8 + row.track]! + prediction[bin * 8 + row.track]!
        assert.approximately(row.ref!, sum(ref), 1e-6)
        assert.approximately(row.alt!, sum(alt), 1e-6)
        assert.strictEqual(row.score, Math.log2(1 + row.alt!) - Math.log2(1 + row.ref!))
      }
    }
  })

  it("moves the score of a gene well above rounding", async () => {
    const ids = Array.from({ length: 20 }, (_, i) => snv(5720 + 91 * i))
    const { scores } = await score(
      { groups: ["RNA"] },
      {
        windows: windows(...ids.map((id, i) => [`w${i}`, 4000, "+", id, "G1"] as const)),
        variants: variantTable(...ids)
      }
    )
    assert.strictEqual(scores.length, 20 * 2)
    assert.deepStrictEqual(
      scores.slice(0, 3).map(({ window_id, track_name }) => `${window_id} ${track_name}`),
      ["w0 RNA_1", "w0 RNA_2", "w1 RNA_1"]
    )
    const sizes = scores.map(({ score }) => Math.abs(score)).sort((a, b) => a - b)
    assert.isAbove(sizes[20]!, 1e-3)
    assert.isBelow(sizes[39]!, 1)
  })

  it("says what share of the gene the model's output holds", async () => {
    const { scores } = await score(
      { groups: ["RNA"], scorers: ["gene_lfc", "centre_mask"] },
      {
        windows: windows(["whole", 4000, "+", snv(6050), "G1"], ["part", 4000, "+", snv(6050), "G4"]),
        variants: variantTable(snv(6050))
      }
    )
    const coverages = new Map(scores.map((row) => [`${row.window_id} ${row.scorer}`, row.coverage]))
    assert.deepStrictEqual(
      coverages,
      new Map([
        ["whole gene_lfc", 1],
        ["whole centre_mask", null],
        // The output ends at 4000 + 8192: 100 + 92 of 400 bases.
        ["part gene_lfc", 0.48],
        ["part centre_mask", null]
      ])
    )
  })

  it("lists what cannot be scored, and why", async () => {
    const wrong = `chr1_6051_${other(genome[6050]!)}_${genome[6050]}`
    const { scores, unscored, account } = await score(
      {},
      {
        windows: windows(
          ["far", 4000, "+", snv(19_000), "G1"],
          ["wrong", 4000, "+", wrong, "G1"],
          ["unknown", 4000, "+", "chr1_1_A_C", "G1"],
          ["outside", 4000, "+", snv(6050), "G2"],
          ["gene", 4000, "+", snv(6050), "G3"],
          ["fine", 4000, "+", snv(6050), "G1"]
        ),
        variants: variantTable(snv(19_000), wrong, snv(6050))
      }
    )
    assert.deepStrictEqual([...new Set(scores.map(({ window_id }) => window_id))], ["fine"])
    const reasons = unscored.map(({ gene_id, reason }) => `${gene_id}: ${reason}`)
    assert.strictEqual(reasons.length, 5)
    assert.match(reasons[0]!, /G1: .*it does not lie inside its window \(.*8192 bp from 4001\)/u)
    assert.match(reasons[1]!, /G1: .*its reference allele is not what the genome has \(.*: [ACGT]\)/u)
    assert.match(reasons[2]!, /the variant is not in the table of variants/u)
    assert.match(
      reasons[3]!,
      /G2: gene_lfc: no part of the gene's span \(chr1:101-200\) lies inside the model's output/u
    )
    assert.match(reasons[4]!, /G3: gene_lfc: no annotation of the gene/u)
    assert.deepStrictEqual(
      account.map(({ rows, taken, kept, leftOut }) => [rows, taken, kept, leftOut.map(({ example }) => example)]),
      [["windows", 6, 1, ["far", "wrong", "unknown", "outside", "gene"]]]
    )
  })

  it("refuses a group that no track has, and windows without variants", async () => {
    const failure = (params: object, table: string) =>
      score(params, { windows: table, variants: variantTable(snv(6050)) }).then(
        () => assert.fail("should fail"),
        (error: Error & { readonly hint?: string }) => error
      )
    const fine = windows(["w", 4000, "+", snv(6050), "G1"])
    assert.match((await failure({ groups: ["RNA", "CHIP"] }, fine)).message, /no track is of group 'CHIP'/u)
    assert.match((await failure({}, windows(["w", 4000, "+"]))).message, /window 'w' names no variant/u)
  })

  it("takes of the recommended scorers those that the model has outputs for", async () => {
    const inputs = { windows: windows(["w", 4000, "+", snv(6050), null]), variants: variantTable(snv(6050)) }
    const { scores, unscored } = await score({ scorers: ["recommended"] }, inputs)
    assert.deepStrictEqual(unscored, [])
    // G1 on + starts at 6001; G4 on - at 12400, beyond the window's end at 12192, as G2 before its start.
    assert.deepStrictEqual(
      [...new Set(scores.map((row) => `${row.scorer} ${row.group} ${row.gene_id}`))],
      [
        "centre_mask ATAC null",
        "centre_mask DNASE null",
        "centre_mask CAGE null",
        "gene_lfc RNA G1",
        "gene_active RNA G1",
        "centre_mask_active_sum ATAC null",
        "centre_mask_active_sum DNASE null",
        "centre_mask_active_sum CAGE null"
      ]
    )
    const own = await score(
      { scorers: [{ scorer: "centre_mask", output: "ATAC", width: 2001, aggregation: "L2_DIFF" }] },
      inputs
    )
    assert.deepStrictEqual(
      own.scores.map(({ scorer, track_name, ref }) => `${scorer} ${track_name} ${ref}`),
      ["centre_mask_2001_l2_diff ATAC_1 null", "centre_mask_2001_l2_diff ATAC_2 null"]
    )
  })

  it("refuses a scorer that the model has no output for", async () => {
    const inputs = { windows: windows(["w", 4000, "+", snv(6050)]), variants: variantTable(snv(6050)) }
    const message = (scorers: ReadonlyArray<unknown>) =>
      score({ scorers }, inputs).then(
        () => assert.fail("should fail"),
        (error: Error) => error.message
      )
    assert.match(
      await message(["gene_lfc", "contact_map"]),
      /contact_map reads CONTACT_MAPS, which the model does not give \(it gives RNA, CAGE, DNASE, ATAC\)/u
    )
    assert.match(await message([{ scorer: "gene_lfc", width: 3 }]), /gene_lfc takes no width/u)
  })

  it("predicts after a kill only what was not done before, and writes the same", async () => {
    const ids = Array.from({ length: 12 }, (_, index) => snv(6050 + 10 * index))
    const inputs = {
      ...base,
      windows: windows(...ids.map((id, index) => [`w${index}`, 3900 + index * 7, "+", id, "G1"] as const)),
      variants: variantTable(...ids)
    }
    const journal: Array<unknown> = []
    const checkpoint = {
      read: Effect.sync(() => [...journal]),
      append: (value: unknown) => Effect.sync(() => void journal.push(structuredClone(value)))
    }
    const write = async () => {
      const { outputs } = await runStage(scoreVariants, { model: "synthetic" }, inputs, {}, checkpoint)
      return [readFileSync(outputs["scores"]!, "utf8"), readFileSync(outputs["unscored"]!, "utf8")]
    }
    const whole = await write()
    assert.strictEqual(journal.length, 12)
    journal.splice(5)
    assert.deepStrictEqual(await write(), whole)
    // The seven windows that were left.
    assert.strictEqual(journal.length, 12)
    assert.deepStrictEqual(await write(), whole)
    assert.strictEqual(journal.length, 12)
  })
})
