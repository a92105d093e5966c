/** The kinds of file that flow between stages: their extensions, and the companion files that travel with them. */

export interface FileKind {
  readonly description: string
  /** Without the leading dot; the first is what a stage writes unless it asks for another. */
  readonly extensions: readonly [string, ...ReadonlyArray<string>]
  /** Suffixes of files beside the main one (`genome.fa.fai`). Carried where they exist. */
  readonly companions?: ReadonlyArray<string>
  /** What such a file may be by how it begins, in the words of FileHead; anything, if not said. Text may be in gzip. */
  readonly contents?: ReadonlyArray<string>
  /** How its text begins, after blanks. */
  readonly begins?: RegExp
  /** The kind that such files are too. */
  readonly of?: string
}

const text = { contents: ["text"] } as const
const textOrNothing = { contents: ["text", "empty"] } as const

/** BED with columns of their own (ENCODE, MACS). */
const peaks = ["narrowPeak", "broadPeak", "gappedPeak", "bedGraph"]

export const fileKinds = {
  fasta: {
    description: "sequences, plain or bgzip, with their index",
    extensions: ["fa", "fa.gz", "fasta", "fasta.gz", "fna", "fna.gz"],
    companions: [".fai", ".gzi"],
    ...text,
    begins: /^[>;]/u
  },
  vcf: { description: "variants", extensions: ["vcf", "vcf.gz"], companions: [".tbi", ".csi"], ...text },
  bed: {
    description: "intervals, 0-based half-open",
    extensions: ["bed", "bed.gz", ...peaks, ...peaks.map((name) => `${name}.gz`)],
    companions: [".tbi", ".csi"],
    ...textOrNothing
  },
  annotation: {
    description: "gene annotation: GTF, GFF3",
    extensions: ["gtf", "gtf.gz", "gff", "gff.gz", "gff3", "gff3.gz"],
    companions: [".tbi", ".csi"],
    ...text
  },
  bam: { description: "alignments", extensions: ["bam"], companions: [".bai", ".csi"], contents: ["a BAM file"] },
  bigwig: { description: "coverage", extensions: ["bw", "bigwig"], contents: ["a bigWig file"] },
  tsv: {
    description: "a table: tab-separated with a header row, Parquet, or Arrow (feather)",
    extensions: ["tsv", "tsv.gz", "txt", "txt.gz", "parquet", "arrow", "feather"],
    contents: ["text", "a Parquet file", "an Arrow (feather) file", "empty"]
  },
  csv: { description: "a table, comma-separated", extensions: ["csv", "csv.gz"], ...textOrNothing },
  safetensors: { description: "named arrays", extensions: ["safetensors"], contents: ["a safetensors file"] },
  h5: {
    description: "HDF5: Keras weights, arrays, annotated matrices",
    extensions: ["h5", "h5ad"],
    contents: ["an HDF5 file"]
  },
  tfrecord: { description: "TensorFlow records", extensions: ["tfr", "tfrecord"] },
  json: { description: "JSON", extensions: ["json"], ...text },
  svg: {
    description: "a figure",
    extensions: ["svg"],
    contents: ["text", "a web page (HTML)"],
    of: "picture"
  },
  png: { description: "a picture", extensions: ["png"], contents: ["a picture"], of: "picture" },
  jpg: { description: "a photograph", extensions: ["jpg", "jpeg"], contents: ["a picture"], of: "picture" },
  picture: { description: "a picture that a browser shows", extensions: ["png", "jpg", "jpeg", "gif", "webp", "svg"] },
  pdf: { description: "a page or figure for print", extensions: ["pdf"], contents: ["a PDF"] },
  html: { description: "a page", extensions: ["html"], contents: ["text", "a web page (HTML)"] },
  text: { description: "plain text", extensions: ["txt", "md"] },
  md: { description: "text in Markdown", extensions: ["md"], of: "text" },
  zip: { description: "an archive", extensions: ["zip"], contents: ["a zip archive", "an Excel workbook (xlsx)"] },
  npz: { description: "arrays of NumPy", extensions: ["npz"], contents: ["a zip archive"] },
  pt: { description: "what PyTorch saves", extensions: ["pt", "pth"] },
  rds: { description: "an object of R", extensions: ["rds"] },
  file: { description: "any file", extensions: ["bin"] }
} as const satisfies Record<string, FileKind>

type NamedKind = keyof typeof fileKinds

/** Any other extension is a kind of its own: `file.gif`, `file.vcf.idx`. */
export type FileKindName = NamedKind | `file.${string}`

/** The extension of a kind that is none but its extension. */
const ownExtension = (name: string): string | undefined =>
  /^file\.([A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*)$/u.exec(name)?.[1]

const isNamed = (name: string): name is NamedKind => Object.hasOwn(fileKinds, name)

export const isFileKindName = (name: string): name is FileKindName => isNamed(name) || ownExtension(name) !== undefined

export const get = (name: FileKindName): FileKind =>
  isNamed(name)
    ? fileKinds[name]
    : { description: `a file ending in .${ownExtension(name)}`, extensions: [ownExtension(name) ?? "bin"] }

/** Whether files of one kind may stand where another is expected. */
export const fits = (given: FileKindName, wanted: FileKindName): boolean =>
  given === wanted ||
  given === "file" ||
  wanted === "file" ||
  get(given).of === wanted ||
  (!isNamed(given) && get(wanted).extensions.includes(get(given).extensions[0])) ||
  (!isNamed(wanted) && get(given).extensions.includes(get(wanted).extensions[0]))

/** The extension of a file name among those of the kind; any name is a `file`. */
export const extensionOf = (name: FileKindName, path: string): string | undefined => {
  const base = path.slice(path.lastIndexOf("/") + 1)
  if (name === "file") return base.includes(".") ? base.slice(base.indexOf(".", 1) + 1) : "bin"
  // The longest match wins: `fa.gz` before `gz`.
  return get(name)
    .extensions.filter((extension) => base.toLowerCase().endsWith(`.${extension.toLowerCase()}`))
    .sort((a, b) => b.length - a.length)[0]
}

/** Suffixes of what may stand beside a file of this name, by the kinds that have such names. */
export const companionsOf = (path: string): ReadonlyArray<string> =>
  (Object.keys(fileKinds) as ReadonlyArray<NamedKind>)
    .filter((name) => name !== "file" && extensionOf(name, path) !== undefined)
    .flatMap((name) => get(name).companions ?? [])

/** The kind whose files have a name like this: `vcf` for `vcf.gz` and for `calls.vcf.gz`. */
export const named = (text: string): FileKindName | undefined =>
  (Object.keys(fileKinds) as ReadonlyArray<NamedKind>)
    .filter((name) => name !== "file" && name !== "picture")
    .findLast((name) => extensionOf(name, `/${text}`) !== undefined || extensionOf(name, `.${text}`) !== undefined)
