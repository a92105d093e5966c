import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import stage from "../../modules/colocalise/stage.ts"
import { runStage, temporaryFolder } from "../support/stage.ts"

const file = (...lines: ReadonlyArray<string>) => {
  const path = join(temporaryFolder(), "trait.tsv")
  writeFileSync(path, lines.map((line) => `${line.replaceAll(" ", "\t")}\n`).join(""))
  return path
}

const rows = (path: string) =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"))

const effects = (...lines: ReadonlyArray<string>) => file("group variant_id beta se", ...lines)

describe("colocalise", () => {
  it("compares groups of the same name by their effects", async () => {
    const { outputs } = await runStage(
      stage,
      { method: "abf" },
      {
        trait1: effects(
          "s1 v1 0.5 0.05",
          "s1 v2 0.1 0.05",
          "s2 v1 0.5 0.05",
          "s2 v2 0 0.05",
          "s3 v1 1 1",
          "s2 v3 NA NA"
        ),
        trait2: effects("s1 v1 -0.4 0.05", "s1 v2 0 0.05", "s2 v1 0 0.05", "s2 v2 0.5 0.05", "s4 v1 1 1")
      }
    )
    const found = rows(outputs["colocalisations"]!)
    assert.deepStrictEqual(
      found.map((row) => [...row.slice(0, 5), row[10]]),
      [
        ["s1", "s1", "1", "1", "2", "v1"],
        ["s2", "s2", "1", "1", "2", "v1"]
      ]
    )
    assert.isAbove(Number(found[0]![9]), 0.99)
    assert.isBelow(Number(found[1]![9]), 0.01)
    assert.deepStrictEqual(
      rows(outputs["skipped"]!).map(([trait]) => trait),
      ["s3", "s4"]
    )
  })

  it("compares all traits of one table with all of the other by their credible sets", async () => {
    const header = "molecular_trait_id variant lbf_variable1 lbf_variable2"
    const inputs = {
      trait1: file(header, "a v1 12 0", "a v2 0 0", "b v1 1 -1", "b v2 1 9"),
      trait2: file(header, "c v2 2 0", "c v1 14 0", "d v1 0 0")
    }
    const { outputs } = await runStage(stage, {}, inputs)
    assert.deepStrictEqual(
      rows(outputs["colocalisations"]!).map((row) => row.slice(0, 5)),
      [
        ["a", "c", "1", "1", "2"],
        ["b", "c", "1", "1", "2"],
        ["b", "c", "2", "1", "2"]
      ]
    )
    assert.deepStrictEqual(rows(outputs["skipped"]!), [["d", "it has no credible set"]])
    const listed = await runStage(stage, { min_pp_h4: 0.8 }, inputs)
    assert.deepStrictEqual(
      rows(listed.outputs["colocalisations"]!).map((row) => row.slice(0, 4)),
      [["a", "c", "1", "1"]]
    )
  })

  it("names file, line and column of what cannot be used", async () => {
    const good = effects("s v1 1 1")
    const failure = (params: unknown, trait1: string, trait2 = good) =>
      runStage(stage, params, { trait1, trait2 }).then(
        () => assert.fail("should fail"),
        (error: Error & { line?: number; hint?: string }) => error
      )
    const twice = await failure({ method: "abf" }, effects("s v1 1 1", "s v1 2 1"))
    assert.deepStrictEqual([twice.message, twice.line], ["variant v1 stands twice in s", 3])
    const zero = await failure({ method: "abf" }, effects("s v1 1 1", "s v2 1 0"))
    assert.deepStrictEqual([zero.message, zero.line], ["an effect of 1 with a standard error of 0", 3])
    assert.match((await failure({ method: "abf", beta: "b" }, good)).message, /missing column 'b'/u)
    assert.match((await failure({ group: "group", variant: "variant_id" }, good)).message, /no column 'lbf_variable1'/u)
    assert.match((await failure({ method: "abf", p12: 0.5 }, good)).message, /p12 = 0.5 is above/u)
    assert.match((await failure({ method: "susie" }, good)).message, /method/u)
    const notFinite = file("molecular_trait_id variant lbf_variable1", "a v1 NaN")
    assert.match((await failure({}, notFinite, notFinite)).message, /log Bayes factor is not finite/u)
  })

  it("takes a row that comes again with the same values once: eQTL Catalogue has one for each rsID", async () => {
    const trait = effects("g v1 0.5 0.05", "g v1 0.5 0.05", "g v2 0 0.05")
    const { row, account } = await pph4(trait, trait)
    assert.strictEqual(row[4], "2")
    assert.deepStrictEqual(account.find((each) => each.rows === "variants of the first table")!.leftOut, [
      { reason: "repeated, with the same values", count: 1, example: "v1 of g" }
    ])
  })

  it("compares versions of one gene, unless a table has several", async () => {
    const of = (...names: ReadonlyArray<string>) =>
      effects(...names.flatMap((name) => [`${name} v1 0.5 0.05`, `${name} v2 0 0.05`]))
    const { row, account } = await pph4(of("ENSG01.5", "other"), of("ENSG01.7", "other"))
    assert.deepStrictEqual(row.slice(0, 2), ["ENSG01.5", "ENSG01.7"])
    const { notes } = account.find((each) => each.rows === "traits of the first table")!
    assert.include(
      notes.map(({ reason, example }) => `${reason}: ${example}`),
      "of another version of the gene in the second table: ENSG01.5, ENSG01.7"
    )
    const several = await pph4(of("ENSG01.5", "ENSG01.7"), of("ENSG01.7"))
    assert.deepStrictEqual(several.row.slice(0, 2), ["ENSG01.7", "ENSG01.7"])
  })

  it("refuses a column of ratios", async () => {
    const ratios = file("group variant_id OR se", "g v1 1.5 0.05")
    const error = await runStage(stage, { method: "abf", beta: "OR" }, { trait1: ratios, trait2: ratios }).then(
      () => assert.fail("should fail"),
      (found: Error) => found
    )
    assert.match(error.message, /'OR' is a ratio, which has no sign/u)
  })

  it("leaves out rows that name no trait or no variant", async () => {
    const unnamed = ["NA v1 0.5 0.05", "NA v2 0.1 0.05", "g . 0.5 0.05"]
    const { outputs, account } = await runStage(
      stage,
      { method: "abf" },
      { trait1: effects("g v1 0.5 0.05", ...unnamed), trait2: effects("g v1 0.5 0.05", ...unnamed) }
    )
    assert.deepStrictEqual(
      rows(outputs["colocalisations"]!).map((row) => row.slice(0, 5).join(" ")),
      ["g g 1 1 1"]
    )
    assert.deepStrictEqual(account.find((each) => each.rows === "variants of the first table")!.leftOut, [
      { reason: "no trait or no variant is named", count: 3, example: "line 3: v1 of NA" }
    ])
  })

  const one = "0.1 0.05"
  const rowsWith = (id: (pos: number) => string, causal: string, effect: number) =>
    Array.from({ length: 20 }, (_, at) => {
      const pos = 100 + at
      return pos === 105 ? `g ${causal} ${effect} 0.05` : `g ${id(pos)} ${at % 3 === 0 ? one : "-0.02 0.05"}`
    })
  const pph4 = async (trait1: string, trait2: string, params = {}) => {
    const result = await runStage(stage, { method: "abf", ...params }, { trait1, trait2 })
    return { row: rows(result.outputs["colocalisations"]!)[0]!, account: result.account }
  }
  const plain = (pos: number) => `chr1_${pos}_A_G`

  it("finds variants with their alleles in the other order, and in other spellings", async () => {
    const reference = effects(...rowsWith(plain, "chr1_105_A_G", 0.5))
    for (const [ids, causal, effect, note] of [
      [plain, "chr1_105_G_A", -0.6, "1 alleles in the other order in the second table"],
      [(pos: number) => `1_${pos}_A_G`, "1:105:A:G", 0.6, "20 written in another way in the second table"],
      [plain, "chr1_105_AC_GC_b38", 0.6, "1 written in another way in the second table"]
    ] as const) {
      const { row, account } = await pph4(effects(...rowsWith(ids, causal, effect)), reference)
      assert.strictEqual(row[4], "20")
      assert.isAbove(Number(row[9]), 0.999)
      const book = account.find((each) => each.rows === "variants of the first table")!
      assert.deepStrictEqual([book.taken, book.kept], [20, 20])
      assert.deepStrictEqual(
        book.notes.map(({ reason, count }) => `${count} ${reason}`),
        [note]
      )
    }
  })

  it("accounts for variants and traits that only one table has", async () => {
    const trait1 = effects("g v1 0.5 0.05", "g v2 0.1 0.05", "g v3 NA NA", "h v1 1 1")
    const { account } = await pph4(trait1, effects("g v1 0.4 0.05", "g v9 0 0.05", "i v1 1 1"))
    const left = (rows: string) =>
      account.find((each) => each.rows === rows)!.leftOut.map(({ reason, count }) => `${count} ${reason}`)
    assert.deepStrictEqual(left("variants of the first table"), [
      "1 no effect or no standard error",
      "2 not in the second table"
    ])
    assert.deepStrictEqual(left("traits of the first table"), ["1 no trait of this name in the second table"])
    assert.deepStrictEqual(left("traits of the second table"), ["1 no trait of this name in the first table"])
  })

  it("has coloc's defaults of each method, and estimates the trait's standard deviation", async () => {
    const table = (sd: number, beta: number) =>
      file(
        "group variant_id beta se n maf",
        ...["v1", "v2", "v3"].map((id, at) => {
          const maf = 0.1 * (at + 1)
          const se = sd / Math.sqrt(2 * 1000 * maf * (1 - maf))
          return `g ${id} ${at === 1 ? beta * sd : 0.01 * sd} ${se} 1000 ${maf}`
        })
      )
    const { row } = await pph4(table(0.17, 0.3), table(3, 0.3))
    assert.closeTo(Number(row[12]), 0.15 * 0.17, 1e-12)
    assert.closeTo(Number(row[13]), 0.15 * 3, 1e-12)
    // In units of their standard deviations both are the same trait.
    const scaled = await pph4(table(1, 0.3), table(1, 0.3), { p12: 1e-5 })
    assert.closeTo(Number(row[9]), Number(scaled.row[9]), 1e-12)
    const cases = await pph4(table(1, 0.3), table(1, 0.3), { type2: "cc", sd_prior1: 0.3 })
    assert.deepStrictEqual([cases.row[12], cases.row[13]], ["0.3", "0.2"])
    const without = await pph4(effects("g v1 0.1 0.1"), effects("g v1 0.1 0.1"))
    assert.deepStrictEqual([without.row[12], without.row[13]], ["0.15", "0.15"])
    assert.strictEqual(
      without.account.find((each) => each.rows === "traits of the first table")!.notes[0]!.reason,
      "standard deviation of the trait not estimated, taken as 1"
    )
  })

  it("reads GWAS-VCF", async () => {
    const path = join(temporaryFolder(), "gwas.vcf")
    const lines = [
      "##fileformat=VCFv4.2",
      ...["ES", "SE", "LP", "AF"].map((id) => `##FORMAT=<ID=${id},Number=A,Type=Float>`),
      "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT UKB-1".replaceAll(" ", "\t"),
      "1 5 rs1 A C . PASS . ES:SE:LP:AF 0.5:0.05:20:0.3".replaceAll(" ", "\t"),
      "1 9 rs2 G T . PASS . ES:SE:LP:AF .:.:.:.".replaceAll(" ", "\t")
    ]
    writeFileSync(path, `${lines.join("\n")}\n`)
    const { row, account } = await pph4(path, effects("g chr1_5_A_C 0.4 0.05", "g chr1_9_G_T 0 0.05"))
    assert.deepStrictEqual(row.slice(0, 5), ["UKB-1", "g", "1", "1", "1"])
    assert.strictEqual(row[10], "1_5_A_C")
    assert.strictEqual(account[0]!.leftOut[0]!.reason, "no effect or no standard error")
  })

  it("refuses sizes and frequencies that are none", async () => {
    const wrong = (row: string) => file("group variant_id beta se n maf", row)
    for (const [row, message] of [
      ["g v1 1 1 100 1.5", /1.5 is not a frequency from 0 to 1/u],
      ["g v1 1 1 -3 0.5", /-3 is not a sample size/u]
    ] as const) {
      const failed = pph4(wrong(row), effects("g v1 1 1"))
      assert.match(
        await failed.then(
          () => "",
          (error: Error) => error.message
        ),
        message
      )
    }
  })
})
