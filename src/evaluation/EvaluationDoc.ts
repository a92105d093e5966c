/** An evaluation in words, as the command line shows it. */
import type { Evaluation } from "./Evaluation.ts"
import type { Row } from "./Registry.ts"
import type { Source } from "./ScoredVariants.ts"

const metricNames: { readonly [M in Evaluation["metric"]["name"]]: string } = {
  average_precision: "average precision",
  auc_pr: "area under the precision-recall curve, trapezoid",
  auroc: "auROC",
  pearson: "Pearson's r",
  spearman: "Spearman's rho",
  sign_accuracy: "sign accuracy",
  jensen_shannon: "Jensen-Shannon distance"
}

const overs: { readonly [O in Evaluation["metric"]["over"]]: string } = {
  all: "over all rows",
  tissue: "per tissue, mean weighted by rows",
  locus: "per locus, mean over loci",
  fold: "per fold, mean over folds",
  pairs: "each positive with one matched negative, mean over permutations",
  track: "per track, mean over tracks",
  class: "per class, mean over classes",
  gene: "over genes",
  peak: "per peak, mean over peaks",
  interval: "per interval, mean over intervals",
  sample: "per sample, mean over samples"
}

export const metricText = ({ metric }: Evaluation): string => metricNames[metric.name]

/** The value that is reported first, as far as there is one: what a list shows. */
export const reportedText = ({ reported }: Evaluation): string => reported[0]?.value.toString() ?? "-"

export const comparatorText = ({ comparators: [best] }: Evaluation): string =>
  best === undefined ? "-" : `${best.name} ${best.value}`

export const percent = (value: number): string => `${value > 0 ? "+" : ""}${value} %`

const scoresOf: { readonly [S in Source]: string } = {
  published: "published predictions",
  model: "the model's scores",
  table: "the table's scores",
  synthetic: "synthetic scores"
}

const random = ({ metric }: Evaluation): string =>
  metric.random === "prevalence" ? "the share of positives" : String(metric.random)

const sourcesOf = (row: Evaluation): string => {
  if (row.group === "track") return "model (evaluate-tracks)"
  const own = "table (a table of scores)"
  const model =
    row.scoring.combine === "learned" ? "model (scores, then a trained predictor)" : "model (score-variants)"
  return [...(row.data.predictions === undefined ? [] : ["published"]), own, model, "synthetic"].join(", ")
}

/** Every field that is set, one paragraph each. */
export const explain = (row: Row): string => {
  const sections: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["data", [row.data.description, ...(row.data.n === undefined ? [] : [`n: ${row.data.n}`])]],
    ["scores", [sourcesOf(row), ...(row.data.predictions === undefined ? [] : [`dataset ${row.data.predictions}`])]],
    ["needs", [row.data.needs]],
    ["scoring", [row.scoring.description, `tracks: ${row.scoring.tracks}`, ...row.scoring.scorers]],
    [
      "metric",
      [
        `${metricText(row)}, ${overs[row.metric.over]}; by chance ${random(row)}`,
        ...(row.metric.sign === "either" ? ["only the size counts: which allele is the reference is not settled"] : [])
      ]
    ],
    ["reported", row.reported.map(({ value, where, by }) => `${value}  ${where}${by === undefined ? "" : ` (${by})`}`)],
    [
      "check",
      row.expected === null
        ? []
        : [
            `${scoresOf[row.expected.source ?? "published"]} must give ${row.expected.value} +- ${row.expected.tolerance}${row.expected.by === undefined ? "" : ` (${row.expected.by})`}`
          ]
    ],
    ["others", row.comparators.map(({ name, value, where }) => `${value}  ${name}: ${where}`)],
    ["improvement", row.improvement.map(({ value, where }) => `${percent(value)}  ${where}`)],
    [
      "outcome",
      row.won === null ? [] : [row.won ? "AlphaGenome is reported to match or win" : "AlphaGenome is reported to lose"]
    ],
    ["status", Object.entries(row.status).map(([field, status]) => `${field}: ${status}`)],
    ["notes", row.notes === undefined ? [] : [row.notes]],
    ["yours", row.stated === undefined ? [] : [`stated by the file: ${[...row.stated].join(", ")}`]]
  ]
  const shown = sections.flatMap(([name, lines]) =>
    lines.map((line, index) => `  ${(index === 0 ? name : "").padEnd(12)}${line}`)
  )
  const place = row.extra ? `${row.group}, beside the paper's ${row.group === "variant" ? 26 : 24}` : row.group
  return [`${row.id} (${place}; ${row.family}, ${row.task})`, `  ${row.title}`, ...shown].join("\n")
}
