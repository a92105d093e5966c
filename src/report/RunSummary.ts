/** Writes a run's report and trace from what the engine tells of it. */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs"
import { availableParallelism, totalmem } from "node:os"
import { join } from "node:path"
import { StringDecoder } from "node:string_decoder"
import * as NodeFileSystem from "@effect/platform-node-shared/NodeFileSystem"
import * as Artifact from "../cache/Artifact.ts"
import * as Digest from "../core/Digest.ts"
import { cannot, InputError, messageOf, render as renderFailure } from "../core/Failure.ts"
import * as Tally from "../core/Tally.ts"
import type { Provenance } from "../core/Provenance.ts"
import { needs, usesOf } from "../dsl/check/CheckedStage.ts"
import * as FileKind from "../dsl/stage/FileKind.ts"
import * as Port from "../dsl/stage/Port.ts"
import type { ParamValue } from "../dsl/param/ParamValue.ts"
import type { PublishedOutput, RunResult, StageResult, TaskResult, TaskStatus } from "../engine/RunResult.ts"
import * as Reader from "../data/table/Reader.ts"
import * as Numeral from "./Numeral.ts"
import * as Page from "./Page.ts"
import * as Report from "./Report.ts"
import type { ReportedStage, Result, ResultBody, RunReport } from "./RunReport.ts"
import * as Trace from "./Trace.ts"

/** Rows of a table that the page shows; the file beside it has all. */
const shownRows = 50

/** Characters of a table, and bytes of a text and of a figure, that the page shows at most. */
const shownTable = 1 << 20
const shownText = 1 << 16
const shownFigure = 1 << 22

/** Results that the page shows; the folder beside it has all. */
const shownResults = 200

const tableOf = (path: string): Effect.Effect<ResultBody, InputError> =>
  Reader.use(path, {}, (source) => {
    const rows: Array<ReadonlyArray<string>> = []
    let total = 0
    let size = 0
    return Reader.forEach(source, (batch) =>
      Effect.sync(() => {
        total += batch.height
        for (let row = 0; row < batch.height && rows.length < shownRows && size <= shownTable; row++) {
          const cells = batch.row(row)
          size += cells.reduce((sum, cell) => sum + cell.length + 1, 0)
          if (size <= shownTable) rows.push(cells)
        }
      })
    ).pipe(Effect.map((): ResultBody => ({ kind: "table", columns: source.columns, rows, total })))
  })

/** The beginning of a file, in whole characters. */
const beginning = (path: string, bytes: number): string => {
  const file = openSync(path, "r")
  try {
    const found = Buffer.alloc(bytes)
    return new StringDecoder("utf8").write(found.subarray(0, readSync(file, found, 0, bytes, 0)))
  } finally {
    closeSync(file)
  }
}

const read = <A>(path: string, act: () => A) => Effect.try({ try: act, catch: cannot("read", path) })

/** What the page shows of a file. */
const bodyOf = Effect.fnUntraced(
  function* (
    path: string,
    kind: FileKind.FileKindName,
    bytes: number
  ): Effect.fn.Return<ResultBody, InputError, FileSystem.FileSystem> {
    if (kind === "tsv") return yield* tableOf(path)
    const type = Page.pictureType(path)
    if (type !== undefined && bytes <= shownFigure) {
      return { kind: "figure", picture: Page.picture(type, yield* read(path, () => readFileSync(path))) }
    }
    if (kind !== "text" && kind !== "md") return { kind: "file" }
    return { kind: "text", text: yield* read(path, () => beginning(path, shownText)), whole: bytes <= shownText }
  },
  // What a script wrote need not be what it says; the page then names the file, and the run is none the worse.
  Effect.orElseSucceed((): ResultBody => ({ kind: "file" }))
)

const resultOf = Effect.fnUntraced(function* (run: RunResult, output: PublishedOutput) {
  const { stage } = run.stages.find((result) => result.stage.id === output.stage)!
  const port = stage.outputs[output.port]!
  const { bytes, sha256 } = output.artifact.files[0]!
  const body = yield* bodyOf(join(run.folder.path, output.path), Port.kindOf(port), bytes)
  const result: Result = {
    name: output.name,
    description: port.description,
    stage: output.stage,
    synthetic: output.artifact.synthetic,
    path: output.path,
    sha256,
    bytes: Artifact.bytes(output.artifact),
    ...body
  }
  return result
})

/** The states that say most of a stage, the strongest first. */
const strength: ReadonlyArray<TaskStatus> = ["failed", "skipped", "not started", "done", "cached"]

const sum = (values: ReadonlyArray<number | null | undefined>): number | null => {
  const known = values.filter((value) => value !== null && value !== undefined)
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0)
}

