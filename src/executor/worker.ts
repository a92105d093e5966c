/**
 * The program that runs stages' tasks. With a folder as its argument it runs that task and ends; without, it takes
 * folders from its parent one after the other, and what it has loaded stays loaded.
 */
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import type { TaskMessage } from "./Executor.ts"
import * as BuiltStages from "./BuiltStages.ts"
import * as StageTask from "./StageTask.ts"

export type WorkerReply = TaskMessage | { readonly _tag: "Ended" }

const library = BuiltStages.layer(fileURLToPath(new URL(".", import.meta.url)))

const run = (folder: string, listen: (message: TaskMessage) => void): Promise<void> =>
  Effect.runPromise(Effect.provide(StageTask.run(folder, listen), library))

const folder = process.argv[2]
if (folder !== undefined) {
  await run(folder, () => undefined)
} else {
  const reply = (message: WorkerReply) => process.send?.(message)
  process.on("message", (message: { readonly folder: string }) => {
    void run(message.folder, reply).then(() => reply({ _tag: "Ended" }))
  })
  // The parent is gone, however it ended: nobody waits for this work.
  process.on("disconnect", () => process.exit(1))
  // Ctrl-C reaches the whole group: the parent decides what it means.
  process.on("SIGINT", () => undefined)
}
