import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import appendTables from "../../modules/append-tables/stage.ts"
import joinTables from "../../modules/join-tables/stage.ts"
import loadTable from "../../modules/load-table/stage.ts"
import { runStage } from "../support/stage.ts"
import { textFile } from "../support/synthetic.ts"

const lines = (path: string) => readFileSync(path, "utf8").trimEnd().split("\n")
const load = async (params: unknown, table: string) =>
  lines((await runStage(loadTable, params, { table })).outputs["table"]!)
const fault = async (run: Promise<unknown>): Promise<{ message: string; hint?: string; line?: number }> =>
  run.then(
    () => assert.fail("it did not fail"),
    (error: { message: string; hint?: string; line?: number }) => error
  )

const csv = textFile("raw.csv", [
  ["made by,,"],
  ['gene,"position (hg19)",class,note'],
  ['A,12,LOF,"one, two"'],
  ['A,13,FUNC,"says ""no"""'],
  ["B,14,INT,"],
  ["A,15,FUNC,x"],
  ["A,16,FUNC,x"]
])
const options = {
  separator: "comma",
  skip_lines: 1,
  columns: { id: "chr{gene}_{position (hg19)}", label: "class", note: "note" }
}

describe("load-table", () => {
  it("reads what stands below other lines, in quotes too; puts columns together", async () =>
    assert.deepStrictEqual(await load(options, csv), [
      "id\tlabel\tnote",
      "chrA_12\tLOF\tone, two",
      'chrA_13\tFUNC\tsays "no"',
      "chrB_14\tINT\t",
      "chrA_15\tFUNC\tx",
      "chrA_16\tFUNC\tx"
    ]))

  it("keeps rows by their values, recodes, and leaves out what has no code", async () => {
    const params = { ...options, where: { gene: ["A"] }, values: { label: { LOF: "1", FUNC: "0" } } }
    assert.deepStrictEqual(
      (await load(params, csv)).map((line) => line.split("\t").slice(0, 2).join(" ")),
      ["id label", "chrA_12 1", "chrA_13 0", "chrA_15 0", "chrA_16 0"]
    )
  })

  it("takes a sample of some values and all of the others, the same for the same seed", async () => {
    const of = (seed: number) => load({ ...options, seed, sample: { column: "label", rows: { FUNC: 1 } } }, csv)
    const first = await of(1)
    assert.deepStrictEqual(await of(1), first)
    assert.deepStrictEqual(first.map((line) => line.split("\t")[1]).sort(), ["FUNC", "INT", "LOF", "label"])
    const seen = new Set<string>()
    for (let seed = 1; seed <= 20; seed++) for (const line of await of(seed)) seen.add(line.split("\t")[0]!)
    assert.deepStrictEqual([...seen].sort(), ["chrA_12", "chrA_13", "chrA_15", "chrA_16", "chrB_14", "id"])
  })

  it("changes signs; names the columns of a file without a header", async () => {
    const table = textFile("bare.txt", [
      ["a", 5],
      ["b", -0.5],
      ["c", "NA"],
      ["d", "0.0"]
    ])
    const params = { header: ["name", "distance"], columns: { name: "name", score: "distance" }, negate: ["score"] }
    assert.deepStrictEqual(await load(params, table), ["name\tscore", "a\t-5", "b\t0.5", "c\tNA", "d\t0.0"])
  })

  it("says which column is missing, and where a quote does not end", async () => {
    const missing = await fault(load({ ...options, columns: { a: "{genes}" } }, csv))
    assert.strictEqual(missing.message, "missing column 'genes'")
    assert.strictEqual(missing.hint, "did you mean 'gene'?")
    const open = textFile("open.csv", [["a,b"], ['1,"2'], ["3,4"]])
    const unended = await fault(load({ separator: "comma", columns: { a: "a" } }, open))
    assert.deepStrictEqual([unended.message, unended.line], ["a quoted field does not end", 2])
    const uneven = textFile("uneven.csv", [["a,b"], ["1,2,3"]])
    assert.deepStrictEqual((await fault(load({ separator: "comma", columns: { a: "a" } }, uneven))).line, 2)
  })
})

