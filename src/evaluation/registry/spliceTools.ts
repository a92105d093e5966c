/** The comparison of seven splicing tools by Strauch et al., PLoS ONE 2022 (CI-SpliceAI). */
import type { Evaluation } from "../Evaluation.ts"

const where = "prauc-threshold-accuracy.csv"

/** AUC-PR and AUC-ROC as published. */
const published: ReadonlyArray<readonly [tool: string, aucPr: number, auRoc: number]> = [
  ["CI-SpliceAI", 0.9725, 0.9675],
  ["SpliceAI", 0.9621, 0.9565],
  ["MMSplice (Pathogenicity)", 0.9413, 0.9284],
  ["MMSplice (Splicing Efficiency)", 0.9303, 0.9256],
  ["MES (VEP)", 0.9252, 0.8915],
  ["SQUIRLS", 0.9132, 0.9117],
  ["MES (Sliding)", 0.5568, 0.5297]
]

export const spliceTools: ReadonlyArray<Evaluation> = [
  {
    id: "cispliceai_splice_variants",
    group: "variant",
    extra: true,
    title: "Validated splice variants, seven tools",
    family: "splicing",
    task: "causality",
    line: null,
    data: {
      description: "variants whose effect on splicing was shown by experiment, GRCh38 (dataset cispliceai-comparison)",
      n: "682 positives among 1,316",
      rows: 1316,
      positives: 682,
      // Missing scores count as 0: MES (VEP) has none for 553 of the variants.
      coverage: 0,
      needs: "the dataset cispliceai-comparison, or scores of one's own for its variants"
    },
    scoring: {
      scorers: [],
      tracks: "none",
      combine: "matched",
      description: "each tool's own score; a variant without one counts as 0"
    },
    metric: { name: "auc_pr", over: "all", sign: "signed", random: "prevalence", unscored: "zero" },
    reported: published.flatMap(([by, aucPr, auRoc]) => [
      { value: aucPr, where, by },
      { value: auRoc, where, by, metric: "auroc" }
    ]),
    expected: null,
    comparators: [],
    improvement: [],
    won: null,
    status: { id: "ours", reported: "published", n: "counted in the data" },
    notes:
      "The published AUC-PR is the trapezoid with missing scores as 0. Which tools are the best depends on it: with variants left out that a tool has no score for, the average precision of MES (VEP) is the greatest."
  }
]
