import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import { cannot, InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as Table from "../../src/data/Table.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Document from "../../src/report/Document.ts"
import * as Page from "../../src/report/Page.ts"

const kinds = ["figures", "tables", "texts"] as const
type Kind = (typeof kinds)[number]

const positions = (kind: Kind) => Param.withDefault(Schema.Array(Param.Count), [], `positions of its ${kind}, from 1`)

const Section = Schema.Struct({
  title: Param.required(Schema.String, "title of the section"),
  text: Param.optional(Schema.String, "what it is about; blank lines part paragraphs"),
  figures: positions("figures"),
  tables: positions("tables"),
  texts: positions("texts")
})

const singular: { readonly [K in Kind]: string } = { figures: "Figure", tables: "Table", texts: "Note" }
const headings: { readonly [K in Kind]: string } = { figures: "Figures", tables: "Tables", texts: "Notes" }

const readText = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.readFileString(file).pipe(Effect.mapError(cannot("read", file)))
})

const readPicture = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const type = Page.pictureType(file)
  if (type === undefined) return yield* new InputError({ message: "not a picture that a browser shows", file })
  return Page.picture(type, yield* fs.readFile(file).pipe(Effect.mapError(cannot("read", file))))
})

const readTable = Effect.fnUntraced(function* (file: string, name: string | undefined, rows: number) {
  const { columns, rows: all } = yield* Table.readText(file)
  return { kind: "table" as const, name, table: { columns, rows: all.slice(0, rows) }, total: all.length }
})

export default Stage.make({
  name: "report",
  version: 2,
  summary: "Puts tables, figures and text together into one self-contained HTML page.",
  params: {
    title: Param.required(Schema.String, "title of the page"),
    intro: Param.optional(Schema.String, "what the page is about; blank lines part paragraphs"),
    sections: Param.withDefault(
      Schema.Array(Section),
      [],
      "sections in order, each with a title, a text, and the positions (from 1) of its figures, tables and texts; what no section names comes at the end"
    ),
    rows: Param.withDefault(Param.Count, 50, "rows shown of each table")
  },
  inputs: {
    figures: Port.optional(Port.list(Port.file("picture", "figures: SVG, PNG, JPEG, GIF or WebP"))),
    tables: Port.optional(Port.list(Port.file("tsv", "tables"))),
    texts: Port.optional(Port.list(Port.file("text", "texts")))
  },
  outputs: { page: Port.file("html", "the page") },
  check: ({ sections }, given) =>
    sections.flatMap((section, index) =>
      kinds.flatMap((kind) => {
        const count = given.has(kind) ? given.count(kind) : 0
        return section[kind].flatMap((position, place) =>
          count === undefined || position <= count
            ? []
            : [
                {
                  at: ["sections", index, kind, place] as const,
                  message: `sections: ${kind} has no position ${position}`,
                  hint: `${count} given; positions count from 1`
                }
              ]
        )
      })
    ),
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const path = yield* Path.Path
    const task = yield* Task
    // What came through a port is called by its place in it, which says nothing.
    const nameOf = (file: string) => {
      const name = path.basename(file).replace(/\.(?:tsv|txt|md|svg|png|jpe?g|gif|webp)(?:\.gz)?$/u, "")
      return /^(?:figures|tables|texts)\.\d+$/u.test(name) ? undefined : name
    }
    const items: { readonly [K in Kind]: ReadonlyArray<Document.Item> } = {
      figures: yield* Effect.forEach(inputs.figures ?? [], (file) =>
        Effect.map(readPicture(file), (picture) => ({ kind: "figure" as const, name: nameOf(file), picture }))
      ),
      tables: yield* Effect.forEach(inputs.tables ?? [], (file) => readTable(file, nameOf(file), params.rows)),
      texts: yield* Effect.forEach(inputs.texts ?? [], (file) =>
        Effect.map(readText(file), (text) => ({ kind: "text" as const, name: nameOf(file), text }))
      )
    }
    const named = params.sections.map((section) => ({
      ...section,
      items: kinds.flatMap((kind) => section[kind].map((at) => items[kind][at - 1]!))
    }))
    const placed = new Set(named.flatMap((section) => section.items))
    const rest = kinds
      .map((kind) => ({
        title: headings[kind],
        items: items[kind]
          .map((item, index) => ({ item, name: item.name ?? `${singular[kind]} ${index + 1}` }))
          .filter(({ item }) => !placed.has(item))
          .map(({ item, name }) => ({ ...item, name }))
      }))
      .filter((section) => section.items.length > 0)
    const said = items.tables.some(Document.saysSynthetic) || items.figures.some(Document.saysSynthetic)
    const page = Document.render({ ...params, synthetic: task.synthetic || said, sections: [...named, ...rest] })
    yield* outputs.page.write(page)
  })
})
