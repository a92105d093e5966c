/** A report with every kind of result, as a run of the embedded benchmark would fill it. */
import type { ReportedStage, Result, RunReport, StageStatus } from "../../src/report/RunReport.ts"
import * as Figure from "../../src/report/Figure.ts"
import * as Page from "../../src/report/Page.ts"
import * as ScatterPlot from "../../src/report/ScatterPlot.ts"
import * as StackedBars from "../../src/report/StackedBars.ts"
import * as Random from "../../src/core/Random.ts"

const digest = "4f2a9c1d".repeat(8)

const stage = (
  id: string,
  uses: string,
  status: StageStatus,
  seconds: number | null,
  reason: string,
  synthetic = true
): ReportedStage => ({
  id,
  uses,
  status,
  reason,
  seconds,
  cpuSeconds: seconds === null ? null : seconds * 1.3,
  maxRssBytes: seconds === null ? null : 212_000_000,
  key: digest,
  synthetic,
  account:
    uses === "score-variants"
      ? [
          {
            rows: "variants",
            taken: 300,
            kept: 298,
            leftOut: [{ reason: "outside the reference", count: 2, example: "chr9_5_A_G" }],
            notes: [{ reason: "alleles trimmed", count: 5, example: "chr1_7_AG_AT" }]
          }
        ]
      : uses === "build-windows"
        ? [{ rows: "variants", taken: 298, kept: 298, leftOut: [], notes: [] }]
        : []
})

const stages: ReadonlyArray<ReportedStage> = [
  stage("reference", "fetch-reference", "cached", null, "same params and stage code as on 2026-11-21"),
  stage("cohort", "synthetic-cohort", "cached", null, "same params, inputs and stage code as on 2026-11-21"),
  stage("weights", "synthetic-model", "done", 0.62, "first run with these params"),
  stage("windows", "build-windows", "done", 1.31, "params.width 4096 -> 8192"),
  stage("teacher_scores", "score-variants", "done", 9.8, "input windows content 1a2b3c4d -> 5e6f7a8b"),
  stage("measurements", "synthetic-signals", "done", 0.4, "input scores content 77aa1122 -> 99bb3344"),
  stage("scores", "score-variants", "done", 10.2, "input windows content 1a2b3c4d -> 5e6f7a8b"),
  stage("colocalisation", "colocalise", "done", 0.3, "input trait1 content 10aa2211 -> 20bb3344"),
  stage("variants", "evaluate-variants", "done", 0.2, "input predictions content 10aa2211 -> 20bb3344"),
  stage("benchmark", "gwas-benchmark", "done", 0.5, "input scores content 10aa2211 -> 20bb3344")
]

const edges: RunReport["edges"] = [
  ["reference", "cohort"],
  ["reference", "windows"],
  ["cohort", "windows"],
  ["windows", "teacher_scores"],
  ["reference", "teacher_scores"],
  ["weights", "teacher_scores"],
  ["cohort", "teacher_scores"],
  ["teacher_scores", "measurements"],
  ["cohort", "measurements"],
  ["windows", "scores"],
  ["reference", "scores"],
  ["weights", "scores"],
  ["cohort", "scores"],
  ["measurements", "colocalisation"],
  ["scores", "variants"],
  ["measurements", "variants"],
  ["scores", "benchmark"],
  ["measurements", "benchmark"],
  ["colocalisation", "benchmark"]
]

const random = Random.make(7, "sample")
const points = Array.from({ length: 60 }, (_, index) => {
  const x = random.normal() * 0.3
  return { x, y: x * 0.12 + random.normal() * 0.02, label: `signal-${index + 1}` }
})

const base = { stage: "benchmark", synthetic: true, sha256: digest, bytes: 5123 }

