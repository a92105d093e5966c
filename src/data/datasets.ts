/** The registry of datasets. Every file is pinned by commit, size and sha256. */
import type { Dataset } from "./Dataset.ts"

interface Source {
  readonly repository: string
  readonly commit: string
  readonly licence: string
  readonly citation: string
}

const licenceUrls: { readonly [licence: string]: string } = {
  "Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
  MIT: "https://opensource.org/license/mit",
  "GPL-3.0": "https://www.gnu.org/licenses/gpl-3.0.html",
  "CC-BY-NC-4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
  "PolyForm-Strict-1.0.0": "https://polyformproject.org/licenses/strict/1.0.0"
}

const acceptanceNeeded = new Set(["CC-BY-NC-4.0"])

/** A file at one commit of a GitHub repository. */
const from =
  (source: Source) =>
  (name: string, kind: string, path: string, bytes: number, sha256: string, description: string): Dataset => {
    const at = `raw.githubusercontent.com/${source.repository}/${source.commit}/${path}`
    return {
      name,
      url: `https://${at}`,
      mirror: at,
      recipe: null,
      sha256,
      bytes,
      licence: source.licence,
      licenceUrl: licenceUrls[source.licence] ?? null,
      licenceAcceptance: acceptanceNeeded.has(source.licence),
      citation: source.citation,
      kind,
      description
    }
  }

