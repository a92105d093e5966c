/** What files that are there before the run hold: whether they are what they are given for, and have the columns that are read. */
import * as Effect from "effect/Effect"
import { basename } from "node:path"
import type { Diagnostic } from "../../core/Diagnostic.ts"
import * as Failure from "../../core/Failure.ts"
import * as Header from "../../data/table/Header.ts"
import * as Reader from "../../data/table/Reader.ts"
import * as FileHead from "../../data/text/FileHead.ts"
import type { NamedFile } from "../file/FileCheck.ts"
import * as FileKind from "../stage/FileKind.ts"
import type { Look } from "../stage/Look.ts"
import * as Port from "../stage/Port.ts"

type Problem = Pick<Diagnostic, "code" | "message" | "hint">

/** Of more files than these, no more are opened: a check is quick, and the run looks at all of them. */
const mostFiles = 1000

const sam = "write it as BAM: samtools view -b -o OUT.bam FILE"

const contentProblem = (
  file: string,
  port: Port.FilePort | Port.TablePort,
  { content, hint, gzip, start }: FileHead.FileHead
): Problem | undefined => {
  const kind = Port.kindOf(port)
  const { description, contents, begins } = FileKind.get(kind)
  const name = basename(file)
  const problem = (is: string, todo: string | undefined) => ({
    code: "wrong-content",
    message: `'${name}' ${is}, where ${description} (${kind}) is expected`,
    hint: todo
  })
  if (contents === undefined) return undefined
  if (!contents.includes(content)) {
    if (content === "binary") return problem("is not text", hint)
    return problem(`is ${content}`, kind === "bam" && content === "text" ? sam : hint)
  }
  // BAM is made of gzip blocks; else what is binary in itself is not read through gzip.
  if (gzip && content !== "text" && kind !== "bam")
    return problem(`is ${content} within gzip`, "decompress it: gunzip FILE")
  const first = start.trimStart().slice(0, 60)
  return begins === undefined || content !== "text" || first === "" || begins.test(first)
    ? undefined
    : problem(`begins with '${first.split(/[\t\r\n]/u)[0]}'`, undefined)
}

const vcf = /^\uFEFF?(?:##.*\r?\n)*(?:##fileformat=VCF|#CHROM\tPOS\tID\tREF\tALT)/u

/** Each file is opened once in each way, whatever profiles name it. */
export const makeReader = () => {
  const heads = new Map<string, FileHead.FileHead | undefined>()
  const tables = new Map<string, Header.Headed | Problem>()
  const headOf = (file: string): FileHead.FileHead | undefined => {
    if (!heads.has(file) && heads.size < mostFiles) heads.set(file, FileHead.read(file))
    return heads.get(file)
  }
  /** What the run would say of the file as a table, or its header. */
  const tableOf = Effect.fnUntraced(function* (file: string, layout: Reader.Options = {}) {
    const id = JSON.stringify([file, layout])
    const table =
      tables.get(id) ??
      (yield* Reader.use(file, layout, ({ columns, headerLine }) => Effect.succeed({ file, columns, headerLine })).pipe(
        Effect.catch(({ _tag, message, line, hint }) => {
          const place = { _tag, message, file: basename(file), ...(line === undefined ? {} : { line }) }
          return Effect.succeed<Problem>({ code: "wrong-content", message: Failure.placed(place), hint })
        })
      ))
    tables.set(id, table)
    return table
  })
  return { headOf, tableOf }
}

export type ContentReader = ReturnType<typeof makeReader>

const columnProblem = ({ file }: Header.Headed, { message, hint }: Header.Fault): Problem => ({
  code: "unknown-column",
  message: `'${basename(file)}': ${message}`,
  hint
})

/** Those files are held to what is asked of them that are there. */
export const check = Effect.fnUntraced(function* (
  files: ReadonlyArray<NamedFile>,
  looks: ReadonlyArray<Look>,
  missing: ReadonlySet<string>,
  { headOf, tableOf }: ContentReader
) {
  const diagnostics: Array<Diagnostic> = []
  /** Files with errors that hide what else could be said of them. */
  const broken = new Set(missing)
  /** Tables without a column that is named. */
  const lacking = new Set<string>()
  // Of a scattered stage, each instance asks.
  const asked = new Set<string>()
  const isNew = (...id: ReadonlyArray<unknown>): boolean => {
    const text = id.join("\0")
    return !asked.has(text) && asked.add(text).size > 0
  }
  for (const { path: file, port, range, source } of files) {
    if (port === undefined || missing.has(file) || !isNew(source.file, range.start, file)) continue
    const head = headOf(file)
    if (head === undefined) continue
    let found = contentProblem(file, port, head)
    if (found === undefined && port._tag === "Table") {
      const table = yield* tableOf(file)
      if ("message" in table) found = table
      else {
        const absent = Header.absent(table.columns, port.columns)
        if (absent !== undefined) found = columnProblem(table, absent)
      }
    }
    if (found === undefined) continue
    broken.add(file)
    diagnostics.push({ ...found, source, range })
  }
  for (const look of looks) {
    if (look._tag === "Inspection") {
      if (look.files.some((file) => broken.has(file) || lacking.has(file))) continue
      const found = yield* Effect.match(look.run, { onFailure: (one) => [one], onSuccess: (all) => all })
      for (const { at, message, hint } of found) {
        diagnostics.push({ code: "requirement", message, hint, ...look.placeOf(at) })
      }
      continue
    }
    const { file, named, placeOf } = look
    const place = placeOf(named.at)
    if (broken.has(file) || !isNew(place.source.file, place.range.start, named.column, file)) continue
    const head = headOf(file)
    // Of a VCF, fields of INFO and FORMAT may be named like columns: its header says which there are.
    if (head === undefined || vcf.test(head.start)) continue
    const table = yield* tableOf(file, named.layout)
    if ("message" in table) {
      broken.add(file)
      diagnostics.push({ ...table, ...placeOf(named.input) })
    } else if (!table.columns.includes(named.column)) {
      lacking.add(file)
      diagnostics.push({ ...columnProblem(table, Header.missing([named.column], table.columns)), ...place })
    }
  }
  return diagnostics
})
