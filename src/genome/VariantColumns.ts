/**
 * Where tables of variants have what, by the names that programs write: GWAS-SSF and the GWAS Catalog's harmonised files,
 * eQTL Catalogue, GTEx, FinnGen, PLINK, REGENIE, SAIGE, BOLT-LMM, GCTA, METAL, VEP. Compared in lower case.
 */

/** Columns of a table by what they hold; undefined where none does. */
export interface Places {
  readonly variant: number | undefined
  /** All four, or none of them. */
  readonly parts:
    | { readonly chrom: number; readonly pos: number; readonly ref: number; readonly alt: number }
    | undefined
  /** The allele that effects are of, where another column than alt holds it. */
  readonly effectAllele: number | undefined
}

/** The first that a table has; harmonised columns before those that they were made from. */
const names = {
  variant: ["variant_id", "variant", "hm_variant_id", "#uploaded_variation", "uploaded_variation"],
  chrom: ["hm_chrom", "chrom", "#chrom", "chr", "#chr", "chromosome"],
  pos: ["hm_pos", "pos", "position", "base_pair_location", "bp", "genpos", "variant_pos", "ps"],
  effectAllele: ["hm_effect_allele", "effect_allele", "tested_allele", "a1", "ea"]
} as const

/** Pairs of the other allele, mostly the reference's, and of that which effects are of; a third column tells whose they are. */
const alleles: ReadonlyArray<readonly [ref: string, alt: string, beside?: string]> = [
  ["hm_other_allele", "hm_effect_allele"],
  ["ref", "alt"],
  ["other_allele", "effect_allele"],
  ["non_effect_allele", "effect_allele"],
  ["allele0", "allele1"],
  ["nea", "ea"],
  ["a2", "a1"],
  ["allele1", "allele2", "af_allele2"]
]

/** Where no other column holds variants, these may: rsIDs stand in them, too. */
const lastResort = ["markername", "markerid", "snpid", "snp", "id"]

/** `named`: columns that the user names, which must be there. */
export const find = (columns: ReadonlyArray<string>, named: { readonly [use: string]: string | undefined }): Places => {
  const lower = columns.map((name) => name.toLowerCase())
  const place = (name: string | undefined): number | undefined => {
    const at = name === undefined ? -1 : lower.indexOf(name)
    return at === -1 ? undefined : at
  }
  const first = (all: ReadonlyArray<string>) => place(all.find((name) => lower.includes(name)))
  const own = (use: string) => {
    const name = named[use]
    return name === undefined ? undefined : columns.indexOf(name)
  }
  const pair = alleles.find((names) => names.every((name) => name === undefined || lower.includes(name)))
  const chrom = own("chrom") ?? first(names.chrom)
  const pos = own("pos") ?? first(names.pos)
  const ref = own("ref") ?? place(pair?.[0])
  const alt = own("alt") ?? place(pair?.[1])
  const parts =
    chrom === undefined || pos === undefined || ref === undefined || alt === undefined
      ? undefined
      : { chrom, pos, ref, alt }
  const wanted = named["variant"] !== undefined || named["pos"] === undefined
  const variant = wanted ? (own("variant") ?? first(names.variant)) : undefined
  const effectAllele = own("effect_allele") ?? first(names.effectAllele)
  return {
    variant: variant ?? (parts === undefined && wanted ? first(lastResort) : undefined),
    parts,
    effectAllele: variant === undefined && effectAllele === alt ? undefined : effectAllele
  }
}
