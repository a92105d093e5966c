import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { links, numbers } from "../design.mjs"

const binary = process.env.AGFLOW_BINARY ?? fileURLToPath(new URL("../../../dist/cli.js", import.meta.url))

const workflow = (stages, output) => `agflow: 1
name: bench
params:
  tasks: { type: integer, default: 1 }
  changed: { type: integer, default: -1 }
stages:
${stages.join("")}outputs: { o: "\${{ ${output}.o }}" }
`

const fanout = `  a:
    scatter: { over: "\${{ range(params.tasks) }}", as: i }
    run: echo "$word" > "$o"
    env: { word: "\${{ i == params.changed ? 'changed' : format('{0}', i) }}" }
    outputs: { o: text }
`

const next = (id, before) => `  ${id}:
    scatter: { over: "\${{ ${before}.o }}", as: f }
    run: sed s/^/${id}/ "$f" > "$o"
    inputs: { f: "\${{ f }}" }
    outputs: { o: text }
`

const link = (index) =>
  index === 0
    ? `  s0:
    run: echo 0 > "$o"
    outputs: { o: text }
`
    : `  s${index}:
    run: cat "$f" > "$o"
    inputs: { f: "\${{ s${index - 1}.o }}" }
    outputs: { o: text }
`

const command = (...args) => ({ args: [process.execPath, binary, ...args] })
const tasks = (n) => ["--param", `tasks=${n}`]

export const agflow = {
  name: "agflow",
  title: "agflow",
  version: () => {
    if (!existsSync(binary)) return undefined
    const version = execFileSync(process.execPath, [binary, "--version"], { encoding: "utf8" }).trim()
    const git = (...args) => execFileSync("git", args, { cwd: dirname(binary), encoding: "utf8" }).trim()
    // What the bench itself writes is no other agflow.
    const changed = git("status", "--porcelain", "--", ":/src", ":/modules") === "" ? "" : ", changed"
    return `${version.replace(/^agflow\s+v?/u, "")} (${git("rev-parse", "--short", "HEAD")}${changed}, Node ${process.versions.node})`
  },
  write: (folder) => {
    writeFileSync(join(folder, "fanout.yaml"), workflow([fanout], "a"))
    writeFileSync(join(folder, "chain.yaml"), workflow([fanout, next("b", "a"), next("c", "b")], "c"))
    writeFileSync(join(folder, "check.yaml"), workflow(numbers(links).map(link), `s${links - 1}`))
  },
  commands: {
    start: () => command("--version"),
    check: () => command("check", "check.yaml"),
    plan: (n) => command("plan", "fanout.yaml", ...tasks(n)),
    fanout: (n) => command("run", "fanout.yaml", ...tasks(n)),
    resume: (n) => command("run", "fanout.yaml", ...tasks(n)),
    change: (n, changed) => command("run", "fanout.yaml", ...tasks(n), "--param", `changed=${changed}`),
    chain: (n) => command("run", "chain.yaml", ...tasks(n))
  },
  planned: (log) => Number(/(\d+) to run/u.exec(log)?.[1]),
  executed: (folder) => {
    const [header, ...rows] = readFileSync(join(folder, ".agflow/runs/latest/trace.tsv"), "utf8").trimEnd().split("\n")
    const status = header.split("\t").indexOf("status")
    return rows.filter((row) => row.split("\t")[status] !== "cached").length
  },
  outputs: (folder) => {
    const results = join(folder, ".agflow/runs/latest/results")
    return readdirSync(results, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
  }
}
