/** `agflow runs`: the runs of the state folder. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import * as Units from "../core/Units.ts"
import * as PastRun from "../engine/PastRun.ts"
import { columns } from "./Columns.ts"
import * as LookBack from "./LookBack.ts"

const summary = (run: PastRun.PastRun, now: number) => {
  const { record, state } = run
  // A run that was killed ended nobody knows when.
  const end = record.ended === null ? (state === "running" ? now : undefined) : Date.parse(record.ended)
  const count = (...of: ReadonlyArray<PastRun.TaskState>) =>
    record.tasks.filter((task) => of.includes(PastRun.stateOf(run, task))).length
  return {
    id: record.id,
    workflow: record.workflow.name,
    file: record.workflow.file,
    profiles: record.profiles,
    status: state,
    started: record.started,
    ended: record.ended,
    seconds: end === undefined ? null : (end - Date.parse(record.started)) / 1000,
    tasks: {
      done: count("done"),
      cached: count("cached"),
      failed: count("failed"),
      running: count("running"),
      other: count("skipped", "not started", "killed")
    }
  }
}

export const runs = Command.make(
  "runs",
  { json: LookBack.json },
  Effect.fnUntraced(function* ({ json }) {
    const now = yield* Clock.currentTimeMillis
    const summaries = (yield* LookBack.past).map((run) => summary(run, now))
    if (json) return yield* LookBack.printJson(summaries)
    if (summaries.length === 0) return yield* LookBack.printLines(["no runs yet"])
    const rows = summaries.map(({ id, workflow, profiles, status, started, seconds, tasks }) => [
      id,
      workflow,
      profiles.join(",") || "-",
      status,
      LookBack.time(started),
      seconds === null ? "-" : Units.formatSeconds(seconds),
      ...[tasks.done, tasks.cached, tasks.failed].map(String)
    ])
    const header = ["run", "workflow", "profile", "status", "started (UTC)", "took", "done", "cached", "failed"]
    yield* LookBack.printLines(columns([header, ...rows]))
  }, LookBack.caches)
).pipe(Command.withDescription("List the runs, the newest first"))