const results: ReadonlyArray<Result> = [
  {
    ...base,
    name: "metrics",
    description: "Sign accuracy, correlation with the measured effects, and coverage.",
    path: "results/metrics.tsv",
    kind: "table",
    columns: "evaluation subset metric value low high n expected_low expected_high verdict note".split(" "),
    rows: [
      "gwas-benchmark all sign_accuracy 0.8333333333333334 0.7196 0.9069 60 0.7 0.95 inside NA".split(" "),
      "gwas-benchmark all pearson 0.7123456789 0.56 0.81 60 0.75 0.95 outside NA".split(" "),
      [
        ..."gwas-benchmark all coverage_model 0.65 0.524 0.758 60 NA NA NA".split(" "),
        "|score| at least the threshold"
      ],
      [..."gwas-benchmark all threshold 0.014523 NA NA 60 NA NA NA".split(" "), "calibrated on these signals"]
    ],
    total: 4
  },
  {
    ...base,
    name: "coverage",
    description: "Signals resolved by the model and by colocalisation, by PP.H4.",
    path: "results/coverage.svg",
    kind: "figure",
    picture: Page.svg(
      StackedBars.render({
        title: "Signals resolved by the model and by colocalisation",
        subtitle:
          "Resolved by the model: |score| of at least 0.0145. Resolved by colocalisation: PP.H4 of at least 0.95.",
        synthetic: true,
        counted: "signals",
        classes: [
          { label: "both", colour: Figure.palette.blue },
          { label: "model only", colour: Figure.palette.sky },
          { label: "colocalisation only", colour: Figure.palette.orange },
          { label: "neither", colour: Figure.palette.grey },
          { label: "not scored", colour: Figure.palette.pale }
        ],
        bars: [
          { label: "PP.H4 below 0.5", counts: [0, 14, 0, 9, 1] },
          { label: "PP.H4 0.5 to 0.75", counts: [0, 2, 0, 1, 0] },
          { label: "PP.H4 0.95 to 1", counts: [22, 0, 10, 0, 1] },
          { label: "all", counts: [22, 16, 10, 10, 2] }
        ]
      })
    )
  },
  {
    ...base,
    name: "direction",
    description: "Predicted against measured effect of each signal's variant.",
    path: "results/direction.svg",
    kind: "figure",
    picture: Page.svg(
      ScatterPlot.render({
        title: "Does the model move the gene in the direction that the eQTL measured?",
        subtitle: "48 of 60 variant-gene pairs agree: sign accuracy 0.8 (95 % interval 0.68 to 0.88).",
        synthetic: true,
        xLabel: "measured eQTL effect of the ALT allele (beta)",
        yLabel: "predicted effect of the ALT allele (ln ALT / REF)",
        series: [
          {
            label: "same direction",
            colour: Figure.palette.blue,
            shape: "circle",
            points: points.filter(({ x, y }) => x * y > 0)
          },
          {
            label: "opposite direction",
            colour: Figure.palette.vermillion,
            shape: "cross",
            points: points.filter(({ x, y }) => x * y <= 0)
          }
        ],
        guides: [
          { y: 0.0145, label: "threshold" },
          { y: -0.0145, label: "threshold" }
        ]
      })
    )
  },
  {
    ...base,
    name: "signals",
    description: "One row per signal.",
    path: "results/signals.tsv",
    kind: "table",
    columns: ["signal_id", "variant_id", "gene_id", "pp_h4", "score", "rank", "class", "reason"],
    rows: [
      ["signal-1", "chr1_44835201_A_G", "SYNG0001", "0.98123456", "-0.03456789", "3", "both", "NA"],
      ["signal-2", "chr1_44935201_C_T", "SYNG0002", "1.2345678e-7", "0.0012345", "41", "neither", "NA"],
      ["signal-3", "chr2_935201_C_T", "SYNG0003", "0.5", "NA", "NA", "not scored", "the window leaves the sequence"]
    ],
    total: 60
  },
  {
    ...base,
    stage: "variants",
    name: "notes",
    description: "What was left out.",
    path: "results/notes.txt",
    kind: "text",
    whole: true,
    text: "2 variants were not scored.\n"
  },
  {
    ...base,
    stage: "weights",
    name: "student",
    description: "The model's weights.",
    path: "results/student.safetensors",
    kind: "file",
    bytes: 1_234_567
  }
]

export const sample: RunReport = {
  title: "GWAS benchmark",
  description:
    "Where a GWAS signal colocalises with an eQTL, does the model move the gene in the direction that the eQTL measured?",
  workflow: { file: "workflows/gwas-benchmark.yaml", name: "gwas-benchmark", sha256: digest },
  profile: "embedded",
  runId: "2026-11-22-quiet-otter",
  status: "succeeded",
  startedAt: "2026-11-22T14:05:31.120Z",
  endedAt: "2026-11-22T14:05:55.320Z",
  versions: { agflow: "0.1.0", node: "22.12.0" },
  host: { cpus: 2, memory: 8_000_000_000, platform: "linux x64" },
  params: [
    { name: "seed", value: "1", source: "default", description: "All that is random follows from it." },
    {
      name: "pp_h4_threshold",
      value: "0.95",
      source: "command line",
      description: "PP.H4 from which a signal colocalises."
    }
  ],
  synthetic: true,
  results,
  stages,
  datasets: [],
  models: [
    {
      kind: "model",
      name: "synthetic",
      weights: digest,
      licence: "Apache-2.0",
      citation: "Made from a seed; not trained on data."
    }
  ],
  devices: [{ kind: "device", runtime: "tfjs-wasm", name: "CPU", numerics: "float32", version: "4.22.0" }],
  command: "agflow run workflows/gwas-benchmark.yaml --param pp_h4_threshold=0.95",
  edges
}
