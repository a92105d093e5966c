/** What a run shows while it goes: plain lines, and on a terminal one line more for what runs now. */
import { render } from "../core/Failure.ts"
import * as Tally from "../core/Tally.ts"
import * as Process from "../core/Process.ts"
import * as Units from "../core/Units.ts"
import type { Event } from "../engine/Event.ts"
import type { Remarks } from "../engine/Remarks.ts"

export interface Terminal {
  readonly write: (text: string) => void
  readonly columns: number
  /** A person's terminal: colours and a moving line. */
  readonly interactive: boolean
}

interface Running {
  progress: string
  /** When a line of the log last told the progress, in milliseconds since 1970. */
  told: number
}

/** Tasks of one stage. */
interface Group {
  readonly tasks: number
  done: number
  cached: number
  failed: number
  readonly started: Set<string>
  /** What was said of a task's result, and of how many. */
  readonly remarks: Map<string, number>
  /** Why they were cached, and why they ran: each reason, and of how many. */
  readonly whyCached: Map<string, number>
  readonly whyRun: Map<string, number>
}

const add = (counts: Map<string, number>, reason: string) => counts.set(reason, (counts.get(reason) ?? 0) + 1)

/** The reason that most have. */
const mainReason = (stage: string, counts: ReadonlyMap<string, number>): string => {
  const [main, ...others] = [...counts].sort(([, a], [, b]) => b - a)
  if (main === undefined || others.length === 0) return main?.[0] ?? ""
  return `${main[0]} (and ${others.length} other ${others.length === 1 ? "reason" : "reasons"}: agflow explain ${stage})`
}

const accountLines = (account: Remarks["account"] = []): ReadonlyArray<string> => Tally.shown(account).map(Tally.line)

/** On a result beside its account: of the tasks of a scattered stage each is counted. */
const remarksOn = ({ empty = [], unpinned = [] }: Remarks): ReadonlyArray<string> => [
  ...empty.map((name) => `output '${name}' is empty`),
  ...unpinned
]

/** A terminal's line moves ten times a second at most; a log tells a long task's progress now and then. */
const redrawMillis = 100
const tellMillis = 10_000

const were = (failures: number): string => (failures === 1 ? "1 failure was" : `${failures} failures were`)

const indent = (text: string, by: string): string => text.replaceAll("\n", `\n${by}`)

const counted = (tasks: number): string => `${tasks} ${tasks === 1 ? "task" : "tasks"}`

