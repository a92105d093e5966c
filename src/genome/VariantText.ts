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

/**
 * The pieces of `chr1_12345_A_G`, `chr1:12345:A:G`, `1-12345-A-G`, `chr1:12345:A>G`, `1_12345_A/G` and
 * `chr1_12345_A_G_b38`.
 */
export const split = (text: string): Result.Result<Pieces, Problem> => {
  const [, chrom, pos, ref, alt, build] = spelling.exec(text) ?? []
  if (chrom !== undefined) {
    if (/^NC_.*:\d+:[^:]*:[^:]*$/u.test(text)) {
      const reason = `'${text}' is written as in SPDI, which counts positions from 0`
      return Result.fail(problem("malformed", "an SPDI name, which counts from 0", reason, write))
    }
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

/** A position, 1-based; the failure says what is wrong with it. A whole number that a table wrote as `100.0` is one. */
export const position = (text: string): number | Problem => {
  if (/^\d+(?:\.0+)?$/u.test(text)) {
    const pos = Number(text)
    if (pos >= 1 && pos <= 2 ** 31) return pos
    return problem("malformed", "a position out of range", `position '${text}' is not between 1 and 2,147,483,648`)
  }
  return /^(?:|NA|N\/A|\.|nan|null|none)$/iu.test(text)
    ? problem("malformed", "no position", "the position is missing")
    : problem("malformed", "a position that is not a whole number", `position '${text}' is not a whole number`)
}

const bases = /^[ACGTN]+$/u

/** What is wrong with alleles (upper case, not empty), where they are not two different sequences of bases. */
export const alleleProblem = (ref: string, alt: string): Problem | undefined => {
  if (ref.length === 1 && alt.length === 1 && ref !== alt && bases.test(ref) && bases.test(alt)) return undefined
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
