/**
 * The names of a chromosome: `1`, `01`, `1.0`, `chr1`, `Chr1`, `CHR1`, `NC_000001.11` and `CM000663.2` are one; so are
 * `X` and PLINK's 23, `M`, `MT` and 26. One table, used wherever a chromosome is read.
 *
 * {@link nameOf} needs no reference and changes only what is the same in every genome. PLINK's numbers for X, Y and M are
 * chromosomes of their own in other species (chr23 of a zebrafish): {@link resolver} reads them where a reference shows
 * which is meant. Scaffolds and contigs of one's own keep their names.
 *
 * Accessions and lengths: NCBI's assembly reports of GRCh37, GRCh38, T2T-CHM13v2.0, GRCm38 and GRCm39.
 */

export type Build = "hg18" | "hg19" | "hg38" | "chm13" | "mm9" | "mm10" | "mm39"

/** What a build is called, in lower case. */
const buildNames: { readonly [B in Build]: ReadonlyArray<string> } = {
  hg18: ["hg18", "b36", "ncbi36", "build36"],
  hg19: ["hg19", "b37", "grch37", "build37", "hs37", "hs37d5"],
  hg38: ["hg38", "b38", "grch38", "build38", "hs38", "hs38dh"],
  chm13: ["chm13", "hs1", "t2t", "t2t-chm13"],
  mm9: ["mm9", "ncbim37"],
  mm10: ["mm10", "grcm38"],
  mm39: ["mm39", "grcm39"]
}
const builds = new Map(
  Object.entries(buildNames).flatMap(([build, names]) => names.map((name) => [name, build as Build] as const))
)

/** The build that a text names, patches (`GRCh38.p14`) left aside. */
export const buildOf = (text: string): Build | undefined => builds.get(text.toLowerCase().replace(/\.p\d+$/u, ""))

/** A pattern for {@link buildOf}: what may stand behind an id. */
export const buildPattern = [...builds.keys()].map((name) => `${name}(?:\\.p\\d+)?`).join("|")

/** `count` autosomes, then X and Y. */
const karyotype = (count: number): ReadonlyArray<string> => [
  ...Array.from({ length: count }, (_, at) => String(at + 1)),
  "X",
  "Y"
]

/** Accessions that count up from chromosome 1 to X and Y; their versions, one a chromosome or one for all. */
interface Series {
  readonly build: Build
  readonly prefix: string
  /** Digits of the number. */
  readonly digits: number
  readonly first: number
  readonly chromosomes: ReadonlyArray<string>
  readonly versions: number | ReadonlyArray<number>
}

const human = karyotype(22)
const mouse = karyotype(19)
const refSeq38 = [11, 12, 12, 12, 10, 12, 14, 11, 12, 11, 10, 12, 11, 9, 10, 10, 11, 10, 10, 11, 9, 11, 11, 10]
const refSeq37 = [10, 11, 11, 11, 9, 11, 13, 10, 11, 10, 9, 11, 10, 8, 9, 9, 10, 9, 9, 10, 8, 10, 10, 9]

const series: ReadonlyArray<Series> = [
  { build: "hg38", prefix: "NC_", digits: 6, first: 1, chromosomes: human, versions: refSeq38 },
  { build: "hg19", prefix: "NC_", digits: 6, first: 1, chromosomes: human, versions: refSeq37 },
  { build: "hg38", prefix: "CM", digits: 6, first: 663, chromosomes: human, versions: 2 },
  { build: "hg19", prefix: "CM", digits: 6, first: 663, chromosomes: human, versions: 1 },
  { build: "chm13", prefix: "NC_", digits: 6, first: 60_925, chromosomes: human, versions: 1 },
  { build: "mm39", prefix: "NC_", digits: 6, first: 67, chromosomes: mouse, versions: [...Array(19).fill(7), 8, 8] },
  { build: "mm10", prefix: "NC_", digits: 6, first: 67, chromosomes: mouse, versions: [...Array(19).fill(6), 7, 7] },
  { build: "mm39", prefix: "CM", digits: 6, first: 994, chromosomes: mouse, versions: 3 },
  { build: "mm10", prefix: "CM", digits: 6, first: 994, chromosomes: mouse, versions: 2 }
]

