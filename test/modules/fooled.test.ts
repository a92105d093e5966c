// Attempts to have a benchmark claim what was not earned: each is refused, or the row says on what it stands.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import evaluationScores from "../../modules/evaluation-scores/stage.ts"
import * as Lineage from "../../src/core/Lineage.ts"
import {
  benchmark,
  correlated,
  failure,
  lineage,
  model,
  published,
  scoresOf,
  smc,
  tsv,
  type Cell,
  type Scored
} from "../support/claims.ts"
import { runStage, temporaryFolder } from "../support/stage.ts"

const earned = ["reproduced", "above", "better"]
const mfass = "mfass_splicing"

/** Scores of classes, most of them right. */
const classes = (n: number, positives: number, comparator?: (score: number) => number): ReadonlyArray<Scored> =>
  Array.from({ length: n }, (_, i) => {
    const prediction = ((i * 7919) % 101) / 101 + (i < positives ? 0.6 : 0)
    const row = { evaluation: mfass, key: `v${i}`, target: i < positives ? 1 : 0, prediction }
    return comparator === undefined ? row : { ...row, comparator: comparator(prediction) }
  })
const chance = (score: number) => (score * 7919) % 1

const first = async (rows: ReadonlyArray<Scored>, from = lineage("s"), inputs: object = {}, params: object = {}) =>
  (await benchmark([[await scoresOf(rows), from]], params, inputs)).results[0]!

const registry = (text: string) => {
  const path = join(temporaryFolder(), "mine.yaml")
  writeFileSync(path, `evaluations:\n  - ${text}\n`)
  return { registry: path }
}

describe("AlphaGenome's published value", () => {
  const value = "expected: { value: 0.687, tolerance: 0.001, source: table }"

  it("that a registry file repeats as expected of one's own scores is the file's word, and is of no model", async () => {
    const row = await first(correlated(smc, 144, 0.687), lineage("s"), registry(`{ id: ${smc}, ${value} }`))
    assert.deepStrictEqual([row.verdict, row.model, row.improvement], ["inside", null, null])
    assert.match(row.note!, /as the registry file states/u)
  })

  it("is not that of a table which says of itself that it is published", async () => {
    const columns = ["variant_id", "score", "target", "source", "model"]
    const rows = correlated(smc, 144, 0.687).map(({ key, prediction, target }): ReadonlyArray<Cell> => [
      key,
      prediction!,
      target!,
      "published",
      "AlphaGenome"
    ])
    const { outputs } = await runStage(evaluationScores, { evaluation: smc }, { scores: tsv(columns, rows) })
    const { results } = await benchmark([[outputs["scores"]!, lineage("s")]])
    assert.deepStrictEqual([results[0]!.verdict, results[0]!.model], ["measured", null])
    assert.strictEqual(results[0]!.source, "table: stage s")
  })

  it("is reproduced with a word on the file that it was made of", async () => {
    const row = await first(correlated(smc, 144, 0.687), published(smc))
    assert.match(row.note!, /nobody states the digest of the published table/u)
    assert.match(row.source!, /1a2b3c4d/u)
  })
})

describe("rows", () => {
  const table = (rows: ReadonlyArray<Scored>, extra: (at: number) => string = () => "x") =>
    tsv(
      ["variant_id", "score", "target", "half", "rival"],
      rows.map(({ key, prediction, target, comparator }, at) => [
        key,
        prediction!,
        target!,
        extra(at),
        comparator ?? "NA"
      ])
    )

  it("that `where` leaves out are counted, and a part of the reported data says so", async () => {
    const rows = classes(200, 40, chance)
    const where = { half: "kept" }
    const scores = table(rows, (at) => (at % 2 === 0 ? "kept" : "lost"))
    const params = { evaluation: mfass, where, columns: { comparator: "rival" } }
    const { outputs, account } = await runStage(evaluationScores, params, { scores })
    assert.deepStrictEqual(
      account.map(({ taken, kept, leftOut }) => [taken, kept, leftOut.map(({ reason, count }) => [reason, count])]),
      [[200, 100, [["not chosen by `where`", 100]]]]
    )
    const { results } = await benchmark([[outputs["scores"]!, lineage("s")]])
    assert.strictEqual(results[0]!.n, 100)
    assert.match(results[0]!.note!, /not the data that was reported: 100 of 27,504 rows, 20 of 1,040 positives/u)
  })

  it("given twice to reach a number are refused, and without names give no verdict", async () => {
    const rows = correlated(smc, 72, 0.9)
    const error = await failure(runStage(evaluationScores, { evaluation: smc }, { scores: table([...rows, ...rows]) }))
    assert.match(error.message, /two rows for v0/u)
    assert.strictEqual(error.line, 74)
    const nameless = tsv(
      ["score", "target"],
      [...rows, ...rows].map(({ prediction, target }) => [prediction!, target!])
    )
    const { outputs } = await runStage(evaluationScores, { evaluation: smc }, { scores: nameless })
    const { results } = await benchmark([[outputs["scores"]!, model]])
    assert.strictEqual(results[0]!.verdict, "measured")
    assert.match(results[0]!.note!, /no verdict: 144 rows have no name, and rows given twice would not be seen/u)
  })

  it("whose labels are shuffled earn nothing", async () => {
    const rows = classes(200, 40, (score) => score)
    const shuffled = rows.map((row, i) => ({ ...row, target: rows[(i * 37) % 200]!.target! }))
    assert.notInclude(earned, (await first(shuffled, model)).verdict)
  })
})

