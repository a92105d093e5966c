import { join } from "node:path"
import { assert, describe, it } from "vitest"
import evaluateVariants from "../../modules/evaluate-variants/stage.ts"
import loadTable from "../../modules/load-table/stage.ts"
import scoreSequencePairs from "../../modules/score-sequence-pairs/stage.ts"
import * as BenchmarkTables from "../../src/evaluation/BenchmarkTables.ts"
import * as Table from "../../src/data/Table.ts"
import * as MetricTable from "../../src/metric/MetricTable.ts"
import { benchmark, Rig } from "../support/rig.ts"
import { runtimes } from "../support/runtimes.ts"
import { mirror, runPromise, runStage } from "../support/stage.ts"

const raw = join(mirror ?? "", "raw.githubusercontent.com")
const aparent2 = join(
  raw,
  "johli/aparent-resnet/a745736a4d9fbe411d1869200f2596a02f875532/saved_models",
  "aparent_all_libs_resnet_no_clinvar_wt_ep_5_var_batch_size_inference_mode_no_drop.h5"
)
const apaMpra = join(
  raw,
  "johli/aparent/69ad29791709b48689ff5d9e3a3daefc568de9ce/analysis/predictions/apa_variant_mpra_clinvar_snvs.csv"
)

describe.skipIf(mirror === undefined)("real runs (AGFLOW_MIRROR names a folder of public files)", () => {
  it.each(runtimes)(
    "APARENT2 on 1,818 variants of the APA-MPRA, on %s",
    async (device) => {
      const { outputs: pairs } = await runStage(
        loadTable,
        {
          columns: {
            pair_id: "{clinvar_id} {master_seq}",
            ref: "wt_seq",
            alt: "master_seq",
            label: "delta_logodds_true"
          }
        },
        { table: apaMpra }
      )
      const { outputs: scores } = await runStage(
        scoreSequencePairs,
        { model: "aparent2", region: [77, 127], measure: "log_odds" },
        { weights: [aparent2], pairs: pairs["table"]! },
        { device }
      )
      const { outputs } = await runStage(
        evaluateVariants,
        { on: ["pair_id"], metrics: ["pearson"], replicates: 0 },
        { predictions: scores["scores"]!, labels: pairs["table"]! }
      )
      const [pearson] = await runPromise(Table.read(outputs["metrics"]!, MetricTable.table))
      assert.strictEqual(pearson!.n, 1818)
      // 0.836 as an independent implementation gave it.
      assert.closeTo(pearson!.value!, 0.836, 0.0005)
    },
    300_000
  )

  it("variant-benchmark, profile mini: without a licence all but its rows, with it those too", async () => {
    const rig = new Rig()
    const run = async (...args: ReadonlyArray<string>) => {
      const finished = await rig.agflow(
        ["run", join(benchmark, "../variant-benchmark.yaml"), "--profile", "mini", ...args],
        { env: { AGFLOW_MIRROR: mirror! } }
      )
      assert.strictEqual(finished.code, 0, finished.stdout + finished.stderr)
      const rows = await runPromise(Table.read(rig.latest("results", "results.tsv"), BenchmarkTables.resultTable))
      assert.lengthOf(rows, 38)
      return new Map(rows.map((row) => [row.evaluation, row]))
    }
    const expected: ReadonlyArray<readonly [id: string, verdict: string, n: number, value: number]> = [
      ["apa_mpra_coefficient_human", "inside", 1818, 0.8358],
      ["enhancer_gene_linking_e2g", "inside", 10356, 0.4377],
      ["cagi5_mpra_zero_shot_human", "measured", 4017, 0.1975],
      ["dsqtl_yoruba_direction_human", "measured", 1000, 0.597],
      ["ctcf_direction_human", "measured", 396, 0.7601]
    ]
    // SpliceAI reads 5,050 bases at each side: near the ends of the piece of BRCA1 there is no score.
    const licensed: typeof expected = [
      ["brca1_sge_splicing_human", "not comparable", 212, 0.9679],
      ["mfass_splicing", "measured", 112, 0.4106]
    ]
    const agrees = (rows: Awaited<ReturnType<typeof run>>, all: typeof expected) => {
      for (const [id, verdict, n, value] of all) {
        const row = rows.get(id)!
        assert.deepStrictEqual([row.verdict, row.n], [verdict, n], id)
        assert.closeTo(row.value!, value, 0.0005, id)
        assert.isTrue(row.low! < row.value! && row.value! < row.high!, id)
      }
    }
    const without = await run()
    agrees(without, expected)
    for (const [id] of licensed) {
      assert.strictEqual(without.get(id)!.verdict, "not available here")
      assert.match(without.get(id)!.note!, /--accept-licence CC-BY-NC-4\.0/u)
    }
    assert.match(without.get("eqtl_gwas_sign_human")!.note!, /^needs the measured directions/u)
    const accepted = await run("--accept-licence", "CC-BY-NC-4.0")
    agrees(accepted, [...expected, ...licensed])
    assert.strictEqual(accepted.get("mfass_splicing")!.without_score, 27_551)
  }, 600_000)

  // Each workflow says what it expects; the independent figures are in it.
  it.each([
    ["splice-benchmark", 5],
    ["element-benchmark", 2]
  ])(
    "%s gives what it expects",
    async (name, expectations) => {
      const rig = new Rig()
      const finished = await rig.agflow(
        ["run", join(benchmark, `../${name}.yaml`), "--profile", "mini", "--accept-licence", "CC-BY-NC-4.0"],
        { env: { AGFLOW_MIRROR: mirror! } }
      )
      assert.strictEqual(finished.code, 0, finished.stdout + finished.stderr)
      const metrics = await runPromise(Table.read(rig.latest("results", "metrics.tsv"), MetricTable.table))
      const judged = metrics.filter(({ verdict }) => verdict !== null)
      assert.lengthOf(judged, expectations)
      for (const { evaluation, metric, verdict } of judged)
        assert.strictEqual(verdict, "inside", `${evaluation} ${metric}`)
    },
    1_800_000
  )
})