/** UCSC name and build by accession, in upper case. Mitochondria are the same in several builds. */
const accessions = new Map<string, { readonly name: string; readonly build?: Build }>([
  ["NC_012920.1", { name: "chrM" }],
  ["J01415.2", { name: "chrM" }],
  ["NC_005089.1", { name: "chrM" }],
  ...series.flatMap(({ build, prefix, digits, first, chromosomes, versions }) =>
    chromosomes.map((chromosome, at) => {
      const version = typeof versions === "number" ? versions : versions[at]!
      const accession = `${prefix}${String(first + at).padStart(digits, "0")}.${version}`
      return [accession, { name: `chr${chromosome}`, build }] as const
    })
  )
])

/** The build that a chromosome's name is of: those of NCBI's accessions alone say it. */
export const buildOfName = (name: string): Build | undefined => accessions.get(name.toUpperCase())?.build

/** Lengths of chr1 to chr22, X and Y, by which a whole genome is known. */
const lengths: { readonly [B in "hg19" | "hg38"]: ReadonlyArray<number> } = {
  hg38: [
    248956422, 242193529, 198295559, 190214555, 181538259, 170805979, 159345973, 145138636, 138394717, 133797422,
    135086622, 133275309, 114364328, 107043718, 101991189, 90338345, 83257441, 80373285, 58617616, 64444167, 46709983,
    50818468, 156040895, 57227415
  ],
  hg19: [
    249250621, 243199373, 198022430, 191154276, 180915260, 171115067, 159138663, 146364022, 141213431, 135534747,
    135006516, 133851895, 115169878, 107349540, 102531392, 90354753, 81195210, 78077248, 59128983, 63025520, 48129895,
    51304566, 155270560, 59373566
  ]
}
const buildsByLength = new Map<string, Build>([
  ...(["hg19", "hg38"] as const).flatMap((build) =>
    human.map((chromosome, at) => [`chr${chromosome} ${lengths[build][at]!}`, build] as const)
  ),
  ["chr1 248387328", "chm13"],
  ["chr1 195154279", "mm39"],
  ["chr1 195471971", "mm10"]
])

/** The build that a whole chromosome of this length is of. */
export const buildOfLength = (chrom: string, length: number): Build | undefined =>
  buildsByLength.get(`${nameOf(chrom)} ${length}`)

/**
 * The UCSC name: `1`, `01`, `1.0`, `CHR1` are `chr1`, `MT` is `chrM`, NCBI's accession the chromosome's. Other names
 * (`chrUn_KI270302v1`, a contig of one's own) stay as they are.
 */
export const nameOf = (name: string): string => {
  const [, number, letter] = /^(?:chr)?(?:0*(\d{1,2})(?:\.0+)?|([xym]|mt))$/iu.exec(name) ?? []
  if (number !== undefined) return `chr${Number(number)}`
  if (letter !== undefined) return `chr${letter[0]!.toUpperCase()}`
  return accessions.get(name.toUpperCase())?.name ?? name
}

/** PLINK's numbers, of human chromosomes: 25 is the part of X that pairs with Y. */
const plink = new Map([
  ["chr23", "chrX"],
  ["chr24", "chrY"],
  ["chr25", "chrX"],
  ["chrXY", "chrX"],
  ["XY", "chrX"],
  ["chr26", "chrM"]
])

/** What PLINK means by the name of a chromosome that the genome does not have. */
export const plinkName = (name: string): string => plink.get(nameOf(name)) ?? nameOf(name)

export interface Resolver {
  /** The name that the reference has for a chromosome, or nothing. */
  readonly resolve: (name: string) => { readonly name: string } | { readonly problem: "absent" | "ambiguous" }
}

const bare = (name: string): string => name.toLowerCase().replace(/^chr/u, "")

/**
 * Finds names among those of a reference: the same text first, then the same chromosome. `MT` where there are both `chrM`
 * and `chrMT` is ambiguous, never one of them.
 */
export const resolver = (names: Iterable<string>): Resolver => {
  const all = new Set(names)
  const by = (key: (name: string) => string) => {
    const found = new Map<string, Array<string>>()
    for (const name of all) found.set(key(name), [...(found.get(key(name)) ?? []), name])
    return found
  }
  const tries = ([[nameOf], [bare], [nameOf, plinkName]] as const).map(([key, asked = key]) => ({
    found: by(key),
    asked
  }))
  return {
    resolve: (name) => {
      if (all.has(name)) return { name }
      for (const { found, asked } of tries) {
        const same = found.get(asked(name))
        if (same !== undefined) return same.length === 1 ? { name: same[0]! } : { problem: "ambiguous" }
      }
      return { problem: "absent" }
    }
  }
}
