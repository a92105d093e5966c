/**
 * Variants from VCF, plain or gzip, line by line. Genotypes are not read; INFO fields, and FORMAT fields of an only sample
 * (GWAS-VCF's ES, SE, LP), are where they are asked for.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { InputError } from "../core/Failure.ts"
import * as Suggest from "../core/Suggest.ts"
import * as TextLines from "../data/TextLines.ts"
import * as Chromosome from "./Chromosome.ts"
import { decoded } from "./Gff3.ts"
import type { Problem } from "./VariantText.ts"

export interface Header {
  /** Of the `#CHROM` line, without `#`. */
  readonly columns: ReadonlyArray<string>
  /** `Number` of the header by field: how many values a record has. */
  readonly info: ReadonlyMap<string, string>
  readonly format: ReadonlyMap<string, string>
  /** The build that lengths or assemblies of the contigs tell. */
  readonly build: Chromosome.Build | undefined
  readonly fieldsOf: (site: Site) => ReadonlyArray<string>
}

/** One alternative allele of a record, as text. */
export interface Site {
  /** 1-based line of the file. */
  readonly line: number
  readonly chrom: string
  readonly pos: string
  readonly ref: string
  readonly alt: string
  /** Set where the line cannot be read. */
  readonly problem?: Problem
  /** The whole line. */
  readonly record: string
  /** Which of the record's alternative alleles, from 0. */
  readonly index: number
  /** Alternative alleles of the record. */
  readonly count: number
}

export interface Reader<E, R> {
  readonly header: (header: Header) => Effect.Effect<void, E, R>
  /** Called with every site in file order; what it gives is run before the next. */
  readonly site: (site: Site) => Effect.Effect<void, E, R> | undefined
}

const leastFields = 5

