import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import report from "../../modules/report/stage.ts"
import * as StackedBars from "../../src/report/StackedBars.ts"
import { elements, hostile } from "../report/wellFormed.ts"
import { runStage, temporaryFolder } from "../support/stage.ts"

const file = (name: string, text: string): string => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, text)
  return path
}

const figure = StackedBars.render({
  title: "Cats & <dogs>",
  counted: "animals",
  classes: [{ label: "cats", colour: "#0072B2" }],
  bars: [{ label: "all", counts: [3] }]
})

const inputs = () => ({
  tables: [
    file("counts.tsv", "animal\tn\ncat\t3\ndog\t2\n"),
    file("metrics.tsv", "evaluation\tsubset\tmetric\tvalue\tn\ne\tall\tauroc\t0.123456\t9\n")
  ],
  figures: [file("coverage.svg", figure)],
  texts: [file("notes.txt", `<b>${hostile}</b>`)]
})

const page = async (params: object, synthetic = false): Promise<string> =>
  readFileSync((await runStage(report, params, inputs(), {}, undefined, { synthetic })).outputs["page"]!, "utf8")

describe("report", () => {
  it("puts everything on one page", async () => {
    const html = await page({ title: hostile, intro: "First.\n\nSecond <i>.", rows: 1 }, true)
    assert.notMatch(elements(html).join("\n"), /<script|<i>|<b>/u)
    assert.match(html, /<p>First\.<\/p>\n<p>Second &lt;i&gt;\.<\/p>/u)
    assert.match(html, /SYNTHETIC/u)
    assert.match(html, /The first 1 row of 2\./u)
    assert.match(html, /<span title="0\.123456">0\.1235<\/span>/u)
    assert.match(html, /alt="Cats &amp; &lt;dogs&gt;"/u)
    assert.deepStrictEqual(
      [...html.matchAll(/<h2>([^<]*)/gu)].map((match) => match[1]),
      ["Figures", "Tables", "Notes"]
    )
  })

  it("says SYNTHETIC where a table or a figure says it of itself", async () => {
    const of = async (given: object) =>
      readFileSync((await runStage(report, { title: "Cats" }, given as never)).outputs["page"]!, "utf8")
    const banner = /<strong>SYNTHETIC<\/strong>/u
    assert.match(await of({ tables: [file("t.tsv", "x\tsynthetic\n1\ttrue\n")] }), banner)
    assert.match(await of({ figures: [file("f.svg", "<svg><text>SYNTHETIC</text></svg>")] }), banner)
    assert.notMatch(await of({ tables: [file("u.tsv", "x\tsynthetic\n1\tfalse\n")] }), banner)
  })

  it("puts items where sections want them, and the rest at the end", async () => {
    const sections = [{ title: "Metrics", text: "How well?", tables: [2], figures: [1] }]
    const html = await page({ title: "Cats", sections })
    assert.deepStrictEqual(
      [...html.matchAll(/<h[23]>([^<]*)/gu)].map((match) => match[1]),
      ["Metrics", "metrics", "Tables", "counts", "Notes", "notes"]
    )
    const error = await page({ title: "Cats", sections: [{ title: "x", tables: [3] }] }).then(
      () => assert.fail("should fail"),
      (error: Error) => error.message
    )
    assert.strictEqual(error, "report: sections: tables has no position 3")
  })

  it("does not head a table by its place in a list, but where nothing else tells it from others", async () => {
    const tables = ["tables.0.tsv", "tables.1.tsv"].map((name) => file(name, "animal\tn\ncat\t3\n"))
    const params = { title: "Cats", sections: [{ title: "Counts", tables: [1] }] }
    const { outputs } = await runStage(report, params, { tables })
    assert.deepStrictEqual(
      [...readFileSync(outputs["page"]!, "utf8").matchAll(/<h[23]>([^<]*)/gu)].map((match) => match[1]),
      ["Counts", "Tables", "Table 2"]
    )
  })
})
