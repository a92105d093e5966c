/** Variants with what a file says about them, streamed: from VCF, or from any table whose columns are named. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Header from "../data/table/Header.ts"
import * as TableReader from "../data/table/Reader.ts"
import * as Value from "../data/table/Value.ts"
import * as Chromosome from "./Chromosome.ts"
import * as VariantColumns from "./VariantColumns.ts"
import * as VariantText from "./VariantText.ts"
import * as Vcf from "./Vcf.ts"

/** One alternative allele, as text. */
export interface Row {
  /** 1-based line of the file. */
  readonly line: number
  readonly chrom: string
  readonly pos: string
  readonly ref: string
  readonly alt: string
  /** The variant as the file has it, where it is one text there. */
  readonly whole?: string
  readonly build: Chromosome.Build | undefined
  /** What is inserted stands before the base at `pos`; else `-` as ref leaves open on which side. */
  readonly before?: true
  /** One of several alternative alleles, of which the row's values are not one each. */
  readonly several?: true
  /** Set where no variant can be read. */
  readonly problem: VariantText.Problem | undefined
  /** What the row says for a use (`gene`, say); undefined where it is missing or nothing holds it. */
  readonly cell: (use: string) => string | undefined
}

/** The variant as the file has it, for messages. */
export const textOf = ({ whole, chrom, pos, ref, alt }: Row): string => whole ?? `${chrom}_${pos}_${ref}_${alt}`

/** Column names by what they hold: `variant`, or `chrom`, `pos`, `ref`, `alt`; and any others. */
export type Columns = { readonly [use: string]: string | undefined }

export interface Reader<E, R> {
  /** `has`: whether a column or field holds what is asked for. */
  readonly header: (has: (use: string) => boolean) => Effect.Effect<void, E, R> | undefined
  /** Called with every row in file order; what it gives is run before the next. */
  readonly row: (row: Row) => Effect.Effect<void, E, R> | undefined
}

const ofVariant: ReadonlyArray<string> = ["variant", "chrom", "pos", "ref", "alt"]

/** Where a column that is not named is looked for, when not under the name of its use. */
const usual: Columns = { gene: "gene_id" }

interface Rows {
  readonly has: (use: string) => boolean
  readonly rowsOf: (cells: ReadonlyArray<string>, line: number) => ReadonlyArray<Row>
}

/** A table whose header row is a row of data: PLINK's .bim, say. */
const headless = (columns: ReadonlyArray<string>): boolean => columns.some((name) => /^-?\d+$/u.test(name))

const unheld = (file: string, columns: ReadonlyArray<string>, line: number | undefined): InputError =>
  new InputError({
    message: "no column holds the variants",
    file,
    ...(line === undefined ? {} : { line }),
    hint: headless(columns)
      ? "the first row must name the columns: load-table names those of a file without (header: [chrom, id, cm, pos, alt, ref])"
      : `name them in columns: either variant, or chrom, pos, ref and alt; the table has: ${columns.join(", ")}`
  })

/** Whether a variant is not where other columns of its row are, however its alleles are written: an id of another build. */
const isApart = (variant: VariantText.Pieces, chrom: string, pos: string): boolean => {
  if (Value.isMissing(chrom) || Value.isMissing(pos)) return false
  const [one, other] = [VariantText.position(variant.pos), VariantText.position(pos)]
  if (typeof one !== "number" || typeof other !== "number") return false
  const reach = Math.max(variant.ref.length, variant.alt.length)
  return Math.abs(one - other) > reach || Chromosome.plinkName(variant.chrom) !== Chromosome.plinkName(chrom)
}

const elsewhere = (variant: string, chrom: string, pos: string): VariantText.Problem => ({
  kind: "malformed",
  category: "the id is of another place than the columns beside it",
  reason: `'${variant}' is not at ${chrom}:${pos}, where other columns of the row have it`,
  hint: "say which holds the variants: columns: { variant: ... }, or chrom, pos, ref and alt; an id may be of another build"
})

