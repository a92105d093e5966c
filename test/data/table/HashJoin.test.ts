import * as Effect from "effect/Effect"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as HashJoin from "../../../src/data/table/HashJoin.ts"
import { temporaryFolder } from "../../support/stage.ts"

const folder = temporaryFolder()
const file = (name: string, content: string) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const output = join(folder, "out.tsv")
const inner = (left: string, right: string, on: ReadonlyArray<string>, memory?: number) =>
  Effect.runPromise(
    HashJoin.inner({ file: left, on }, { file: right, on }, output, {
      scratch: folder,
      ...(memory === undefined ? {} : { memory })
    })
  )
const lines = () => readFileSync(output, "utf8").trimEnd().split("\n")

describe("a join of two tables", () => {
  it("keeps the left table's order, and says what has no partner", async () => {
    const left = file("l.tsv", "id\tx\nb\t1\na\t2\nz\t3\nb\t4\nü\t5\n")
    const right = file("r.csv", 'y,id\n"1,5",a\n2,b\n3,c\n4,ü\n')
    assert.deepStrictEqual(await inner(left, right, ["id"]), {
      left: { rows: 5, matched: 4, example: ["z"] },
      right: { rows: 4, matched: 3, example: ["c"] },
      declined: 0,
      keyless: { left: 0, right: 0 },
      declinedRight: { count: 0, example: undefined }
    })
    assert.deepStrictEqual(lines(), ["id\tx\ty", "b\t1\t2", "a\t2\t1,5", "b\t4\t2", "ü\t5\t4"])
  })

  it("joins nothing by a missing key, unless another column tells", async () => {
    const left = file("l.tsv", "id\tgene\tx\nNA\tNA\t1\na\tNA\t2\n.\tnan\t3\nNAT2\tNA\t4\n#N/A N/A\t\t5\n")
    const right = file("r.tsv", "id\tgene\ty\nNA\tNA\t6\nNA\tNA\t7\na\tNA\t8\nNAT2\tNA\t9\n")
    for (const memory of [2 ** 30, 2 ** 24 + 2 ** 17]) {
      const joined = await inner(left, right, ["id", "gene"], memory)
      assert.deepStrictEqual(joined.keyless, { left: 3, right: 2 })
      assert.deepStrictEqual([joined.left.rows, joined.right.rows], [2, 2])
      assert.deepStrictEqual(lines(), ["id\tgene\tx\ty", "a\tNA\t2\t8", "NAT2\tNA\t4\t9"])
    }
  })

  it("compares keys of several columns field by field", async () => {
    const left = file("l.tsv", 'a\tb\tx\n"1 2"\t3\tp\n1\t"2 3"\tq\n\t\tr\n')
    const right = file("r.tsv", "b\ta\ty\n3\t1 2\tone\n2 3\t1\ttwo\n1\t\tthree\n")
    await inner(left, right, ["a", "b"])
    assert.deepStrictEqual(lines(), ["a\tb\tx\ty", "1 2\t3\tp\tone", "1\t2 3\tq\ttwo"])
  })

  it("reads Parquet as it reads its text", async () => {
    const parquet = join(import.meta.dirname, "../tables/types.parquet")
    const joined = await inner(file("l.tsv", "cat\tx\nv\t1\n"), file("r.tsv", "cat\ty\nu\t1\nv\t2\n"), ["cat"])
    assert.strictEqual(joined.left.matched, 1)
    const error = await Effect.runPromise(
      Effect.flip(
        HashJoin.inner({ file: parquet, on: ["cat"] }, { file: parquet, on: ["cat"] }, output, { scratch: folder })
      )
    )
    assert.match(error.message, /two rows for u|both tables have a column/u)
  })

  it("names the line of what is in the right table twice, the column that is missing, the one that both have", async () => {
    const failure = (left: string, right: string) =>
      Effect.runPromise(
        Effect.flip(
          HashJoin.inner({ file: left, on: ["id"] }, { file: right, on: ["id"] }, output, { scratch: folder })
        )
      )
    const left = file("l.tsv", "id\tx\na\t1\n")
    const twice = await failure(left, file("r.tsv", "id\ty\na\t1\n\nb\t2\na\t3\n"))
    assert.deepEqual([twice.line, twice.message], [5, "two rows for a"])
    assert.strictEqual((await failure(left, file("r.tsv", "ids\ty\na\t1\n"))).hint, "did you mean 'ids'?")
    assert.strictEqual((await failure(left, file("r.tsv", "id\tx\na\t1\n"))).message, "both tables have a column 'x'")
    const tab = await failure(left, file("r.tsv", 'id\ty\na\t"1\t2"\n'))
    assert.deepEqual([tab.line, tab.message], [2, "column 'y': a tab in the value '1\\t2'"])
  })

  it("finds keys in another form, the same in parts", async () => {
    const rows = 3000
    const text = "x".repeat(9000)
    const left = file("l.tsv", `id\n${Array.from({ length: rows }, (_, at) => `${at}:up\n`).join("")}7:a:b\n9:c:d\n`)
    const right = file(
      "r.tsv",
      `id\ty\n${Array.from({ length: rows }, (_, at) => `${2 * at}_UP\t${text}\n`).join("")}7_b_a\t"""q"\n9_d_c\tz\n`
    )
    const formsOf = ([id]: ReadonlyArray<string>) => {
      const [name, ...alleles] = id!.toLowerCase().split(/[:_]/u)
      const form = (order: ReadonlyArray<string>) => [name, ...order].join(" ")
      return { form: form(alleles), turned: form(alleles.toReversed()), mark: undefined }
    }
    const run = async (memory: number) => {
      const seen: Array<string> = []
      const accept: HashJoin.Forms["accept"] = (key, { key: other, partner, how }) => {
        seen.push(`${key.join(" ")} ${other.join(" ")} ${how}`)
        return key[0] === "9:c:d" ? undefined : partner
      }
      const on = ["id"]
      const joined = await Effect.runPromise(
        HashJoin.inner({ file: left, on }, { file: right, on }, output, {
          scratch: folder,
          memory,
          forms: { formsOf, accept }
        })
      )
      return { joined, seen: seen.toSorted(), bytes: readFileSync(output, "utf8") }
    }
    const whole = await run(2 ** 30)
    assert.deepStrictEqual(whole.joined, {
      left: { rows: rows + 2, matched: rows / 2 + 1, example: ["1:up"] },
      right: { rows: rows + 2, matched: rows / 2 + 1, example: [`${rows}_UP`] },
      declined: 1,
      keyless: { left: 0, right: 0 },
      declinedRight: { count: 1, example: ["9_d_c"] }
    })
    assert.match(whole.bytes, /\n7:a:b\t"""q"\n$/u)
    assert.includeMembers(whole.seen, ["2:up 2_UP form", "7:a:b 7_b_a turned", "9:c:d 9_d_c turned"])
    assert.deepStrictEqual(await run(2 ** 24 + 2 ** 21), whole)
  })

  it("is the same in parts, where the right table does not fit into memory", async () => {
    const rows = 40_000
    const shuffled = Array.from({ length: rows }, (_, at) => (at * 7919) % rows)
    const text = "x".repeat(600)
    const left = file("l.tsv", `id\tx\n${shuffled.map((at) => `k${at}\t${at}\n`).join("")}`)
    const right = file(
      "r.tsv",
      `id\ty\n${Array.from({ length: rows }, (_, at) => `k${2 * at}\t${text}${at}\n`).join("")}`
    )
    const whole = await inner(left, right, ["id"])
    const bytes = readFileSync(output)
    assert.deepStrictEqual([whole.left.matched, whole.right.rows], [rows / 2, rows])
    assert.deepStrictEqual(await inner(left, right, ["id"], 2 ** 24 + 2 ** 21), whole)
    assert.isTrue(readFileSync(output).equals(bytes))
    assert.deepStrictEqual(
      readdirSync(folder).filter((name) => name.endsWith(".run")),
      []
    )
  })
})
