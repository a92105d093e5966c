/** What a file is by how it begins, where that is not text: so that it can be named, with what to do about it. */

export interface Kind {
  /** With its article: `a BAM file`. */
  readonly name: string
  readonly hint: string
}

interface Mark extends Kind {
  readonly starts: ReadonlyArray<string>
}

const table = "write it as text, or give it to a stage that reads tables"

/** Compressions first: what they hold is behind them. Bytes as Latin-1 characters. */
const marks: ReadonlyArray<Mark> = [
  { starts: ["\x28\xB5\x2F\xFD"], name: "compressed with zstd", hint: "decompress it first: zstd -d FILE" },
  { starts: ["BZh"], name: "compressed with bzip2", hint: "decompress it first: bunzip2 FILE" },
  { starts: ["\xFD7zXZ\0"], name: "compressed with xz", hint: "decompress it first: unxz FILE" },
  { starts: ["\x04\x22\x4D\x18"], name: "compressed with lz4", hint: "decompress it first: lz4 -d FILE" },
  { starts: ["7z\xBC\xAF\x27\x1C"], name: "a 7z archive", hint: "unpack it first: 7z x FILE" },
  { starts: ["Rar!\x1A"], name: "a RAR archive", hint: "unpack it first: unrar x FILE" },
  {
    starts: ["BCF\x02", "BCF\x04"],
    name: "a BCF file",
    hint: "write it as VCF: bcftools view -O z -o OUT.vcf.gz FILE"
  },
  { starts: ["BAM\x01"], name: "a BAM file", hint: "give it to a stage that reads BAM, such as count-junctions" },
  { starts: ["CRAM"], name: "a CRAM file", hint: "write it as BAM: samtools view -b -T REFERENCE.fa -o OUT.bam FILE" },
  {
    starts: ["TBI\x01", "BAI\x01", "CSI\x01"],
    name: "an index of another file",
    hint: "give the file that it indexes"
  },
  { starts: ["PAR1"], name: "a Parquet file", hint: table },
  { starts: ["ARROW1"], name: "an Arrow (feather) file", hint: table },
  { starts: ["FEA1"], name: "a feather file of version 1", hint: "write it again with a newer pandas: to_feather" },
  { starts: ["\x89HDF\r\n"], name: "an HDF5 file", hint: "write it as text: tab-separated, for one" },
  { starts: ["SQLite format 3\0"], name: "an SQLite database", hint: "write the table as text" },
  {
    starts: ["RDX2\n", "RDX3\n", "X\n\0\0\0", "RDA3\n"],
    name: "a file of R objects",
    hint: "write the table with R's write.table"
  },
  { starts: ["\x93NUMPY"], name: "a NumPy array", hint: "write it as text: tab-separated, for one" },
  {
    starts: ["\x80\x03", "\x80\x04\x95", "\x80\x05\x95"],
    name: "a Python pickle",
    hint: "write the table with to_csv or to_parquet"
  },
  {
    starts: ["\x26\xFC\x8F\x88", "\x88\x8F\xFC\x26"],
    name: "a bigWig file",
    hint: "give it to a stage that reads bigWig"
  },
  {
    starts: ["\xEB\xF2\x89\x87", "\x87\x89\xF2\xEB"],
    name: "a bigBed file",
    hint: "write it as BED: bigBedToBed FILE OUT.bed"
  },
  {
    starts: ["\x43\x27\x41\x1A", "\x1A\x41\x27\x43"],
    name: "a 2bit file",
    hint: "write it as FASTA: twoBitToFa FILE OUT.fa"
  },
  { starts: ["\xD0\xCF\x11\xE0"], name: "an Excel workbook (xls)", hint: "save the sheet as tab-separated text" },
  {
    starts: ["version https://git-lfs.github.com/"],
    name: "a pointer of Git LFS, not the file itself",
    hint: "fetch the file: git lfs pull"
  },
  { starts: ["%PDF"], name: "a PDF", hint: "give the table itself" },
  { starts: ["\x89PNG", "\xFF\xD8\xFF", "GIF8"], name: "a picture", hint: "give the table itself" }
]

const webPage: Kind = {
  name: "a web page (HTML)",
  hint: "the download gave a page instead of the file: look at it in a browser, and fetch the file itself"
}

const zip = (start: string): Kind =>
  /xl\/|\[Content_Types\]\.xml/u.test(start)
    ? { name: "an Excel workbook (xlsx)", hint: "save the sheet as tab-separated text" }
    : { name: "a zip archive", hint: "unpack it first: unzip FILE" }

/** By the first bytes, some thousands where there are as many. */
export const kindOf = (head: Uint8Array): Kind | undefined => {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 4096)).toString("latin1")
  const mark = marks.find(({ starts }) => starts.some((each) => start.startsWith(each)))
  if (mark !== undefined) return mark
  if (start.startsWith("PK\x03\x04")) return zip(start)
  if (start.slice(257, 262) === "ustar") return { name: "a tar archive", hint: "unpack it first: tar xf FILE" }
  return /^(?:\xEF\xBB\xBF)?\s*<(?:!doctype html|html|head|\?xml)/iu.test(start) ? webPage : undefined
}

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b
