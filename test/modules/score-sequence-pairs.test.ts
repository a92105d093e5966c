import { assert, describe, it } from "vitest"
import loadSequencePairs from "../../modules/load-sequence-pairs/stage.ts"
import scoreSequencePairs from "../../modules/score-sequence-pairs/stage.ts"
import syntheticModel from "../../modules/synthetic-model/stage.ts"
import * as Table from "../../src/data/Table.ts"
import * as Random from "../../src/core/Random.ts"
import * as SequencePair from "../../src/genome/SequencePair.ts"
import * as SequencePairScoring from "../../src/scoring/SequencePairScoring.ts"
import { runPromise, runStage } from "../support/stage.ts"
import { textFile } from "../support/synthetic.ts"

const failureOf = async (run: Promise<unknown>): Promise<{ message: string; line?: number }> =>
  run.then(
    () => assert.fail("it did not fail"),
    (error: { message: string; line?: number }) => error
  )

describe("load-sequence-pairs", () => {
  const load = async (inputs: Record<string, string>) => {
    const { outputs } = await runStage(loadSequencePairs, {}, inputs)
    return {
      pairs: await runPromise(Table.read(outputs["pairs"]!, SequencePair.table)),
      dropped: await runPromise(Table.readText(outputs["dropped"]!))
    }
  }

  it("pairs two FASTA files by name", async () => {
    const { pairs, dropped } = await load({
      ref: textFile("ref.fa", [[">a"], ["acgt"], [">b"], ["GGG"], [">c"], ["TTT"]]),
      alt: textFile("alt.fa", [[">b"], ["GAG"], [">a"], ["ACCT"], [">d"], ["T"]])
    })
    assert.deepStrictEqual(pairs, [
      { pair_id: "a", ref: "ACGT", alt: "ACCT" },
      { pair_id: "b", ref: "GGG", alt: "GAG" }
    ])
    assert.deepStrictEqual(dropped.rows, [
      ["c", "no such sequence in `alt`"],
      ["d", "no such sequence in `ref`"]
    ])
  })

  it("leaves out pairs without bases", async () => {
    const { pairs, dropped } = await load({
      ref: textFile("ref.fa", [[">a"], ["acgt"], [">b"], [">c"], ["T"]]),
      alt: textFile("alt.fa", [[">a"], ["accc"], [">b"], ["T"], [">c"]])
    })
    assert.deepStrictEqual(
      pairs.map(({ pair_id }) => pair_id),
      ["a"]
    )
    assert.deepStrictEqual(dropped.rows, [
      ["b", "no bases in `ref`"],
      ["c", "no bases in `alt`"]
    ])
  })

  it("changes sequences at their positions, and says what does not fit", async () => {
    const { pairs, dropped } = await load({
      substitutions: textFile("changes.tsv", [
        ["pair_id", "sequence", "start", "pos", "ref", "alt"],
        ["snv", "ACGTA", 100, 102, "C", "T"],
        ["deletion", "ACGTA", 100, 103, "GT", "-"],
        ["insertion", "ACGTA", 100, 101, "-", "GG"],
        ["mismatch", "ACGTA", 100, 102, "G", "T"],
        ["outside", "ACGTA", 100, 106, "A", "T"],
        ["blank", "AC GTA", 100, 102, "C", "T"],
        ["none", "ACGTA", 100, 102, "C", "C"],
        ["symbolic", "ACGTA", 100, 102, "C", "<DEL>"]
      ])
    })
    assert.deepStrictEqual(
      pairs.map(({ pair_id, alt }) => [pair_id, alt]),
      [
        ["snv", "ATGTA"],
        ["deletion", "ACA"],
        ["insertion", "GGACGTA"]
      ]
    )
    assert.deepStrictEqual(dropped.rows, [
      ["mismatch", "the sequence has C where the reference allele is G"],
      ["outside", "position 106 lies outside the sequence"],
      ["blank", "' ' is no base"],
      ["none", "the reference and the alternative allele are the same"],
      ["symbolic", "'<' is no base"]
    ])
  })
})

describe("score-sequence-pairs", () => {
  const random = Random.make(1, "pairs")
  const sequence = (length: number) => Array.from({ length }, () => "ACGT"[random.int(4)]).join("")
  const element = sequence(600)
  const changed = `${element.slice(0, 300)}${element[300] === "A" ? "C" : "A"}${element.slice(301)}`
  const pairs = textFile("pairs.tsv", [
    ["pair_id", "ref", "alt"],
    ["there", element, changed],
    ["back", changed, element],
    ["same", element, element]
  ])
  const score = async (params: object, table = pairs) => {
    const { outputs: networks } = await runStage(syntheticModel, { seed: 1, noise: 0.05 })
    const { outputs } = await runStage(
      scoreSequencePairs,
      { model: "synthetic", ...params },
      { weights: [networks["teacher"]!], pairs: table }
    )
    return runPromise(Table.read(outputs["scores"]!, SequencePairScoring.table))
  }

  it("scores the change of the sum over the region, track by track", async () => {
    const scores = await score({ groups: ["RNA", "ATAC"], region: [4000, 4192] })
    assert.deepStrictEqual(
      scores.map(({ pair_id, track }) => `${pair_id} ${track}`),
      ["there", "back", "same"].flatMap((pair) => [0, 1, 6, 7].map((track) => `${pair} ${track}`))
    )
    for (const { ref, alt, score } of scores) assert.strictEqual(score, Math.log2(1 + alt) - Math.log2(1 + ref))
    for (const at of [0, 1, 2, 3]) {
      assert.notStrictEqual(scores[at]!.score, 0)
      assert.strictEqual(scores[at]!.score, -scores[at + 4]!.score)
      assert.strictEqual(scores[at + 8]!.score, 0)
    }
    // Beyond the network's view of the element, nothing changes.
    const far = await score({ region: [0, 32] })
    assert.isTrue(far.every(({ score, ref }) => score === 0 && ref > 0))
  })

  it("names the pair that is too long, and a group that no track has", async () => {
    const long = textFile("long.tsv", [
      ["pair_id", "ref", "alt"],
      ["a", "ACGT", "ACCT"],
      ["b", sequence(8193), "A"]
    ])
    const failure = await failureOf(score({}, long))
    assert.deepStrictEqual(
      [failure.message, failure.line],
      ["a sequence of pair 'b' does not fit: it has 8193 bp; the model is given 8192", 3]
    )
    assert.match((await failureOf(score({ groups: ["ChIP"] }))).message, /no track is of group 'ChIP'/u)
  })
})

describe("SequencePairScoring.place", () => {
  it("puts a sequence in the middle, the odd N at the right", () => {
    const placed = SequencePairScoring.place("ACG", 6)
    assert.strictEqual(placed._tag === "Success" ? placed.success.bases : "", "NACGNN")
  })

  it("gives U as T and other letters as N, and refuses what is no base", () => {
    const placed = SequencePairScoring.place("aUr-", 4)
    assert.deepStrictEqual(placed._tag === "Success" ? placed.success : undefined, { bases: "ATNN", unclear: 2 })
    assert.strictEqual(SequencePairScoring.place("A1", 4)._tag, "Failure")
  })
})