/** What a line of records without its header looks like. */
const recordLike = /^[^\s#]+\t\d+\t[^\t]+\t[ACGTNacgtn]+\t[^\t]+(?:\t|$)/u

/** Lines of a header: more are not looked at to tell what a file is. */
const headLines = 100_000

/** Whether a file is meant as VCF: by its header, its name or its records. BCF is named as such. */
export const isVcf = Effect.fnUntraced(function* (path: string): Effect.fn.Return<boolean, InputError> {
  let seen = 0
  const telling = yield* TextLines.stream(path).pipe(
    Stream.map((lines) => lines.find((line) => ++seen > headLines || !/^\uFEFF?##(?!fileformat=VCF)/u.test(line))),
    Stream.filter((line) => line !== undefined),
    Stream.runHead
  )
  const line = Option.getOrElse(telling, () => "").replace(/^\uFEFF/u, "")
  if (line.startsWith("BCF")) {
    return yield* new InputError({
      message: "this is BCF, the binary form of VCF",
      file: path,
      hint: "write it as VCF: bcftools view -Oz -o variants.vcf.gz FILE"
    })
  }
  return (
    // PLINK's tables of results begin like it, too.
    /^(?:##fileformat=VCF|#CHROM\tPOS\tID\tREF\tALT(?:$|\tQUAL))/u.test(line) ||
    /\.vcf(?:\.b?gz)?$/u.test(path) ||
    recordLike.test(line)
  )
})

const malformed = (category: string, reason: string, hint?: string): Problem => ({
  kind: "malformed",
  category,
  reason,
  ...(hint === undefined ? {} : { hint })
})

/** Fields of a record; tabs behind the last of them are none. */
const widthOf = (record: string, width: number): number => {
  let [count, at] = [1, record.indexOf("\t")]
  while (at !== -1) {
    count++
    at = record.indexOf("\t", at + 1)
  }
  return count > width ? Math.max(width, record.replace(/\t+$/u, "").split("\t").length) : count
}

/** Splits a record once, although several of its fields are asked for. */
const splitter = (): Header["fieldsOf"] => {
  let last: string | undefined
  let fields: ReadonlyArray<string> = []
  return ({ record }) => {
    if (record !== last) [last, fields] = [record, record.split("\t")]
    return fields
  }
}

/** Where the next two tabs are; -1 where there is none. */
const tabs = (text: string, from: number): readonly [number, number] => {
  const first = text.indexOf("\t", from)
  return [first, first === -1 ? -1 : text.indexOf("\t", first + 1)]
}

const noHeader = "not a VCF: no header line '#CHROM POS ID REF ALT ...' above the records"

/** Reads all records, one per alternative allele. */
export const read = <E, R>(path: string, reader: Reader<E, R>): Effect.Effect<void, InputError | E, R> => {
  const info = new Map<string, string>()
  const format = new Map<string, string>()
  let build: Chromosome.Build | undefined
  let started = false
  let number = 0
  let width = leastFields

  const meta = (line: string): void => {
    const [, kind, id, count] = /^##(INFO|FORMAT)=<ID=([^,>]+)(?:.*?[,<]Number=([^,>]+))?/u.exec(line) ?? []
    if (kind !== undefined) (kind === "INFO" ? info : format).set(id!, count ?? ".")
    if (!line.startsWith("##contig=")) return
    const value = (key: string) => new RegExp(`[<,]${key}="?([^,>"]+)`, "u").exec(line)?.[1] ?? ""
    build ??=
      Chromosome.buildOf(value("assembly")) ??
      Chromosome.buildOfName(value("ID")) ??
      Chromosome.buildOfLength(value("ID"), Number(value("length")))
  }

  const siteOf = (record: string): Site => {
    const [first, second] = tabs(record, 0)
    const [third, fourth] = tabs(record, second + 1)
    const fifth = fourth === -1 ? -1 : record.indexOf("\t", fourth + 1)
    const chrom = record.slice(0, first === -1 ? undefined : first)
    const site = { line: number, chrom, record, index: 0, count: 1 }
    const found = widthOf(record, width)
    if (found !== width) {
      const reason = `${found} ${found === 1 ? "field" : "fields"} where the header has ${width}`
      const hint = found < width ? "fields are separated by one tab; the last line of a cut file is short" : undefined
      const problem = malformed("another number of fields than the header", reason, hint)
      return { ...site, pos: "", ref: "", alt: "", problem }
    }
    return {
      line: number,
      chrom,
      pos: record.slice(first + 1, second),
      ref: record.slice(third + 1, fourth),
      alt: fifth === -1 ? record.slice(fourth + 1) : record.slice(fourth + 1, fifth),
      record,
      index: 0,
      count: 1
    }
  }

  return Stream.runForEach(
    TextLines.pieces(path),
    Effect.fnUntraced(function* (piece: string) {
      for (const line of TextLines.linesOf(piece)) {
        number++
        if (line === "") continue
        if (!line.startsWith("#")) {
          if (!started) {
            const hint = "bcftools view writes one; without it the file may be any table"
            return yield* new InputError({ message: noHeader, file: path, line: number, hint })
          }
          const site = siteOf(line)
          const alleles = site.alt.includes(",") ? site.alt.split(",") : undefined
          const count = alleles?.length ?? 1
          for (let index = 0; index < count; index++) {
            const more = reader.site(alleles === undefined ? site : { ...site, alt: alleles[index]!, index, count })
            if (more !== undefined) yield* more
          }
        } else if (line.startsWith("##")) meta(line)
        else if (line.startsWith("#CHROM")) {
          const columns = line.slice(1).split("\t")
          if (columns.length < leastFields) {
            const message = "the header line '#CHROM' has fewer than 5 columns"
            const hint = "fields are separated by one tab"
            return yield* new InputError({ message, file: path, line: number, hint })
          }
          if (!/^#CHROM\tPOS\tID\tREF\tALT(?:\t|$)/u.test(line)) {
            const message = "the columns of the header line are not CHROM, POS, ID, REF and ALT, in this order"
            return yield* new InputError({ message, file: path, line: number })
          }
          width = columns.length
          yield* reader.header({ columns, info, format, build, fieldsOf: splitter() })
          started = true
        }
      }
    })
  ).pipe(Effect.tap(() => (!started ? new InputError({ message: noHeader, file: path, line: 1 }) : Effect.void)))
}

/** The value of a field in a record; undefined where it is missing. */
export type Field = (site: Site) => string | undefined | Problem

/** Of several values the one of the site's allele, where the header says that there is one for each. */
const ofAllele = (name: string, value: string | undefined, number: string | undefined, { index, count }: Site) => {
  if (value === undefined || value === "" || value === ".") return undefined
  const values = number === "A" || number === "R" ? value.split(",") : [value]
  const wanted = number === "A" ? count : number === "R" ? count + 1 : 1
  if (values.length !== wanted) {
    const alleles = number === "A" ? "alternative alleles" : "alleles"
    const reason = `'${name}' has ${values.length} values for ${wanted} ${alleles}: ${value}`
    return malformed("a field with another number of values than alleles", reason)
  }
  const found = values[number === "A" ? index : number === "R" ? index + 1 : 0]!
  return found === "" || found === "." ? undefined : decoded(found)
}

const infoColumn = 7
const formatColumn = 8

/**
 * How to read a field that a user names: one of INFO, of FORMAT (`INFO/GENE`, `FORMAT/ES` say which), or a column of the
 * `#CHROM` line.
 */
export const field = (
  { columns, info, format, fieldsOf }: Header,
  name: string,
  path: string
): Effect.Effect<Field, InputError> => {
  const [, only, bare] = /^(?:(INFO|FORMAT)\/)?(.*)$/u.exec(name)!
  if (info.has(bare!) && only !== "FORMAT") {
    const [key, count] = [`${bare!}=`, info.get(bare!)]
    const read: Field = (site) => {
      const items = fieldsOf(site)[infoColumn]?.split(";") ?? []
      const found = items.filter((each) => each.trimStart().startsWith(key))
      if (found.length > 1 && new Set(found).size > 1) {
        return malformed("an INFO field with two values", `INFO has '${bare!}' twice: ${found.join(";")}`)
      }
      const item = found[0]?.trimStart()
      return item === undefined
        ? count === "0" && items.includes(bare!)
          ? "true"
          : undefined
        : ofAllele(bare!, item.slice(key.length), count, site)
    }
    return Effect.succeed(read)
  }
  if (format.has(bare!) && only !== "INFO") {
    const samples = columns.length - formatColumn - 1
    if (samples !== 1) {
      const message = `FORMAT field '${bare!}' is asked for, and the VCF has ${samples} samples`
      const hint = "choose one: bcftools view -s SAMPLE"
      return Effect.fail(new InputError({ message, file: path, hint }))
    }
    const read: Field = (site) => {
      const at = fieldsOf(site)[formatColumn]?.split(":").indexOf(bare!) ?? -1
      const value = at === -1 ? undefined : fieldsOf(site)[formatColumn + 1]?.split(":")[at]
      return ofAllele(bare!, value, format.get(bare!), site)
    }
    return Effect.succeed(read)
  }
  const at = only === undefined ? columns.indexOf(name) : -1
  if (at !== -1) return Effect.succeed((site) => ofAllele(name, fieldsOf(site)[at], "1", site))
  const known = [...info.keys(), ...format.keys(), ...columns.slice(leastFields)]
  const message = `no INFO field, FORMAT field or column is named '${name}'`
  return Effect.fail(new InputError({ message, file: path, hint: Suggest.hint(name, known, "fields") }))
}
