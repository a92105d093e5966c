/** The report of a run as one HTML page: what was run, on what, with what result, and how to run it again. */
import * as Digest from "../core/Digest.ts"
import * as Tally from "../core/Tally.ts"
import * as Drawing from "./Drawing.ts"
import { markup, relativeHref, webHref, type Markup, type Part } from "./Markup.ts"
import * as Numeral from "./Numeral.ts"
import * as Page from "./Page.ts"
import type { DatasetUse, ReportedStage, Result, RunReport, RunStatus, StageStatus } from "./RunReport.ts"
import { grid } from "./Grid.ts"
import * as TableView from "./TableView.ts"

const states: { readonly [S in StageStatus]: Markup } = {
  done: markup`<span class="state good">✓ done</span>`,
  cached: markup`<span class="state good">= cached</span>`,
  failed: markup`<span class="state bad">✗ failed</span>`,
  skipped: markup`<span class="state wait">– skipped</span>`,
  "not started": markup`<span class="state wait">○ not started</span>`
}

const outcomes: { readonly [S in RunStatus]: Markup } = {
  succeeded: markup`<span class="state good">✓ Succeeded</span>`,
  failed: markup`<span class="state bad">✗ Failed</span>`,
  interrupted: markup`<span class="state bad">✗ Interrupted</span>`
}

/** Each name once. */
const list = (names: ReadonlyArray<string>): string => [...new Set(names)].join(", ")

const digest = (sha256: string): Markup => markup`<code title="sha256 ${sha256}">${Digest.short(sha256)}</code>`

/** `2026-11-22 14:05:31 UTC`. */
const moment = (iso: string): string => iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/u, "$1 $2 UTC")

const elapsed = ({ startedAt, endedAt }: RunReport): string | undefined => {
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000
  return seconds >= 0 ? Numeral.duration(seconds) : undefined
}

const stageCounts = (stages: ReadonlyArray<ReportedStage>): string => {
  const order: ReadonlyArray<StageStatus> = ["done", "cached", "failed", "skipped", "not started"]
  return order
    .map((status) => ({ status, n: stages.filter((stage) => stage.status === status).length }))
    .filter(({ n }) => n > 0)
    .map(({ status, n }) => `${Numeral.count(n)} ${status}`)
    .join(", ")
}

const verdicts = (results: ReadonlyArray<Result>): Part => {
  const counts = results.map((result) =>
    result.kind === "table" ? TableView.verdictCounts(result) : { inside: 0, outside: 0 }
  )
  const inside = counts.reduce((sum, count) => sum + count.inside, 0)
  const outside = counts.reduce((sum, count) => sum + count.outside, 0)
  if (inside + outside === 0) return null
  return markup`<dt>Metrics</dt><dd>${
    outside === 0
      ? markup`<span class="state good">✓ all ${Numeral.count(inside)} inside their expected range</span>`
      : markup`<span class="state bad">✗ ${Numeral.count(outside)} of ${Numeral.count(inside + outside)} outside their expected range</span>`
  }</dd>\n`
}

/** By stage, so that nobody must scroll to learn that rows are missing. */
const leftOut = ({ stages }: RunReport): Part => {
  const lossy = stages.flatMap(({ id, account }) =>
    account.filter(({ leftOut }) => leftOut.length > 0).map((tally) => ({ id, tally }))
  )
  if (lossy.length === 0) return null
  return markup`<dt>Left out</dt><dd>${lossy.map(
    ({ id, tally }, index) =>
      markup`${index > 0 && "; "}${Numeral.count(Tally.leftOutOf(tally))} of ${Numeral.count(tally.taken)} ${tally.rows} in ${id}`
  )} (<a href="#rows">why</a>)</dd>\n`
}

const facts = (report: RunReport): Markup => {
  const { workflow, profile, datasets, models, devices } = report
  const time = elapsed(report)
  return markup`<dl class="facts">
<dt>Outcome</dt><dd>${outcomes[report.status]}: ${Numeral.counted(report.stages.length, "stage")}${
    report.stages.length > 0 && ` (${stageCounts(report.stages)})`
  }${time !== undefined && ` in ${time}`}</dd>
${verdicts(report.results)}${leftOut(report)}<dt>Workflow</dt><dd><strong>${workflow.name}</strong> <span class="muted">(${workflow.file}${
    profile !== null && `, profile ${profile}`
  })</span></dd>
<dt>Data</dt><dd>${
    datasets.length > 0
      ? list(datasets.map(({ name }) => name))
      : report.synthetic
        ? "none from outside: everything was made from a seed"
        : "no registered data set"
  }</dd>
${models.length > 0 && markup`<dt>Model</dt><dd>${list(models.map(({ name }) => name))}</dd>\n`}${
    devices.length > 0 &&
    markup`<dt>Device</dt><dd>${list(devices.map(({ name, runtime }) => `${name} (${runtime})`))}</dd>\n`
  }<dt>Run</dt><dd><code>${report.runId}</code>, ${moment(report.startedAt)}</dd>
</dl>
`
}

