/**
 * Folders of tasks that have ended, for the next ones of a run: to make and remove folders takes longer than many a
 * script.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { cannot, type InputError } from "../core/Failure.ts"
import * as TaskFolder from "./TaskFolder.ts"

export interface TaskFolderPool {
  /** Makes the folder for a task. */
  readonly layOut: (folder: string) => Effect.Effect<void, InputError>
  /** Takes back what is no longer needed, as it is. */
  readonly giveBack: (folder: string) => void
}

/** None is left when the scope ends. */
export const make: Effect.Effect<TaskFolderPool, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync((): Array<string> => []),
    (idle) => Effect.sync(() => idle.forEach(TaskFolder.remove))
  ),
  (idle): TaskFolderPool => ({
    layOut: (folder) =>
      Effect.try({
        try: () => {
          const old = idle.pop()
          if (old !== undefined && TaskFolder.renew(old, folder)) return
          if (old !== undefined) TaskFolder.remove(old)
          TaskFolder.make(folder)
        },
        catch: cannot("write", folder)
      }),
    giveBack: (folder) => {
      if (TaskFolder.clear(folder)) idle.push(folder)
      else TaskFolder.remove(folder)
    }
  })
)
