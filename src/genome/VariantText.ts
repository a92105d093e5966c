/** Variants as files write them: the pieces of an id, and what is wrong with them. */
import * as Result from "effect/Result"
import * as Chromosome from "./Chromosome.ts"

/** Why a variant cannot be used. */
export interface Problem {
  /** `malformed`: no variant can be read; `unsupported`: a variant that is not a change of given bases. */
  readonly kind: "malformed" | "unsupported"
  /** A short category, without values. */
  readonly category: string
  /** The same in full, with the text of the file. */
  readonly reason: string
  readonly hint?: string
}

/** The pieces, as text. */
export interface Pieces {
  readonly chrom: string
  readonly pos: string
  readonly ref: string
  readonly alt: string
  readonly build: Chromosome.Build | undefined
  /** What is inserted stands before the base at `pos`; else `-` as ref leaves open on which side. */
  readonly before?: true
}

const problem = (kind: Problem["kind"], category: string, reason: string, hint?: string): Problem => ({
  kind,
  category,
  reason,
  ...(hint === undefined ? {} : { hint })
})

const spelling = new RegExp(
  String.raw`^(\S+?)[_:|-](?:g\.)?(\d+)(?:[_:|/-]|(?=[A-Za-z]+[>/]))` + // chr1_12345_ or chr1:12345 before A>G
    String.raw`([A-Za-z]+|[-.*])[_:|>/-](\S+?)` + // A_G
    `(?:[_:|-](${Chromosome.buildPattern}))?$`,
  "iu"
)

const write = "write it as chr1_12345_A_G: chromosome, position, reference and alternative allele"

/** NCBI's SPDI: accession, bases before the change, deleted and inserted bases (Holmes et al., Bioinformatics 2020). */
const spdiSpelling = /^(N[CTWG]_\d+\.\d+):(\d+):([A-Za-z]*|\d+):([A-Za-z]*)$/u

const spdi = (text: string): Result.Result<Pieces, Problem> | undefined => {
  const [, chrom, before, deleted, inserted] = spdiSpelling.exec(text) ?? []
  if (chrom === undefined) return undefined
  if (/\d/u.test(deleted!)) {
    const reason = `'${text}' says how many bases are deleted, not which`
    return Result.fail(problem("malformed", "an SPDI name without the deleted bases", reason, write))
  }
  const pos = String(Number(before) + 1)
  const [ref, alt] = [deleted!, inserted!].map((bases) => (bases === "" ? "-" : bases)) as [string, string]
  return Result.succeed({ chrom, pos, ref, alt, build: Chromosome.buildOfName(chrom), before: true })
}

/**
 * The pieces of `chr1_12345_A_G`, `chr1:12345:A:G`, `1-12345-A-G`, `chr1:12345:A>G`, `1_12345_A/G`, `chr1_12345_A_G_b38`
 * and of SPDI (`NC_000001.11:12344:A:G`, which counts from 0).
 */
export const split = (text: string): Result.Result<Pieces, Problem> => {
  const ofSpdi = spdi(text)
  if (ofSpdi !== undefined) return ofSpdi
  const [, chrom, pos, ref, alt, build] = spelling.exec(text) ?? []
  if (chrom !== undefined) {
    return Result.succeed({
      chrom,
      pos: pos!,
      ref: ref!,
      alt: alt!,
      build: build === undefined ? Chromosome.buildOfName(chrom) : Chromosome.buildOf(build)
    })
  }
  if (text === "") return Result.fail(problem("malformed", "no variant", "the variant is missing"))
  return /^rs\d+$/iu.test(text)
    ? Result.fail(
        problem(
          "malformed",
          "an rsID instead of a variant",
          `'${text}' is an rsID, which does not say its alleles`,
          write
        )
      )
    : Result.fail(problem("malformed", "not a variant", `'${text}' is not a variant`, write))
}

/** `100.0`, as pandas writes whole numbers beside missing ones, and `1e+05`, as R writes 100000: none of them is rounded. */
const wholeNumber = /^(?:\d+(?:\.0+)?|\d(?:\.\d+)?e\+\d\d)$/u

/** A position, 1-based; the failure says what is wrong with it. */
export const position = (text: string): number | Problem => {
  const pos = wholeNumber.test(text) ? Number(text) : Number.NaN
  if (Number.isInteger(pos)) {
    if (pos >= 1 && pos <= 2 ** 31) return pos
    return problem("malformed", "a position out of range", `position '${text}' is not between 1 and 2,147,483,648`)
  }
  return /^(?:|NA|N\/A|\.|nan|null|none)$/iu.test(text)
    ? problem("malformed", "no position", "the position is missing")
    : problem(
        "malformed",
        "a position that is not a whole number",
        `position '${text}' is not a whole number`,
        /e[+-]?\d/iu.test(text) ? "a spreadsheet rounds such numbers: write it with all its digits" : undefined
      )
}

const bases = /^[ACGTN]+$/u

/** PLINK's insertion and deletion, whose bases are not given. */
const indelLetters = new Set(["ID", "DI", "RI", "IR", "RD", "DR"])

/** What is wrong with alleles (upper case, not empty), where they are not two different sequences of bases. */
export const alleleProblem = (ref: string, alt: string): Problem | undefined => {
  if (ref.length === 1 && alt.length === 1 && ref !== alt && bases.test(ref) && bases.test(alt)) return undefined
  if (indelLetters.has(ref + alt)) {
    const reason = `alleles '${ref}' and '${alt}' do not say which bases are inserted or deleted`
    return problem("unsupported", "insertion or deletion not spelled out in bases", reason)
  }
  for (const [allele, name] of [
    [ref, "reference"],
    [alt, "alternative"]
  ] as const) {
    if (allele === "") return problem("malformed", `no ${name} allele`, `the ${name} allele is missing`)
    if (bases.test(allele)) continue
    const reason = `allele '${allele}' is not made of the letters A, C, G, T, N`
    return /^[A-Z]+$/u.test(allele)
      ? /^[ACGTUNRYSWKMBDHV]+$/u.test(allele)
        ? problem("unsupported", `${name} allele with ambiguous bases`, reason)
        : problem("malformed", `${name} allele with other letters than bases`, reason)
      : problem("unsupported", `${name} allele not spelled out in bases`, reason)
  }
  return ref === alt
    ? problem("unsupported", "no change", "the reference and the alternative allele are the same")
    : undefined
}
