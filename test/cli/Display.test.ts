import { assert, it } from "vitest"
import * as Display from "../../src/cli/Display.ts"
import type { Event } from "../../src/engine/Event.ts"

it("leaves no live line behind when a run ends while tasks of it run", () => {
  let text = ""
  const display = Display.make({ write: (more) => void (text += more), columns: 80, interactive: true })
  const time = new Date(0).toISOString()
  const events: ReadonlyArray<object> = [
    { _tag: "RunStarted", run: "r", workflow: "w", file: "w.yaml", profiles: [], params: {}, stages: ["a"] },
    { _tag: "TaskStarted", stage: "a", key: "k", reason: "not run before", inputs: {}, structure: {} },
    { _tag: "RunEnded", status: "interrupted", seconds: 1, folder: "f", report: "report.html" }
  ]
  events.forEach((event) => display({ ...event, time } as Event))
  assert.include(text, "running: a")
  assert.match(text, /report: report\.html\n$/u)
})