export const make = (terminal: Terminal): ((event: Event) => void) => {
  const colour = (code: number) => (text: string) => (terminal.interactive ? `\x1b[${code}m${text}\x1b[0m` : text)
  const red = colour(31)
  const green = colour(32)
  const dim = colour(2)
  const bold = colour(1)
  const running = new Map<string, Running>()
  /** Scattered stages: their tasks are counted, not told one by one. */
  const many = new Map<string, Group>()
  const manyOf = (task: string) => many.get(task.slice(0, task.lastIndexOf("/")))
  let width = 0
  let shown = false
  let drawn = 0
  let failures = 0

  const clear = () => {
    if (shown) terminal.write("\r\x1b[2K")
    shown = false
  }
  const line = (text: string) => {
    clear()
    terminal.write(`${text}\n`)
  }
  const status = () => {
    if (!terminal.interactive) return
    clear()
    if (running.size === 0) return
    const counts = [...many]
      .filter(([, { tasks, done, cached, failed }]) => done + cached + failed < tasks)
      .map(([id, { tasks, done, cached }]) => `${id} ${done + cached}/${tasks}`)
    const text = [
      ...counts,
      ...[...running].map(([id, { progress }]) => `${id}${progress === "" ? "" : ` ${progress}`}`)
    ].join(" | ")
    terminal.write(dim(`  running: ${text}`.slice(0, terminal.columns - 1)))
    shown = true
  }

  const cachedLine = (stage: string, reason: string) =>
    line(`  ${dim("=")} ${stage.padEnd(width)}  ${dim(`cached: ${indent(reason, " ".repeat(width + 6))}`)}`)

  const remarkLines = (remarks: ReadonlyArray<string>) =>
    remarks.forEach((text) => line(`    ${" ".repeat(width)}  ${text}`))

  const handlers: { readonly [T in Event["_tag"]]: (event: Extract<Event, { _tag: T }>) => void } = {
    RunStarted: ({ workflow, file, profiles, stages, run }) => {
      width = Math.max(...stages.map((id) => id.length))
      const profile = profiles.length === 0 ? "" : `, profile ${profiles.join(", ")}`
      line(
        `${bold(workflow)} (${file}${profile}): ${stages.length} ${stages.length === 1 ? "stage" : "stages"}, run ${run}`
      )
    },
    StageScattered: ({ stage, tasks }) => {
      many.set(stage, {
        tasks,
        done: 0,
        cached: 0,
        failed: 0,
        started: new Set(),
        remarks: new Map(),
        whyCached: new Map(),
        whyRun: new Map()
      })
      if (tasks > 0) line(`  > ${stage.padEnd(width)}  ${counted(tasks)}`)
      // A green run is not to hide that there was nothing to do.
      else line(`  ${red("!")} ${stage.padEnd(width)}  0 tasks: it is scattered over nothing`)
    },
    StageGathered: ({ stage, leftOut = 0, account = [] }) => {
      const { tasks, cached, failed, whyCached, whyRun, remarks } = many.get(stage)!
      if (tasks === 0) return
      const ran = tasks - cached - leftOut
      const why = ran === 0 ? mainReason(stage, whyCached) : `${ran} ran: ${mainReason(stage, whyRun)}`
      // Their failures are ignored, or it would not come to this.
      const without = `${failed === 0 ? "" : `, ${failed} failed`}${leftOut === 0 ? "" : `, ${leftOut} left out`}`
      const text = `${counted(tasks)}, ${cached === tasks ? "all" : cached} cached${without}${why === "" ? "" : `; ${why}`}`
      line(`  ${without === "" ? green("✓") : red("!")} ${stage.padEnd(width)}  ${indent(text, " ".repeat(width + 6))}`)
      remarkLines(accountLines(account))
      remarkLines(
        [...remarks].map(([text, count]) => (count === tasks ? text : `${text} (${count} of ${tasks} tasks)`))
      )
    },
    TaskCached: ({ stage, reason, ...remarks }) => {
      const group = manyOf(stage)
      if (group === undefined) {
        cachedLine(stage, reason)
        return remarkLines([...accountLines(remarks.account), ...remarksOn(remarks)])
      }
      for (const text of remarksOn(remarks)) add(group.remarks, text)
      group.cached++
      add(group.whyCached, reason)
    },
    TaskWaiting: ({ stage, holder, gpus }) => {
      const ours = holder === `process ${process.pid} on ${Process.host}`
      const what =
        gpus === undefined
          ? `another ${ours ? "task of this run" : "run"} is at it`
          : `${gpus === 1 ? "the GPU is" : "GPUs are"} in use`
      line(`  ~ ${stage.padEnd(width)}  ${what}${ours ? "" : ` (${holder})`}: waiting`)
    },
    TaskStarted: ({ stage, reason, time }) => {
      running.set(stage, { progress: "", told: Date.parse(time) })
      const group = manyOf(stage)
      if (group !== undefined) {
        // A later attempt's reason is the failure of the one before.
        if (!group.started.has(stage)) add(group.whyRun, reason)
        group.started.add(stage)
        return
      }
      line(`  > ${stage.padEnd(width)}  ${indent(reason, " ".repeat(width + 6))}`)
    },
    TaskProgress: ({ stage, done, total, unit, time }) => {
      const amount =
        unit === "bytes" ? `${Units.formatBytes(done)} of ${Units.formatBytes(total)}` : `${done}/${total} ${unit}`
      const entry = running.get(stage)
      if (entry === undefined) return
      entry.progress = amount
      if (terminal.interactive || Date.parse(time) - entry.told < tellMillis) return
      entry.told = Date.parse(time)
      line(`    ${stage.padEnd(width)}  ${amount}`)
    },
    TaskLog: () => undefined,
    TaskOutput: ({ stage, stream, line: text }) =>
      line(`    ${dim(`${stage} |`)} ${stream === "stderr" ? red(text) : text}`),
    TaskDone: ({ stage, seconds, ...remarks }) => {
      running.delete(stage)
      const group = manyOf(stage)
      if (group !== undefined) {
        for (const text of remarksOn(remarks)) add(group.remarks, text)
        return void group.done++
      }
      line(`  ${green("✓")} ${stage.padEnd(width)}  ${Units.formatSeconds(seconds)}`)
      remarkLines([...accountLines(remarks.account), ...remarksOn(remarks)])
    },
    TaskFailed: ({ stage, failure, log, folder, seconds }) => {
      running.delete(stage)
      failures++
      const group = manyOf(stage)
      if (group !== undefined) group.failed++
      line(`  ${red("✗")} ${stage.padEnd(width)}  failed after ${Units.formatSeconds(seconds)}`)
      line(`    ${indent(render(failure), "    ")}`)
      if (log.length > 0) line(dim(`    last lines of its log:\n${log.map((text) => `      ${text}`).join("\n")}`))
      if (folder !== null) line(dim(`    its folder: ${folder}`))
    },
    TaskRetrying: ({ stage, failure, attempt, attempts, seconds, delay }) => {
      running.delete(stage)
      const wait = delay === 0 ? "" : ` in ${Units.formatSeconds(delay)}`
      line(
        `  ${red("!")} ${stage.padEnd(width)}  attempt ${attempt} of ${attempts} failed after ${Units.formatSeconds(seconds)}: again${wait}`
      )
      line(`    ${indent(render(failure), "    ")}`)
    },
    TaskSkipped: ({ stage, reason }) => line(`  - ${stage.padEnd(width)}  ${dim(`not run: ${reason}`)}`),
    RunEnded: ({ status, seconds, report }) => {
      // What was stopped has not said so.
      running.clear()
      const word = status === "succeeded" ? green(status) : red(status)
      const ignored = failures === 0 || status !== "succeeded" ? "" : `; ${were(failures)} ignored`
      line(`${word} in ${Units.formatSeconds(seconds)}${ignored}`)
      line(`report: ${report}`)
    }
  }
  return (event) => {
    handlers[event._tag](event as never)
    const now = Date.parse(event.time)
    if (event._tag === "TaskProgress" && now - drawn < redrawMillis) return
    drawn = now
    status()
  }
}
