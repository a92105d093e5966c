/** Why a task ran, or need not: its key beside the one that it had in another run, followed up to the first cause. */
import * as Effect from "effect/Effect"
import type { Records } from "../cache/Records.ts"
import * as TaskKey from "../cache/TaskKey.ts"
import * as Digest from "../core/Digest.ts"
import * as LineChanges from "../core/LineChanges.ts"
import * as PastRun from "./PastRun.ts"
import type { RunTask } from "./RunRecord.ts"

export interface Explanation {
  readonly task: string
  /** In `run`. */
  readonly state: PastRun.TaskState
  /** What `run` said of it at the time. */
  readonly reason: string
  readonly run: string
  readonly key: string | null
  /** What it is compared with; null where there is nothing. */
  readonly against: { readonly run: string; readonly task: string; readonly key: string | null } | null
  /** How the keys differ; null where one of them is no longer known. */
  readonly changes: ReadonlyArray<ExplainedChange> | null
  /** Which run made its result. */
  readonly madeBy: string | null
  /** Files that it fetched, of which nobody states the digest. */
  readonly unpinned: ReadonlyArray<string>
}

export interface ExplainedChange extends TaskKey.Change {
  /** Of a script that changed: `- ` before those that are gone, `+ ` before those that are new. */
  readonly lines: ReadonlyArray<string>
  readonly because: ReadonlyArray<Cause>
}

/** What stands behind an input whose content changed: a sentence, or the tasks that gave it. */
export type Cause =
  | { readonly _tag: "Fact"; readonly text: string; readonly because: ReadonlyArray<Cause> }
  | { readonly _tag: "Task"; readonly explanation: Explanation }

/** So many tasks of a stage are told of that gave one input. */
const shownTasks = 3

const fact = (text: string, because: ReadonlyArray<Cause> = []): Cause => ({ _tag: "Fact", text, because })

const originsOf = (run: PastRun.PastRun, id: string, input: string): ReadonlyArray<string> => {
  const origins = run.details().get(id)?.inputs[input]
  return origins === undefined ? [] : typeof origins === "string" ? [origins] : origins
}

/** Where the files of a list differ that are told apart by their origin; else all origins. */
const changedOrigins = (
  origins: ReadonlyArray<string>,
  before: TaskKey.TaskKey["inputs"][string] | undefined,
  after: TaskKey.TaskKey["inputs"][string] | undefined
): ReadonlyArray<string> => {
  if (origins.length < 2 || !Array.isArray(before) || !Array.isArray(after)) return [...new Set(origins)]
  return origins.filter(
    (_, index) => Digest.canonicalJson(before[index] ?? null) !== Digest.canonicalJson(after[index])
  )
}

/** The newest run before this one, of the same workflow (by name, else by file), in which the task ran, or need not. */
export const previousOf = (
  past: ReadonlyArray<PastRun.PastRun>,
  run: PastRun.PastRun,
  id: string
): PastRun.PastRun | undefined => {
  const known = past.slice(past.indexOf(run) + 1).filter((each) => PastRun.knows(each, id))
  // Of one that a run had not begun with nothing is recorded but its key.
  const begun = known.filter((each) => PastRun.hasBegun(each, id))
  const earlier = begun.length > 0 ? begun : known
  return (
    earlier.find(({ record }) => record.workflow.name === run.record.workflow.name) ??
    earlier.find(({ record }) => record.workflow.file === run.record.workflow.file)
  )
}

const unpinnedOf = (run: PastRun.PastRun, id: string) => run.details().get(id)?.unpinned ?? []

