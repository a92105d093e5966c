/** Runs the engine's benchmark: `node bench/engine.mjs --help`. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { cases, changedOf, numbers } from "./engine/design.mjs"
import { agflow } from "./engine/engines/agflow.mjs"
import { cwltool } from "./engine/engines/cwltool.mjs"
import { nextflow } from "./engine/engines/nextflow.mjs"
import { snakemake } from "./engine/engines/snakemake.mjs"
import { measure } from "./engine/measure.mjs"
import * as Results from "./engine/results.mjs"
import { presets } from "./engine/presets.mjs"

const engines = [agflow, snakemake, cwltool, nextflow]

const help = `node bench/engine.mjs [--quick | --full | --case NAMES --n NUMBERS] [--table]

  --quick           a few minutes: N of 100 and 1,000, agflow alone at 10,000
  --full            an hour or more: N up to 10,000 for all, plan and resume to 100,000 for agflow
  --case NAMES      of ${Object.keys(cases).join(", ")}; those that one builds upon run first
  --n NUMBERS       100,1000 (default 100)
  --engines NAMES   of ${engines.map(({ name }) => name).join(", ")}; default: all that are on the PATH
  --repeat COUNT    default 3
  --limit SECONDS   a command that takes longer is stopped; default 900, and 3600 for the largest
  --until HH:MM     starts no session after this time (UTC)
  --table           write the rows into bench/engine/results.json and bench/README.md

AGFLOW_BINARY names another dist/cli.js than this checkout's.`

const { values } = parseArgs({
  options: {
    ...Object.fromEntries(Object.keys(presets).map((name) => [name, { type: "boolean", default: false }])),
    case: { type: "string" },
    n: { type: "string", default: "100" },
    engines: { type: "string" },
    repeat: { type: "string", default: "3" },
    limit: { type: "string" },
    until: { type: "string" },
    table: { type: "boolean", default: false },
    help: { type: "boolean", default: false }
  }
})

const list = (text) => text.split(",").map((each) => each.trim())
const say = (text) => process.stdout.write(`${text}\n`)

const known = (what, names, all) => {
  const wrong = names.find((name) => !all.includes(name))
  if (wrong === undefined) return names
  process.stderr.write(`there is no ${what} '${wrong}'; there are ${all.join(", ")}\n`)
  process.exit(2)
}

/** The cases asked for: those that share a folder together, each behind the one that it builds upon. */
const groups = (names) =>
  Object.keys(cases)
    .filter((name) => cases[name].after === undefined)
    .map((first) => [first, ...names.filter((name) => cases[name].after === first)])
    .filter(([first, ...rest]) => names.includes(first) || rest.length > 0)

/** What is wrong with what a command left; undefined when nothing is. */
const wrong = (engine, name, n, { folder, code, log }) => {
  const { plans, tasks, words } = cases[name]
  if (code === 124 || code === 137) return "too long"
  if (code !== 0) return `exit code ${code}: ${log.trim().split("\n").at(-1)}`
  if (plans !== undefined && engine.planned(log) !== plans(n)) return `planned ${engine.planned(log)} tasks`
  if (tasks === undefined) return undefined
  const executed = engine.executed(folder, log)
  if (executed !== tasks(n)) return `executed ${executed} tasks, not ${tasks(n)}`
  const found = engine.outputs(folder, log, name).map((text) => text.trim())
  return found.sort().join() === words(n).sort().join() ? undefined : "the outputs are not what they must be"
}

/** One engine's cases, in a new folder; `limit` seconds for each. */
const session = (engine, names, n, limit) => {
  const folder = mkdtempSync(join(tmpdir(), "agflow-bench-"))
  try {
    mkdirSync(join(folder, "tmp"))
    engine.write(folder, n)
    const measured = {}
    for (const name of names) {
      const command = engine.commands[name]?.(n, changedOf(n))
      if (command === undefined) continue
      const steps = engine.steps?.(name, n)
      if (steps !== undefined) {
        const failed = steps.some((size) => measure(engine.commands[name](size), { folder, limit }).code !== 0)
        const fault = failed ? "a step of it failed" : `not at once, but in ${steps.length} steps`
        say(`${name} ${n} ${engine.name}: ${fault}`)
        measured[name] = [{ fault }]
        if (failed) break
        continue
      }
      measured[name] = numbers(cases[name].times ?? 1).map(() => {
        const { cost, code, log } = measure(command, { folder, limit })
        const fault = wrong(engine, name, n, { folder, code, log })
        say(
          `${name} ${n} ${engine.name}: ${
            fault ??
            `${cost.cpu.toFixed(2)} s CPU, ${cost.wall.toFixed(2)} s, ${cost.memory.toFixed(0)} MB; ` +
              `${(100 * cost.others).toFixed(0)} % of the machine for others`
          }`
        )
        return fault === undefined ? { cost } : { fault }
      })
      // What builds upon it would measure something else.
      const failed = measured[name].some(({ fault }) => fault !== undefined)
      if (failed && names.some((each) => cases[each].after === name)) break
    }
    return measured
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (values.help) {
  say(help)
  process.exit(0)
}

const names = known(
  "engine",
  list(values.engines ?? engines.map(({ name }) => name).join()),
  engines.map(({ name }) => name)
)
// The table tells the version of each, also where a row leaves some out.
const versions = Object.fromEntries(
  engines.filter(({ name }) => values.table || names.includes(name)).map((engine) => [engine.name, engine.version()])
)
const present = engines.filter(({ name }) => names.includes(name) && versions[name] !== undefined)
for (const name of names) if (versions[name] === undefined) say(`${name} is not here, and is left out`)

const asked = () => ({
  cases: known("case", list(values.case ?? "fanout"), Object.keys(cases)),
  sizes: list(values.n).map(Number),
  repeat: Number(values.repeat)
})
const chosen = Object.keys(presets).filter((name) => values[name])
const batches = chosen.length > 0 ? chosen.flatMap((name) => presets[name]) : [asked()]

/** Minutes of the day, UTC. */
const clock = () => new Date().getUTCHours() * 60 + new Date().getUTCMinutes()
const end = values.until === undefined ? Infinity : list(values.until.replace(":", ",")).reduce((h, m) => +h * 60 + +m)

const results = Results.open(
  values.table,
  versions,
  Object.fromEntries(engines.map(({ name, title }) => [name, title]))
)
let faults = 0
for (const batch of batches) {
  for (const n of batch.sizes) {
    const here = present.filter(({ name }) => batch.engines === undefined || batch.engines.includes(name))
    for (const steps of groups(batch.cases)) {
      const measured = {}
      for (let round = 0; round < batch.repeat && clock() < end; round++) {
        // Another engine is the first each time: none always runs upon what another left warm.
        for (const index of here.keys()) {
          const engine = here[(index + round) % here.length]
          for (const [name, found] of Object.entries(
            session(engine, steps, n, Number(values.limit ?? batch.limit ?? 900))
          )) {
            ;((measured[name] ??= {})[engine.name] ??= []).push(...found)
            if (found.some(({ fault }) => fault !== undefined && !fault.startsWith("not at once"))) faults++
          }
        }
      }
      for (const name of steps)
        if (measured[name] !== undefined) results.row(name, cases[name].once ? 1 : n, measured[name])
    }
  }
}
process.exit(faults === 0 ? 0 : 1)
