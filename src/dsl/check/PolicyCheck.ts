/** Checks what a stage says of time, retries and errors. */
import * as Units from "../../core/Units.ts"
import { report, type CheckContext } from "./CheckContext.ts"
import type { Policy } from "../stage/Policy.ts"

export const check = (context: CheckContext, id: string): Policy => {
  const { stage, path } = context.placed.get(id)!
  const { resources = {}, retry } = stage
  const seconds = (value: string | number | undefined, key: ReadonlyArray<string>): number | undefined => {
    const parsed = value === undefined ? undefined : Units.parseSeconds(value)
    if (value !== undefined && parsed === undefined) {
      const range = context.document.locate([...path, ...key])
      report(context, range, "invalid-value", `'${value}' is not a duration`, "write 90 s, 10 min or 1 h")
    }
    return parsed
  }
  const time = seconds(resources.time, ["resources", "time"])
  if (time === 0) {
    const range = context.document.locate([...path, "resources", "time"])
    report(context, range, "invalid-value", "a task cannot end in no time", "leave 'time' out for no limit")
  }
  if (retry?.time !== undefined && resources.time === undefined) {
    const range = context.document.locateKey([...path, "retry", "time"])
    report(context, range, "invalid-value", "there is no time limit that could grow", "under 'resources': time: 1 h")
  }
  const factor = (text: string | undefined) => (text === undefined ? 1 : Number(text.slice(1)))
  return {
    time,
    attempts: retry?.attempts ?? 1,
    growth: { cpus: factor(retry?.cpus), memory: factor(retry?.memory), time: factor(retry?.time) },
    delay: seconds(retry?.delay, ["retry", "delay"]) ?? 0,
    on: retry?.on ?? "failure",
    onError: stage.onError,
    keepAtLeast: stage.keep_at_least
  }
}
