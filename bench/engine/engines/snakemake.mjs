import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { links, numbers } from "../design.mjs"
import { ask } from "../ask.mjs"

const header = `N = int(config.get("tasks", 1))
CHANGED = str(config.get("changed", -1))
`

const all = (folder) => `rule all:
    input: expand("${folder}/{i}.txt", i=range(N))
`

const first = `rule a:
    output: "a/{i}.txt"
    params: word=lambda wildcards: "changed" if wildcards.i == CHANGED else wildcards.i
    shell: "echo {params.word} > {output}"
`

const next = (id, before) => `rule ${id}:
    input: "${before}/{i}.txt"
    output: "${id}/{i}.txt"
    shell: "sed s/^/${id}/ {input} > {output}"
`

const link = (index) =>
  index === 0
    ? `rule s0:
    output: "s0.txt"
    shell: "echo 0 > {output}"
`
    : `rule s${index}:
    input: "s${index - 1}.txt"
    output: "s${index}.txt"
    shell: "cat {input} > {output}"
`

const command = (file, n, changed, ...args) => ({
  args: ["snakemake", "-s", file, ...args, "--config", `tasks=${n}`, `changed=${changed}`]
})
const cores = `-c${availableParallelism()}`

export const snakemake = {
  name: "snakemake",
  title: "Snakemake",
  version: () => ask("snakemake", ["--version"]),
  write: (folder) => {
    writeFileSync(join(folder, "fanout.smk"), header + all("a") + first)
    writeFileSync(join(folder, "chain.smk"), header + all("c") + first + next("b", "a") + next("c", "b"))
    const target = `rule all:\n    input: "s${links - 1}.txt"\n`
    writeFileSync(join(folder, "check.smk"), target + numbers(links).map(link).join(""))
  },
  // At once, ten thousand take hours; with fewer to do, their number is no matter.
  steps: (name, n) => (name === "fanout" && n > 5000 ? numbers(n / 500).map((step) => (step + 1) * 500) : undefined),
  commands: {
    start: () => ({ args: ["snakemake", "--version"] }),
    check: () => command("check.smk", 1, -1, "-n"),
    plan: (n) => command("fanout.smk", n, -1, "-n"),
    fanout: (n) => command("fanout.smk", n, -1, cores),
    resume: (n) => command("fanout.smk", n, -1, cores),
    change: (n, changed) => command("fanout.smk", n, changed, cores),
    chain: (n) => command("chain.smk", n, -1, cores)
  },
  // The rule that collects all counts as a job of its own.
  planned: (log) => Number(/^total +(\d+)$/mu.exec(log)?.[1]) - 1,
  executed: (_, log) => [...log.matchAll(/^Finished jobid: \d+ \(Rule: (?!all)/gmu)].length,
  outputs: (folder, _, name) => {
    const results = join(folder, name === "chain" ? "c" : "a")
    return readdirSync(results).map((file) => readFileSync(join(results, file), "utf8"))
  }
}
