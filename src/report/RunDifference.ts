/** Two runs side by side: what they were given, what they ran, what came out, and their metrics value by value. */
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Artifact from "../cache/Artifact.ts"
import { ContentStore } from "../cache/ContentStore.ts"
import * as Digest from "../core/Digest.ts"
import * as Table from "../data/Table.ts"
import * as Reader from "../data/table/Reader.ts"
import * as PastRun from "../engine/PastRun.ts"
import type { RunOutput } from "../engine/RunRecord.ts"
import * as MetricTable from "../metric/MetricTable.ts"

/** What a name stands for in the first and in the second run; null where it does not occur. */
export interface Pair<A> {
  readonly name: string
  readonly a: A | null
  readonly b: A | null
}

export interface ExternalFile {
  readonly path: string
  readonly digest: string
}

export interface StageCode {
  /** The stage's module, or `script`. */
  readonly uses: string
  /** Of its code, or of its scripts where they differ between its tasks. */
  readonly digest: string
  /** The text of its only script. */
  readonly script: string | null
}

export interface MetricPair extends Pair<number> {
  readonly output: string
  readonly evaluation: string
  readonly subset: string
  readonly metric: string
  /** b - a; null where one of them is missing. */
  readonly difference: number | null
}

export interface RunDifference {
  readonly workflow: Pair<{ readonly run: string; readonly name: string; readonly text: string }>
  readonly params: ReadonlyArray<Pair<unknown>>
  /** Files of the user's, by the stage's input that reads them. */
  readonly files: ReadonlyArray<Pair<ExternalFile>>
  /** By stage. */
  readonly code: ReadonlyArray<Pair<StageCode>>
  /** Digests of the workflow's outputs. */
  readonly outputs: ReadonlyArray<Pair<string>>
  readonly metrics: ReadonlyArray<MetricPair>
}

export const same = <A>({ a, b }: Pair<A>): boolean => Digest.canonicalJson(a) === Digest.canonicalJson(b)

const pairs = <A>(a: ReadonlyMap<string, A>, b: ReadonlyMap<string, A>): ReadonlyArray<Pair<A>> =>
  Array.from(new Set([...a.keys(), ...b.keys()]), (name) => ({ name, a: a.get(name) ?? null, b: b.get(name) ?? null }))

/** What a run was given from outside, and the code of its stages. */
const givenTo = Effect.fnUntraced(function* (run: PastRun.PastRun) {
  const files = new Map<string, ExternalFile>()
  const digests = new Map<string, { readonly uses: string; readonly codes: Set<string> }>()
  for (const task of run.record.tasks) {
    const structure = yield* PastRun.structureOf(run, task)
    if (structure === undefined) continue
    const stage = digests.get(task.stage) ?? { uses: structure.stage, codes: new Set() }
    digests.set(task.stage, stage)
    stage.codes.add(structure.code)
    for (const [name, origin] of Object.entries(run.details().get(task.id)?.inputs ?? {})) {
      const given = structure.inputs[name]
      if (given === undefined) continue
      for (const [index, each] of ("digest" in given ? [given] : given).entries()) {
        const path = typeof origin === "string" ? origin : (origin[index] ?? "")
        if (!PastRun.isFile(path)) continue
        const file = { path, digest: each.digest }
        const port = `${name}${"digest" in given ? "" : `[${index}]`}`
        // What all tasks of a stage read is told once.
        const known = files.get(`${task.stage}.${port}`)
        const shared = known === undefined || (known.path === path && known.digest === each.digest)
        files.set(`${shared ? task.stage : task.id}.${port}`, file)
      }
    }
  }
  const code = new Map(
    Array.from(digests, ([stage, { uses, codes }]) => {
      const [only] = codes
      return [
        stage,
        {
          uses,
          digest: codes.size === 1 ? only! : Digest.ofJson([...codes].sort()),
          script: uses === "script" && codes.size === 1 ? (PastRun.scriptOf(run, only!) ?? null) : null
        }
      ] as const
    })
  )
  return { files, code }
})

/** The least that makes a table one of metrics. */
const { evaluation, subset, metric, value } = MetricTable.table
const columns = { evaluation, subset, metric, value }

/** The metrics of an output by what names them; none where it is no table of metrics. */
const metricsOf = Effect.fnUntraced(
  function* (run: PastRun.PastRun, output: RunOutput) {
    const store = yield* ContentStore
    const kept = store.path(output.sha256)
    // As it was made: what lies in the results may have been edited since.
    const path = existsSync(kept) ? kept : join(run.folder, output.path)
    const found = yield* Reader.columns(path)
    // Another table may be larger than memory.
    if (!Object.keys(columns).every((name) => found.includes(name))) return new Map()
    const rows = yield* Table.read(path, columns)
    return new Map(
      rows.map((row) => [
        `${output.name} ${row.evaluation} ${row.subset}/${row.metric}`,
        { output: output.name, ...row }
      ])
    )
  },
  Effect.orElseSucceed((): ReadonlyMap<string, Table.Row<typeof columns> & { readonly output: string }> => new Map())
)

const isTable = ({ path }: RunOutput): boolean => /\.tsv(\.gz)?$/u.test(path)

const allMetrics = Effect.fnUntraced(function* (run: PastRun.PastRun) {
  const each = yield* Effect.forEach(run.record.outputs.filter(isTable), (output) => metricsOf(run, output))
  return new Map(each.flatMap((metrics) => [...metrics]))
})

const byName = (outputs: ReadonlyArray<RunOutput>) =>
  new Map(
    outputs.map(({ name, files, synthetic }) => [name, Artifact.digest({ extension: "", files, synthetic })] as const)
  )

export const compare = Effect.fnUntraced(function* (a: PastRun.PastRun, b: PastRun.PastRun) {
  const [givenA, givenB] = [yield* givenTo(a), yield* givenTo(b)]
  const metrics = pairs(yield* allMetrics(a), yield* allMetrics(b))
  const about = ({ record }: PastRun.PastRun) => ({
    run: record.id,
    name: record.workflow.name,
    text: record.workflow.sha256
  })
  const difference: RunDifference = {
    workflow: { name: "workflow", a: about(a), b: about(b) },
    params: pairs(new Map(Object.entries(a.record.params)), new Map(Object.entries(b.record.params))),
    files: pairs(givenA.files, givenB.files),
    code: pairs(givenA.code, givenB.code),
    outputs: pairs(byName(a.record.outputs), byName(b.record.outputs)),
    metrics: metrics.map(({ name, a: before, b: after }) => {
      const { output, evaluation: of, subset: part, metric: measure } = (before ?? after)!
      const [x, y] = [before?.value ?? null, after?.value ?? null]
      return {
        name,
        output,
        evaluation: of,
        subset: part,
        metric: measure,
        a: x,
        b: y,
        difference: x === null || y === null ? null : y - x
      }
    })
  }
  return difference
})