/** `past` holds all runs, newest first; without `against` the task is compared with the previous run that had it. */
export const explain = Effect.fnUntraced(function* (
  past: ReadonlyArray<PastRun.PastRun>,
  run: PastRun.PastRun,
  task: RunTask,
  against: PastRun.PastRun | undefined
) {
  const done = new Map<string, Explanation>()

  const causesOf: (
    change: TaskKey.Change,
    id: string,
    other: { readonly run: PastRun.PastRun; readonly id: string },
    before: TaskKey.TaskKey,
    after: TaskKey.TaskKey
  ) => Effect.Effect<ReadonlyArray<Cause>, never, Records> = Effect.fnUntraced(
    function* (change, id, other, before, after) {
      if (change.what !== "input" || after.inputs[change.name] === undefined) return []
      const origins = originsOf(run, id, change.name)
      const formerOrigins = originsOf(other.run, other.id, change.name)
      const causes: Array<Cause> = []
      const formerStage = formerOrigins[0] === undefined ? undefined : PastRun.sourceOf(other.run, formerOrigins[0])
      for (const origin of changedOrigins(origins, before.inputs[change.name], after.inputs[change.name])) {
        const stage = PastRun.sourceOf(run, origin)
        if (stage === undefined) {
          const [former] = formerOrigins
          const moved = former !== undefined && origins.length === 1 && former !== origin
          causes.push(fact(moved ? `the file is ${origin}, it was ${former}` : `the file ${origin} changed`))
          continue
        }
        if (formerStage === undefined && formerOrigins.length > 0) {
          causes.push(fact(`it comes from ${origin}, it came from ${formerOrigins[0]}`))
          continue
        }
        // A list that is one of a list: the tasks that gave it are several.
        const whole = Array.isArray(after.inputs[change.name]) ? origin.replace(/\[\d+\]$/u, "") : origin
        causes.push(...(yield* upstreamCauses(stage, formerStage ?? stage, whole, other.run)))
      }
      return causes
    }
  )

  /** What the stage that gave an input did. */
  const upstreamCauses = Effect.fnUntraced(function* (
    stage: string,
    formerStage: string,
    origin: string,
    otherRun: PastRun.PastRun
  ): Effect.fn.Return<ReadonlyArray<Cause>, never, Records> {
    const lane = / of ([^ [\]]+)/u.exec(origin)?.[1]
    const inLane = ({ id }: Pick<RunTask, "id">) => lane === undefined || `${id},`.startsWith(`${stage}/${lane},`)
    const tasks = PastRun.tasksOf(run, stage).filter(inLane)
    const item = /\[(\d+)\]$/u.exec(origin)?.[1]
    const chosen = item === undefined || tasks[Number(item)] === undefined ? tasks : [tasks[Number(item)]!]
    const idBefore = (id: string) => `${formerStage}${id.slice(stage.length)}`
    const differing = chosen.filter(({ id, key }) => {
      const before = otherRun.tasks.get(idBefore(id))
      return before !== undefined && before.key !== key
    })
    const count = PastRun.tasksOf(otherRun, formerStage).filter(({ id }) =>
      inLane({ id: `${stage}${id.slice(formerStage.length)}` })
    ).length
    const causes: Array<Cause> = []
    for (const each of differing.slice(0, shownTasks)) {
      causes.push({ _tag: "Task", explanation: yield* explainOne(each, { run: otherRun, id: idBefore(each.id) }) })
    }
    if (differing.length > shownTasks) {
      causes.push(fact(`and ${differing.length - shownTasks} more tasks of '${stage}'`))
    }
    if (count === 0) return [fact(`'${stage}' is new`)]
    if (count !== tasks.length) {
      const text = `'${stage}' has ${tasks.length} ${tasks.length === 1 ? "task" : "tasks"}, it had ${count}`
      causes.push(fact(text, yield* scatterCauses(tasks[0], otherRun)))
    }
    const fresh = chosen.filter(({ id }) => !otherRun.tasks.has(idBefore(id)))
    if (fresh.length > 0 && count === tasks.length) {
      causes.push(...fresh.slice(0, shownTasks).map(({ id }) => fact(`'${id}' is new`)))
      if (fresh.length > shownTasks) causes.push(fact(`and ${fresh.length - shownTasks} more tasks of '${stage}'`))
    }
    if (causes.length > 0) return causes
    const again = chosen.find(({ status }) => status === "done")
    const unpinned = again === undefined ? [] : unpinnedOf(run, again.id)
    if (unpinned.length > 0) return unpinned.map((text) => fact(`'${again!.id}' ran again: ${text}`))
    return [
      fact(
        origin.includes(" from row ")
          ? `${origin}: the table is cut differently`
          : again === undefined
            ? `'${stage}' ran in between with the same key and gave other content: it does not give the same each time`
            : `'${again.id}' ran again with the same key and gave other content: it does not give the same each time`
      )
    ]
  })

  /** Why a stage was scattered into more or fewer tasks: what its pieces were taken from. */
  const scatterCauses: (
    first: RunTask | undefined,
    otherRun: PastRun.PastRun
  ) => Effect.Effect<ReadonlyArray<Cause>, never, Records> = Effect.fnUntraced(function* (first, otherRun) {
    const origins = Object.values(run.details().get(first?.id ?? "")?.inputs ?? {}).flat()
    const pieces = origins.filter((origin) => / from row \d+$|\[\d+\]$/u.test(origin))
    const stages = new Set(pieces.flatMap((origin) => PastRun.sourceOf(run, origin) ?? []))
    return (yield* Effect.forEach(stages, (stage) => upstreamCauses(stage, stage, "", otherRun))).flat()
  })

  const scriptLines = (
    { what }: TaskKey.Change,
    otherRun: PastRun.PastRun,
    before: TaskKey.TaskKey,
    after: TaskKey.TaskKey
  ): ReadonlyArray<string> => {
    const texts = what === "code" && [PastRun.scriptOf(otherRun, before.code), PastRun.scriptOf(run, after.code)]
    return texts && texts[0] !== undefined && texts[1] !== undefined ? LineChanges.between(texts[0], texts[1]) : []
  }

  const explainOne: (
    task: RunTask,
    other: { readonly run: PastRun.PastRun; readonly id: string } | undefined
  ) => Effect.Effect<Explanation, never, Records> = Effect.fnUntraced(function* (each, other) {
    const found = done.get(each.id)
    if (found !== undefined) return found
    const before = other?.run.tasks.get(other.id)
    const keys =
      before === undefined || before.key === null || each.key === null
        ? undefined
        : { before: yield* PastRun.structureOf(other!.run, before), after: yield* PastRun.structureOf(run, each) }
    const same = before !== undefined && before.key !== null && before.key === each.key
    const changes =
      same || keys?.before === undefined || keys.after === undefined ? [] : TaskKey.changes(keys.before, keys.after)
    const explained: Array<ExplainedChange> = []
    for (const change of changes) {
      const because = yield* causesOf(change, each.id, { run: other!.run, id: before!.id }, keys!.before!, keys!.after!)
      explained.push({ ...change, because, lines: scriptLines(change, other!.run, keys!.before!, keys!.after!) })
    }
    const state = PastRun.stateOf(run, each)
    const explanation: Explanation = {
      task: each.id,
      state,
      reason: state === "failed" ? (run.details().get(each.id)?.reason ?? each.reason) : each.reason,
      run: run.record.id,
      key: each.key,
      against: before === undefined ? null : { run: other!.run.record.id, task: before.id, key: before.key },
      changes: same || explained.length > 0 ? explained : null,
      madeBy: state === "cached" ? (PastRun.makerOf(past, run, each.key)?.run.record.id ?? null) : null,
      unpinned: unpinnedOf(run, each.id)
    }
    done.set(each.id, explanation)
    return explanation
  })

  const other = against ?? previousOf(past, run, task.id)
  return yield* explainOne(task, other === undefined ? undefined : { run: other, id: task.id })
})

