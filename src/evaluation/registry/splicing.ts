/** The seven splicing evaluations of Avsec et al., Nature 649:1206 (2026), and one that is reported beside them. */
import type { Evaluation } from "../Evaluation.ts"
import { card, notebook, predictions, testChromosomes, withoutTable } from "./shared.ts"

const composite = [
  "GeneMaskSplicingScorer(requested_output=SPLICE_SITES, width=None)",
  "GeneMaskSplicingScorer(requested_output=SPLICE_SITE_USAGE, width=None)",
  "SpliceJunctionScorer()"
]
const compositeRecipe =
  "max |change of SPLICE_SITES| + max |change of SPLICE_SITE_USAGE| + max |change of ln SPLICE_JUNCTIONS| / 5 in the body of the overlapping gene"

const averagePrecision = { name: "average_precision", over: "all", sign: "signed", random: "prevalence" } as const

const clinvar = (
  row: Pick<Evaluation, "id" | "title" | "reported" | "comparators"> & {
    readonly improvement: number
    readonly what: string
    readonly n: string
    readonly recomputed: number
  }
): Evaluation => ({
  id: row.id,
  group: "variant",
  extra: false,
  title: row.title,
  family: "splicing",
  task: "causality",
  line: { label: row.title, improvement: row.improvement },
  data: {
    description: `ClinVar of 2025-03-23, GRCh38, one star or more; pathogenic against benign; ${row.what}; ${testChromosomes}`,
    n: `${row.n} before the split by chromosome`,
    ...predictions(row.id)
  },
  scoring: {
    scorers: composite,
    tracks: "all",
    combine: "composite",
    description: `${compositeRecipe}; largest over the tracks`
  },
  metric: averagePrecision,
  reported: row.reported,
  expected: { value: row.recomputed, tolerance: 0.001 },
  comparators: row.comparators,
  improvement: [{ value: row.improvement, where: card }],
  won: true,
  status: {
    membership: "published",
    reported: "code",
    comparators: "published",
    n: "published for the category; the size of the test split is not stated"
  }
})

const outlierData = {
  description: `GTEx rare variants (MAF < 0.1 % in gnomAD 4.0, at most 2 carriers, within 250 bp of an outlier junction); splicing outliers by FRASER 2.0 (DROP 1.3.3) as for AbSplice; ${testChromosomes}`,
  n: "more than 1,000,000 rare variants, 5,819 outliers in the whole set",
  ...withoutTable("GTEx's individual-level genotypes (dbGaP phs000424) and AlphaGenome's splicing scores for them")
}