const banner = ({ results, synthetic }: RunReport): Part => {
  if (!synthetic) return null
  const marked = results.filter((result) => result.synthetic).length
  const which =
    marked === 0 || marked === results.length
      ? "The results below are made up from a seed"
      : `${Numeral.count(marked)} of the ${Numeral.counted(results.length, "result")} below are made up from a seed, and marked so`
  return Page.syntheticBanner(
    `${which}: nobody measured them. They show that the workflow works; they say nothing about real genes or variants, or about how good a real model is.`
  )
}

const alarms = ({ stages, status }: RunReport): Part => {
  const failed = stages.filter((stage) => stage.status === "failed")
  if (status === "interrupted" && failed.length === 0) {
    return markup`<div class="alarm"><strong>The run was stopped before its end.</strong> Run the same command to continue where it stopped.</div>\n`
  }
  return failed.map(({ id, reason, error }) => {
    // What the message begins with need not stand before it.
    const isSaid = error?.replaceAll(/\s+/gu, " ").startsWith(reason ?? "") === true
    return markup`<div class="alarm"><strong class="bad">Stage ${id} failed.</strong> ${!isSaid && reason}${
      error !== undefined && markup`<pre>${error}</pre>`
    }</div>\n`
  })
}

const anchor = (index: number): string => `result-${index + 1}`

const contents = (results: ReadonlyArray<Result>): Markup => markup`<ul class="contents">
${results.map(
  (result, index) =>
    markup`<li><a href="#${anchor(index)}">${result.name}</a> ${result.synthetic && Page.syntheticBadge} <span class="muted small">${
      result.kind === "table" ? `table, ${Numeral.counted(result.total, "row")}` : result.kind
    }</span></li>\n`
)}</ul>
`

const body = (result: Result): Part => {
  switch (result.kind) {
    case "table":
      return TableView.render(result, result.total)
    case "figure":
      return Page.figure(result.picture, `${result.synthetic ? "SYNTHETIC: " : ""}${result.description}`)
    case "text":
      return markup`<pre>${result.text}</pre>\n${
        !result.whole && markup`<p class="small muted">The beginning of ${Numeral.bytes(result.bytes)}.</p>\n`
      }`
    case "file":
      return null
  }
}

const result = (each: Result, index: number): Markup => markup`<article id="${anchor(index)}">
<h3>${each.name} ${each.synthetic && Page.syntheticBadge}</h3>
<p class="muted says">${each.description}</p>
${body(each)}<p class="small muted"><a href="${relativeHref(each.path)}">${each.path}</a> · ${Numeral.bytes(each.bytes)} · sha256 ${digest(
  each.sha256
)} · from stage ${each.stage}</p>
</article>
`

const unshown = ({ unshown = 0 }: RunReport): Part =>
  unshown > 0 &&
  markup`<p class="muted">${Numeral.counted(unshown, "more result")} in <a href="results/">results/</a>.</p>\n`

const title = (text: string, kind?: string) => (kind === undefined ? { title: text } : { title: text, class: kind })

/** Of a file of which nobody states the digest, that it may be another the next time. */
const contentOf = ({ sha256, pinned, before }: Pick<DatasetUse, "sha256" | "pinned" | "before">): Part => [
  digest(sha256),
  pinned === false && markup` <strong>not pinned</strong>`,
  before !== undefined && markup`; content changed when it was fetched, it was ${digest(before)}`
]

const sources = ({ datasets, models, devices }: RunReport): Part => [
  datasets.length > 0 &&
    markup`<h3>Data</h3>\n${grid(
      [
        title("Data set", "nowrap"),
        title("Licence"),
        title("Citation", "long"),
        title("Size", "number"),
        title("sha256")
      ],
      datasets.map(({ name, url, licence, citation, bytes, ...content }) => {
        const href = webHref(url)
        return [
          href === undefined ? name : markup`<a href="${href}">${name}</a>`,
          licence,
          citation,
          Numeral.bytes(bytes),
          contentOf(content)
        ]
      })
    )}`,
  models.length > 0 &&
    markup`<h3>Models</h3>\n${grid(
      [title("Model", "nowrap"), title("Licence"), title("Citation", "long"), title("Weights")],
      models.map(({ name, licence, citation, weights }) => [
        name,
        licence,
        citation,
        /^[0-9a-f]{64}$/u.test(weights) ? digest(weights) : weights
      ])
    )}`,
  devices.length > 0 &&
    markup`<h3>Devices</h3>\n${grid(
      [title("Device"), title("Runtime"), title("Version"), title("Numerics")],
      devices.map(({ name, runtime, version, numerics }) => [name, runtime, version, numerics])
    )}`,
  datasets.length + models.length + devices.length === 0 &&
    markup`<p class="muted">No stage named a data set, a model or a device.</p>\n`
]

