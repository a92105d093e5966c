/** Genomes known by name, and the files that make them up. */

export interface Source {
  /** A registered dataset, or the web address of a file whose checksum is not known. */
  readonly from: { readonly dataset: string } | { readonly url: string }
  /** The piece of the genome that the file's only sequence is, 1-based, both ends included; else the names stand. */
  readonly region?: string
}

const ucsc = (build: string): ReadonlyArray<Source> => [
  { from: { url: `https://hgdownload.soe.ucsc.edu/goldenPath/${build}/bigZips/${build}.fa.gz` } }
]

export const genomes = {
  "hg38-snippets": [
    { from: { dataset: "hg38-chr1-1m" }, region: "chr1:1-1000000" },
    { from: { dataset: "hg38-chr9-1m" }, region: "chr9:1-1000000" },
    { from: { dataset: "hg38-chr17-snippet" }, region: "chr17:42425000-43600000" }
  ],
  hg38: ucsc("hg38"),
  hg19: ucsc("hg19")
} as const satisfies Record<string, ReadonlyArray<Source>>

export type NamedGenome = keyof typeof genomes

export const sourcesOf = (name: NamedGenome): ReadonlyArray<Source> => genomes[name]
