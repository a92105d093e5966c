import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import stage from "../../modules/colocalise/stage.ts"
import * as Download from "../../src/data/Download.ts"
import * as Table from "../../src/data/Table.ts"
import * as Colocalisation from "../../src/evaluation/Colocalisation.ts"
import { mirror, runPromise, runStage } from "../support/stage.ts"

const located = (name: string) => runPromise(Effect.map(Download.dataset(name), ({ path }) => path))

// Posteriors to three decimals as the eQTL Catalogue's tutorial of coloc.susie gives them, lead variants from our data.
describe.skipIf(mirror === undefined)("Colocalisation at BPI (AGFLOW_MIRROR names a folder of public files)", () => {
  it.each([
    {
      pair: ["qtd000026", "qtd000584"],
      nsnps: 6015,
      signals: [
        ["1x3", 0.939, "chr20_38318873_G_A"],
        ["2x2", 0.98, "chr20_38296880_T_C"],
        ["2x4", 0.841, "chr20_38304396_C_G"],
        ["3x4", 0.894, "chr20_38304396_C_G"]
      ]
    },
    {
      pair: ["qtd000021", "qtd000584"],
      nsnps: 6011,
      signals: [
        ["1x2", 0.947, "chr20_38292997_T_C"],
        ["2x3", 0.989, "chr20_38318873_G_A"]
      ]
    },
    {
      pair: ["qtd000021", "qtd000026"],
      nsnps: 6249,
      signals: [
        ["1x2", 0.963, "chr20_38292997_T_C"],
        ["2x1", 0.893, "chr20_38318873_G_A"],
        ["3x3", 0.866, "chr20_38351384_C_T"]
      ]
    }
  ])("$pair: $nsnps variants in common", async ({ pair, nsnps, signals }) => {
    const [trait1, trait2] = await Promise.all(pair.map((name) => located(`bpi-lbf-${name}`)))
    const { outputs } = await runStage(stage, { min_pp_h4: 0.8 }, { trait1: trait1!, trait2: trait2! })
    const rows = await runPromise(Table.read(outputs["colocalisations"]!, Colocalisation.table))
    assert.deepStrictEqual(
      rows.map((row) => [`${row.signal1}x${row.signal2}`, Number(row.pp_h4.toFixed(3)), row.lead_variant]),
      signals
    )
    for (const row of rows) {
      assert.strictEqual(row.nsnps, nsnps)
      assert.closeTo(row.pp_h0 + row.pp_h1 + row.pp_h2 + row.pp_h3 + row.pp_h4, 1, 1e-12)
    }
  })
})
