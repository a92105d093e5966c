import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import * as Random from "../../src/core/Random.ts"
import type { Colocalisation } from "../../src/evaluation/Colocalisation.ts"
import * as GwasBenchmark from "../../src/evaluation/GwasBenchmark.ts"
import * as GwasBenchmarkMetrics from "../../src/evaluation/GwasBenchmarkMetrics.ts"
import * as Threshold from "../../src/evaluation/GwasBenchmarkThreshold.ts"
import type { Signal } from "../../src/evaluation/Signal.ts"
import * as GwasFigures from "../../src/report/GwasFigures.ts"
import type { Score } from "../../src/scoring/ScoreTable.ts"
import { elements } from "../report/wellFormed.ts"

const options: GwasBenchmark.Options = {
  groups: ["RNA"],
  scorer: "gene_lfc",
  aggregate: "strongest",
  ppH4Threshold: 0.95,
  modelThreshold: null,
  accuracy: 0.8,
  strata: [0.5, 0.75, 0.9, 0.95, 1],
  synthetic: false
}

const signal = (id: string, variant: string, gene: string, ppH4: number | null, beta: number | null): Signal => ({
  signal_id: id,
  gwas_id: "gwas",
  dataset: "liver",
  variant_id: variant,
  gene_id: gene,
  pp_h4: ppH4,
  nsnps: null,
  eqtl_beta: beta,
  gwas_beta: null
})

const score = (variant: string, gene: string | null, value: number, track = 0, group = "RNA"): Score => ({
  variant_id: variant,
  gene_id: gene,
  window_id: "w",
  track,
  track_name: `${group}_${track}`,
  group,
  scorer: "gene_lfc",
  region: "exons",
  coverage: 1,
  ref: 1,
  alt: 1,
  score: value,
  output: "TRACKS",
  junction_start: null,
  junction_end: null,
  quantile: null
})

const input = (over: Partial<GwasBenchmark.Input>): GwasBenchmark.Input => ({
  signals: [],
  scores: [],
  unscored: [],
  colocalisations: undefined,
  genes: undefined,
  ...over
})

const evaluate = (over: Partial<GwasBenchmark.Input>, changed: Partial<GwasBenchmark.Options> = {}) =>
  Effect.runPromise(GwasBenchmark.evaluate(input(over), { ...options, ...changed }))

const failure = (over: Partial<GwasBenchmark.Input>, changed: Partial<GwasBenchmark.Options> = {}) =>
  Effect.runPromise(Effect.flip(GwasBenchmark.evaluate(input(over), { ...options, ...changed })))

const coloc = (trait1: string, ppH4: number): Colocalisation => ({
  trait1,
  trait2: "t",
  signal1: 1,
  signal2: 1,
  nsnps: 100,
  pp_h0: 0,
  pp_h1: 0,
  pp_h2: 0,
  pp_h3: 1 - ppH4,
  pp_h4: ppH4,
  lead_variant: "v",
  lead_pp: 1,
  sd_prior1: null,
  sd_prior2: null
})

/** Six signals of every kind; the numbers below are worked out by hand. */
const six = {
  signals: [
    signal("both", "v1", "g1", 0.97, 0.5),
    signal("model", "v2", "g1", 0.6, -0.4),
    signal("coloc", "v3", "g2", 0.99, 0.2),
    signal("neither", "v4", "g2", 0.3, -0.1),
    signal("unscored", "v5", "g3", 0.96, 0.3),
    signal("unmeasured", "v6", "g3", null, null)
  ],
  scores: [
    score("v1", "g1", 0.2, 0),
    score("v1", "g1", -0.3, 1),
    score("v1", "g1", 0.9, 2, "CAGE"),
    score("v2", "g1", -0.1),
    score("v3", "g2", 0.04),
    score("v4", "g2", 0.05),
    score("v6", "g3", 0)
  ],
  unscored: [{ variant_id: "v5", gene_id: "g3", reason: "the gene ends 12 bp outside" }]
}