const none = markup`<span class="missing">–</span>`
const timed = (seconds: number | null | undefined): Part =>
  seconds === null || seconds === undefined
    ? none
    : markup`<span title="${seconds} s">${Numeral.duration(seconds)}</span>`

const stages = (report: RunReport): Part => [
  Drawing.render(report),
  grid(
    [
      title("Stage", "nowrap"),
      title("Uses", "nowrap"),
      title("Status"),
      title("Why", "long"),
      title("Time", "number"),
      title("CPU", "number"),
      title("Memory", "number"),
      title("Key")
    ],
    report.stages.map((stage) => [
      [stage.id, stage.synthetic && [" ", Page.syntheticBadge]],
      stage.uses,
      states[stage.status],
      [
        stage.reason,
        stage.summary !== undefined && markup`<br><span class="muted">${stage.summary}</span>`,
        stage.error !== undefined && stage.status !== "failed" && markup`<pre>${stage.error}</pre>`
      ],
      timed(stage.seconds),
      timed(stage.cpuSeconds),
      stage.maxRssBytes === null || stage.maxRssBytes === undefined ? none : Numeral.bytes(stage.maxRssBytes),
      stage.key === null ? none : digest(stage.key)
    ])
  )
]

/** One line for each reason; what was kept, but changed, stands after what was left out. */
const rows = ({ stages }: RunReport): Markup =>
  grid(
    [
      title("Stage", "nowrap"),
      title("Rows", "nowrap"),
      title("Taken", "number"),
      title("Kept", "number"),
      title("Of these", "number"),
      title("What became of them", "long"),
      title("Example", "long")
    ],
    stages.flatMap(({ id, account }) =>
      account.flatMap(({ rows, taken, kept, leftOut, notes }) => {
        const about = [id, rows, Numeral.count(taken), Numeral.count(kept)]
        const told = [
          ...leftOut.map((each) => ({ ...each, what: "left out" })),
          ...notes.map((each) => ({ ...each, what: "kept, changed" }))
        ]
        if (told.length === 0) return [[...about, none, taken === 0 ? "no rows were given" : "all kept", ""]]
        return told.map(({ what, reason, count, example }, index) => [
          ...(index === 0 ? about : ["", "", "", ""]),
          Numeral.count(count),
          [what === "left out" ? markup`<strong>${what}</strong>` : what, ": ", reason],
          example
        ])
      })
    )
  )

const params = ({ params }: RunReport): Markup =>
  params.length === 0
    ? markup`<p class="muted">The workflow has no params.</p>\n`
    : grid(
        [title("Param", "nowrap"), title("Value", "long"), title("Set by"), title("Meaning", "long")],
        params.map(({ name, value, source, description }) => [
          name,
          markup`<code>${value}</code>`,
          source === "default" ? markup`<span class="muted">default</span>` : source,
          description
        ])
      )

const again = ({
  command,
  workflow,
  versions,
  host,
  startedAt,
  endedAt
}: RunReport): Markup => markup`<pre>${command}</pre>
<p class="small muted">Workflow ${workflow.file}, sha256 <code>${workflow.sha256}</code></p>
<p class="small muted">Made with ${list(
  Object.entries(versions).map(([name, version]) => `${name} ${version}`)
)} on ${host.platform}, ${Numeral.counted(host.cpus, "CPU")}, ${Numeral.bytes(host.memory)} memory; from ${moment(startedAt)} to ${moment(endedAt)}.</p>
`

/** The whole page. Pure: the same report gives the same bytes. */
export const render = (report: RunReport): string =>
  Page.render(report.title, [
    markup`<h1>${report.title}</h1>\n`,
    report.description !== undefined && markup`<p class="lead">${report.description}</p>\n`,
    banner(report),
    alarms(report),
    facts(report),
    report.results.length > 0 && contents(report.results),
    Page.section(
      "results",
      "Results",
      report.results.length === 0
        ? markup`<p class="muted">The run has no results${report.status === "succeeded" ? ": only what the workflow names under 'outputs' is shown here" : ": it did not reach its end"}.</p>\n`
        : [report.results.map(result), unshown(report)]
    ),
    report.stages.some(({ account }) => account.length > 0) &&
      Page.section("rows", "What was left out, and why", rows(report)),
    Page.section("sources", "Data and models", sources(report)),
    Page.section("stages", "Stages", stages(report)),
    Page.section("params", "Params", params(report)),
    Page.section("again", "Run it again", again(report))
  ])