const states: { readonly [S in PastRun.TaskState]: string } = {
  done: "ran",
  cached: "was cached",
  failed: "failed",
  skipped: "was not run",
  running: "is running",
  killed: "was running when the run was killed",
  "not started": "was not started"
}

/** What is said of the changes, or of there being none. */
const comparison = ({ against, changes, key, state, reason }: Explanation): string => {
  if (key === null) return reason === "" ? "what it would be was not known yet" : reason
  if (against === null) return reason === "" ? "no earlier run of the workflow has it" : reason
  if (against.key === null) return "it had no key there: that run did not get to it"
  if (changes === null) return `its key changed, and what it was is no longer recorded`
  return state === "cached" ? "nothing that it depends on has changed" : reason
}

/** Lines for a person; each chain of causes below what it explains. */
export const lines = (explanation: Explanation): ReadonlyArray<string> => {
  const { task, state, run, against, changes, madeBy, key, unpinned } = explanation
  const compared = against === null ? "" : `, compared with run ${against.run}`
  const body =
    changes === null || changes.length === 0
      ? [`  ${comparison(explanation)}`]
      : changes.flatMap((each) => changeLines(each, "  "))
  const kept =
    madeBy === null || madeBy === run
      ? []
      : [`  its result ${changes === null || changes.length === 0 ? "is" : "was there:"} that of run ${madeBy}`]
  return [
    `${task} ${states[state]} in run ${run}${key === null ? "" : compared}`,
    ...body,
    ...unpinned.map((text) => `  ${text}`),
    ...kept
  ]
}

const changeLines = ({ text, lines: changed, because }: ExplainedChange, indent: string): ReadonlyArray<string> => [
  `${indent}${text}`,
  ...changed.map((line) => `${indent}  ${line}`),
  ...causeLines(because, indent)
]

const causeLines = (causes: ReadonlyArray<Cause>, indent: string): ReadonlyArray<string> =>
  causes.flatMap((cause) => {
    const inner = `${indent}  `
    if (cause._tag === "Fact") return [`${inner}because ${cause.text}`, ...causeLines(cause.because, inner)]
    const { explanation } = cause
    const { task, state, changes } = explanation
    // One change without a story of its own stands in the same line.
    const [only] = changes ?? []
    if (changes?.length === 1 && only!.because.length + only!.lines.length === 0)
      return [`${inner}because '${task}' ${states[state]}: ${only!.text}`]
    if (changes === null || changes.length === 0)
      return [`${inner}because '${task}' ${states[state]}: ${comparison(explanation)}`]
    return [
      `${inner}because '${task}' ${states[state]}:`,
      ...changes.flatMap((each) => changeLines(each, `${inner}  `))
    ]
  })