const tableReader = Effect.fnUntraced(function* (
  { columns, file, headerLine: line }: Header.Headed,
  named: Columns
): Effect.fn.Return<Rows, InputError> {
  const absent = Object.entries(named).find(([, column]) => column !== undefined && !columns.includes(column))
  if (absent !== undefined) {
    return yield* Header.missingColumn({ file, columns, headerLine: line }, absent[1]!, absent[0])
  }
  const places = VariantColumns.find(columns, named)
  const { variant, parts } = places
  const at = new Map<string, number>([["effect_allele", places.effectAllele ?? -1]])
  const place = (use: string): number => {
    const known = at.get(use)
    if (known !== undefined) return known
    const found = columns.indexOf(named[use] ?? usual[use] ?? use)
    at.set(use, found)
    return found
  }
  const has = (use: string): boolean => place(use) >= 0
  if (variant === undefined && parts === undefined) return yield* unheld(file, columns, line)
  const each = (row: Omit<Row, "alt">, alts: string): ReadonlyArray<Row> =>
    alts.includes(",")
      ? alts.split(",").map((alt) => ({ ...row, alt, several: true as const }))
      : [{ ...row, alt: alts }]
  const cellOf = (cells: ReadonlyArray<string>) => (use: string) => {
    const text = cells[place(use)]?.trim()
    return text === undefined || Value.isMissing(text) ? undefined : text
  }
  const present = (text: string): string => (Value.isMissing(text) ? "" : text)
  // No allele, which VCF writes so: not a missing value.
  const allele = (text: string): string => (text === "." ? text : present(text))
  const inParts = (cells: ReadonlyArray<string>, line: number, { chrom, pos, ref, alt }: NonNullable<typeof parts>) => {
    const row = { line, chrom: present(cells[chrom]!), pos: cells[pos]!, ref: allele(cells[ref]!), cell: cellOf(cells) }
    return each({ ...row, build: Chromosome.buildOfName(row.chrom), problem: undefined }, allele(cells[alt]!))
  }
  // Only where a table has both, and the user does not say which.
  const beside = ofVariant.every((use) => named[use] === undefined) ? parts : undefined
  return {
    has,
    rowsOf: (cells, line) => {
      if (variant === undefined) return inParts(cells, line, parts!)
      const text = present(cells[variant]!).trim()
      const pieces = VariantText.split(text)
      if (pieces._tag === "Success") {
        const apart = beside !== undefined && isApart(pieces.success, cells[beside.chrom]!, cells[beside.pos]!)
        const problem = apart ? elsewhere(text, cells[beside.chrom]!, cells[beside.pos]!) : undefined
        const row = { ...pieces.success, line, whole: text, problem, cell: cellOf(cells) }
        return each(row, pieces.success.alt)
      }
      // A column of rsIDs beside the parts.
      if (parts !== undefined && named["variant"] === undefined) return inParts(cells, line, parts)
      const nothing = { chrom: "", pos: "", ref: "", alt: "", build: undefined }
      return [{ ...nothing, line, whole: text, problem: pieces.failure, cell: cellOf(cells) }]
    }
  }
})

const fromTable = <E, R>(
  path: string,
  columns: Columns,
  { header, row }: Reader<E, R>
): Effect.Effect<void, InputError | E, R> =>
  TableReader.use(
    path,
    {},
    Effect.fnUntraced(function* (source): Effect.fn.Return<void, InputError | E, R> {
      const reader = yield* tableReader(source, columns)
      yield* header(reader.has) ?? Effect.void
      yield* TableReader.forEach(
        source,
        Effect.fnUntraced(function* (batch): Effect.fn.Return<void, InputError | E, R> {
          for (let at = 0; at < batch.height; at++) {
            for (const each of reader.rowsOf(batch.row(at), batch.line(at))) {
              const more = row(each)
              if (more !== undefined) yield* more
            }
          }
        })
      )
    })
  )

const noCell = (): undefined => undefined

const fromVcf = <E, R>(
  path: string,
  named: Columns,
  { header, row }: Reader<E, R>
): Effect.Effect<void, InputError | E, R> => {
  let build: Chromosome.Build | undefined
  const fields = new Map<string, Vcf.Field>()
  return Vcf.read(path, {
    header: Effect.fnUntraced(function* (found): Effect.fn.Return<void, InputError | E, R> {
      build = found.build
      for (const [use, name] of Object.entries(named)) {
        if (name === undefined) continue
        if (ofVariant.includes(use)) {
          const message = `columns: a VCF has a place of its own for '${use}'`
          return yield* new InputError({ message, file: path, hint: `leave '${use}' out of columns` })
        }
        fields.set(use, yield* Vcf.field(found, name, path))
      }
      yield* header((use) => fields.has(use)) ?? Effect.void
    }),
    site: (site) => {
      const { line, chrom, pos, ref, alt, problem } = site
      if (fields.size === 0 || problem !== undefined) {
        return row({ line, chrom, pos, ref, alt, build, problem, cell: noCell })
      }
      const values = new Map<string, string | undefined>()
      let wrong: VariantText.Problem | undefined
      for (const [use, read] of fields) {
        const value = read(site)
        if (typeof value === "object") wrong ??= value
        else values.set(use, value)
      }
      return row({ line, chrom, pos, ref, alt, build, problem: wrong, cell: (use) => values.get(use) })
    }
  })
}

/** Reads a VCF or a table with a header row, plain or gzip. In a VCF, columns are INFO or FORMAT fields. */
export const read = <E, R>(
  path: string,
  columns: Columns,
  reader: Reader<E, R>
): Effect.Effect<void, InputError | E, R> =>
  Effect.flatMap(Vcf.isVcf(path), (vcf) => (vcf ? fromVcf : fromTable)(path, columns, reader))
