import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Table from "../../src/data/Table.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import { runStage, temporaryFolder } from "../support/stage.ts"

const scale = Stage.make({
  name: "scale",
  version: 1,
  summary: "Multiplies a column.",
  params: { by: Schema.Number.pipe(Schema.withDecodingDefaultKey(Effect.succeed(2))) },
  inputs: { values: Port.table({ x: Table.number("a value") }, "values"), extra: Port.optional(Port.file("text", "")) },
  outputs: { scaled: Port.table({ x: Table.number("a value") }, "scaled values") },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const rows = yield* inputs.values.rows
    yield* outputs.scaled.write(rows.map(({ x }) => ({ x: x * params.by })))
  })
})

const tableFile = (text: string): string => {
  const path = join(temporaryFolder(), "in.tsv")
  writeFileSync(path, text)
  return path
}

describe("StageCall", () => {
  it("binds tables and defaults", async () => {
    const { outputs } = await runStage(scale, {}, { values: tableFile("x\n1\n0.1\n") })
    assert.strictEqual(readFileSync(outputs["scaled"]!, "utf8"), "x\n2\n0.2\n")
  })

  it("names the param, the file and the line of what is wrong", async () => {
    const failure = (params: unknown, text: string) =>
      runStage(scale, params, { values: tableFile(text) }).then(
        () => assert.fail("should fail"),
        (error: Error & { line?: number }) => error
      )
    assert.match((await failure({ by: "two" }, "x\n1\n")).message, /scale: by: .*number/u)
    assert.match((await failure({ buy: 2 }, "x\n1\n")).message, /buy/u)
    const wrong = await failure({}, "x\n1\none\n")
    assert.match(wrong.message, /column 'x': 'one' where a number is expected/u)
    assert.strictEqual(wrong.line, 3)
    assert.match((await failure({}, "y\n1\n")).message, /missing column 'x'/u)
  })
})

const columns = {
  id: Table.string("id"),
  n: Table.integer("count"),
  v: Table.number("value"),
  b: Table.boolean("truth"),
  note: Table.nullable(Table.string("remark"))
}

/** A stage that writes the rows as a program without types would. */
const writing = (rows: unknown, format?: "parquet") =>
  Stage.make({
    name: "writing",
    version: 1,
    summary: "Writes.",
    params: {},
    inputs: {},
    outputs: { o: Port.table(columns, "rows") },
    run: ({ outputs }) => outputs.o.write(rows as ReadonlyArray<Table.Row<typeof columns>>, format)
  })

const failureOf = (stage: Stage.Stage): Promise<Error & { readonly hint?: string; readonly line?: number }> =>
  runStage(stage, {}, {}).then(
    () => assert.fail("should fail"),
    (error: Error) => error
  )

const good = { id: "a", n: 1, v: 0.5, b: true, note: null }

describe("what a TypeScript stage writes is held to its table", () => {
  it.each([
    [{ ...good, v: undefined }, "column 'v': no value where a number is expected"],
    [{ ...good, n: "x" }, "column 'n': 'x' where an integer is expected"],
    [{ ...good, n: 1.5 }, "column 'n': 1.5 where an integer is expected"],
    [{ ...good, n: Infinity }, "column 'n': Infinity where an integer is expected"],
    [{ ...good, n: Number.NaN }, "column 'n': NaN where an integer is expected"],
    [{ ...good, id: null }, "column 'id': no value where a string is expected"],
    [{ ...good, id: "" }, "column 'id': an empty text where a string is expected"],
    [{ ...good, id: 7 }, "column 'id': 7 where a string is expected"],
    [{ ...good, b: "true" }, "column 'b': 'true' where true or false is expected"],
    [{ ...good, v: "0.5" }, "column 'v': '0.5' where a number is expected"],
    [{ ...good, v: { x: 1 } }, "column 'v': a value of type object where a number is expected"]
  ])("%j", async (row, message) => {
    for (const format of [undefined, "parquet"] as const) {
      const error = await failureOf(writing([good, row, good], format))
      assert.strictEqual(error.message, `output 'o' is not the table it declares: row 2, ${message}`)
    }
  })

  it("says which value was perhaps meant", async () => {
    const { v, ...rest } = good
    const { hint } = await failureOf(writing([{ ...rest, vv: v }]))
    assert.strictEqual(hint, "the row has 'vv', which is no column: is 'v' meant?")
  })

  it("takes what fits, numbers that are not finite too", async () => {
    const rows = [good, { ...good, v: Infinity }, { ...good, v: Number.NaN }, { ...good, note: "" }]
    const { outputs } = await runStage(writing(rows), {}, {})
    assert.strictEqual(readFileSync(outputs["o"]!, "utf8").split("\n").length, 6)
  })

  const byPath = (text: string, first: Iterable<typeof good> = []) =>
    Stage.make({
      name: "by-path",
      version: 1,
      summary: "Writes to the path.",
      params: {},
      inputs: {},
      outputs: { o: Port.table(columns, "rows") },
      run: Effect.fnUntraced(function* ({ outputs }) {
        yield* outputs.o.write(first)
        writeFileSync(outputs.o.path, text)
      })
    })

  it("also where it is written by its path", async () => {
    const header = "id\tn\tv\tb\tnote\n"
    assert.match((await failureOf(byPath("id\tn\n"))).message, /missing columns 'v', 'b'/u)
    const error = await failureOf(byPath(`${header}a\t1\t0\ttrue\tNA\nb\tx\t0\ttrue\tNA\n`, [good]))
    assert.match(error.message, /^output 'o' is not the table it declares: column 'n': 'x' where an integer/u)
    assert.strictEqual(error.line, 3)
    await runStage(byPath(`${header}a\t1\t0\ttrue\tNA\n`, [good]), {}, {})
  })

  it("and a file is not written with nothing", async () => {
    const nothing = Stage.make({
      name: "nothing",
      version: 1,
      summary: "Writes nothing.",
      params: {},
      inputs: {},
      outputs: { o: Port.file("text", "a text") },
      run: ({ outputs }) => outputs.o.write(undefined as never)
    })
    assert.match((await failureOf(nothing)).message, /output 'o': expected a text or bytes to write, got undefined/u)
  })
})

describe("what a stage requires", () => {
  it("is asked for again with the inputs that the run has", async () => {
    const picky = Stage.make({
      name: "picky",
      version: 1,
      summary: "Needs one of two.",
      params: {},
      inputs: { a: Port.optional(Port.file("text", "a")), b: Port.optional(Port.list(Port.file("text", "b"))) },
      outputs: { o: Port.file("text", "o") },
      check: (_, given) =>
        given.has("a") || given.count("b") === 2 ? [] : [{ at: "a", message: "give 'a' or two 'b'", hint: "a: FILE" }],
      run: ({ outputs }) => outputs.o.write("x")
    })
    const error = await failureOf(picky)
    assert.deepStrictEqual([error.message, error.hint], ["picky: give 'a' or two 'b'", "a: FILE"])
    await runStage(picky, {}, { a: tableFile("") })
    await runStage(picky, {}, { b: [tableFile(""), tableFile("")] })
  })
})