describe("GwasBenchmark", () => {
  it("finds variants and genes that the scores write in another way, and says of alleles in the other order", async () => {
    const signals = [
      signal("s1", "1:100:A:G", "ENSG01.5", 0.5, 1),
      signal("s2", "chr1_200_A_G", "ENSG01", 0.5, -1),
      signal("s3", "chr1_300_G_A", "ENSG01", 0.5, 1)
    ]
    const scores = ["chr1_100_A_G", "chr1_200_A_G", "chr1_300_A_G"].map((id, at) =>
      score(id, "ENSG01", at === 1 ? -2 : 2)
    )
    const found = await evaluate({ signals, scores }, { modelThreshold: 1 })
    assert.deepStrictEqual(
      found.signals.map((row) => [row.score, row.reason]),
      [
        [2, null],
        [-2, null],
        [null, "alleles in the other order in the scores (chr1_300_A_G ENSG01)"]
      ]
    )
    assert.deepStrictEqual([...found.respelled], [["s1", "chr1_100_A_G ENSG01"]])
  })

  it("refuses two scores of one variant in one track that differ", async () => {
    const signals = [signal("s", "v", "g", 0.5, 1)]
    const same = await evaluate({ signals, scores: [score("v", "g", 1), score("v", "g", 1)] }, { modelThreshold: 1 })
    assert.strictEqual(same.signals[0]!.tracks_used, 1)
    const error = await failure({ signals, scores: [score("v", "g", 1), score("v", "g", 2)] })
    assert.strictEqual(error.message, "scores: two scores of v in track RNA_0 of window w: 1 and 2")
  })

  it("gives each signal its score, ranks, direction and class", async () => {
    const { signals } = await evaluate(six, { modelThreshold: 0.1 })
    const columns = signals.map((row) => [row.signal_id, row.score, row.rank, row.rank_in_gene, row.agrees, row.class])
    assert.deepStrictEqual(columns, [
      ["both", -0.3, 1, 1, false, "both"],
      ["model", -0.1, 2, 2, true, "model only"],
      ["coloc", 0.04, 4, 2, true, "colocalisation only"],
      ["neither", 0.05, 3, 1, false, "neither"],
      ["unscored", null, null, null, null, "not scored"],
      ["unmeasured", 0, 5, 1, null, "neither"]
    ])
    assert.deepStrictEqual(
      signals.map((row) => [row.ranked_of, row.ranked_in_gene_of, row.tracks_used, row.strongest_track, row.reason]),
      [
        [5, 2, 2, "RNA_1", null],
        [5, 2, 1, "RNA_0", null],
        [5, 2, 1, "RNA_0", null],
        [5, 2, 1, "RNA_0", null],
        [null, null, 0, null, "the gene ends 12 bp outside"],
        [5, 1, 1, "RNA_0", null]
      ]
    )
    assert.strictEqual(signals[4]!.resolved_by_colocalisation, true)
    assert.strictEqual(signals[5]!.predicted_sign, 0)
  })

  it("takes the mean over tracks when asked", async () => {
    const { signals } = await evaluate(six, { aggregate: "mean", modelThreshold: 0.1 })
    assert.closeTo(signals[0]!.score!, -0.05, 1e-15)
    assert.strictEqual(signals[0]!.strongest_track, "RNA_1")
  })

  it("counts by stratum, every signal once", async () => {
    const { strata } = await evaluate(six, { modelThreshold: 0.1 })
    assert.deepStrictEqual(
      strata.map((row) => [row.stratum, row.n, row.scored, row.with_direction, row.sign_accuracy, row.not_scored]),
      [
        ["below 0.5", 1, 1, 1, 0, 0],
        ["0.5 to 0.75", 1, 1, 1, 1, 0],
        ["0.75 to 0.9", 0, 0, 0, null, 0],
        ["0.9 to 0.95", 0, 0, 0, null, 0],
        ["0.95 to 1", 3, 2, 2, 0.5, 1],
        ["no PP.H4", 1, 1, 0, null, 0],
        ["all", 6, 5, 4, 0.5, 1]
      ]
    )
    // Scores 0.3, 0.1, 0.04, 0.05 and 0.
    assert.strictEqual(strata.at(-1)!.median_abs_score, 0.05)
  })

  it("puts edges in the upper stratum, and the last edge in the last", async () => {
    const at = [0.5, 0.75, 0.95, 1, 0.4999]
    const signals = at.map((ppH4, index) => signal(`s${index}`, `v${index}`, "g", ppH4, 1))
    const found = await evaluate({ signals, scores: [score("v0", "g", 1)] })
    assert.deepStrictEqual(
      found.signals.map((row) => row.stratum),
      ["0.5 to 0.75", "0.75 to 0.9", "0.95 to 1", "0.95 to 1", "below 0.5"]
    )
    const above = await evaluate({ signals, scores: [score("v0", "g", 1)] }, { strata: [0.4, 0.6] })
    assert.deepStrictEqual(
      above.strata.map((row) => [row.stratum, row.n]),
      [
        ["0.4 to 0.6", 2],
        ["above 0.6", 3],
        ["all", 5]
      ]
    )
  })

  it("lets colocalisations replace PP.H4: the largest of a signal's rows", async () => {
    const colocalisations = [coloc("model", 0.2), coloc("model", 0.98), coloc("both", 0.1)]
    const { signals } = await evaluate({ ...six, colocalisations }, { modelThreshold: 0.1 })
    assert.deepStrictEqual(
      signals.slice(0, 3).map((row) => [row.pp_h4, row.class]),
      [
        [0.1, "model only"],
        [0.98, "both"],
        [0.99, "colocalisation only"]
      ]
    )
    assert.match(
      (await failure({ ...six, colocalisations: [coloc("x", 1)] })).message,
      /no trait1 is a signal_id.*'x'/u
    )
  })

  it("says why a signal has no score", async () => {
    const gene = {
      gene_id: "g",
      gene_name: "G",
      chrom: "chr1",
      start: 0,
      end: 9,
      strand: "+",
      region: "span",
      exons: "0-9",
      gene_type: null,
      transcripts: null
    }
    const signals = [
      signal("a", "v", "g", 1, 1),
      signal("b", "w", "g", 1, 1),
      signal("c", "v", "h", 1, 1),
      signal("d", "x", "g", 1, 1),
      signal("e", "y", "g", 1, 1)
    ]
    const scores = [{ ...score("v", "g", 1), region: null, coverage: null }, score("x", "g", Number.NaN)]
    const unscored = [{ variant_id: "y", gene_id: null, reason: "not a single base" }]
    const { signals: rows } = await evaluate({ signals, scores, unscored, genes: [gene] })
    assert.deepStrictEqual(
      rows.map((row) => row.reason),
      [
        null,
        "the scores have no row for this variant and gene",
        "the gene is not among the genes given",
        "no score of this variant for this gene is a finite number",
        "not a single base"
      ]
    )
    assert.strictEqual(rows[0]!.region, "span")
    assert.strictEqual(rows[0]!.gene_coverage, null)
    assert.deepStrictEqual(
      rows.map((row) => row.gene_name),
      ["G", "G", null, "G", "G"]
    )
  })

  it("takes scores of scorers that look at no gene for any gene", async () => {
    const scores = [{ ...score("v1", null, 0.5), scorer: "centre_mask" }]
    const { signals } = await evaluate(
      { signals: six.signals, scores },
      {
        scorer: "centre_mask"
      }
    )
    assert.deepStrictEqual(
      signals.map((row) => row.score),
      [0.5, null, null, null, null, null]
    )
  })

  it("names what cannot be used", async () => {
    assert.match(
      (await failure({ ...six, signals: [...six.signals, six.signals[1]!] })).message,
      /rows 2 and 7 are both named 'model'/u
    )
    assert.match((await failure(six, { scorer: "x" })).hint!, /gene_lfc/u)
    assert.match((await failure(six, { groups: ["RNA", "ATAC"] })).message, /group 'ATAC'/u)
    assert.match((await failure(six, { groups: ["ATAC"] })).hint!, /CAGE, RNA/u)
    const unmeasured = six.signals.map((row) => ({ ...row, eqtl_beta: null }))
    assert.match((await failure({ ...six, signals: unmeasured })).message, /cannot be calibrated: no scored signal/u)
  })

  it("handles no signals at all", async () => {
    const found = await evaluate({ scores: six.scores }, { modelThreshold: 1 })
    assert.deepStrictEqual(found.signals, [])
    assert.strictEqual(found.strata.at(-1)!.n, 0)
    elements(GwasFigures.coverage(found, { ppH4Threshold: 0.95, synthetic: false }))
    assert.notMatch(GwasFigures.direction(found, { ppH4Threshold: 0.95, synthetic: false }), /NaN|Infinity/u)
  })

  it("counts a variant-gene pair once, with its largest measured effect", async () => {
    const signals = [
      signal("a", "v1", "g1", 0.97, -0.2),
      signal("b", "v1", "g1", 0.98, 0.9),
      signal("c", "v1", "g1", 0.99, -0.1)
    ]
    const { pairs, strata } = await evaluate({ signals, scores: six.scores })
    assert.deepStrictEqual(pairs, [{ variantId: "v1", geneId: "g1", score: -0.3, measured: 0.9 }])
    assert.strictEqual(strata.at(-1)!.with_direction, 1)
  })

  it("keeps its counts whole on anything", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const random = Random.make(seed, "gwas")
      const signals = Array.from({ length: random.int(60) + 1 }, (_, index) =>
        signal(
          `s${index}`,
          `v${random.int(30)}`,
          `g${random.int(5)}`,
          random.next() < 0.1 ? null : random.next(),
          random.next() < 0.2 ? null : random.normal()
        )
      )
      const scores = Array.from({ length: 200 }, (_, index) => ({
        ...score(`v${random.int(30)}`, `g${random.int(5)}`, random.normal() * 0.1, random.int(4)),
        window_id: `w${index}`
      }))
      const found = await evaluate({ signals, scores }, { modelThreshold: 0.05 })
      assert.deepStrictEqual(
        found.signals.map((row) => row.signal_id),
        signals.map((row) => row.signal_id)
      )
      const parts = found.strata.slice(0, -1)
      const all = found.strata.at(-1)!
      for (const column of [
        "n",
        "scored",
        "both",
        "model_only",
        "colocalisation_only",
        "neither",
        "not_scored"
      ] as const) {
        assert.strictEqual(
          parts.reduce((sum, row) => sum + row[column], 0),
          all[column]
        )
      }
      assert.strictEqual(
        all.both + all.model_only + all.colocalisation_only + all.neither + all.not_scored,
        signals.length
      )
      for (const row of found.signals) assert.strictEqual(row.class === "not scored", row.reason !== null)
    }
  })
})

