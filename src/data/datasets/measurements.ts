/** Measured effects of variants and elements, and what others predicted for them. */
import type { Dataset } from "../Dataset.ts"
import { from } from "./shared.ts"

const eqtlCatalogue = from({
  repository: "eQTL-Catalogue/eQTL-Catalogue-resources",
  commit: "f59d2bbbd072048172180434cf49680326dfbf72",
  licence: "none stated",
  citation: "Kerimov et al., PLoS Genetics 2023; Kerimov et al., Nature Genetics 2021"
})
const sge = from({
  repository: "tz2614/BRCA1_SGE_vcf_annotation",
  commit: "2c5915809d9839d0fbf5224ee7ea186ee9901ff0",
  licence: "none stated",
  citation: "Findlay et al., Nature 2018"
})
const aparent = from({
  repository: "johli/aparent",
  commit: "69ad29791709b48689ff5d9e3a3daefc568de9ce",
  licence: "MIT",
  citation: "Bogard et al., Cell 2019"
})
const mfass = from({
  repository: "KosuriLab/MFASS",
  commit: "9a8e4f27106be52aeb11acad27f95f5cded663a8",
  licence: "none stated",
  citation: "Cheung et al., Molecular Cell 2019"
})
const cagi5 = from({
  repository: "alex-hh/cagi5_mpra_prediction",
  commit: "9fb7368c252642a18a36ec1667af0b2e5f1ddd5e",
  licence: "none stated",
  citation: "Shigaki et al., Human Mutation 2019; Kircher et al., Nature Communications 2019"
})
const maggie = from({
  repository: "zeyang-shen/maggie",
  commit: "1ce738f7f322890fc0bd17c22d2c7f3002262981",
  licence: "GPL-3.0",
  citation: "Shen et al., Bioinformatics 2020; Degner et al., Nature 2012; Grubert et al., Cell 2015"
})
const crispri = from({
  repository: "EngreitzLab/CRISPR_comparison",
  commit: "e34b78d489aa8535ae49384abd1fc64ced8ffe3c",
  licence: "MIT",
  citation: "Gschwind et al., bioRxiv 2023"
})
const cispliceai = from({
  repository: "YStrauch/CI-SpliceAI__Comparison",
  commit: "55d966b7ac180b7ef8a30cef6208702f2901218b",
  licence: "CC-BY-4.0",
  citation: "Strauch et al., PLoS ONE 2022 (CI-SpliceAI)"
})

