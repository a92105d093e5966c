/** The 24 track evaluations of Avsec et al., Nature 649:1206 (2026): Fig. 1d and four rows that it does not draw. */
import type { Evaluation } from "../Evaluation.ts"

const card = "Fig. 1d"

interface Own {
  readonly id: string
  readonly title: string
  readonly family: Evaluation["family"]
  readonly task?: Evaluation["task"]
  readonly drawn?: boolean
  readonly metric: Pick<Evaluation["metric"], "name" | "over"> & { readonly lower_is_better?: boolean }
  readonly recipe: string
  readonly data: string
  readonly n?: string
  readonly needs: string
  readonly reported: ReadonlyArray<readonly [value: number, where: string]>
  readonly comparator: string | null
  readonly comparison: ReadonlyArray<readonly [value: number, where: string]>
  readonly improvement: ReadonlyArray<readonly [value: number, where: string]>
  readonly won?: boolean
  readonly status: Evaluation["status"]
  readonly notes?: string
}

const row = (own: Own): Evaluation => ({
  id: own.id,
  group: "track",
  extra: false,
  title: own.title,
  family: own.family,
  task: own.task ?? "regression",
  line: own.drawn === false ? null : { label: own.title, improvement: own.improvement[0]?.[0] ?? null },
  data: { description: own.data, ...(own.n === undefined ? {} : { n: own.n }), needs: own.needs },
  scoring: { scorers: [], tracks: "all of the assay", combine: "matched", description: own.recipe },
  metric: { sign: "signed", random: own.metric.name === "average_precision" ? "prevalence" : 0, ...own.metric },
  reported: own.reported.map(([value, where]) => ({ value, where })),
  expected: null,
  comparators:
    own.comparator === null ? [] : own.comparison.map(([value, where]) => ({ name: own.comparator!, value, where })),
  improvement: own.improvement.map(([value, where]) => ({ value, where })),
  won: own.won ?? true,
  status: own.status,
  ...(own.notes === undefined ? {} : { notes: own.notes })
})

const published = { membership: "published", reported: "published", comparators: "derived", improvement: "published" }
const inferred = {
  membership: "inferred: all 11 modalities are covered, and the count closes to 24",
  reported: "unknown",
  comparators: "unknown",
  won: "inferred: there are two losses, and both are known"
}

const borzoiHead =
  "AlphaGenome fold 1, fine-tuned with a 32-bp head on Borzoi's TFRecords (7,611 human tracks), held-out human intervals, strands averaged; Pearson per track over bins, then the mean over tracks"
const enformerHead =
  "a separate AlphaGenome trained on Enformer's training intervals with a 128-bp head; test intervals whose 1-Mb window overlaps training ones left out; Pearson per track, then the mean"
const headUnreleased = "an AlphaGenome with a Borzoi or Enformer head: it is not among the released checkpoints"
const mapFigure = "Extended Data Fig. 4b, read from the image"
const foldEnsemble = "the four fold-1 models (one is released), and GTEx splicing targets, which are not public"
const totalCounts = "Pearson's r of total counts"
const perTrack = { name: "pearson", over: "track" } as const

const coverage = (
  assay: string,
  id: string,
  family: Evaluation["family"],
  bin: 32 | 128,
  [value, comparison, improvement, read]: readonly [number, number, number, number]
): Evaluation =>
  row({
    id: `${id}_coverage_${bin}bp_human`,
    title: `${assay} coverage ${bin} bp`,
    family,
    metric: perTrack,
    recipe: bin === 32 ? borzoiHead : enformerHead,
    data: `${bin === 32 ? "Borzoi's TFRecords" : "Enformer's"} human ${assay} tracks, test intervals`,
    needs: headUnreleased,
    reported: [[value, card]],
    comparator: bin === 32 ? "Borzoi (fold 1)" : "Enformer (human, fine-tuned)",
    comparison: [
      [comparison, "derived"],
      [read, `Extended Data Fig. ${bin === 32 ? "3d" : "3b"}, read from the image`]
    ],
    improvement: [[improvement, card]],
    status: published
  })