describe("threshold", () => {
  const pairs = (...rights: ReadonlyArray<readonly [size: number, right: boolean]>) =>
    rights.map(([size, right]) => ({ score: right ? size : -size, measured: 1 }))

  it("is the smallest |score| from which on the sign is right often enough", () => {
    const five = pairs([0.5, true], [0.4, true], [0.3, false], [0.2, true], [0.1, true])
    assert.deepStrictEqual(Threshold.calibrate(five, 0.8), { value: 0.1, calibrated: true, pairs: 5, passing: 5 })
    assert.deepStrictEqual(Threshold.calibrate(five, 0.9), { value: 0.4, calibrated: true, pairs: 5, passing: 2 })
    assert.strictEqual(Threshold.calibrate(pairs([0.5, false], [0.4, true]), 0.8).value, null)
  })

  it("lets equal scores pass together, and never passes a score of 0", () => {
    assert.strictEqual(Threshold.calibrate(pairs([0.2, true], [0.2, false], [0.1, false]), 0.8).value, null)
    assert.strictEqual(Threshold.calibrate([{ score: 0, measured: 1 }], 0).value, null)
  })
})

describe("metrics", () => {
  const settings = { evaluation: "gwas", accuracy: 0.8, seed: 1, replicates: 200 }
  const find = (metrics: ReturnType<typeof GwasBenchmarkMetrics.make>, subset: string, metric: string) =>
    metrics.find((row) => row.subset === subset && row.metric === metric)!

  it("counts coverage over all and over scored signals", async () => {
    const metrics = GwasBenchmarkMetrics.make(await evaluate(six, { modelThreshold: 0.1 }), settings)
    const value = (subset: string, metric: string) => find(metrics, subset, metric).value
    assert.strictEqual(value("all", "coverage_model"), 2 / 6)
    assert.strictEqual(value("all", "coverage_colocalisation"), 3 / 6)
    assert.strictEqual(value("all", "coverage_both"), 1 / 6)
    assert.strictEqual(value("all", "coverage_either"), 4 / 6)
    assert.strictEqual(value("scored", "coverage_colocalisation"), 2 / 5)
    assert.strictEqual(value("all", "coverage_scored"), 5 / 6)
    assert.strictEqual(value("all", "sign_accuracy"), 0.5)
    assert.strictEqual(value("above_threshold", "sign_accuracy"), 0.5)
    // scipy.stats.pearsonr and spearmanr of [.5, -.4, .2, -.1] and [-.3, -.1, .04, .05]
    assert.closeTo(value("all", "pearson")!, -0.48202144855331747, 1e-12)
    assert.closeTo(value("all", "spearman")!, -0.39999999999999997, 1e-12)
    assert.match(find(metrics, "all", "threshold").note!, /given, not calibrated; 2 of 4 measured pairs reach it/u)
  })

  it("tells genes that the model saw wholly from those it saw a part of", async () => {
    const scores = six.scores.map((row) => (row.variant_id === "v1" ? { ...row, coverage: 0.48 } : row))
    const benchmark = await evaluate({ ...six, scores }, { modelThreshold: 0.1 })
    assert.deepStrictEqual(
      benchmark.signals.map((row) => row.gene_coverage),
      [0.48, 1, 1, 1, null, 1]
    )
    const whole = find(GwasBenchmarkMetrics.make(benchmark, settings), "scored", "whole_gene")
    assert.deepStrictEqual([whole.value, whole.n], [4 / 5, 5])
    const geneless = six.scores.map((row) => ({ ...row, coverage: null }))
    const none = await evaluate({ ...six, scores: geneless }, { modelThreshold: 0.1 })
    const unknown = find(GwasBenchmarkMetrics.make(none, settings), "scored", "whole_gene")
    assert.deepStrictEqual([unknown.value, unknown.n], [null, 0])
    assert.match(unknown.note!, /do not rest on a gene/u)
  })

  it("says how the threshold came about, and that nothing was measured", async () => {
    const calibrated = GwasBenchmarkMetrics.make(await evaluate(six, { accuracy: 0.5 }), settings)
    assert.match(find(calibrated, "all", "threshold").note!, /calibrated on these signals/u)
    assert.match(find(calibrated, "above_threshold", "sign_accuracy").note!, /by construction/u)
    const signals = six.signals.map((row) => ({ ...row, eqtl_beta: null }))
    const benchmark = await evaluate({ ...six, signals }, { modelThreshold: 0.1 })
    const unmeasured = GwasBenchmarkMetrics.make(benchmark, settings)
    assert.strictEqual(find(unmeasured, "all", "sign_accuracy").value, null)
    assert.match(find(unmeasured, "all", "pearson").note!, /no scored signal has a measured direction/u)
    assert.match(find(unmeasured, "all", "threshold").note!, /not calibrated for this model/u)
    const figure = GwasFigures.direction(benchmark, { ppH4Threshold: 0.95, synthetic: true })
    elements(figure)
    assert.match(figure, /SYNTHETIC: How strongly the model moves the gene; no direction was measured/u)
    assert.match(
      GwasFigures.coverage(benchmark, { ppH4Threshold: 0.95, synthetic: false }),
      /not calibrated for this model/u
    )
  })
})
