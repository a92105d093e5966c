/** Compiled, never run: a line under `@ts-expect-error` must not compile, all others must. */
import buildWindows from "../../modules/build-windows/stage.ts"
import loadVariants from "../../modules/load-variants/stage.ts"
import { Effect, Param, Port, Schema, Stage, Table, Workflow } from "../../src/index.ts"

const variants = { variant_id: Table.string("id"), pos: Table.integer("position") }

const makeVariants = Stage.make({
  name: "make-variants",
  version: 1,
  summary: "Makes variants.",
  params: {
    count: Param.withDefault(Schema.Int, 10, "how many"),
    genome: Param.required(Schema.Literals(["hg38", "hg19"]), "the genome")
  },
  inputs: { reference: Port.optional(Port.file("fasta", "reference")) },
  outputs: {
    variants: Port.table(variants, "variants"),
    log: Port.file("text", "log"),
    raw: Port.file("file", "as it was downloaded"),
    maybe: Port.table({ ...variants, pos: Table.nullable(variants.pos) }, "some without a position")
  },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const count: number = params.count
    const path: string | undefined = inputs.reference
    yield* outputs.log.write(`${count} ${path}`)
    // @ts-expect-error -- a column of a wrong type
    yield* outputs.variants.write([{ variant_id: "a", pos: "1" }])
    // @ts-expect-error -- there is no such param
    void params.size
  })
})

const score = Stage.make({
  name: "score",
  version: 1,
  summary: "Scores variants.",
  params: {},
  inputs: {
    variants: Port.table({ ...variants, effect: Table.nullable(Table.number("effect")) }, "variants"),
    notes: Port.optional(Port.list(Port.file("text", "notes")))
  },
  outputs: { scores: Port.table({ variant_id: Table.string("id"), score: Table.number("score") }, "scores") },
  run: () => Effect.void
})

Workflow.make({
  name: "typed",
  params: { genome: { type: "string", enum: ["hg38", "hg19"], default: "hg38" }, n: { type: "integer", default: 3 } },
  profiles: { large: { params: { n: 100 } } },
  compose: ({ params, use, scatter, script }) => {
    const made = use("made", makeVariants, { genome: params.genome, count: params.n })
    use("path", makeVariants, { genome: "hg19", reference: "./my.fa" })
    use("computed", makeVariants, { genome: "hg19", count: Workflow.expression<number>`${params.n} * 2` })
    // @ts-expect-error -- a param that must be given
    use("lacking", makeVariants, { count: 1 })
    // @ts-expect-error -- no such value
    use("value", makeVariants, { genome: "hg17" })
    // @ts-expect-error -- a param of another type
    use("type", makeVariants, { genome: "hg38", count: params.genome })
    // @ts-expect-error -- no such param or input
    use("excess", makeVariants, { genome: "hg38", size: 3 })
    // @ts-expect-error -- no such param of the workflow
    use("unknown", makeVariants, { genome: params.genom })

    const scored = use("scored", score, { variants: made.variants, notes: made.log }, { resources: { cpus: 2 } })
    use("list", score, { variants: made.variants, notes: [made.log, "./more.txt"] })
    // A download may turn out to be anything.
    use("download", score, { variants: made.raw })
    // @ts-expect-error -- an input that must be given
    use("input", score, {})
    // @ts-expect-error -- another table: it has no column pos
    use("columns", score, { variants: scored.scores })
    // @ts-expect-error -- a column that may lack values
    use("nullable", score, { variants: made.maybe })
    // @ts-expect-error -- another kind of file
    use("kind", score, { variants: made.log })
    // @ts-expect-error -- a table where text is wanted
    use("text", score, { variants: made.variants, notes: made.variants })
    // @ts-expect-error -- there is no such output
    void scored.score

    const parts = scatter("parts", score, { over: made.variants, rows: 10 }, (item) => ({ variants: item }))
    const many = scatter("many", makeVariants, { over: ["hg38", "hg19"] }, (item) => ({ genome: item }))
    use("gathered", score, { variants: many.variants, notes: many.log })
    scatter("files", score, { over: many.log }, (item) => ({ variants: made.variants, notes: item }))
    scatter(
      "product",
      makeVariants,
      [
        { over: ["hg38", "hg19"], as: "genome" },
        { over: Workflow.expression<ReadonlyArray<number>>`range(${params.n})`, as: "seed" }
      ],
      ({ genome, seed }) => ({ genome, count: seed })
    )
    // @ts-expect-error -- no such item
    scatter("noItem", makeVariants, [{ over: ["hg38"], as: "genome" }], ({ seed }) => ({ genome: seed }))
    scatter(
      "crossed",
      score,
      [
        { over: made.variants, rows: 10, as: "part" },
        { over: many.log, as: "note" }
      ],
      (item) => ({
        variants: item.part,
        notes: item.note
      })
    )
    // @ts-expect-error -- the item is a text, not a number
    scatter("mixed", makeVariants, [{ over: ["a"], as: "x" }], ({ x }) => ({ genome: "hg38", count: x }))
    // @ts-expect-error -- the item is no table
    scatter("wrong", score, { over: many.log }, (item) => ({ variants: item }))
    // @ts-expect-error -- text has no rows
    scatter("rows", score, { over: made.log, rows: 10 }, () => ({ variants: made.variants }))

    const ranked = script("ranked", {
      run: 'sort "$scores" > "$ranked"',
      inputs: { scores: parts.scores, program: "./rank.py" },
      outputs: { ranked: { table: { variant_id: "string", pos: "integer", effect: "number?" } }, plot: "svg" },
      env: { n: params.n, many: Workflow.expression<boolean>`${params.n} > ${2}` },
      container: "docker://python:3.12",
      network: true
    })
    // @ts-expect-error -- a condition that is a number
    use("condition", score, { variants: ranked.ranked }, { if: params.n })
    // @ts-expect-error -- a file is nothing to compute with
    void Workflow.expression`${ranked.plot} > 2`
    use("after", score, { variants: ranked.ranked })
    // @ts-expect-error -- a figure is no table
    use("figure", score, { variants: ranked.plot })
    // @ts-expect-error -- no such kind of file
    script("kind", { run: "", outputs: { out: "sgv" } })

    const loaded = use("loaded", loadVariants, { variants: "./my.vcf", reference: "./my.fa" })
    const windows = use("windows", buildWindows, {
      mode: "variants",
      width: params.n,
      reference: "./my.fa",
      variants: loaded.variants
    })
    // @ts-expect-error -- windows have no position
    use("misfit", score, { variants: windows.windows })
    return { ranked: ranked.ranked, parts: parts.scores }
  }
})