const baskerville = from({
  repository: "calico/baskerville",
  commit: "544073b87245d9f43ba63442c75bdbf32a9f8720",
  licence: "Apache-2.0",
  citation: "Linder et al., Nature Genetics 2025 (Borzoi); github.com/calico/baskerville"
})
const bambu = from({
  repository: "GoekeLab/bambu",
  commit: "42dbb3908f588a571093c9122c66326b3ef16a4d",
  licence: "GPL-3.0",
  citation: "Ensembl 91: Zerbino et al., Nucleic Acids Research 2018; github.com/GoekeLab/bambu"
})
const openSpliceAi = from({
  repository: "Kuanhao-Chao/OpenSpliceAI",
  commit: "394109aad9d7a60c5139d3262b1e8ced2bd81209",
  licence: "GPL-3.0",
  citation: "MANE: Morales et al., Nature 2022; github.com/Kuanhao-Chao/OpenSpliceAI"
})
const spliceAiAnnotation = from({
  repository: "Illumina/SpliceAI",
  commit: "27c7653a48caa2bf848b49def5d15ac93bdcf0b7",
  licence: "PolyForm-Strict-1.0.0",
  citation: "Jaganathan et al., Cell 2019; GENCODE: Frankish et al., Nucleic Acids Research 2019"
})
const spliceAiModel = from({
  repository: "Illumina/SpliceAI",
  commit: "fc3336975972ff6949e5865c4dc736447360f592",
  licence: "CC-BY-NC-4.0",
  citation: "Jaganathan et al., Cell 2019"
})
const spliceAiExample = from({
  repository: "Illumina/SpliceAI",
  commit: "fc3336975972ff6949e5865c4dc736447360f592",
  licence: "PolyForm-Strict-1.0.0",
  citation: "Jaganathan et al., Cell 2019; GRCh37: Church et al., PLoS Biology 2011"
})
const eqtlCatalogue = from({
  repository: "eQTL-Catalogue/eQTL-Catalogue-resources",
  commit: "f59d2bbbd072048172180434cf49680326dfbf72",
  licence: "none stated",
  citation: "Kerimov et al., PLoS Genetics 2023; Kerimov et al., Nature Genetics 2021"
})
const kipoiseq = from({
  repository: "kipoi/kipoiseq",
  commit: "147eba74493bc0b11c9d920a4d4a8a746876c367",
  licence: "MIT",
  citation: "GRCh38: Schneider et al., Genome Research 2017; github.com/kipoi/kipoiseq"
})
const sge = from({
  repository: "tz2614/BRCA1_SGE_vcf_annotation",
  commit: "2c5915809d9839d0fbf5224ee7ea186ee9901ff0",
  licence: "none stated",
  citation: "Findlay et al., Nature 2018"
})
const ga4gh = from({
  repository: "ga4gh/compliance",
  commit: "26a7643975ad5e7e307f4538bbdc53ab17132361",
  licence: "Apache-2.0",
  citation: "github.com/ga4gh/compliance"
})
const aparent = from({
  repository: "johli/aparent",
  commit: "69ad29791709b48689ff5d9e3a3daefc568de9ce",
  licence: "MIT",
  citation: "Bogard et al., Cell 2019"
})
const aparent2 = from({
  repository: "johli/aparent-resnet",
  commit: "a745736a4d9fbe411d1869200f2596a02f875532",
  licence: "MIT",
  citation: "Linder et al., Genome Biology 2022"
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
const borzoi = from({
  repository: "calico/borzoi",
  commit: "5c9358222b5026abb733ed5fb84f3f6c77239b37",
  licence: "Apache-2.0",
  citation: "Linder et al., Nature Genetics 2025"
})
const alphaGenome = from({
  repository: "google-deepmind/alphagenome_research",
  commit: "3f79219086685598d13b41c5d39e112f76dc8216",
  licence: "Apache-2.0",
  citation: "Avsec et al., Nature 2026"
})

export const datasets: ReadonlyArray<Dataset> = [
  baskerville(
    "hg38-chr1-1m",
    "fasta",
    "tests/data/hg38_1m.fa.gz",
    259_113,
    "5bb7905fe5f318ef1779a2ea205f2ee7807f2b51a6b5590450396a22b0d6a78d",
    "hg38 chr1:1-1,000,000, bgzip"
  ),
  bambu(
    "hg38-chr9-1m",
    "fasta",
    "inst/extdata/Homo_sapiens.GRCh38.dna_sm.primary_assembly_chr9_1_1000000.fa",
    1_016_670,
    "f05af38059ad29f1d8e973c96f8a0f1510a80d68170fb0989ccadeb416fc725f",
    "hg38 chr9:1-1,000,000, soft-masked"
  ),
  kipoiseq(
    "hg38-chr22-300k",
    "fasta",
    "tests/data/hg38_chr22_32000000_32300000.fa",
    300_008,
    "d5c82d841fcfb4324334d28019fa39d35e7deb63bf52bf955a77cb52214177ee",
    "hg38 chr22:32,000,001-32,300,000; its header says only chr22"
  ),
  {
    name: "hg38-chr17-snippet",
    url: null,
    mirror: "derived/chr17_hg38_42425000_43600000.fa",
    recipe: "samtools faidx hg38.fa chr17:42425000-43600000 > chr17_hg38_42425000_43600000.fa",
    sha256: "ed5ef8eb4c3f4c91e9e2b7a2ed25593b4c80bd8ed3c48d1ceda72f3beb564776",
    bytes: 1_194_610,
    licence: "none stated",
    licenceUrl: null,
    licenceAcceptance: false,
    citation: "GRCh38: Schneider et al., Genome Research 2017",
    kind: "fasta",
    description: "hg38 chr17:42,425,000-43,600,000"
  },
  spliceAiExample(
    "hg19-chr10-110k",
    "fasta",
    "tests/data/test.fa",
    110_008,
    "4173e7c6946a347fa91cdb31a737c333aa65d7eb6edab46ebf7df482326e74a1",
    "hg19 chr10:1-110,000; its header says only chr10"
  ),
  openSpliceAi(
    "mane-chr1-sample",
    "annotation",
    "examples/data/human/MANE.GRCh38.v1.3.refseq_genomic_10_sample.gff",
    142_948,
    "6a06f7e3576410933673eca3f2e0896909e7778d334d087018f51156074a4da9",
    "MANE v1.3, the first ten genes of each chromosome, GFF3"
  ),
  openSpliceAi(
    "mane-chr22",
    "annotation",
    "examples/data/chr22.gff",
    2_990_160,
    "13d43fc4cf6cf99c3cacd140c485f4f44c147cfbcd5a246281c23d95d6279cd3",
    "MANE Select of chromosome 22, GRCh38, GFF3"
  ),
  bambu(
    "ensembl91-chr9",
    "annotation",
    "inst/extdata/Homo_sapiens.GRCh38.91_chr9_1_1000000.gtf",
    682_131,
    "89a895aaee003c0e92e49b72ec75626bdf5a098b5552524b1648e40011c78e44",
    "Ensembl 91 genes of hg38 chr9:1-1,000,000, GTF"
  ),
  spliceAiAnnotation(
    "transcript-spans-grch38",
    "tsv",
    "spliceai/annotations/grch38.txt",
    576_884,
    "a451fc6a44c9581587c4bcea11f5fd61fd2dcfe10315d8a067bc1891989e1243",
    "gene symbol, chromosome, strand, transcript start and end (GENCODE canonical), GRCh38; no exons"
  ),
  spliceAiAnnotation(
    "transcript-spans-grch37",
    "tsv",
    "spliceai/annotations/grch37.txt",
    600_070,
    "34c1364b55f16434796f9449c483c9d0c0dcf421be44f8e6267102e39f6e00f6",
    "gene symbol, chromosome, strand, transcript start and end (GENCODE canonical), GRCh37; no exons"
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
  baskerville(
    "mini-borzoi",
    "h5",
    "tests/data/eval/model.h5",
    2_768_064,
    "886f2d34f0a36beb3fb0801b0be7b0fbca1e4df5525d8b3601314eb78c2df460",
    "a Borzoi-style model: 131,072 bp in, 2,048 bins x 32 bp x 74 human tracks out, 643k weights, Keras"
  ),
  baskerville(
    "mini-borzoi-params",
    "json",
    "tests/data/eval/params.json",
    1_763,
    "21ac05b3018975903dd6237a2159feceb5a747bb22f56739665b696dd3859a1d",
    "the layers of mini-borzoi"
  ),
  baskerville(
    "mini-borzoi-targets",
    "tsv",
    "tests/data/tiny/hg38/targets.txt",
    11_464,
    "e0bb08db8b64d6beb38c004c450a4b4fbb37ee8de44cd92aceb9038d74ab73e5",
    "the 74 tracks of mini-borzoi: identifier, file, clip, scale, description"
  ),
  baskerville(
    "mini-borzoi-sequences",
    "bed",
    "tests/data/tiny/hg38/sequences.bed",
    1_939,
    "06d301558d6a10bb4b3a82425ba639315ad4f3ce39b80fc45651085d6e0ebd3b",
    "the windows of the mini-borzoi data with their split, hg38"
  ),
  baskerville(
    "mini-borzoi-test-0",
    "tfrecord",
    "tests/data/tiny/hg38/tfrecords/test-0.tfr",
    327_905,
    "047abeee697327bce651a97e1097931ef84a32639671cb973ea7c4a8fab0ad4c",
    "held-out windows of mini-borzoi, part 1 of 3: sequence and measured coverage (2,048 x 74 float16)"
  ),
  baskerville(
    "mini-borzoi-test-1",
    "tfrecord",
    "tests/data/tiny/hg38/tfrecords/test-1.tfr",
    323_567,
    "1099781a98711be37f999bc79606f3e48a348292632a5d13d096b2b6b46bf5ba",
    "held-out windows of mini-borzoi, part 2 of 3: sequence and measured coverage (2,048 x 74 float16)"
  ),
  baskerville(
    "mini-borzoi-test-2",
    "tfrecord",
    "tests/data/tiny/hg38/tfrecords/test-2.tfr",
    195_177,
    "275f871ca0e2c6094988e14997198fc8f4301711e0295beb5c86af9e03133fae",
    "held-out windows of mini-borzoi, part 3 of 3: sequence and measured coverage (2,048 x 74 float16)"
  ),
  spliceAiModel(
    "spliceai-1",
    "h5",
    "spliceai/models/spliceai1.h5",
    3_131_720,
    "e1fd5adcef7489d604b10e79c40078ef790d51ef048c4ce3869c9119ac5de42b",
    "SpliceAI-10k, model 1 of 5, Keras"
  ),
  spliceAiModel(
    "spliceai-2",
    "h5",
    "spliceai/models/spliceai2.h5",
    3_131_720,
    "6ab042b82ab966b6d3582cb31b96f0859ea08a864f168d69e83aa14450a3b66e",
    "SpliceAI-10k, model 2 of 5, Keras"
  ),
  spliceAiModel(
    "spliceai-3",
    "h5",
    "spliceai/models/spliceai3.h5",
    3_131_720,
    "e2e790bde53dfdf410c6dc434a86122a7d12f3f38dc2ef45d85986e9ecf22fad",
    "SpliceAI-10k, model 3 of 5, Keras"
  ),
  spliceAiModel(
    "spliceai-4",
    "h5",
    "spliceai/models/spliceai4.h5",
    3_131_720,
    "ca88ac9e58e69ba6fdeed319b72f063f164c9abf7392eaccef903e94c1d99dd6",
    "SpliceAI-10k, model 4 of 5, Keras"
  ),
  spliceAiModel(
    "spliceai-5",
    "h5",
    "spliceai/models/spliceai5.h5",
    3_131_720,
    "791cd22c62a80a08d2ca674615a93ce8159d7b55bd157cfef2983b1bd6b41391",
    "SpliceAI-10k, model 5 of 5, Keras"
  ),
  sge(
    "brca1-sge",
    "csv",
    "data/41586_2018_461_MOESM3_ESM.csv",
    1_870_262,
    "11d13880692788a0e0cec870a436061b1a43302fcf2fc3fe9884b2fa2412edb7",
    "3,893 BRCA1 SNVs with function scores (saturation genome editing), hg19; two lines stand above the header"
  ),
  ga4gh(
    "brca1-reference-hg19",
    "fasta",
    "test-data/ref_brca1.fa",
    82_877,
    "90118f61a9a68ec035bd5414f2ff9fde71d78fe90f691b2faaebe9eaead02b6a",
    "hg19 chr17:41,196,313-41,277,500"
  ),
  aparent2(
    "aparent2",
    "h5",
    "saved_models/aparent_all_libs_resnet_no_clinvar_wt_ep_5_var_batch_size_inference_mode_no_drop.h5",
    1_410_488,
    "540147b1f239c27cec6594931a7305a3a5ded6d3c8fbc43661761bad94ed637e",
    "APARENT2, a polyadenylation model, 192,517 weights, Keras"
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
  ),
  borzoi(
    "borzoi-folds-human",
    "bed",
    "data/sequences_human.bed.gz",
    578_904,
    "13724966c9378c2fd024c62e6bb72b94850e12d96d23a419f60040ae50b98ba3",
    "cross-validation folds of Borzoi, 55,497 intervals, hg38"
  ),
  borzoi(
    "borzoi-folds-mouse",
    "bed",
    "data/sequences_mouse.bed.gz",
    514_681,
    "197647b00a3cd1de5a1073837c8576faadd32c5d4e5280211b73561f37f8cea4",
    "cross-validation folds of Borzoi, mm10"
  ),
  alphaGenome(
    "alphagenome-tracks-human",
    "text",
    "src/alphagenome_research/model/metadata/OutputMetadataResponse_ORGANISM_HOMO_SAPIENS.textproto",
    2_637_391,
    "413b4063096bbf7a75a7fdf5560030f8e3866c6af2455fb313e58686ae3d49e8",
    "the human tracks of AlphaGenome, protobuf text"
  ),
  alphaGenome(
    "alphagenome-tracks-mouse",
    "text",
    "src/alphagenome_research/model/metadata/OutputMetadataResponse_ORGANISM_MUS_MUSCULUS.textproto",
    824_428,
    "a22eb7b2e435ed5d34325eb2ffc575679adc1fc6d91958f8c3bf4c7c8a55a929",
    "the mouse tracks of AlphaGenome, protobuf text"
  )
]