describe("a model", () => {
  it("is not named alone where its scores went through a script", async () => {
    const made = Lineage.through(
      { stage: "score", uses: "score-variants" },
      [],
      [{ kind: "model", name: "net", weights: "c0ffee00", licence: "MIT", citation: "none" }],
      false
    )
    const swapped = Lineage.through({ stage: "swap", uses: null }, [made], [], false)
    const scored = Lineage.through({ stage: "s", uses: "evaluation-scores" }, [swapped], [], false)
    assert.isUndefined(made.edited)
    // A script that made what the model was given has not touched its scores.
    const before = Lineage.through({ stage: "prepare", uses: null }, [Lineage.ofFile("a.vcf")], [], false)
    assert.isUndefined(Lineage.through({ stage: "score", uses: "score-variants" }, [before], [], false).edited)
    const row = await first(correlated(smc, 144, 0.9), scored)
    assert.match(row.note!, /after they were made the scores went through swap, no stage of agflow/u)
    assert.match(row.source!, /net \(c0ffee/u)
  })

  it("is one: other weights under the same label are counted as another", async () => {
    const rows = classes(200, 40, chance)
    const of = (weights: string, stage: string) => lineage(stage, { models: [{ name: "net", weights }] })
    const tables = [
      [await scoresOf(rows.filter((_, i) => i % 2 === 0)), of("aaaa0000", "a")],
      [await scoresOf(rows.filter((_, i) => i % 2 === 1)), of("bbbb0000", "b")]
    ] as const
    const { results } = await benchmark(tables, { labels: { a: "net", b: "net" } })
    assert.strictEqual(results[0]!.model, "net, 2 versions")
    assert.match(results[0]!.note!, /scores of 2 models under one label: net \(aaaa0000\); net \(bbbb0000\)/u)
    const same = [tables[0], [tables[1][0], of("aaaa0000", "b")]] as const
    const one = await benchmark(same, { labels: { a: "net", b: "net" } })
    assert.strictEqual(one.results[0]!.model, "net")
  })
})

describe("a comparison", () => {
  it("with a copy of one's own scores shows no difference, and says that it is a copy", async () => {
    const row = await first(classes(200, 40, (score) => score))
    assert.deepStrictEqual([row.verdict, row.difference], ["no difference shown", 0])
    assert.match(row.note!, /the comparator's scores are the model's own/u)
  })

  it("of nine positives gives no verdict", async () => {
    const row = await first(classes(200, 9, chance))
    assert.strictEqual(row.verdict, "measured")
    assert.match(row.note!, /no verdict: 9 positives/u)
  })
})

describe("scores", () => {
  it("that are the same for all rows are said to be", async () => {
    const row = await first(
      classes(200, 40).map((each) => ({ ...each, prediction: 1 })),
      model
    )
    assert.notInclude(earned, row.verdict)
    assert.match(row.note!, /all rows have the same score/u)
  })

  it("that are NaN are missing, and give no verdict", async () => {
    const rows = classes(200, 40, chance).map((each, i) => (i % 3 === 0 ? { ...each, prediction: Number.NaN } : each))
    const path = await scoresOf(rows)
    assert.match(readFileSync(path, "utf8"), /\tNA|\tNaN/u)
    const { results } = await benchmark([[path, model]])
    assert.deepStrictEqual([results[0]!.verdict, results[0]!.without_score], ["measured", 67])
    assert.match(results[0]!.note!, /67 of 200 labelled rows have no score/u)
    assert.lengthOf(results[0]!.note!.match(/67 of 200 labelled rows have no score/gu)!, 1)
  })

  it("that are infinite are refused at their line", async () => {
    const rows = classes(30, 12)
    const header = ["variant_id", "score", "target"]
    for (const bad of ["inf", "-Infinity"]) {
      const cells = rows.map(({ key, prediction, target }, i) => [key, i === 4 ? bad : prediction!, target!])
      const scores = tsv(header, cells)
      const error = await failure(runStage(evaluationScores, { evaluation: mfass }, { scores }))
      assert.deepStrictEqual([error.file, error.line], [scores, 6])
      assert.match(error.message, /column 'score': -?Infinity is no score/u)
    }
    const own = await scoresOf(rows)
    writeFileSync(own, readFileSync(own, "utf8").replace(/^(.*\tv5\t(?:NA\t|\t)*\S+\t)\S+/mu, "$1inf"))
    const error = await failure(benchmark([[own, model]]))
    assert.match(error.message, /infin/iu)
  })
})

describe("a difference", () => {
  // Of 200 rows with 40 positives: the model's scores are far better than the other's.
  const good = classes(200, 40).map((each, i) => ({ ...each, comparator: ((i * 6067) % 103) / 103 }))

  it("from a comparator that has scores for a few of the rows is no verdict and no improvement", async () => {
    const few = good.map((each, i) => (i % 20 < 18 ? { ...each, comparator: null } : each))
    const row = await first(few)
    assert.deepStrictEqual([row.verdict, row.improvement, row.positives], ["measured", null, 40])
    assert.match(row.note!, /no verdict: 4 positives, at least 10 are needed/u)
    const half = await first(good.map((each, i) => (i % 2 === 0 ? { ...each, comparator: null } : each)))
    assert.deepStrictEqual([half.verdict, half.improvement], ["measured", null])
    assert.match(half.note!, /no verdict: 100 of 200 labelled rows without a score of both/u)
    assert.strictEqual((await first(good)).verdict, "better")
  })

  it("needs enough resamples to have an interval", async () => {
    const scores = await scoresOf(good)
    const of = async (replicates: number) => (await benchmark([[scores, model]], { replicates })).results[0]!
    assert.match((await of(1)).note!, /no verdict: 1 bootstrap replicate, at least 40 are needed/u)
    assert.deepStrictEqual([(await of(39)).verdict, (await of(40)).verdict], ["measured", "better"])
  })

  it("is nothing where the scores were made from the labels", async () => {
    const made = good.map((each) => ({ ...each, prediction: 3 - 2 * each.target! }))
    const row = await first(made)
    assert.deepStrictEqual([row.verdict, row.improvement], ["measured", null])
    assert.match(row.note!, /a straight line of the labels/u)
    const tables = [
      [await scoresOf(made), lineage("a")],
      [await scoresOf(good), lineage("b")]
    ] as const
    const [between] = (await benchmark(tables)).differences
    assert.strictEqual(between!.verdict, "measured")
    assert.match(between!.note!, /a straight line of the labels/u)
  })

  it("of two models is on the rows of both, in any spelling, and no verdict where one leaves out its worst", async () => {
    const worse = good.map((each, i) => ({ ...each, prediction: ((i * 7919) % 101) / 101 }))
    const named = (rows: ReadonlyArray<Scored>, key: (i: number) => string) =>
      scoresOf(rows.map((each, i) => ({ ...each, key: key(i) })))
    const plain = (i: number) => `chr1_${100 + i}_A_G`
    const between = async (one: string, other: string) =>
      (await benchmark([[one, lineage("a")] as const, [other, lineage("b")] as const])).differences[0]!
    const mine = await named(good, plain)
    const same = await between(mine, await named(worse, plain))
    assert.deepStrictEqual([same.verdict, same.n], ["better", 200])
    const spelled = await between(mine, await named(worse, (i) => `1:${100 + i}:A:G`))
    assert.deepStrictEqual(spelled, same)
    const turned = await between(mine, await named(worse, (i) => (i < 5 ? `1:${100 + i}:G:A` : plain(i))))
    assert.strictEqual(turned.n, 195)
    assert.match(turned.note!, /5 rows left out: their alleles are in the other order/u)
    const chosen = await between(await named(good.slice(0, 190), plain), await named(worse, plain))
    assert.deepStrictEqual([chosen.verdict, chosen.only_other], ["measured", 10])
    assert.match(chosen.note!, /no verdict: 10 of 200 labelled rows not in both/u)
    const nameless = await between(mine, await named(worse, (i) => `row ${i + 1}`))
    assert.deepStrictEqual([nameless.n, nameless.value], [0, null])
    assert.match(nameless.note!, /200 rows left out: no column names them/u)
  })

  it("of two synthetic models is no verdict", async () => {
    const drawn = { synthetic: true }
    const worse = good.map((each, i) => ({ ...each, prediction: ((i * 7919) % 101) / 101 }))
    const [between] = (
      await benchmark([
        [await scoresOf(good), lineage("a", drawn)],
        [await scoresOf(worse), lineage("b", drawn)]
      ])
    ).differences
    assert.deepStrictEqual([between!.verdict, between!.synthetic], ["measured", true])
    assert.match(between!.note!, /SYNTHETIC/u)
  })

  it("is refused where one label has a variant in two spellings", async () => {
    const twice = [...good, { ...good[0]!, key: "1:7:A:G" }].map((each, i) =>
      i === 0 ? { ...each, key: "chr1_7_A_G" } : each
    )
    const error = await failure(benchmark([[await scoresOf(twice), model]]))
    assert.match(error.message, /two scores for 1:7:A:G of mfass_splicing under one label/u)
  })
})
