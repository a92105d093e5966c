/** Numbers and truths of a text table, read from its bytes. */
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Random from "../../../src/core/Random.ts"
import * as Table from "../../../src/data/Table.ts"
import { runPromise, temporaryFolder } from "../../support/stage.ts"

const read = (texts: ReadonlyArray<string>, column: Table.Column<unknown>) => {
  const path = join(temporaryFolder(), "t.tsv")
  writeFileSync(path, `x\n${texts.map((text) => `${text}\n`).join("")}`)
  const found: Array<number> = []
  return runPromise(
    Table.readColumns(path, { x: column }, ({ x }) =>
      Effect.sync(() => {
        if (x!.type !== "string") found.push(...x!.values)
      })
    )
  ).then(() => found)
}

describe("a column of numbers", () => {
  it("is read as Number reads each, to the last bit", async () => {
    const random = Random.make(7)
    const texts = Array.from({ length: 20_000 }, () => {
      const value = (random.next() + random.next() / 2 ** 32) * 10 ** (random.int(30) - 15) * (random.int(2) * 2 - 1)
      return [String(value), value.toExponential(), value.toFixed(20), value.toPrecision(17)][random.int(4)]!
    })
    const edges = [
      "9007199254740991",
      "9007199254740993",
      "0.9007199254740993",
      "-0",
      "+.5",
      "5.",
      "1E+05",
      "1e-400",
      "4.9e-324",
      "0.1234567890123456789012345"
    ]
    const all = [...edges, ...texts]
    const found = await read(all, Table.number(""))
    assert.lengthOf(found, all.length)
    all.forEach((text, at) => assert.isTrue(Object.is(found[at], Number(text)), `${text}: ${found[at]}`))
  })

  it("has nothing where it may be missing, and refuses what is no number", async () => {
    assert.deepStrictEqual(await read(["1", "NA", "nan", ".", "2"], Table.nullable(Table.number(""))), [
      1,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      2
    ])
    for (const text of ["1e", "1e+", "e5", "0x1", "1 2", "--1", "1.2.3", "1,5"]) {
      const refused = await read(["1", text], Table.number("")).then(
        () => false,
        () => true
      )
      assert.isTrue(refused, text)
    }
  })
})

describe("a column of truths", () => {
  it("is read in each spelling", async () => {
    const texts = ["true", "false", "True", "FALSE", "T", "F", "1", "0"]
    assert.deepStrictEqual(await read(texts, Table.boolean("")), [1, 0, 1, 0, 1, 0, 1, 0])
  })
})
