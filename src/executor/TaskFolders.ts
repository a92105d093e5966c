/** The folders that a run's tasks work in, one after the other. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { cannot, type InputError } from "../core/Failure.ts"
import * as TaskFolder from "./TaskFolder.ts"

export interface TaskFolders {
  /** Makes the folder for a task. */
  readonly layOut: (folder: string) => Effect.Effect<void, InputError>
  /** Takes back what is no longer needed, as it is. */
  readonly giveBack: (folder: string) => void
}

/** None is left when the scope ends. */
export const make: Effect.Effect<TaskFolders, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync((): Array<string> => []),
    (idle) => Effect.sync(() => idle.forEach(TaskFolder.remove))
  ),
  (idle): TaskFolders => ({
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
