/**
 * The program that runs stages' tasks. With a folder as its argument it runs that task and ends; without, it takes
 * folders from its parent one after the other, and what it has loaded stays loaded.
 */
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import type { TaskMessage } from "./Executor.ts"
import * as BuiltStages from "./BuiltStages.ts"
import * as StageTask from "./StageTask.ts"

/** `spent`: the worker is to run no other task. */
export type WorkerReply = TaskMessage | { readonly _tag: "Ended"; readonly spent: boolean }

const library = BuiltStages.layer(fileURLToPath(new URL(".", import.meta.url)))

/** Whether this process is to end after the task. */
const run = async (folder: string, listen: (message: TaskMessage) => void): Promise<boolean> => {
  let spent = false
  await Effect.runPromise(
    Effect.provide(
      StageTask.run(folder, listen, () => (spent = true)),
      library
    )
  )
  return spent
}

const folder = process.argv[2]
if (folder !== undefined) {
  await run(folder, () => undefined)
  // What the stage has left at work ends with it.
  process.exit()
} else {
  const reply = (message: WorkerReply) => process.send?.(message)
  process.on("message", (message: { readonly folder: string }) => {
    void run(message.folder, reply).then((spent) => reply({ _tag: "Ended", spent }))
  })
  // The parent is gone, however it ended: nobody waits for this work.
  process.on("disconnect", () => process.exit(1))
  // Ctrl-C reaches the whole group: the parent decides what it means.
  process.on("SIGINT", () => undefined)
  process.on("SIGHUP", () => undefined)
}