const stageOf = ({ stage, tasks, account }: StageResult): ReportedStage => {
  const status = strength.find((each) => tasks.some((task) => task.status === each)) ?? "not started"
  const counts = strength
    .map((each) => [tasks.filter((task) => task.status === each).length, each] as const)
    .filter(([count]) => count > 0)
    .map(([count, each]) => `${count} ${each}`)
  const [only] = tasks
  const failures = tasks.flatMap(({ id, failure }) => (failure === undefined ? [] : [{ id, failure }]))
  const peak = tasks.reduce((most, { record }) => Math.max(most, record?.maxRssBytes ?? 0), 0)
  return {
    id: stage.id,
    uses: usesOf(stage),
    status,
    reason: stage.scattered ? `${tasks.length} tasks: ${counts.join(", ")}` : (only?.reason ?? ""),
    seconds: sum(tasks.map(({ seconds }) => seconds)),
    cpuSeconds: sum(tasks.map(({ record }) => record?.cpuSeconds)),
    maxRssBytes: peak > 0 ? peak : null,
    key: stage.scattered ? null : (only?.key ?? null),
    synthetic: stage.synthetic || tasks.some(({ synthetic }) => synthetic),
    account,
    summary: stage.description,
    ...(failures.length === 0
      ? {}
      : {
          error: failures
            .map(({ id, failure }) => `${stage.scattered ? `${id}: ` : ""}${renderFailure(failure.failure)}`)
            .join("\n")
        })
  }
}

/** Each fact once, in the order in which the stages stand. */
const factsOf = <K extends Provenance["kind"]>(
  run: RunResult,
  kind: K
): ReadonlyArray<Extract<Provenance, { kind: K }>> => {
  const all = run.stages.flatMap(({ tasks }) => tasks.flatMap(({ record }) => record?.provenance ?? []))
  const distinct = new Map(all.filter((fact) => fact.kind === kind).map((fact) => [Digest.canonicalJson(fact), fact]))
  return [...distinct.values()] as unknown as ReadonlyArray<Extract<Provenance, { kind: K }>>
}

const shellWord = (word: string): string =>
  /^[\w./:=,@%+-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** As it would be typed into a shell. */
export const commandLine = (words: ReadonlyArray<string>): string => words.map(shellWord).join(" ")

const shownParam = (value: ParamValue): string => {
  if (!Array.isArray(value)) return String(value)
  const [first] = value as ReadonlyArray<unknown>
  return first !== null && typeof first === "object" ? Numeral.counted(value.length, "row") : value.join(",")
}

const reportOf = Effect.fnUntraced(function* (run: RunResult, command: ReadonlyArray<string>, version: string) {
  const { workflow } = run
  const results = yield* Effect.forEach(run.outputs.slice(0, shownResults), (output) => resultOf(run, output))
  const report: RunReport = {
    title: workflow.name,
    description: workflow.description,
    workflow: { file: workflow.file, name: workflow.name, sha256: Digest.ofBytes(workflow.text) },
    profile: workflow.profiles.length === 0 ? null : workflow.profiles.join(", "),
    runId: run.folder.id,
    status: run.status,
    startedAt: new Date(run.started).toISOString(),
    endedAt: new Date(run.ended).toISOString(),
    versions: { agflow: version, node: process.versions.node },
    host: { cpus: availableParallelism(), memory: totalmem(), platform: `${process.platform} ${process.arch}` },
    params: workflow.params.map(({ name, value, from, declaration }) => ({
      name,
      value: shownParam(value),
      source: from,
      ...(declaration.description === undefined ? {} : { description: declaration.description })
    })),
    synthetic: run.stages.some(({ tasks }) => tasks.some(({ synthetic }) => synthetic)),
    results,
    unshown: run.outputs.length - results.length,
    stages: run.stages.map(stageOf),
    datasets: factsOf(run, "dataset"),
    models: factsOf(run, "model"),
    devices: factsOf(run, "device"),
    command: commandLine(command),
    edges: run.stages.flatMap(({ stage }) => needs(stage).map((need) => [need, stage.id] as const))
  }
  return report
})

const traceOf = (result: TaskResult): Trace.TraceRow => ({
  task: result.id,
  stage: usesOf(result.stage),
  status: result.status,
  reason: result.reason === "" ? null : result.reason,
  key: result.key,
  started: result.status === "done" ? (result.record?.startedAt ?? null) : null,
  seconds: result.seconds,
  cpu_seconds: result.status === "done" ? (result.record?.cpuSeconds ?? null) : null,
  max_rss_bytes: result.status === "done" ? (result.record?.maxRssBytes ?? null) : null,
  rows: result.account.length === 0 ? null : result.account.map(Tally.line).join(" | "),
  exit: result.status === "done" ? 0 : result.status === "failed" ? 1 : null,
  synthetic: result.synthetic
})

/** `report.html` and `trace.tsv` in the run's folder; the path of the report. */
export const write = Effect.fnUntraced(function* (run: RunResult, command: ReadonlyArray<string>, version: string) {
  yield* Trace.write(
    join(run.folder.path, "trace.tsv"),
    run.stages.flatMap(({ tasks }) => tasks.map(traceOf))
  )
  const path = join(run.folder.path, "report.html")
  const html = Report.render(yield* reportOf(run, command, version))
  yield* Effect.try({
    try: () => writeFileSync(path, html),
    catch: (cause) => new InputError({ message: `cannot write the report: ${messageOf(cause)}`, file: path })
  })
  return path
}, Effect.provide(NodeFileSystem.layer))
