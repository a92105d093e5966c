/** Pieces of reference genomes, and annotation of them. */
import type { Dataset } from "../Dataset.ts"
import { baskerville, from } from "./shared.ts"

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
const spliceAiExample = from({
  repository: "Illumina/SpliceAI",
  commit: "fc3336975972ff6949e5865c4dc736447360f592",
  licence: "PolyForm-Strict-1.0.0",
  citation: "Jaganathan et al., Cell 2019; GRCh37: Church et al., PLoS Biology 2011"
})
const kipoiseq = from({
  repository: "kipoi/kipoiseq",
  commit: "147eba74493bc0b11c9d920a4d4a8a746876c367",
  licence: "MIT",
  citation: "GRCh38: Schneider et al., Genome Research 2017; github.com/kipoi/kipoiseq"
})
const ga4gh = from({
  repository: "ga4gh/compliance",
  commit: "26a7643975ad5e7e307f4538bbdc53ab17132361",
  licence: "Apache-2.0",
  citation: "github.com/ga4gh/compliance"
})

export const genome: ReadonlyArray<Dataset> = [
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
  ga4gh(
    "brca1-reference-hg19",
    "fasta",
    "test-data/ref_brca1.fa",
    82_877,
    "90118f61a9a68ec035bd5414f2ff9fde71d78fe90f691b2faaebe9eaead02b6a",
    "hg19 chr17:41,196,313-41,277,500"
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
  )
]
