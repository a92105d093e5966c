/** The six expression evaluations of Avsec et al., Nature 649:1206 (2026). */
import type { Evaluation } from "../Evaluation.ts"
import { card, notebook, predictions, testChromosomes, withoutTable } from "./shared.ts"

const geneLfc = {
  scorers: ["GeneMaskLFCScorer(requested_output=RNA_SEQ)"],
  tracks: "the matched GTEx tissue, on the gene's strand",
  combine: "matched",
  description: "ln(mean over exons of ALT + 1e-3) - ln(mean over exons of REF + 1e-3), target gene"
} as const

const fineMapped = `GTEx v8, fine-mapped by SuSiE for Borzoi (PIP >= 0.9), SNVs, 49 tissues; ${testChromosomes}`
const indels =
  "GTEx, reprocessed by the eQTL Catalogue, SuSiE PIP >= 0.9, not single-nucleotide, gene in GENCODE v46; split not stated"
const indelStatus = {
  id: "inferred: the name is ours",
  membership:
    "inferred: 7 splicing + 6 expression + 1 enhancer-gene + 1 paQTL + 8 accessibility + 1 CAGI5 + 2 bQTL make 26",
  reported: "published",
  comparators: "published",
  improvement: "derived"
}
const indelData = {
  description: indels,
  rows: 2645,
  n: "2,645 of variant, gene and tissue (1,535 deletions)",
  ...withoutTable("the eQTL Catalogue's fine-mapped indels and AlphaGenome's RNA-seq scores for them")
}

