import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Table from "../../src/data/Table.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"
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
