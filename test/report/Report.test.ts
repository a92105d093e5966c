import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Report from "../../src/report/Report.ts"
import type { RunReport } from "../../src/report/RunReport.ts"
import * as TableView from "../../src/report/TableView.ts"
import * as Trace from "../../src/report/Trace.ts"
import { runPromise, temporaryFolder } from "../support/stage.ts"
import { sample } from "./sample.ts"
import { elements, hostile } from "./wellFormed.ts"

/** Every text of the report replaced, down to the keys of versions; what types restrict stays. */
const poisoned = (value: unknown, key = ""): unknown => {
  if (typeof value === "string") return ["kind", "status", "source", "sha256"].includes(key) ? value : hostile
  if (Array.isArray(value)) return value.map((item) => poisoned(item))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [key === "versions" ? hostile : name, poisoned(member, name)])
  )
}

const text = (html: string): string =>
  html
    .replace(/<style>[^<]*<\/style>/gu, "")
    .replace(/<[^>]*>/gu, " ")
    .replace(/\s+/gu, " ")

describe("Report", () => {
  const html = Report.render(sample)

  it("says first what was run, on what, with what result, and what was synthetic", () => {
    const first = text(html.slice(0, html.indexOf('<section id="results">')))
    assert.match(
      first,
      /GWAS benchmark .*SYNTHETIC .*made up from a seed.*✓ Succeeded : 10 stages \(8 done, 2 cached\) in 24 s/u
    )
    assert.match(first, /✗ 1 of 2 outside their expected range/u)
    assert.match(first, /2 of 300 variants in teacher_scores; 2 of 300 variants in scores \( ?why ?\)/u)
    assert.match(first, /profile embedded/u)
    assert.match(first, /none from outside: everything was made from a seed/u)
    assert.match(first, /CPU \(tfjs-wasm\)/u)
  })

  it("is whole, loads nothing, runs nothing, and is the same twice", () => {
    const tags = elements(html)
    assert.isFalse(tags.some((tag) => /^<(?:script|link|iframe|object|embed)|\son\w+=/u.test(tag)))
    for (const tag of tags) {
      for (const [, target] of tag.matchAll(/(?:src|href)="([^"]*)"/gu)) {
        assert.match(target!, /^(?:data:image\/svg\+xml;base64,|#result-\d+$|#rows$|results\/)/u)
      }
    }
    assert.strictEqual(Report.render(sample), html)
  })

  it("marks every synthetic result", () => {
    const badges = html.split('<span class="badge synthetic">SYNTHETIC</span>').length - 1
    // Once in the contents and once at the result, for 6 results; once for each of 10 stages.
    assert.strictEqual(badges, 22)
    const mixed = {
      ...sample,
      results: sample.results.map((result, index) => ({ ...result, synthetic: index === 0 }))
    }
    assert.match(Report.render(mixed), /1 of the 6 results below are made up from a seed, and marked so/u)
    const real = { ...mixed, synthetic: false }
    assert.notMatch(Report.render(real), /class="banner"/u)
  })

  it("shows metrics with their interval, expected range and verdict, short with the exact value behind", () => {
    assert.match(html, /<span title="0\.8333333333333334">0\.8333<\/span>/u)
    assert.match(text(html), /sign accuracy 0\.8333 0\.7196 to 0\.9069 60 0\.7 to 0\.95 ✓ inside/u)
    assert.match(text(html), /pearson 0\.7123 0\.56 to 0\.81 60 0\.75 to 0\.95 ✗ outside/u)
    assert.match(text(html), /The first 3 rows of 60\./u)
  })

  it("shows what failed first", () => {
    const [first, ...rest] = sample.stages
    const failed: RunReport = {
      ...sample,
      status: "failed",
      results: [],
      stages: [{ ...first!, status: "failed", reason: "exit code 1", error: "line 1\n<b>line 2</b>" }, ...rest]
    }
    const page = Report.render(failed)
    assert.match(text(page.slice(0, page.indexOf('class="facts"'))), /Stage reference failed\. exit code 1 line 1/u)
    assert.match(page, /&lt;b&gt;line 2/u)
    assert.match(text(page), /The run has no results: it did not reach its end\./u)
    assert.match(
      text(Report.render({ ...failed, status: "succeeded" })),
      /no results: only what the workflow names under .+outputs.+ is shown here/u
    )
    assert.match(text(Report.render({ ...sample, status: "interrupted" })), /The run was stopped before its end/u)
  })

  it("escapes whatever it is given", () => {
    const page = Report.render(poisoned(sample) as RunReport)
    const tags = elements(page)
    assert.deepStrictEqual(new Set(tags.map((tag) => /^<[\w-]+/u.exec(tag)![0])).has("<script"), false)
    assert.isFalse(tags.some((tag) => tag.includes("onerror=") && !tag.includes("&quot;")))
    assert.isFalse(tags.some((tag) => /(?:href|src)="\s*javascript:/iu.test(tag)))
    const empty: RunReport = { ...sample, stages: [], edges: [], results: [], params: [], models: [], devices: [] }
    elements(Report.render(empty))
  })

  it("draws each stage once, below what it reads, and survives a cycle", () => {
    const drawing = (report: RunReport) => /<svg class="drawing"[\s\S]*?<\/svg>/u.exec(Report.render(report))![0]
    const boxes = [...drawing(sample).matchAll(/<title>(\w+):[^<]*<\/title><rect x="([^"]+)" y="([^"]+)"/gu)]
    const depth = new Map(boxes.map(([, id, , y]) => [id!, Number(y)]))
    assert.strictEqual(boxes.length, sample.stages.length)
    for (const [from, to] of sample.edges) assert.isBelow(depth.get(from)!, depth.get(to)!, `${from} -> ${to}`)
    elements(
      drawing({ ...sample, edges: [...sample.edges, ["benchmark", "reference"], ["scores", "scores"], ["x", "y"]] })
    )
  })
})

describe("TableView", () => {
  it("keeps identifiers and positions as they are, and shows missing values as such", () => {
    const table = {
      columns: ["pos", "id", "p"],
      rows: [
        ["44835201", "1.50", "NA"],
        ["7", "a", "0.123456"]
      ]
    }
    const view = TableView.render(table).markup
    assert.match(
      view,
      /<td class="number">44835201<\/td><td class="nowrap">1\.50<\/td><td class="number"><span class="missing">–/u
    )
    assert.match(view, /<span title="0\.123456">0\.1235<\/span>/u)
    assert.match(TableView.render({ columns: ["a"], rows: [] }).markup, /no rows/u)
  })
})

describe("the table of a benchmark", () => {
  const columns =
    "evaluation title label model source metric value low high n positives reported comparator comparator_value improvement verdict note"
  const table = {
    columns: columns.split(" "),
    rows: [
      "mfass_splicing|MFASS|ours|SpliceAI|model|average_precision|0.41062802|0.0227|1|112|3|0.512 (Fig. 3i)|Pangolin|0.54|-25.208|differs|NA",
      "apa|APA <i>|ours|NA|table|pearson|0.8358|NA|NA|1818|NA|none|NA|NA|NA|reproduced|NA",
      "cagi5|CAGI5|NA|NA|NA|pearson|NA|NA|NA|0|NA|0.57|Borzoi|0.55|NA|not available here|needs hg19"
    ].map((row) => row.split("|"))
  }

  it("has each value with its interval, its verdict and what it is compared with", () => {
    const view = TableView.render(table).markup
    const text = view.replaceAll(/<[^>]*>/gu, " ").replaceAll(/\s+/gu, " ")
    for (const part of [
      "MFASS mfass_ splicing SpliceAI ours; model average precision 0.4106 0.0227 to 1 112 3 positive ✗ differs 0.512 (Fig. 3i) Pangolin 0.54 −25.2 %",
      "APA &lt;i&gt; apa ours table pearson 0.8358 1,818 ✓ reproduced none –",
      "CAGI5 cagi5 – pearson – – not available here needs hg19 0.57 Borzoi 0.55"
    ]) {
      assert.include(text, part)
    }
    assert.include(view, 'title="0.41062802"')
    assert.deepStrictEqual(TableView.verdictCounts(table), { inside: 1, outside: 1 })
  })
})

describe("Trace", () => {
  it("writes one line a task", async () => {
    const path = join(temporaryFolder(), "trace.tsv")
    const row: Trace.TraceRow = {
      task: "scores/3",
      stage: "score-variants",
      status: "done",
      reason: "first run\n\twith these params",
      key: "ab",
      started: "2026-11-22T14:05:31.120Z",
      seconds: 1.5,
      cpu_seconds: null,
      max_rss_bytes: 1024,
      rows: null,
      exit: 0,
      synthetic: false
    }
    await runPromise(Trace.write(path, [row]))
    assert.strictEqual(
      readFileSync(path, "utf8"),
      "task\tstage\tstatus\treason\tkey\tstarted\tseconds\tcpu_seconds\tmax_rss_bytes\trows\texit\tsynthetic\nscores/3\tscore-variants\tdone\tfirst run with these params\tab\t2026-11-22T14:05:31.120Z\t1.5\tNA\t1024\tNA\t0\tfalse\n"
    )
  })
})
