import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import { assert, beforeAll, describe, it } from "vitest"
import mutagenesis from "../../modules/in-silico-mutagenesis/stage.ts"
import scoreVariants from "../../modules/score-variants/stage.ts"
import * as Table from "../../src/data/Table.ts"
import * as Mutagenesis from "../../src/scoring/Mutagenesis.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"
import { runPromise, runStage } from "../support/stage.ts"
import { fasta, inputLength, randomSequence, textFile, weights, windows } from "../support/synthetic.ts"

const genome = `${randomSequence(9000)}N${randomSequence(3000, 2)}`
const params = { model: "synthetic", scorers: ["centre_mask"], groups: ["DNASE"] }

let base: { readonly reference: string; readonly weights: string }
beforeAll(async () => {
  base = { reference: fasta({ chr1: genome }), weights: await weights() }
})

const bed = (...rows: ReadonlyArray<ReadonlyArray<string | number>>) => textFile("intervals.bed", rows)

const run = async (extra: object, intervals: string, checkpoint?: Parameters<typeof runStage>[4]) => {
  const { outputs } = await runStage(mutagenesis, { ...params, ...extra }, { ...base, intervals }, {}, checkpoint)
  return {
    outputs,
    scores: await runPromise(Table.read(outputs["scores"]!, ScoreTable.table)),
    matrix: await runPromise(Table.read(outputs["matrix"]!, Mutagenesis.table))
  }
}

describe("in-silico-mutagenesis", () => {
  it("scores every substitution as score-variants does, and centres the matrix", async () => {
    const { scores, matrix } = await run({}, bed(["chr1", 6000, 6012, "site"], ["chr1", 8999, 9001, "gap"]))
    // Three substitutions of each base, four of N; two tracks.
    assert.strictEqual(scores.length, (12 * 3 + 3 + 4) * 2)
    const ids = [...new Set(scores.filter(({ window_id }) => window_id === "site").map(({ variant_id }) => variant_id))]
    const variants = textFile("variants.tsv", [
      ["variant_id", "chrom", "pos", "ref", "alt"],
      ...ids.map((id) => [id, ...id.split("_")])
    ])
    const start = 6006 - inputLength / 2
    const named = windows(...ids.map((id, i) => [`w${i}`, start, "+", id] as const))
    const { outputs } = await runStage(scoreVariants, params, { ...base, variants, windows: named })
    const same = await runPromise(Table.read(outputs["scores"]!, ScoreTable.table))
    const number = new Map(same.map((row) => [`${row.variant_id} ${row.track}`, row.score]))
    for (const row of scores.filter(({ window_id }) => window_id === "site")) {
      assert.approximately(row.score, number.get(`${row.variant_id} ${row.track}`)!, 1e-6)
    }
    const track = scores[0]!.track
    const rows = matrix.filter((row) => row.interval === "site" && row.track === track)
    assert.deepStrictEqual(
      rows.map(({ pos }) => pos),
      Array.from({ length: 12 }, (_, i) => 6001 + i)
    )
    for (const row of rows) {
      assert.strictEqual(row.ref, genome[row.pos - 1])
      const of = (alt: string) =>
        scores.find((each) => each.variant_id === `chr1_${row.pos}_${row.ref}_${alt}` && each.track === track)!.score
      const others = ["A", "C", "G", "T"].filter((base) => base !== row.ref)
      const mean = others.reduce((sum, base) => sum + of(base), 0) / 3
      assert.approximately(row[row.ref as "A"], -mean, 1e-12)
      for (const base of others) assert.approximately(row[base as "A"], of(base) - mean, 1e-12)
    }
    const gap = matrix.find((row) => row.interval === "gap" && row.pos === 9001)!
    assert.strictEqual(gap.ref, "N")
    assert.approximately(gap.A + gap.C + gap.G + gap.T, 0, 1e-9)
  })

  it("keeps the reference's cells only where a logo is wanted, and writes other formats", async () => {
    const { outputs, matrix } = await run({ cells: "reference", format: "parquet" }, bed(["chr1", 6000, 6002]))
    assert.match(outputs["matrix"]!, /\.parquet$/u)
    assert.strictEqual(readFileSync(outputs["matrix"]!).toString("latin1", 0, 4), "PAR1")
    for (const row of matrix) {
      assert.strictEqual(row.interval, "chr1:6001-6002")
      const filled = (["A", "C", "G", "T"] as const).filter((base) => row[base] !== 0)
      assert.deepStrictEqual(filled, [row.ref])
    }
  })

  it("goes on after a kill where it was", async () => {
    const journal: Array<unknown> = []
    const checkpoint = {
      read: Effect.sync(() => [...journal]),
      append: (value: unknown) => Effect.sync(() => void journal.push(structuredClone(value)))
    }
    const intervals = bed(["chr1", 6000, 6025, "site"])
    const text = async () => readFileSync((await run({}, intervals, checkpoint)).outputs["scores"]!, "utf8")
    const whole = await text()
    assert.strictEqual(journal.length, 3)
    journal.splice(1)
    assert.strictEqual(await text(), whole)
    assert.strictEqual(journal.length, 3)
  })

  it("says which interval it cannot take", async () => {
    const message = (extra: object, intervals: string) =>
      run(extra, intervals).then(
        () => assert.fail("should fail"),
        (error: Error) => error.message
      )
    assert.match(await message({}, bed(["chr1", 0, 9000, "long"])), /'long' has 9000 bp, more than .* window of 8192/u)
    assert.match(await message({}, bed(["chr1", 0, 2, "a"], ["chr1", 5, 7, "a"])), /two intervals are named 'a'/u)
    assert.match(await message({ width: 100 }, bed(["chr1", 0, 2])), /width: 100 bp where synthetic reads /u)
  })
})
