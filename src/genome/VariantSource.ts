/** Variants with what a file says about them, streamed: from VCF, or from any table whose columns are named. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Header from "../data/table/Header.ts"
import * as TableReader from "../data/table/Reader.ts"
import * as Value from "../data/table/Value.ts"
import * as Chromosome from "./Chromosome.ts"
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
  readonly header: (has: (use: string) => boolean) => void
  /** Called with every row in file order; what it gives is run before the next. */
  readonly row: (row: Row) => Effect.Effect<void, E, R> | undefined
}

/** Where a column that is not named is looked for, when not under the name of its use. */
const usual: Columns = { variant: "variant_id", gene: "gene_id" }

const ofVariant = ["chrom", "pos", "ref", "alt"] as const

interface Rows {
  readonly has: (use: string) => boolean
  readonly rowsOf: (cells: ReadonlyArray<string>, line: number) => ReadonlyArray<Row>
}

const tableReader = Effect.fnUntraced(function* (
  { columns, file, headerLine: line }: Header.Headed,
  named: Columns
): Effect.fn.Return<Rows, InputError> {
  const absent = Object.entries(named).find(([, column]) => column !== undefined && !columns.includes(column))
  if (absent !== undefined) {
    return yield* Header.missingColumn({ file, columns, headerLine: line }, absent[1]!, absent[0])
  }
  const at = new Map<string, number>()
  const place = (use: string): number => {
    const known = at.get(use)
    if (known !== undefined) return known
    const found = columns.indexOf(named[use] ?? usual[use] ?? use)
    at.set(use, found)
    return found
  }
  const has = (use: string): boolean => place(use) >= 0
  const whole = has("variant") && (named["variant"] !== undefined || named["pos"] === undefined)
  if (!whole && !ofVariant.every(has)) {
    return yield* new InputError({
      message: "no column holds the variants",
      file,
      ...(line === undefined ? {} : { line }),
      hint: `name them in columns: either variant, or chrom, pos, ref and alt; the table has: ${columns.join(", ")}`
    })
  }
  const [chromAt, posAt, refAt, altAt] = ofVariant.map(place) as [number, number, number, number]
  const wholeAt = place("variant")
  const each = (row: Omit<Row, "alt">, alts: string): ReadonlyArray<Row> =>
    alts.includes(",") ? alts.split(",").map((alt) => ({ ...row, alt })) : [{ ...row, alt: alts }]
  return {
    has,
    rowsOf: (cells, line) => {
      const cell = (use: string): string | undefined => {
        const text = cells[place(use)]
        return text === undefined || Value.isMissing(text) ? undefined : text
      }
      const present = (at: number): string => (Value.isMissing(cells[at]!) ? "" : cells[at]!)
      if (!whole) {
        const row = { line, chrom: present(chromAt), pos: cells[posAt]!, ref: present(refAt), cell }
        return each({ ...row, build: Chromosome.buildOfName(row.chrom), problem: undefined }, present(altAt))
      }
      const text = present(wholeAt).trim()
      const pieces = VariantText.split(text)
      if (pieces._tag === "Success") {
        return each({ ...pieces.success, line, whole: text, problem: undefined, cell }, pieces.success.alt)
      }
      const nothing = { chrom: "", pos: "", ref: "", alt: "", build: undefined }
      return [{ ...nothing, line, whole: text, problem: pieces.failure, cell }]
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
      header(reader.has)
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
        if (use === "variant" || (ofVariant as ReadonlyArray<string>).includes(use)) {
          const message = `columns: a VCF has a place of its own for '${use}'`
          return yield* new InputError({ message, file: path, hint: `leave '${use}' out of columns` })
        }
        fields.set(use, yield* Vcf.field(found, name, path))
      }
      header((use) => fields.has(use))
    }),
    site: (site) => {
      const { line, chrom, pos, ref, alt, problem } = site
      const cell = fields.size === 0 ? noCell : (use: string) => fields.get(use)?.(site)
      return row({ line, chrom, pos, ref, alt, build, problem, cell })
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