const splicing = (own: Pick<Own, "id" | "title" | "metric" | "recipe" | "data"> & Partial<Own>): Evaluation =>
  row({
    family: "splicing",
    needs: foldEnsemble,
    reported: [],
    comparator: null,
    comparison: [],
    improvement: [],
    status: inferred,
    ...own
  })

export const tracks: ReadonlyArray<Evaluation> = [
  splicing({
    id: "splice_site_prediction_human",
    title: "Splice site classification",
    task: "classification",
    metric: { name: "average_precision", over: "class" },
    recipe:
      "ensemble of four fold-1 models; class probability per position; mean over donor and acceptor of both strands",
    data: "splice sites from RNA-seq junctions (GTEx, ENCODE), test intervals on chromosomes 1, 3, 5, 7, 9",
    reported: [[0.79, card]],
    comparator: "DeltaSplice",
    comparison: [
      [0.782, "derived"],
      [0.78, "Extended Data Fig. 2b, read from the image"]
    ],
    improvement: [[1, card]],
    status: { ...published, id: "inferred from a sibling's name" }
  }),
  splicing({
    id: "splice_site_prediction_annotated_human",
    title: "Splice site classification, GENCODE v46 sites",
    task: "classification",
    drawn: false,
    metric: { name: "average_precision", over: "class" },
    recipe: "as splice_site_prediction_human, with annotated sites as the truth",
    data: "splice sites of GENCODE v46, the same test intervals",
    reported: [[0.8194, "Supplementary Table 3"]],
    comparator: "DeltaSplice",
    comparison: [[0.8504, "Supplementary Table 3"]],
    improvement: [[-3.65, "derived"]],
    won: false,
    status: { ...published, comparators: "published", improvement: "derived" }
  }),
  splicing({
    id: "splice_site_usage_human",
    title: "Splice site usage",
    metric: perTrack,
    recipe: "predicted against observed usage for each tissue, mean over tissues; fold 1",
    data: "splice-site usage from RNA-seq for each GTEx and ENCODE tissue, held-out fold-1 intervals",
    reported: [[0.86, card]],
    comparator: "DeltaSplice",
    comparison: [
      [0.806, "derived"],
      [0.81, "Extended Data Fig. 2b, read from the image"]
    ],
    improvement: [[6.7, card]],
    status: published
  }),
  splicing({
    id: "splice_junction_classification_human",
    title: "Splice junction classification",
    task: "classification",
    drawn: false,
    metric: { name: "average_precision", over: "track" },
    recipe:
      "predicted junction counts as scores of all donor-acceptor pairs, for each tissue; Splam by its smaller probability",
    data: "donor-acceptor pairs with and without RNA-seq support, fold-1 test intervals",
    notes: "Extended Data Fig. 2b, read from the image and not verified: 0.82, DeltaSplice 0.51, Splam 0.32."
  }),
  splicing({
    id: "splice_junction_counts_human",
    title: "Splice junction read counts",
    drawn: false,
    metric: perTrack,
    recipe: "ln(1 + x) of predicted against measured counts for each tissue, mean over tissues",
    data: "junctions with reads, fold-1 test intervals",
    n: "1,344,738 points in Fig. 2e",
    notes:
      "Three tissues in Fig. 2e: 0.76, 0.75, 0.75; the human mean in Fig. 2c, by another protocol: 0.70; Extended Data Fig. 2b, read from the image and not verified: 0.82. The competitors are not known."
  }),
  row({
    id: "rna_seq_coverage_1bp_human",
    title: "RNA-seq coverage 1 bp",
    family: "expression",
    metric: perTrack,
    recipe: "AlphaGenome fold 1 with a second RNA-seq head at 1 bp; Borzoi unscaled and repeated 32 times",
    data: "Borzoi's RNA-seq tracks reprocessed at 1 bp (r >= 0.99 to the TFRecords), fold-1 test intervals",
    n: "6,359 of 6,910 intervals (derived)",
    needs: headUnreleased,
    reported: [
      [0.59, card],
      [0.61, "preprint"]
    ],
    comparator: "Borzoi (fold 1)",
    comparison: [
      [0.46, "derived"],
      [0.46, "Extended Data Fig. 3c, read from the image"]
    ],
    improvement: [
      [28.2, card],
      [32.6, "preprint"]
    ],
    status: published
  }),
  coverage("RNA-seq", "rna_seq", "expression", 32, [0.78, 0.746, 4.6, 0.75]),
  row({
    id: "rna_seq_gene_lfc_human",
    title: "RNA-seq gene expr. LFC",
    family: "expression",
    metric: { name: "pearson", over: "gene" },
    recipe:
      "ln mean exon coverage, quantile-normalised over genes, each gene's mean over tracks subtracted; across tracks for each gene, then the mean",
    data: "the same RNA-seq tracks; genes of GENCODE v46 with half of their exons in a test interval",
    n: "1,562 genes (read from a figure)",
    needs: headUnreleased,
    reported: [[0.57, card]],
    comparator: "Borzoi (fold 1)",
    comparison: [[0.497, "derived"]],
    improvement: [
      [14.7, card],
      [17.4, "preprint"]
    ],
    status: { ...published, metric: "the axis (across tracks) is inferred; a caption names another column" }
  }),
  coverage("CAGE", "cage", "initiation", 32, [0.74, 0.709, 4.4, 0.71]),
  row({
    id: "cage_coverage_128bp_human",
    title: "CAGE coverage 128 bp",
    family: "initiation",
    metric: perTrack,
    recipe: enformerHead,
    data: "Enformer's human CAGE tracks, test intervals",
    needs: headUnreleased,
    reported: [
      [0.709744, "Supplementary Table 3"],
      [0.71, card]
    ],
    comparator: "Enformer (human, fine-tuned)",
    comparison: [[0.711985, "Supplementary Table 3"]],
    improvement: [
      [-0.315, "derived"],
      [-0.3, card]
    ],
    won: false,
    status: { ...published, comparators: "published" }
  }),
  row({
    id: "procap_total_counts_human",
    title: "PRO-cap total counts",
    family: "initiation",
    drawn: false,
    metric: { name: "pearson", over: "sample" },
    recipe: "ln total counts of each peak, mean over cell lines; AlphaGenome fold 0",
    data: "ProCapNet's fold-5 test peaks outside AlphaGenome's fold-0 training intervals; A673, Caco-2, Calu3, HUVEC, K562, MCF10A",
    needs: "AlphaGenome's fold-0 weights and ProCapNet's test peaks",
    reported: [],
    comparator: null,
    comparison: [],
    improvement: [[15, "main text, over ProCapNet, whose value is not stated"]],
    status: { ...inferred, improvement: "published", won: "published: better on all metrics" }
  }),
  row({
    id: "apa_covr_human",
    title: "Alternative poly(A)",
    family: "polyadenylation",
    metric: { name: "spearman", over: "gene" },
    recipe: "predicted against measured coverage ratio (COVR, as for Borzoi), across genes",
    data: "genes of PolyA_DB v3, most distal against most proximal site, GTEx pooled over tissues, held-out sites",
    needs: headUnreleased,
    reported: [
      [0.87, card],
      [0.894, "main text; Extended Data Fig. 6a"]
    ],
    comparator: "Borzoi",
    comparison: [[0.79, "main text"]],
    improvement: [[13.1, card]],
    status: { ...published, reported: "published; they conflict", comparators: "published" },
    notes: "13.1 % belongs to 0.894 against 0.790."
  }),
  ...(
    [
      [
        ["DNase-seq", "dnase", 0.51, 0.545, 6.4, "K562, HepG2, GM12878 and IMR-90"],
        [
          [9.5, "main text"],
          [19, `preprint, ${totalCounts}`]
        ]
      ],
      [["ATAC-seq", "atac", 0.46, 0.467, 1.6, "IMR-90"], [[8, `preprint, ${totalCounts}`]]]
    ] as const
  ).map(([[assay, id, value, comparison, improvement, lines], others]) =>
    row({
      id: `${id}_profile_jsd_1bp_human`,
      title: `${assay} coverage 1 bp Profile JSD`,
      family: "accessibility",
      metric: { name: "jensen_shannon", over: "peak", lower_is_better: true },
      recipe:
        "Jensen-Shannon distance of normalised observed and predicted profiles, mean over peaks; AlphaGenome fold 0",
      data: `ChromBPNet's fold-0 test peaks outside AlphaGenome's fold-0 training intervals; ${lines}`,
      needs: "AlphaGenome's fold-0 weights and ChromBPNet's test peaks",
      reported: [[value, card]],
      comparator: "ChromBPNet",
      comparison: [[comparison, "derived, as (C - A) / C"]],
      improvement: [[improvement, card], ...others],
      status: { ...published, metric: "a caption says divergence, another distance; ChromBPNet computes the distance" }
    })
  ),
  coverage("DNase-seq", "dnase", "accessibility", 32, [0.86, 0.821, 4.7, 0.82]),
  coverage("DNase-seq", "dnase", "accessibility", 128, [0.87, 0.85, 2.4, 0.85]),
  coverage("ATAC-seq", "atac", "accessibility", 32, [0.57, 0.551, 3.4, 0.55]),
  coverage("ATAC-seq", "atac", "accessibility", 128, [0.72, 0.701, 2.7, 0.71]),
  coverage("Histone ChIP-seq", "chip_histone", "histone", 32, [0.69, 0.669, 3.1, 0.67]),
  coverage("Histone ChIP-seq", "chip_histone", "histone", 128, [0.71, 0.693, 2.4, 0.7]),
  coverage("TF ChIP-seq", "chip_tf", "transcription factor", 32, [0.55, 0.524, 5, 0.52]),
  coverage("TF ChIP-seq", "chip_tf", "transcription factor", 128, [0.58, 0.572, 1.4, 0.57]),
  ...(
    [
      {
        title: "Orca contact maps",
        id: "contact_maps_orca_4kb_human",
        what: "H1-hESC and HFFc6 Micro-C",
        reported: [
          [0.79, card],
          [0.79, `${mapFigure}, H1-hESC`],
          [0.75, `${mapFigure}, HFFc6`]
        ],
        comparison: [
          [0.743, "derived"],
          [0.75, `${mapFigure}, H1-hESC`],
          [0.69, `${mapFigure}, HFFc6`]
        ],
        improvement: 6.3,
        status: { ...published, reported: "published; that 0.79 is of H1-hESC is inferred" }
      },
      {
        title: "Orca contact maps cell type differences",
        id: "contact_maps_orca_celltype_diff_4kb_human",
        what: "H1-hESC minus HFFc6",
        reported: [[0.42, card]],
        comparison: [[0.295, "derived"]],
        improvement: 42.3,
        status: published
      }
    ] as const
  ).map(({ what, improvement, ...own }) =>
    row({
      ...own,
      family: "contacts",
      metric: { name: "pearson", over: "interval" },
      recipe: "2,048-bp map of AlphaGenome fold 0, resized bilinearly to 4 kb; for each interval, then the mean",
      data: `1-Mb intervals of chromosomes 9 and 10 (Orca's test split within fold 0), 250 bins of 4 kb; ${what}`,
      needs: "AlphaGenome's fold-0 weights and Orca's Micro-C maps",
      comparator: "Orca (1 Mb)",
      improvement: [[improvement, card]]
    })
  )
]