export const expression: ReadonlyArray<Evaluation> = [
  {
    id: "eqtl_variant_borzoi_coefficient_human",
    group: "variant",
    extra: false,
    title: "eQTL coefficient (SNVs)",
    family: "expression",
    task: "coefficient",
    line: { label: "eQTL (Direction, Spearman r)", improvement: 25.5 },
    data: {
      description: `${fineMapped}; label: posterior effect size`,
      rows: 17_675,
      n: "17,675 of variant, gene and tissue; 6,626 of variant and gene; 6,208 variants",
      ...predictions("eqtl_variant_borzoi_coefficient_human")
    },
    scoring: geneLfc,
    metric: { name: "spearman", over: "tissue", sign: "signed", random: 0 },
    reported: [
      { value: 0.500588, where: notebook },
      { value: 0.5006, where: `${notebook}, recomputed` },
      { value: 0.49, where: `${card}; Fig. 4c` }
    ],
    expected: { value: 0.5006, tolerance: 0.001 },
    comparators: [{ name: "Borzoi (ensemble)", value: 0.39, where: "Fig. 4c" }],
    improvement: [{ value: 25.5, where: card }],
    won: true,
    status: {
      membership: "published",
      reported: "code and published; they conflict",
      comparators: "published",
      n: "published"
    },
    notes:
      "The 25.5 % belongs to 0.49 against 0.39. Fig. 1e labels the line Direction and gives Spearman's r; the text calls it sign prediction."
  },
  {
    id: "eqtl_variant_borzoi_sign_human",
    group: "variant",
    extra: false,
    title: "eQTL sign (SNVs)",
    family: "expression",
    task: "sign",
    line: null,
    data: {
      description: `${fineMapped}; label: whether the effect is at least 0`,
      n: "9,759 positives, 7,916 negatives",
      rows: 17_675,
      positives: 9759,
      ...predictions("eqtl_variant_borzoi_sign_human")
    },
    scoring: geneLfc,
    metric: { name: "auroc", over: "tissue", sign: "signed", random: 0.5 },
    reported: [
      { value: 0.810077, where: notebook },
      { value: 0.8101, where: `${notebook}, recomputed` },
      { value: 0.8, where: "Fig. 4e" }
    ],
    expected: { value: 0.8101, tolerance: 0.001 },
    comparators: [{ name: "Borzoi (ensemble)", value: 0.75, where: "Fig. 4e" }],
    improvement: [
      { value: 20, where: "derived from 0.80 and 0.75" },
      { value: 24, where: "derived from 0.8101 and 0.75" },
      { value: 25.5, where: "main text, which calls by sign prediction what Fig. 1e shows of the coefficient" }
    ],
    won: true,
    status: {
      membership: "code and published: the text lists it",
      reported: "code and published; they conflict",
      comparators: "published",
      improvement: "derived",
      n: "published"
    }
  },
  {
    id: "eqtl_variant_catalogue_causality_gene_balanced_human",
    group: "variant",
    extra: false,
    title: "eQTL causality (zero-shot)",
    family: "expression",
    task: "causality",
    line: { label: "eQTL (zero-shot)", improvement: 5.4 },
    data: {
      description: `GTEx v8 as reprocessed by the eQTL Catalogue, causal against not causal, balanced over ten equal bins of ln |distance to the TSS|; ${testChromosomes}`,
      n: "not stated; about 23,058 by a third party; 21,342 in the preprint's set, half of them positive",
      ...predictions("eqtl_variant_catalogue_causality_gene_balanced_human")
    },
    scoring: { ...geneLfc, description: `|${geneLfc.description}|` },
    metric: { name: "auroc", over: "tissue", sign: "signed", random: 0.5 },
    reported: [
      { value: 0.713255, where: notebook },
      { value: 0.7133, where: `${notebook}, recomputed` },
      { value: 0.71, where: `${card}; Fig. 4i` },
      { value: 0.68, where: "main text" }
    ],
    expected: { value: 0.7133, tolerance: 0.001 },
    comparators: [
      { name: "Borzoi (ensemble)", value: 0.7, where: "Fig. 4i" },
      { name: "Borzoi (ensemble)", value: 0.702, where: "derived from the relative improvement" }
    ],
    improvement: [
      { value: 5.4, where: card },
      { value: -1.1, where: "preprint, on another data set" }
    ],
    won: true,
    status: {
      membership: "published",
      reported: "code and published; the main text conflicts",
      comparators: "published",
      scoring: "the absolute value is inferred",
      n: "unknown"
    },
    notes: "Some targets are missing (NaN): those rows are dropped."
  },
  {
    id: "eqtl_causality_rf_supervised_human",
    group: "variant",
    extra: false,
    title: "eQTL causality (supervised)",
    family: "expression",
    task: "causality",
    line: { label: "eQTL (supervised)", improvement: 15.6 },
    data: {
      description:
        "as the zero-shot evaluation; a random forest trained outside the test chromosomes, five folds, mean over folds",
      n: "as the zero-shot evaluation",
      ...withoutTable("AlphaGenome's 19 recommended scores for the variants of the zero-shot evaluation")
    },
    scoring: {
      scorers: ["the 19 recommended scorers"],
      tracks: "all; the target gene where a scorer has genes",
      combine: "learned",
      learner: "random_forest",
      description: "RandomForestClassifier (scikit-learn 1.0.2, max_depth 5, else defaults) on |scores|"
    },
    metric: { name: "auroc", over: "fold", sign: "signed", random: 0.5 },
    reported: [
      { value: 0.8, where: `${card}; Fig. 4i` },
      { value: 0.75, where: "main text" }
    ],
    expected: null,
    comparators: [
      { name: "Borzoi (ensemble), random forest", value: 0.76, where: "Fig. 4i" },
      { name: "Borzoi (ensemble), random forest", value: 0.71, where: "main text" }
    ],
    improvement: [
      { value: 15.6, where: card },
      { value: 15, where: "preprint" }
    ],
    won: true,
    status: {
      id: "inferred: the name is ours",
      membership: "published",
      reported: "published; the main text conflicts",
      comparators: "published"
    },
    notes: "Whether folds are weighted by tissue is not settled: the methods speak of both."
  },
  {
    id: "eqtl_indel_sign_human",
    group: "variant",
    extra: false,
    title: "eQTL sign (indels)",
    family: "expression",
    task: "sign",
    line: null,
    data: indelData,
    scoring: { ...geneLfc, description: `${geneLfc.description}; ALT aligned to REF` },
    metric: { name: "auroc", over: "tissue", sign: "signed", random: 0.5 },
    reported: [{ value: 0.77, where: "Fig. 4e" }],
    expected: null,
    comparators: [{ name: "Borzoi (ensemble)", value: 0.68, where: "Fig. 4e" }],
    improvement: [{ value: 50, where: "derived from 0.77 and 0.68" }],
    won: true,
    status: indelStatus
  },
  {
    id: "eqtl_indel_coefficient_human",
    group: "variant",
    extra: false,
    title: "eQTL coefficient (indels)",
    family: "expression",
    task: "coefficient",
    line: null,
    data: indelData,
    scoring: { ...geneLfc, description: `${geneLfc.description}; ALT aligned to REF` },
    metric: { name: "spearman", over: "tissue", sign: "signed", random: 0 },
    reported: [{ value: 0.45, where: "Fig. 4c" }],
    expected: null,
    comparators: [{ name: "Borzoi (ensemble)", value: 0.29, where: "Fig. 4c" }],
    improvement: [{ value: 55, where: "derived from 0.45 and 0.29" }],
    won: true,
    status: indelStatus
  }
]