export const measurements: ReadonlyArray<Dataset> = [
  cispliceai(
    "cispliceai-comparison",
    "csv",
    "predictions/joined/predictions.csv",
    385_768,
    "2837d0d6a37843a71fdd7a2443279936fa5978a349572aedf832e02e17b5ce58",
    "1,316 validated variants, GRCh38, with whether they affect splicing (682 do) and the scores of seven tools"
  ),
  cispliceai(
    "cispliceai-comparison-published",
    "csv",
    "analysis/predictions/prauc-threshold-accuracy.csv",
    391,
    "43bbae035cbd5f16dec9be941ae3b4f77d2c0c4278794e1a0b28ff5b9fc5b646",
    "what was published of the seven tools: coverage, AUC-PR, AUC-ROC"
  ),
  eqtlCatalogue(
    "eqtl-catalogue-colocs",
    "tsv",
    "manuscript/figures/novel_coloc_plots/eqtlCat_all_sign_colocs.tsv.gz",
    3_254_962,
    "1add5585ccccd623be551b05c40cdb00e12798e770148e9ffe63f65ef813624c",
    "54,362 eQTL x GWAS colocalisations with PP.H0-H4, GRCh38"
  ),
  eqtlCatalogue(
    "bpi-lbf-qtd000021",
    "tsv",
    "tutorials/coloc.susie/input_data/QTD000021_ENSG00000101425.tsv.gz",
    210_598,
    "df08e442790b0b299b205a7a6f47d9e256b93d578aa959cadba16724e9388c2c",
    "SuSiE log Bayes factors, BPI expression in BLUEPRINT monocytes, chr20, GRCh38"
  ),
  eqtlCatalogue(
    "bpi-lbf-qtd000026",
    "tsv",
    "tutorials/coloc.susie/input_data/QTD000026_ENSG00000101425.tsv.gz",
    211_912,
    "86489307a9b8d13e1187bbf04c646ba5d0a94c6a7414278c388c92b56ff24a89",
    "SuSiE log Bayes factors, BPI expression in BLUEPRINT neutrophils, chr20, GRCh38"
  ),
  eqtlCatalogue(
    "bpi-lbf-qtd000584",
    "tsv",
    "tutorials/coloc.susie/input_data/QTD000584_BPI.tsv.gz",
    577_460,
    "47bca2f01f1031e3064fc37bfe6078a230961bdda14506005ac51a7e5dd2380f",
    "SuSiE log Bayes factors, BPI protein in plasma (INTERVAL), chr20, GRCh38"
  ),
  sge(
    "brca1-sge",
    "csv",
    "data/41586_2018_461_MOESM3_ESM.csv",
    1_870_262,
    "11d13880692788a0e0cec870a436061b1a43302fcf2fc3fe9884b2fa2412edb7",
    "3,893 BRCA1 SNVs with function scores (saturation genome editing), hg19; two lines stand above the header"
  ),
  aparent(
    "apa-mpra-clinvar",
    "csv",
    "analysis/predictions/apa_variant_mpra_clinvar_snvs.csv",
    822_323,
    "bf447f090f0a105a3c010d69b003c4072c531d85e2196e348592ffa0305a4432",
    "1,818 ClinVar 3' UTR variants: 164-bp sequences and measured change of isoform log odds"
  ),
  mfass(
    "mfass-labels",
    "tsv",
    "processed_data/snv/sdv_simple_list.txt",
    39_546,
    "0d615ec87603dfb362afcadaa22767e7a4d263e9615b87f673e21a27b8a720ea",
    "the 1,048 splice-disrupting SNVs of MFASS"
  ),
  mfass(
    "mfass-variants",
    "vcf",
    "ref/snv/snv.vcf",
    1_034_066,
    "245dc755d0a130cc1e1eedd63c3941bf810f673aff9519c940673a70a368125b",
    "the SNVs of MFASS"
  ),
  mfass(
    "mfass-positions-hg38",
    "bed",
    "processed_data/snv/snp_positions_hg38.bed",
    1_272_132,
    "494d9fc7dac14e6448c82c2c0af294ee2ccdaafca041935e0ef6f4252725ebde",
    "the SNVs of MFASS, hg38 positions"
  ),
  mfass(
    "mfass-effects",
    "tsv",
    "processed_data/snv/snv_SPANR_scores_capped.txt",
    3_876_965,
    "cc170fbc11b5aabac4563536be843efe66deb2cad2c5e042d8b3bfc291f6357e",
    "measured exon inclusion of MFASS alleles (v2_dpsi, strong_lof) with SPANR predictions, hg19 positions"
  ),
  cagi5(
    "cagi5-mpra",
    "csv",
    "data/cagi5_df.csv",
    300_765,
    "f7f5ba5c94de27dfac901751e3e50ef77b0aba9750a57d37586433bb9a16aa90",
    "4,650 measured SNV effects (saturation MPRA), hg19"
  ),
  cagi5(
    "cagi5-elements",
    "csv",
    "data/cagi5_mpra/base_seqs_v2.csv",
    10_059,
    "cfbd29f81a9ef7e212c5ef06e4491a01f456226182eb45060bfc24372ca199d2",
    "the sequences of the CAGI5 elements"
  ),
  maggie(
    "dsqtl-yoruba",
    "vcf",
    "data/QTL/DNase/dsQTL.vcf",
    398_515,
    "6af90bae4e9751a2897acd89528c1b9c3d6f490b7712eadac67c32b1a508fe3d",
    "5,672 DNase-sensitivity QTLs of lymphoblastoid cells, hg18"
  ),
  maggie(
    "h3k27ac-qtl",
    "vcf",
    "data/QTL/H3K27ac/H3K27ac.vcf",
    180_903,
    "0ee917046e13c0bc87b6c254bce65a2cd8ab757a37805b05a5e79965de62b8fc",
    "2,453 H3K27ac QTLs of lymphoblastoid cells, hg19"
  ),
  ...(
    [
      [
        "dsqtl-yoruba-high",
        "QTL/DNase/dsQTL_high.fa",
        660_978,
        "27cfb854d6b619ace3688fa796099e305c362c75a32433809bece1cb869f3cdf",
        "100 bp around each QTL of dsqtl-yoruba, the allele with more DNase sensitivity"
      ],
      [
        "dsqtl-yoruba-low",
        "QTL/DNase/dsQTL_low.fa",
        660_978,
        "897ec8999bff7e8e6c126a1df18eec24e91fbd9ae02a30f29cb0bfb7cc475ef6",
        "100 bp around each QTL of dsqtl-yoruba, the allele with less DNase sensitivity"
      ],
      [
        "ctcf-binding-alleles",
        "AlleleSpecificBinding/CTCF_binding_alleles.fa",
        42_372,
        "9ca69329a3098285593d08df8a508a82552c54bc0a7dd5df91a67ec4bb83d307",
        "396 CTCF sites of 100 bp, the allele that is bound"
      ],
      [
        "ctcf-nonbinding-alleles",
        "AlleleSpecificBinding/CTCF_nonbinding_alleles.fa",
        42_372,
        "a23574d3d47cb34cdb89b019a7e495952c36ba7259129edcc41f3e63cbc93b14",
        "396 CTCF sites of 100 bp, the allele that is not bound"
      ]
    ] as const
  ).map(([name, path, bytes, sha256, description]) =>
    maggie(name, "fasta", `data/${path}`, bytes, sha256, description)
  ),
  crispri(
    "crispri-k562-training",
    "tsv",
    "resources/crispr_data/EPCrisprBenchmark_combined_data.training_K562.GRCh38.tsv.gz",
    996_546,
    "9eddfe18f6797ba33db8ba7e75378cc6af6b79cbb83f62d470c6e0cefed79405",
    "10,356 CRISPRi enhancer-gene pairs of K562, 471 positive, GRCh38"
  ),
  crispri(
    "abc-k562",
    "tsv",
    "resources/example/ABC_K562_Fulco2019Genes_GRCh38.tsv.gz",
    539_199,
    "4267039283e4dfbd40a4064200448c13b4d2106fa34bfb72da9950d0a5d84f84",
    "ABC predictions for the genes of Fulco et al. 2019, K562, GRCh38"
  )
]
