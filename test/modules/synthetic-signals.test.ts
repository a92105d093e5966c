import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import stage from "../../modules/synthetic-signals/stage.ts"
import * as Random from "../../src/core/Random.ts"
import * as Table from "../../src/data/Table.ts"
import * as Signal from "../../src/evaluation/Signal.ts"
import * as SyntheticSignals from "../../src/evaluation/SyntheticSignals.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"
import { runPromise, runStage, temporaryFolder } from "../support/stage.ts"

const genes = 30
const variantsPerGene = 4

/** Two RNA tracks whose mean is the effect, and rows that must not count: another group, another scorer. */
const inputs = async () => {
  const random = Random.make(2, "scores")
  const variants: Array<Variant.Variant> = []
  const pairs: Array<Variant.Pair> = []
  const scores: Array<ScoreTable.Score> = []
  const effects = new Map<string, number>()
  for (let gene = 0; gene < genes; gene++) {
    for (let i = 0; i < variantsPerGene; i++) {
      const pos = gene * 5000 + i * 300 + 1
      const variant_id = Variant.idOf("chrS1", pos, "A", "C")
      const pair = { variant_id, gene_id: `G${gene}` }
      variants.push({ variant_id, chrom: "chrS1", pos, ref: "A", alt: "C" })
      pairs.push(pair)
      const [first, second, other] = [random.normal(), random.normal(), random.normal()]
      effects.set(variant_id, (first + second) / 2)
      const unused = { output: "TRACKS", junction_start: null, junction_end: null, quantile: null }
      const row = { ...pair, window_id: `w${pos}`, region: "exons", coverage: 1, ref: 1, alt: 1, ...unused }
      const lfc = { ...row, scorer: "gene_lfc" }
      scores.push(
        { ...lfc, track: 0, track_name: "RNA_1", group: "RNA", score: first },
        { ...lfc, track: 1, track_name: "RNA_2", group: "RNA", score: second },
        { ...lfc, track: 2, track_name: "CAGE_1", group: "CAGE", score: other },
        { ...row, scorer: "centre_mask", track: 0, track_name: "RNA_1", group: "RNA", gene_id: null, score: 50 }
      )
    }
  }
  const folder = temporaryFolder()
  const paths = {
    variants: join(folder, "variants.tsv"),
    pairs: join(folder, "pairs.tsv"),
    scores: join(folder, "scores.tsv")
  }
  await runPromise(Table.write(paths.variants, Variant.variants, variants))
  await runPromise(Table.write(paths.pairs, Variant.pairTable, pairs))
  await runPromise(Table.write(paths.scores, ScoreTable.table, scores))
  return { paths, effects }
}

const ports = ["signals", "eqtl", "gwas", "measured", "truth"]

describe("synthetic-signals", () => {
  let given: Awaited<ReturnType<typeof inputs>>
  beforeAll(async () => {
    given = await inputs()
  })
  const bytes = async (params: unknown) => {
    const { outputs } = await runStage(stage, params, given.paths)
    return ports.map((port) => readFileSync(outputs[port]!, "utf8")).join("\n")
  }

  it("takes the mean gene_lfc of the group's tracks as the true effects", async () => {
    const { outputs } = await runStage(stage, {}, given.paths)
    const truth = await runPromise(Table.read(outputs["truth"]!, SyntheticSignals.truthTable))
    const signals = await runPromise(Table.read(outputs["signals"]!, Signal.table))
    const eqtl = await runPromise(Table.read(outputs["eqtl"]!, SyntheticSignals.statisticTable))
    assert.strictEqual(truth.length, genes)
    assert.strictEqual(eqtl.length, genes * variantsPerGene)
    assert.strictEqual(truth.filter(({ shared }) => shared).length, 18)
    const scales = truth.map(({ variant_id, true_effect }) => true_effect / given.effects.get(variant_id)!)
    for (const scale of scales) assert.closeTo(scale / scales[0]!, 1, 1e-12)
    assert.deepStrictEqual(signals.map(({ signal_id, gwas_id, dataset }) => [signal_id, gwas_id, dataset])[29], [
      "SYNTHETIC_SIGNAL_0030",
      "SYNTHETIC_GWAS",
      "SYNTHETIC_EQTL"
    ])
  })

  it("gives the same bytes for the same seed only", async () => {
    assert.strictEqual(await bytes({ seed: 3 }), await bytes({ seed: 3 }))
    assert.notStrictEqual(await bytes({ seed: 3 }), await bytes({ seed: 4 }))
    assert.notStrictEqual(await bytes({ seed: 3 }), await bytes({ seed: 3, group: "CAGE" }))
  })

  it("names the pair that has no score, and the params that are out of range", async () => {
    const failure = (params: unknown) =>
      runStage(stage, params, given.paths).then(
        () => assert.fail("should fail"),
        (error: Error & { hint?: string }) => error
      )
    const absent = await failure({ group: "DNASE" })
    assert.strictEqual(absent.message, "chrS1_1_A_C has no gene_lfc score of group 'DNASE' for gene G0")
    assert.strictEqual(absent.hint, "the scores have the groups: CAGE, RNA")
    assert.match((await failure({ reliability: 1 })).message, /synthetic-signals: reliability/u)
    assert.match((await failure({ shared: 1.5 })).message, /synthetic-signals: shared/u)
    assert.match((await failure({ eqtl_samples: 0 })).message, /synthetic-signals: eqtl_samples/u)
  })

  it("is marked synthetic", () => {
    assert.isTrue(stage.synthetic({}))
  })
})
