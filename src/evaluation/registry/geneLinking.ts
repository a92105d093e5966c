/** The enhancer-gene and polyadenylation evaluations of Avsec et al., Nature 649:1206 (2026). */
import type { Evaluation } from "../Evaluation.ts"
import { card, notebook, predictions, testChromosomes, withoutTable } from "./shared.ts"

export const geneLinking: ReadonlyArray<Evaluation> = [
  {
    id: "enhancer_gene_linking_e2g",
    group: "variant",
    extra: false,
    title: "ENCODE-rE2G (zero-shot)",
    family: "enhancer-gene",
    task: "causality",
    line: { label: "ENCODE E2G (zero-shot)", improvement: 13 },
    data: {
      description:
        "ENCODE-rE2G K562 CRISPRi, element-gene pairs (dataset crispri-k562-training); 3 of 10,356 pairs dropped for GENCODE v46; no split",
      n: "471 positives among 10,353",
      rows: 10_353,
      positives: 471,
      ...predictions("enhancer_gene_linking_e2g")
    },
    scoring: {
      scorers: ["input gradient of the mean K562 ln exon expression"],
      tracks: "RNA_SEQ of K562",
      combine: "attribution",
      description:
        "sequence centred on the gene; |gradient| at the element, Gaussian weights (window 2,400 bp, sd 300 bp), over the mean |gradient| of the input; 0 for pairs outside the window"
    },
    metric: { name: "average_precision", over: "all", sign: "signed", random: "prevalence" },
    reported: [
      { value: 0.749, where: notebook },
      { value: 0.7488, where: `${notebook}, recomputed` },
      { value: 0.75, where: `${card}; Fig. 4j` }
    ],
    expected: { value: 0.7488, tolerance: 0.001 },
    comparators: [
      { name: "Borzoi (ensemble)", value: 0.67, where: "Fig. 4j" },
      { name: "Borzoi (ensemble)", value: 0.668, where: "derived from the relative improvement" },
      { name: "1 / distance to the TSS", value: 0.43, where: "Fig. 4j" },
      { name: "1 / distance to the TSS", value: 0.438, where: "measured on dataset crispri-k562-training" }
    ],
    improvement: [{ value: 13, where: card }],
    won: true,
    status: {
      membership: "published",
      reported: "code",
      comparators: "published",
      scoring: "published; not among the released scorers",
      n: "published, and counted in the data"
    },
    notes:
      "1 / distance to the TSS up to 10 kb, to 100 kb and beyond: 0.70, 0.29 and 0.03 in Fig. 4j; 0.716, 0.280 and 0.026 measured on dataset crispri-k562-training."
  },
  {
    id: "paqtl_variant_causality_human",
    group: "variant",
    extra: false,
    title: "paQTL",
    family: "polyadenylation",
    task: "causality",
    line: { label: "paQTL", improvement: 7.3 },
    data: {
      description: `Borzoi's paQTLs, tissues pooled (eQTL Catalogue txrev, PIP >= 0.9), negatives matched by distance and expression, within 10,000 bp of a polyadenylation site; ${testChromosomes}`,
      rows: 2563,
      positives: 613,
      // The paper gives variants without a score 0; of how many it is not stated.
      coverage: 0.9,
      n: "613 positives, 1,950 negatives; positives within 50 bp of the site: 111, 100: 156, 200: 202, 300: 249, 500: 281, 2,000: 407",
      ...predictions("paqtl_variant_causality_human")
    },
    scoring: {
      scorers: ["PolyadenylationScorer()"],
      tracks: "all RNA_SEQ",
      combine: "mean",
      description:
        "coverage of 400 bp upstream of each polyadenylation site, ALT over REF; largest |log2 ratio| over the splits into proximal and distal sites; mean over tracks; 0 where it has no score"
    },
    metric: { name: "average_precision", over: "pairs", sign: "signed", random: "prevalence", unscored: "zero" },
    reported: [
      { value: 0.6294, where: notebook },
      { value: 0.6288, where: `${notebook}, recomputed with one permutation` },
      { value: 0.63, where: `${card}; Fig. 4k` }
    ],
    expected: { value: 0.6294, tolerance: 0.01 },
    comparators: [{ name: "Borzoi (ensemble)", value: 0.621, where: "Fig. 4k" }],
    improvement: [
      { value: 7.3, where: card },
      { value: 8.8, where: "preprint" }
    ],
    won: true,
    status: { membership: "published", reported: "code", comparators: "published", n: "published" },
    notes: "Mean over 100 permutations that pair each positive with one of its negatives (column PI)."
  },
  {
    id: "enhancer_gene_linking_e2g_supervised",
    group: "variant",
    extra: true,
    title: "ENCODE-rE2G (supervised)",
    family: "enhancer-gene",
    task: "causality",
    line: null,
    data: {
      description: "as enhancer_gene_linking_e2g; the score is one more feature of ENCODE-rE2G extended",
      ...withoutTable("the features of ENCODE-rE2G extended and AlphaGenome's attribution scores")
    },
    scoring: {
      scorers: ["input gradient of the mean K562 ln exon expression"],
      tracks: "RNA_SEQ of K562",
      combine: "learned",
      description: "ENCODE-rE2G extended with the attribution score as a feature"
    },
    metric: { name: "average_precision", over: "all", sign: "signed", random: "prevalence" },
    reported: [{ value: 0.78, where: "Fig. 4j" }],
    expected: null,
    comparators: [{ name: "ENCODE-rE2G extended", value: 0.76, where: "Fig. 4j" }],
    improvement: [],
    won: true,
    status: { id: "inferred: the name is ours", reported: "published", comparators: "published" }
  },
  {
    id: "paqtl_variant_causality_near_human",
    group: "variant",
    extra: true,
    title: "paQTL, within 50 bp of the site",
    family: "polyadenylation",
    task: "causality",
    line: null,
    data: {
      description: "as paqtl_variant_causality_human, at most 50 bp from a polyadenylation site",
      n: "111 positives",
      ...withoutTable("the distance of each variant of paqtl_variant_causality_human to its site")
    },
    scoring: {
      scorers: ["PolyadenylationScorer()"],
      tracks: "all RNA_SEQ",
      combine: "mean",
      description: "as paqtl_variant_causality_human"
    },
    metric: { name: "average_precision", over: "pairs", sign: "signed", random: "prevalence", unscored: "zero" },
    reported: [{ value: 0.762, where: "Fig. 4k" }],
    expected: null,
    comparators: [{ name: "Borzoi (ensemble)", value: 0.727, where: "Fig. 4k" }],
    improvement: [],
    won: true,
    status: { id: "inferred: the name is ours", reported: "published", comparators: "published" }
  }
]
