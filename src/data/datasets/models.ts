/** Weights of models, and what is published with them: their tracks, windows and held-out data. */
import type { Dataset } from "../Dataset.ts"
import { baskerville, from } from "./shared.ts"

const spliceAiModel = from({
  repository: "Illumina/SpliceAI",
  commit: "fc3336975972ff6949e5865c4dc736447360f592",
  licence: "CC-BY-NC-4.0",
  citation: "Jaganathan et al., Cell 2019"
})
const aparent2 = from({
  repository: "johli/aparent-resnet",
  commit: "a745736a4d9fbe411d1869200f2596a02f875532",
  licence: "MIT",
  citation: "Linder et al., Genome Biology 2022"
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

export const models: ReadonlyArray<Dataset> = [
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
  aparent2(
    "aparent2",
    "h5",
    "saved_models/aparent_all_libs_resnet_no_clinvar_wt_ep_5_var_batch_size_inference_mode_no_drop.h5",
    1_410_488,
    "540147b1f239c27cec6594931a7305a3a5ded6d3c8fbc43661761bad94ed637e",
    "APARENT2, a polyadenylation model, 192,517 weights, Keras"
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
