import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import { benchmark, Rig } from "../support/rig.ts"
import { runtimes } from "../support/runtimes.ts"
import { mirror } from "../support/stage.ts"

const trackBenchmark = join(benchmark, "../track-benchmark.yaml")

/** The rows of a tab-separated text by column name. */
const rowsOf = (text: string): ReadonlyArray<Readonly<Record<string, string>>> => {
  const [header, ...lines] = text.trimEnd().split("\n")
  const names = header!.split("\t")
  return lines.map((line) => Object.fromEntries(line.split("\t").map((cell, index) => [names[index]!, cell])))
}

const run = async (rig: Rig, ...args: ReadonlyArray<string>) => {
  const finished = await rig.agflow(["run", ...args], { env: { AGFLOW_MIRROR: mirror! } })
  assert.strictEqual(finished.code, 0, finished.stdout + finished.stderr)
  return rig.results()
}

describe.skipIf(mirror === undefined)("workflows on real data (AGFLOW_MIRROR names a folder of public files)", () => {
  it("gwas-benchmark, profile mini: 34 pairs, each scored or listed; nine colocalisations at BPI", async () => {
    const results = await run(new Rig(), benchmark, "--profile", "mini")
    const signals = rowsOf(results["signals.tsv"]!)
    assert.strictEqual(signals.length, 64)
    const pairs = new Map(signals.map((row) => [`${row["variant_id"]} ${row["gene_id"]}`, row]))
    assert.strictEqual(pairs.size, 34)
    const unscored = [...pairs.values()].filter((row) => row["score"] === "NA")
    assert.strictEqual(unscored.length, 3)
    for (const row of unscored) assert.match(row["reason"]!, /bp apart|outside the reference/u)
    assert.strictEqual([...pairs.values()].filter((row) => row["gene_coverage"] === "1").length, 20)
    // DOCK8 (chr9): the predicted part holds 805 of its 13,784 exon bases.
    assert.strictEqual(pairs.get("chr9_191587_T_C ENSG00000107099")!["gene_coverage"], "0.058401044689495064")
    for (const row of pairs.values()) {
      if (row["score"] === "NA") continue
      assert.isAbove(Number(row["abs_score"]), 0)
      // Of these genes only those of chr9 have exons in the annotations at hand.
      assert.strictEqual(row["region"], row["variant_id"]!.startsWith("chr9_") ? "exons" : "span")
      assert.isAtLeast(Number(row["tracks_used"]), 1)
    }
    const posteriors = ["bpi_qtd000026_qtd000584", "bpi_qtd000021_qtd000584", "bpi_qtd000021_qtd000026"].map((name) => {
      const rows = rowsOf(results[`${name}.tsv`]!)
      return [rows[0]!["nsnps"], ...rows.map((row) => Number(row["pp_h4"]).toFixed(3)).sort()]
    })
    assert.deepStrictEqual(posteriors, [
      ["6015", "0.841", "0.894", "0.939", "0.980"],
      ["6011", "0.947", "0.989"],
      ["6249", "0.866", "0.893", "0.963"]
    ])
    assert.notInclude(results["coverage.svg"]!, "SYNTHETIC")
  })

  it.each(runtimes)("track-benchmark on %s: the reference correlations", async (device) => {
    const metrics = rowsOf(
      (await run(new Rig(), trackBenchmark, "--profile", "mini", "--device", device))["metrics.tsv"]!
    )
    const expected = { DNASE: 0.819, CAGE: 0.329, RNA: 0.364, RNA3: 0.321, all: 0.4085 }
    for (const [subset, value] of Object.entries(expected)) {
      const row = metrics.find((each) => each["subset"] === subset && each["metric"] === "pearson")
      assert.closeTo(Number(row!["value"]), value, 0.002, subset)
      assert.strictEqual(row!["verdict"], "inside")
    }
  })

  it("a small AlphaGenome with every recommended scorer, from a variant to the client's table of scores", async () => {
    const rig = new Rig()
    const golden = join(mirror!, "../golden/alphagenome-tiny")
    const tensors = await Effect.runPromise(Safetensors.readAll(join(golden, "tiny_weights.safetensors")))
    const tracks = readFileSync(join(golden, "tiny_metadata.json"), "utf8")
    await Effect.runPromise(Safetensors.writeAll(rig.path("tiny.safetensors"), tensors, { numerics: "f32", tracks }))
    rig.write("variants.tsv", "variant\nchr9_276186_C_T\n")
    const windows = { reference: "${{ reference.fasta }}", variants: "${{ variants.variants }}" }
    const file = rig.write(
      "flow.yaml",
      JSON.stringify({
        agflow: 1,
        name: "small",
        stages: {
          reference: { uses: "fetch-reference", with: { genome: "hg38-snippets" } },
          ensembl: { uses: "fetch-dataset", with: { dataset: "ensembl91-chr9" } },
          genes: { uses: "load-genes", with: { annotations: ["${{ ensembl.file }}"] } },
          variants: {
            uses: "load-variants",
            with: { variants: "./variants.tsv", columns: { variant: "variant" }, reference: "${{ reference.fasta }}" }
          },
          windows: { uses: "build-windows", with: { ...windows, mode: "variants", width: 16384 } },
          scores: {
            uses: "score-variants",
            with: {
              ...windows,
              model: "alphagenome",
              weights: "./tiny.safetensors",
              scorers: ["recommended"],
              windows: "${{ windows.windows }}",
              genes: "${{ genes.genes }}"
            }
          },
          tidy: {
            uses: "tidy-scores",
            with: {
              scores: "${{ scores.scores }}",
              tracks: "${{ scores.tracks }}",
              windows: "${{ windows.windows }}",
              genes: "${{ genes.genes }}"
            }
          }
        },
        outputs: { tidy: "${{ tidy.tidy }}" }
      })
    )
    const rows = rowsOf((await run(rig, file))["tidy.tsv"]!)
    // The nineteen for human but polyadenylation, whose sites are not given.
    assert.strictEqual(new Set(rows.map((row) => row["variant_scorer"])).size, 18)
    const genes = (scorer: RegExp) =>
      new Set(rows.filter((row) => scorer.test(row["variant_scorer"]!)).map((row) => row["gene_name"]))
    assert.deepStrictEqual(genes(/LFC/u), new Set(["DOCK8", "AL158832.1"]))
    assert.deepStrictEqual(genes(/Junction/u), new Set(["DOCK8"]))
    for (const row of rows) assert.isTrue(Number.isFinite(Number(row["raw_score"])), JSON.stringify(row))
  })
})
