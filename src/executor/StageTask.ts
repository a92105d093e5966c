/** Runs the task of a TypeScript stage that lies in a folder: what a worker does, warm or alone. */
import * as NodeFileSystem from "@effect/platform-node-shared/NodeFileSystem"
import * as NodePath from "@effect/platform-node-shared/NodePath"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { appendFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { InputError, messageOf, type Failure } from "../core/Failure.ts"
import { Settings } from "../core/Settings.ts"
import * as Tally from "../core/Tally.ts"
import type { Provenance } from "../core/Provenance.ts"
import { Task } from "../core/Task.ts"
import { StageLibrary } from "../dsl/typescript/StageLibrary.ts"
import type { TaskMessage } from "./Executor.ts"
import * as CheckpointJournal from "./CheckpointJournal.ts"
import * as LabProcess from "./LabProcess.ts"
import * as StageCall from "./StageCall.ts"
import * as StageModule from "./StageModule.ts"
import * as TaskExit from "./TaskExit.ts"
import * as TaskFolder from "./TaskFolder.ts"
import type { TaskSpec } from "./TaskSpec.ts"

const stageOf = Effect.fnUntraced(function* ({ stage: name, module }: TaskSpec & { readonly kind: "stage" }) {
  if (module === undefined) return (yield* (yield* StageLibrary).load(name)).stage
  return yield* Effect.tryPromise({
    try: () => StageModule.stage(module, name),
    catch: (cause) => new InputError({ message: `stage '${name}' does not load: ${messageOf(cause)}` })
  })
})

const perform = Effect.fnUntraced(function* (
  folder: string,
  notes: Array<Provenance>,
  ledger: Tally.Ledger,
  listen: (message: TaskMessage) => void,
  spent: () => void
) {
  const scratch = join(folder, "scratch")
  const spec = yield* TaskFolder.readSpec(folder)
  if (spec.kind !== "stage") return yield* Effect.die("a worker runs stages, bash runs scripts")
  const task = Task.of({
    progress: (done, total, unit) => Effect.sync(() => listen({ _tag: "Progress", done, total, unit })),
    log: (line) =>
      Effect.sync(() => {
        appendFileSync(join(folder, "stdout.log"), `${line}\n`)
        listen({ _tag: "Log", line })
      }),
    note: (provenance) => Effect.sync(() => void notes.push(provenance)),
    ledger,
    synthetic: spec.synthetic,
    lineage: spec.lineage,
    scratch,
    checkpoint: CheckpointJournal.make(spec.checkpoint, basename(folder))
  })
  const called = Effect.flatMap(stageOf(spec), (stage) =>
    StageCall.run(stage, spec.params, spec.inputs, join(folder, "outputs"))
  )
  const outputs = yield* (spec.module === undefined ? called : LabProcess.around(scratch, spent, called)).pipe(
    Effect.provide(
      Layer.mergeAll(
        NodeFileSystem.layer,
        NodePath.layer,
        Layer.succeed(Settings)(spec.settings),
        Layer.succeed(Task)(task)
      )
    )
  )
  const lost = Tally.imbalance(ledger.tallies())
  if (lost !== undefined) return yield* Effect.fail(lost)
  return outputs
})

const plain = ({ _tag, message, file, line, hint }: Failure): TaskExit.TaskExit["failure"] => ({
  _tag,
  message,
  ...(file === undefined ? {} : { file }),
  ...(line === undefined ? {} : { line }),
  ...(hint === undefined ? {} : { hint })
})

/** What a worker has had at most is counted anew for each of its tasks (proc_pid_clear_refs(5)). */
const forgetMost = (): void => {
  try {
    writeFileSync("/proc/self/clear_refs", "5")
  } catch {
    // Where the system cannot, it is that of all its tasks.
  }
}

/**
 * Always ends by writing `exit.json`; what went wrong is in it. `spent` is called when the process is to run no other task.
 */
export const run = Effect.fnUntraced(function* (
  folder: string,
  listen: (message: TaskMessage) => void,
  spent: () => void
) {
  const notes: Array<Provenance> = []
  const ledger = Tally.makeLedger()
  const cpu = process.cpuUsage()
  forgetMost()
  const exit = yield* Effect.exit(perform(folder, notes, ledger, listen, spent))
  if (StageModule.isFull()) spent()
  const used = process.cpuUsage(cpu)
  const common = {
    provenance: notes,
    account: ledger.tallies(),
    cpuSeconds: (used.user + used.system) / 1e6,
    maxRssBytes: process.resourceUsage().maxRSS * 1024
  }
  if (Exit.isSuccess(exit)) {
    const outputs = Object.entries(exit.value).map(([port, path]) => [port, basename(path)] as const)
    TaskExit.write(folder, { ...common, code: 0, failure: null, outputs: Object.fromEntries(outputs) })
    return
  }
  const failure = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  if (failure === undefined) appendFileSync(join(folder, "stderr.log"), `${Cause.pretty(exit.cause)}\n`)
  TaskExit.write(folder, {
    ...common,
    code: 1,
    failure: plain(
      failure ?? {
        _tag: "Defect",
        message: `the stage broke: ${Cause.pretty(exit.cause).split("\n")[0]}`,
        hint: "this is a fault in the stage, not in your input; its stderr.log has the trace"
      }
    ),
    outputs: {}
  })
})