const part = Workflow.make({
  name: "part",
  params: {
    variants: { type: "file" },
    tissue: { type: "string", enum: ["lung", "liver"] },
    n: { type: "integer", default: 3 },
    notes: { type: "file", optional: true },
    widths: { type: "list", items: "integer", default: [1, 2] },
    files: { type: "list", items: "file", default: [] }
  },
  compose: ({ params, use, scatter }) => {
    const scored = use("scored", score, { variants: params.variants, notes: params.files })
    // @ts-expect-error -- numbers are no files
    use("numbers", score, { variants: params.variants, notes: params.widths })
    const made = scatter("made", makeVariants, { over: params.widths }, (item) => ({ genome: "hg38", count: item }))
    // @ts-expect-error -- the items are numbers
    scatter("wrong", makeVariants, { over: params.widths }, (item) => ({ genome: item }))
    return { scores: scored.scores, logs: made.log, one: use("one", makeVariants, { genome: "hg38" }).log }
  }
})

Workflow.make({
  name: "whole",
  compose: ({ use, scatter }) => {
    const made = use("made", makeVariants, { genome: "hg38" })
    const used = use("used", part, { variants: made.variants, tissue: "lung", notes: made.log })
    use("scores", score, { variants: made.variants, notes: used.logs })
    use("path", part, { variants: "./my.tsv", tissue: "liver", n: 5, widths: [3] }, { if: true })
    use("listed", part, { variants: made.variants, tissue: "lung", files: used.logs })
    // @ts-expect-error -- one file is no list
    use("single", part, { variants: made.variants, tissue: "lung", files: made.log })
    // @ts-expect-error -- a param that must be given
    use("lacking", part, { variants: made.variants })
    // @ts-expect-error -- no such value
    use("value", part, { variants: made.variants, tissue: "heart" })
    // @ts-expect-error -- a param of another type
    use("type", part, { variants: made.variants, tissue: "lung", n: "many" })
    // @ts-expect-error -- a file is no number
    use("file", part, { variants: made.variants, tissue: "lung", n: made.log })
    // @ts-expect-error -- no such param
    use("excess", part, { variants: made.variants, tissue: "lung", size: 3 })
    // @ts-expect-error -- resources are said of a workflow's own stages
    use("resources", part, { variants: made.variants, tissue: "lung" }, { resources: { cpus: 2 } })
    // @ts-expect-error -- no such output
    void used.scored
    // @ts-expect-error -- text is no table
    use("figure", score, { variants: used.one })

    const many = scatter("many", part, { over: ["lung", "liver"] }, (item) => ({
      variants: made.variants,
      tissue: item
    }))
    scatter("pieces", part, { over: made.variants, rows: 10 }, (item) => ({ variants: item, tissue: "lung" }))
    // @ts-expect-error -- no such value
    scatter("wrong", part, { over: ["lung", "heart"] }, (item) => ({ variants: made.variants, tissue: item }))
    // @ts-expect-error -- no such param
    scatter("size", part, { over: ["lung"] }, (item) => ({ variants: made.variants, tissue: item, size: 3 }))
    // A list of lists: what takes a list takes all of it, and its items are lists.
    use("all", score, { variants: made.variants, notes: many.logs })
    scatter("lanes", score, { over: many.logs }, (item) => ({ variants: made.variants, notes: item }))
    // @ts-expect-error -- a list is no table
    scatter("lane", score, { over: many.logs }, (item) => ({ variants: item }))
    return { scores: many.scores, logs: many.logs }
  }
})

Workflow.make({
  name: "wrong",
  params: { n: { type: "integer", default: 3 } },
  // @ts-expect-error -- a profile's value of another type
  profiles: { large: { params: { n: "many" } } },
  // @ts-expect-error -- a result must be an output
  compose: () => ({ result: 3 })
})

Workflow.make({
  name: "samples",
  params: { samples: { type: "table", columns: { id: "string", count: "integer", depth: "integer?" } } },
  compose: ({ params, scatter }) => {
    const over = params.samples
    const made = scatter("made", makeVariants, { over }, (row) => ({ genome: "hg38", count: row.count }))
    // @ts-expect-error -- a value that may be missing
    scatter("missing", makeVariants, { over }, (row) => ({ genome: "hg38", count: row.depth }))
    // @ts-expect-error -- a text
    scatter("text", makeVariants, { over }, (row) => ({ genome: "hg38", count: row.id }))
    // @ts-expect-error -- no such column
    scatter("none", makeVariants, { over }, (row) => ({ genome: "hg38", count: row.tissue }))
    return { logs: made.log }
  }
})
