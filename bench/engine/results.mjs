/** The measured rows: kept in results.json, shown in ../README.md. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { spawnSync } from "node:child_process"
import { availableParallelism, cpus, release, tmpdir, totalmem } from "node:os"
import { cases } from "./design.mjs"
import { budgets } from "./budgets.mjs"

const file = new URL("results.json", import.meta.url)
const readme = new URL("../README.md", import.meta.url)

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Of the repeats of one engine; a fault of one is a fault of all. */
const summary = (repeats) => {
  const fault = repeats.find((each) => each.fault !== undefined)?.fault
  if (fault !== undefined) return { fault }
  const of = (name) => Number(median(repeats.map(({ cost }) => cost[name])).toPrecision(4))
  return { repeats: repeats.length, cpu: of("cpu"), wall: of("wall"), memory: of("memory"), others: of("others") }
}

const number = (value) => (value < 1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : value.toFixed(0))

const cell = (found, base) => {
  if (found === undefined) return "–"
  if (found.fault !== undefined) return found.fault
  const own = `${number(found.cpu)} s · ${number(found.wall)} s · ${number(found.memory)} MB`
  if (base === undefined || base === found || base.fault !== undefined) return own
  const ratio = (name) => `${number(found[name] / base[name])}×`
  return `**${ratio("cpu")}** · ${ratio("wall")} · ${ratio("memory")}<br>${own}`
}

/** What other processes took of the machine's CPU during a row, from the least to the most disturbed engine. */
const shares = (engines) => {
  const found = Object.values(engines).flatMap(({ others }) => (others === undefined ? [] : [Math.round(100 * others)]))
  const [least, most] = [Math.min(...found), Math.max(...found)]
  return found.length === 0 ? "" : least === most ? `${least} %` : `${least}–${most} %`
}

const table = ({ machine, versions, rows }, titles) => {
  const names = Object.keys(titles).filter((name) => versions[name] !== undefined)
  const order = Object.keys(cases)
  const sorted = rows.toSorted((a, b) => order.indexOf(a.case) - order.indexOf(b.case) || a.n - b.n)
  const dates = rows.map(({ date }) => date).sort()
  const measured = rows.flatMap(({ engines }) => Object.values(engines)).filter(({ fault }) => fault === undefined)
  const seconds = (share) => measured.reduce((sum, each) => sum + share(each) * each.wall * each.repeats, 0)
  const others = seconds((each) => each.others) / seconds(() => 1)
  const lines = [
    `Measured from ${dates[0]} to ${dates.at(-1)} UTC on ${machine}. ${names
      .map((name) => `${titles[name]} ${versions[name]}`)
      .join(", ")}. Other processes took ${Math.round(100 * others)} % of the machine's CPU meanwhile.`,
    "",
    "A cell is CPU time · wall time · memory; above them, for the peers, the same as multiples of agflow's: over 1 where agflow takes less. `others` is what other processes took of the machine's CPU during the row, from the least to the most disturbed engine: where it differs much, so do the conditions, and wall times suffer the most.",
    "",
    `| case | N | times | others | ${names.map((name) => titles[name]).join(" | ")} |`,
    `|---|--:|--:|--:|${names.map(() => "---").join("|")}|`,
    ...sorted.map(({ case: name, n, engines }) => {
      const times = Math.max(...Object.values(engines).map(({ repeats }) => repeats ?? 1))
      const size = n === 1 ? "" : n.toLocaleString("en")
      const cells = names.map((each) => cell(engines[each], engines.agflow))
      return `| ${cases[name].title} | ${size} | ${times} | ${shares(engines)} | ${cells.join(" | ")} |`
    }),
    "",
    "### Budgets",
    "",
    "| budget | limit | measured | holds |",
    "|---|---|---|---|",
    ...budgets(rows).map((row) => `| ${row.join(" | ")} |`)
  ]
  return lines.join("\n")
}

const write = (results, titles) => {
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
  const [before, after] = ["<!-- measured: written by engine.mjs -->", "<!-- end -->"]
  const text = readFileSync(readme, "utf8")
  const [from, to] = [text.indexOf(before) + before.length, text.indexOf(after)]
  writeFileSync(readme, `${text.slice(0, from)}\n\n${table(results, titles)}\n\n${text.slice(to)}`)
}

/** With `keep` the rows go where they are kept, beside those of the same machine and versions; older ones are left out. */
export const open = (keep, versions, titles) => {
  const files = spawnSync("stat", ["-f", "-c", "%T", tmpdir()], { encoding: "utf8" }).stdout.trim()
  const machine = `${availableParallelism()} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, files on ${files}`
  const last = keep && existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined
  const same =
    last !== undefined && JSON.stringify([last.machine, last.versions]) === JSON.stringify([machine, versions])
  const results = same ? last : { machine, versions, rows: [] }
  return {
    row: (name, n, measured) => {
      const engines = Object.fromEntries(Object.entries(measured).map(([each, repeats]) => [each, summary(repeats)]))
      const row = { case: name, n, date: new Date().toISOString().slice(0, 16).replace("T", " "), engines }
      results.rows = [...results.rows.filter((each) => each.case !== name || each.n !== n), row]
      if (keep) write(results, titles)
    }
  }
}
