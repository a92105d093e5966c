/** The end of a run: whatever happened, what is finished is published and reported. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { basename } from "node:path"
import type { Artifact } from "../cache/Artifact.ts"
import * as ResultSet from "../cache/ResultSet.ts"
import * as Digest from "../core/Digest.ts"
import type { InputError } from "../core/Failure.ts"
import { dispensable, needs } from "../dsl/check/CheckedStage.ts"
import type { Workflow } from "../dsl/Workflow.ts"
import type { EventBody, RunStatus } from "./Event.ts"
import * as RunFolder from "./RunFolder.ts"
import * as RunRecord from "./RunRecord.ts"
import type { PublishedOutput, RunResult } from "./RunResult.ts"
import type { RunState } from "./RunState.ts"
import type { Outcome } from "./Scheduler.ts"
import * as Site from "./Site.ts"
import * as InputBinding from "./InputBinding.ts"

export interface Concluded {
  readonly workflow: Workflow
  readonly folder: RunFolder.RunFolder
  /** The record with which the run started. */
  readonly about: RunRecord.RunRecord
  readonly state: RunState
  readonly publish: (event: EventBody) => Effect.Effect<void>
  readonly finish: (result: RunResult) => Effect.Effect<string, InputError>
}

/** Why a task was not reached. */
const reasonOf = ({ stageOf, sites, upstream }: RunState, id: string): string => {
  const stage = stageOf(id)
  const spare = dispensable(stage)
  const site = sites.get(id)
  const missing = [
    ...needs(stage).filter((need) => !upstream.has(need)),
    ...(site === undefined ? [] : InputBinding.missing(site, upstream))
  ]
  const blocker = missing.find((need) => !spare.has(need)) ?? missing[0]
  return blocker === undefined ? "the run was stopping after a failure" : `it needs '${blocker}'`
}

/** What each file of a scattered stage is of, in order: its part of the file's name, and the item's own id. */
const itemsOf = ({ results, sites }: RunState, stage: string) => {
  const done = [...results.values()].filter((task) => task.stage.id === stage && task.record !== undefined)
  const words = done.map(({ id }) => id.slice(stage.length + 1).replaceAll(",", "."))
  const count = new Map<string, number>()
  for (const word of words) count.set(word, (count.get(word) ?? 0) + 1)
  return done.map(({ id }, index) => {
    const word = words[index]!
    // `a.b` with `c`, and `a` with `b.c`.
    return {
      word: count.get(word) === 1 ? word : `${word}-${Digest.ofBytes(id).slice(0, 8)}`,
      item: sites.get(id)!.item
    }
  })
}

const outputsOf = ({ outputs }: Workflow, state: RunState): ReadonlyArray<PublishedOutput> =>
  outputs.flatMap(({ name, stage, port }) => {
    const given = state.upstream.get(stage)?.[port]
    if (given === undefined) return []
    const published = (own: string, item: string | null, artifact: Artifact): PublishedOutput => ({
      name: own,
      item,
      stage,
      port,
      artifact,
      path: RunFolder.outputPath(own, artifact)
    })
    if ("files" in given) return [published(name, null, given)]
    const items = itemsOf(state, stage)
    return Site.flat(given).map((artifact, index) => {
      const { word, item } = items[index]!
      return published(`${name}.${word}`, item, artifact)
    })
  })

export const conclude = Effect.fnUntraced(function* (
  exit: Exit.Exit<Outcome, unknown>,
  { workflow, folder, about, state, publish, finish }: Concluded
) {
  const ending: RunStatus = Exit.isSuccess(exit)
    ? state.statusOf(exit.value)
    : Cause.hasInterruptsOnly(exit.cause)
      ? "interrupted"
      : "failed"
  const { skipped, stopped } = Exit.isSuccess(exit) ? exit.value : { skipped: [], stopped: [] }
  const left = [
    ...skipped.map((id) => [id, reasonOf(state, id)] as const),
    // One that was to be stopped may have ended in that very moment.
    ...stopped
      .filter((id) => state.results.get(id)!.status === "not started")
      .map((id) => [id, "it was stopped when another task failed"] as const)
  ]
  for (const [id, reason] of left) {
    state.skip(id, reason)
    yield* publish({ _tag: "TaskSkipped", stage: id, reason })
  }
  const made = outputsOf(workflow, state)
  const published = yield* Effect.result(
    ResultSet.publish(
      folder.path,
      made.flatMap(({ path, artifact }) =>
        artifact.files.map(({ suffix, sha256, bytes }) => ({ name: `${basename(path)}${suffix}`, sha256, bytes }))
      )
    )
  )
  // It is told as every run that fails is; why, after that.
  const [outputs, status] = Result.isSuccess(published) ? [made, ending] : [[], "failed" as const]
  const ended = yield* Clock.currentTimeMillis
  // Where it cannot be written, the first record and the events tell the same.
  yield* RunRecord.write(folder.path, {
    ...about,
    status,
    ended: new Date(ended).toISOString(),
    tasks: state.lines(),
    outputs: outputs.map(({ name, item, stage, port, path, artifact: { files, synthetic } }) => {
      const { sha256, bytes } = files[0]!
      return { name, item, stage, port, path, sha256, bytes, synthetic, files }
    })
  }).pipe(Effect.ignore)
  const started = Date.parse(about.started)
  const report = yield* finish({ workflow, folder, status, started, ended, stages: state.stages(), outputs })
  yield* publish({ _tag: "RunEnded", status, seconds: (ended - started) / 1000, folder: folder.path, report })
  if (Result.isFailure(published)) return yield* Effect.fail(published.failure)
})
