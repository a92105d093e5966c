/** A process that leads a group of its own, and all that it has started. */
import * as Effect from "effect/Effect"

/** Signals a whole process group, 0 to see whether it is there; one that is gone is no error. */
export const signal = (pid: number, name: NodeJS.Signals | 0): boolean => {
  try {
    process.kill(-pid, name)
    return true
  } catch {
    return false
  }
}

/** TERM first, so that programs can clean up; KILL for those that do not end. */
export const stop = Effect.fnUntraced(function* (pid: number) {
  if (!signal(pid, "SIGTERM")) return
  for (let waited = 0; waited < 20 && signal(pid, 0); waited++) yield* Effect.sleep("100 millis")
  signal(pid, "SIGKILL")
})
