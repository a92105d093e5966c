/**
 * AlphaGenome's published predictions for 20 of its variant evaluations, one Feather file each. The bucket states no
 * digest and no size, and the files were not at hand to measure them: both are null, and a run notes what it found.
 */
import type { Dataset } from "../Dataset.ts"

const ids = [
  "clinvar_splice_site_region",
  "clinvar_noncoding",
  "clinvar_missense",
  "sqtl_variant_causality_gene_human",
  "mfass_splicing",
  "eqtl_variant_borzoi_coefficient_human",
  "eqtl_variant_borzoi_sign_human",
  "eqtl_variant_catalogue_causality_gene_balanced_human",
  "enhancer_gene_linking_e2g",
  "paqtl_variant_causality_human",
  "caqtl_african_variant_causality_human",
  "caqtl_european_variant_causality_human",
  "dsqtl_yoruba_variant_causality_human",
  "caqtl_african_variant_coefficient_human",
  "caqtl_european_variant_coefficient_human",
  "dsqtl_yoruba_variant_coefficient_human",
  "caqtl_microglia_variant_coefficient_human",
  "caqtl_smc_variant_coefficient_human",
  "bqtl_spi1_variant_coefficient_human",
  "bqtl_spi1_variant_causality_human"
]

export const publishedPredictions: ReadonlyArray<Dataset> = ids.map((id) => {
  const at = `storage.googleapis.com/alphagenome/evals/${id}_predictions.feather`
  return {
    name: `alphagenome-${id.replaceAll("_", "-")}`,
    url: `https://${at}`,
    mirror: at,
    recipe: null,
    sha256: null,
    bytes: null,
    licence: "none stated",
    licenceUrl: null,
    licenceAcceptance: false,
    citation: "Avsec et al., Nature 2026",
    kind: "file",
    description: `AlphaGenome's predictions for the evaluation ${id}, Feather; sha256 not known`
  }
})