describe("a value that is put together", () => {
  it("is missing where a part of it is, with a note", async () => {
    const table = textFile("parts.tsv", [
      ["chr", "pos", "strand"],
      ["1", "5", "."],
      ["NA", "6", "+"],
      ["2", "", "-"]
    ])
    const params = { columns: { id: "chr{chr}_{pos}:{strand}", chr: "chr" } }
    const { outputs, account } = await runStage(loadTable, params, { table })
    assert.deepStrictEqual(lines(outputs["table"]!), ["id\tchr", "chr1_5:.\t1", "NA\tNA", "NA\t2"])
    assert.deepStrictEqual(account[0]!.notes, [
      { reason: "put together of a missing value: missing (id)", count: 2, example: "line 3: NA 6 +" }
    ])
  })
})

describe("join-tables", () => {
  const left = textFile("left.tsv", [
    ["id", "x"],
    ["a", 1],
    ["b", 2],
    ["a", 3]
  ])

  it("puts the partner's columns beside each row", async () => {
    const right = textFile("right.tsv", [
      ["y", "id"],
      [10, "a"],
      [30, "c"]
    ])
    const { outputs } = await runStage(joinTables, { on: ["id"] }, { left, right })
    assert.deepStrictEqual(lines(outputs["table"]!), ["id\tx\ty", "a\t1\t10", "a\t3\t10"])
  })

  const reasons = (list: ReadonlyArray<{ reason: string; count: number; example: string }> = []) =>
    list.map(({ reason, count, example }) => `${count} ${reason}: ${example}`)
  const joined = async (params: object, left: ReadonlyArray<ReadonlyArray<string | number>>, right: typeof left) => {
    const files = { left: textFile("l.tsv", left), right: textFile("r.tsv", right) }
    const { outputs, account } = await runStage(joinTables, { on: [left[0]![0]], ...params }, files)
    const [one, other] = account
    return { rows: lines(outputs["table"]!).slice(1), left: one!, right: other! }
  }

  it("accounts for the rows of both tables", async () => {
    const result = await joined(
      {},
      [
        ["id", "x"],
        ["a", 1],
        ["b", 2],
        ["a", 3]
      ],
      [
        ["id", "y"],
        ["a", 10],
        ["c", 30]
      ]
    )
    assert.deepStrictEqual([result.left.taken, result.left.kept, result.right.taken, result.right.kept], [3, 2, 2, 1])
    assert.deepStrictEqual(reasons(result.left.leftOut), ["1 no such row in the right table: b"])
    assert.deepStrictEqual(reasons(result.right.leftOut), ["1 no such row in the left table: c"])
  })

  it("compares several columns one by one: no cell runs into the next", async () => {
    const on = ["a", "b"]
    const result = await joined(
      { on },
      [
        ["a", "b"],
        ["x y", "z"],
        ["x", "y z"]
      ],
      [
        ["a", "b", "v"],
        ["x", "y z", 1]
      ]
    )
    assert.deepStrictEqual(result.rows, ["x\ty z\t1"])
  })

  it("finds variants in another spelling, of the same build", async () => {
    const left = [["id"], ["1:105:G:A"], ["chr1_104_AG_AA_b38"], ["chr1_105_G_C"], ["23_7_A_T"], ["chr2_5_A_C_b37"]]
    const right = [
      ["id", "y"],
      ["chr1_105_G_A", 1],
      ["chrX-7-A-T", 2],
      ["chr2_5_A_C_b38", 3]
    ]
    const result = await joined({}, left, right)
    assert.deepStrictEqual(result.rows, ["1:105:G:A\t1", "chr1_104_AG_AA_b38\t1", "23_7_A_T\t2"])
    assert.deepStrictEqual(reasons(result.left.notes), ["3 written in another form: 1:105:G:A is chr1_105_G_A there"])
    const apart = await joined(
      { on: ["chrom", "pos", "ref", "alt"] },
      [
        ["chrom", "pos", "ref", "alt"],
        ["1", 105, "g", "a"]
      ],
      [
        ["chrom", "pos", "ref", "alt", "y"],
        ["chr1", 104, "AG", "AA", 1]
      ]
    )
    assert.deepStrictEqual(apart.rows, ["1\t105\tg\ta\t1"])
  })

  it("finds genes of another version, and positions as R writes them; neither where several may be meant", async () => {
    // Numbers behind an underscore are no version: these are two variants of one exon.
    const left = [["id"], ["ENSG01.5"], ["ENSG02"], ["ENSG03.1"], ["ENSG04.1"], ["ENSE05_003"]]
    const right = [
      ["id", "y"],
      ["ENSG01.7", 1],
      ["ENSG02.1", 2],
      ["ENSG03.1", 3],
      ["ENSG03.2", 4],
      ["ENSG04.2", 5],
      ["ENSG04.3", 6],
      ["ENSE05_006", 7]
    ]
    const result = await joined({}, left, right)
    assert.deepStrictEqual(result.rows, ["ENSG01.5\t1", "ENSG02\t2", "ENSG03.1\t3"])
    assert.deepStrictEqual(reasons(result.left.notes), ["2 written in another form: ENSG01.5 is ENSG01.7 there"])
    const places = await joined(
      { on: ["chrom", "pos"] },
      [
        ["chrom", "pos"],
        ["chr1", "100000"]
      ],
      [
        ["chrom", "pos", "y"],
        ["1", "1e+05", 7]
      ]
    )
    assert.deepStrictEqual(places.rows, ["chr1\t100000\t7"])
  })

  it("takes an insertion and a deletion for two variants, never for one turned", async () => {
    const left = [["id"], ["1_5_A_AT"], ["1_6_A_C"]]
    const right = [
      ["id", "y"],
      ["1_5_AT_A", 1],
      ["1_6_A_C", 2]
    ]
    const result = await joined({ turned: { negate: ["y"] } }, left, right)
    assert.deepStrictEqual(result.rows, ["1_6_A_C\t2"])
  })

  it("turns effects with the alleles where it is asked to, and says so where it is not", async () => {
    const left = [["id"], ["1_5_A_G"], ["chr1_6_A_C"]]
    const right = [
      ["id", "beta", "af", "n"],
      ["1_5_G_A", "0.5", "0.2", 7],
      ["chr1_6_A_C", "-1", "0.25", 8]
    ]
    const kept = await joined({}, left, right)
    assert.deepStrictEqual(kept.rows, ["chr1_6_A_C\t-1\t0.25\t8"])
    assert.deepStrictEqual(reasons(kept.left.leftOut), [
      "1 alleles in the other order in the right table: 1_5_A_G is 1_5_G_A there"
    ])
    const turned = await joined({ turned: { negate: ["beta"], complement: ["af"] } }, left, right)
    assert.deepStrictEqual(turned.rows, ["1_5_A_G\t-0.5\t0.8\t7", "chr1_6_A_C\t-1\t0.25\t8"])
    const strange = joined({ turned: { negate: ["b"] } }, left, right)
    assert.match((await fault(strange)).message, /missing column 'b'/u)
  })

  it("refuses two partners, and two columns of one name", async () => {
    const twice = textFile("twice.tsv", [
      ["id", "y"],
      ["a", 1],
      ["a", 2]
    ])
    assert.deepStrictEqual((await fault(runStage(joinTables, { on: ["id"] }, { left, right: twice }))).line, 3)
    const clash = textFile("clash.tsv", [
      ["id", "x"],
      ["a", 1]
    ])
    assert.strictEqual(
      (await fault(runStage(joinTables, { on: ["id"] }, { left, right: clash }))).message,
      "both tables have a column 'x'"
    )
  })
})

describe("append-tables", () => {
  const first = textFile("first.tsv", [
    ["id", "x"],
    ["a", 1]
  ])

  it("puts rows one after another, columns by name", async () => {
    const second = textFile("second.tsv", [
      ["x", "id"],
      [2, "b"]
    ])
    const { outputs } = await runStage(appendTables, {}, { tables: [first, second] })
    assert.deepStrictEqual(lines(outputs["table"]!), ["id\tx", "a\t1", "b\t2"])
  })

  it("names the table that lacks a column", async () => {
    const second = textFile("second.tsv", [["id"], ["b"]])
    const failure = await fault(runStage(appendTables, {}, { tables: [first, second] }))
    assert.strictEqual(failure.message, "missing column 'x', which another of the tables has")
  })
})