export const splicing: ReadonlyArray<Evaluation> = [
  clinvar({
    id: "clinvar_splice_site_region",
    title: "ClinVar splice site region",
    what: "at most 6 bp into the intron or 3 bp into the exon of a splice site",
    n: "7,155 positives, 47,354 negatives",
    reported: [
      { value: 0.5699, where: notebook },
      { value: 0.5699, where: `${notebook}, recomputed` },
      { value: 0.57, where: `${card}; Fig. 3h` }
    ],
    recomputed: 0.5699,
    comparators: [
      { name: "Pangolin", value: 0.55, where: "Fig. 3h" },
      { name: "Pangolin", value: 0.554, where: "derived from the relative improvement" }
    ],
    improvement: 3.7
  }),
  clinvar({
    id: "clinvar_noncoding",
    title: "ClinVar non-coding (deep intronic and synonymous)",
    what: "intronic beyond 6 bp, or synonymous beyond 3 bp, of a splice site; up to 100 benign for each pathogenic variant of a gene",
    n: "1,628 positives, 95,269 negatives",
    reported: [
      { value: 0.6588, where: notebook },
      { value: 0.6588, where: `${notebook}, recomputed` },
      { value: 0.66, where: `${card}; Fig. 3h` }
    ],
    recomputed: 0.6588,
    comparators: [
      { name: "Pangolin", value: 0.64, where: "Fig. 3h" },
      { name: "Pangolin", value: 0.641, where: "derived from the relative improvement" }
    ],
    improvement: 2.9
  }),
  clinvar({
    id: "clinvar_missense",
    title: "ClinVar missense",
    what: "missense that AlphaMissense calls likely benign",
    n: "5,108 positives, 100,031 negatives",
    reported: [
      { value: 0.1792, where: notebook },
      { value: 0.1792, where: `${notebook}, recomputed` },
      { value: 0.18, where: `${card}; Fig. 3h` }
    ],
    recomputed: 0.1792,
    comparators: [
      { name: "DeltaSplice", value: 0.16, where: "Fig. 3h" },
      { name: "Pangolin", value: 0.16, where: "Fig. 3h" },
      { name: "DeltaSplice", value: 0.164, where: "derived from the relative improvement" }
    ],
    improvement: 13.7
  }),
  {
    id: "splicing_outlier_gtex_zero_shot",
    group: "variant",
    extra: false,
    title: "Splicing outlier (zero-shot)",
    family: "splicing",
    task: "causality",
    line: { label: "Splicing outlier (zero-shot)", improvement: 59.1 },
    data: outlierData,
    scoring: {
      scorers: composite,
      tracks: "the assigned tissue; a negative gets one at random from those of the positives",
      combine: "composite",
      description: compositeRecipe
    },
    metric: averagePrecision,
    reported: [
      { value: 0.22, where: `${card}; Fig. 3g` },
      { value: 0.23, where: "Fig. 3g, by the junction scorer alone" }
    ],
    expected: null,
    comparators: [
      { name: "Pangolin", value: 0.14, where: "Fig. 3g" },
      { name: "Pangolin", value: 0.138, where: "derived from the relative improvement" }
    ],
    improvement: [{ value: 59.1, where: card }],
    won: true,
    status: {
      id: "inferred: the name is ours",
      membership: "published",
      reported: "published",
      comparators: "published"
    }
  },
  {
    id: "splicing_outlier_gtex_supervised",
    group: "variant",
    extra: false,
    title: "Splicing outlier (supervised)",
    family: "splicing",
    task: "causality",
    line: { label: "Splicing outlier (supervised)", improvement: 13 },
    data: {
      ...outlierData,
      description: `${outlierData.description}; trained on chromosomes 1, 4, 7, 8, 10, 13, 15, validated on 2, 5, 11, 14, 17, 20, 22, X`
    },
    scoring: {
      scorers: [...composite, "GeneMaskActiveScorer(requested_output=RNA_SEQ)"],
      tracks: "the assigned tissue",
      combine: "learned",
      learner: "boosting",
      description:
        "ExplainableBoostingClassifier (interpretml 0.6.10) on the three splicing scores, the largest |change of RNA-seq coverage| and whether the site is expressed in the tissue (median split reads, cut at 10)"
    },
    metric: averagePrecision,
    reported: [{ value: 0.28, where: `${card}; Fig. 3g` }],
    expected: null,
    comparators: [
      { name: "AbSplice (trained again on the same split)", value: 0.25, where: "Fig. 3g" },
      { name: "AbSplice", value: 0.248, where: "derived from the relative improvement" }
    ],
    improvement: [{ value: 13, where: card }],
    won: true,
    status: {
      id: "inferred: the name is ours",
      membership: "published",
      reported: "published",
      comparators: "published",
      scoring: "published; the learner's settings are unknown"
    }
  },
  {
    id: "sqtl_variant_causality_gene_human",
    group: "variant",
    extra: false,
    title: "sQTL",
    family: "splicing",
    task: "causality",
    line: { label: "sQTL", improvement: 13.9 },
    data: {
      description: `splicing QTLs of the eQTL Catalogue as prepared for Borzoi (PIP >= 0.9 against PIP < 0.01, matched by distance, within 10 kb of a splice site), 49 GTEx tissues; ${testChromosomes}`,
      n: "28,256 within 10 kb, 20,210 within 200 bp (Fig. 3f); 21,514 + 21,514 variant-tissue pairs (Methods)",
      ...predictions("sqtl_variant_causality_gene_human")
    },
    scoring: {
      scorers: composite,
      tracks: "the matched GTEx tissue",
      combine: "composite",
      description: compositeRecipe
    },
    metric: { ...averagePrecision, over: "tissue" },
    reported: [
      { value: 0.7644, where: notebook },
      { value: 0.7645, where: `${notebook}, recomputed` },
      { value: 0.76, where: `${card}; Fig. 3f` }
    ],
    expected: { value: 0.7645, tolerance: 0.001 },
    comparators: [
      { name: "Pangolin", value: 0.73, where: "Fig. 3f" },
      { name: "Pangolin", value: 0.732, where: "derived from the relative improvement" }
    ],
    improvement: [{ value: 13.9, where: card }],
    won: true,
    status: {
      membership: "published",
      reported: "code",
      comparators: "published",
      n: "published; how the two counts relate to the test split is not stated"
    }
  },
  {
    id: "mfass_splicing",
    group: "variant",
    extra: false,
    title: "MFASS",
    family: "splicing",
    task: "causality",
    line: { label: "MFASS", improvement: -5.7 },
    data: {
      description:
        "MFASS (Cheung et al. 2019), 27,733 ExAC SNVs as processed for MMSplice, wrong strands removed; positive where the inclusion index changes by 0.5 or more",
      n: "1,040 positives, 26,464 negatives",
      rows: 27_504,
      positives: 1040,
      ...predictions("mfass_splicing")
    },
    scoring: {
      scorers: composite,
      tracks: "all tissues, averaged first",
      combine: "composite",
      description:
        "difference of SPLICE_SITES logits and of SPLICE_SITE_USAGE at the donor and the acceptor of the target exon, and max |change of junctions| at its donor plus at its acceptor; mean over tissues"
    },
    metric: averagePrecision,
    reported: [
      { value: 0.512, where: notebook },
      { value: 0.5124, where: `${notebook}, recomputed` },
      { value: 0.51, where: `${card}; Fig. 3i` }
    ],
    expected: { value: 0.5124, tolerance: 0.001 },
    comparators: [
      { name: "Pangolin", value: 0.54, where: "Fig. 3i" },
      { name: "Pangolin", value: 0.541, where: "derived from the relative improvement" }
    ],
    improvement: [{ value: -5.7, where: card }],
    won: false,
    status: { membership: "published", reported: "code", comparators: "published", n: "published" }
  },
  {
    id: "sqtl_variant_causality_near_human",
    group: "variant",
    extra: true,
    title: "sQTL, within 200 bp of a splice site",
    family: "splicing",
    task: "causality",
    line: null,
    data: {
      description: "as sqtl_variant_causality_gene_human, at most 200 bp from a splice site",
      n: "20,210",
      rows: 20_210,
      ...withoutTable("the distance of each variant of sqtl_variant_causality_gene_human to its splice site")
    },
    scoring: {
      scorers: composite,
      tracks: "the matched GTEx tissue",
      combine: "composite",
      description: compositeRecipe
    },
    metric: { ...averagePrecision, over: "tissue" },
    reported: [{ value: 0.79, where: "Fig. 3f" }],
    expected: null,
    comparators: [{ name: "Pangolin", value: 0.76, where: "Fig. 3f" }],
    improvement: [],
    won: true,
    status: { id: "inferred: the name is ours", reported: "published", comparators: "published", n: "published" }
  }
]
