import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { ask } from "../ask.mjs"
import { links, numbers } from "../design.mjs"

const env = { NXF_OFFLINE: "true", NXF_ANSI_LOG: "false", NXF_DISABLE_CHECK_LATEST: "true" }

const process = (name, input, script) => `process ${name} {
  ${input === undefined ? "" : `input: ${input}`}
  output: path '${name}.txt'
  script: "${script} > ${name}.txt"
}
`

const params = "params.tasks = 1\nparams.changed = -1\n"
const first = process("A", "val word", "echo $word")
const words = "A(channel.of(0..<params.tasks).map { it == params.changed ? 'changed' : it })"

const link = (index) => (index === 0 ? process("S0", undefined, "echo 0") : process(`S${index}`, "path f", "cat $f"))

const command = (file, ...args) => ({ args: ["nextflow", "run", file, ...args], env })

/** The tasks that the log tells of: `[ab/123456] Submitted process > A (7)`. */
const told = (log) =>
  [...log.matchAll(/^\[(\w\w)\/(\w{6})\] (Submitted|Cached) process > (\w+)/gmu)].map(
    ([, shard, task, how, process]) => ({ shard, task, how, process })
  )

export const nextflow = {
  name: "nextflow",
  title: "Nextflow",
  version: () => {
    const version = /version (\S+)/u.exec(ask("nextflow", ["-version"], env) ?? "")?.[1]
    return version === undefined ? undefined : `${version} (${ask("java", ["--version"]).split("\n")[0]})`
  },
  write: (folder) => {
    writeFileSync(
      join(folder, "nextflow.config"),
      `executor { cpus = ${availableParallelism()}; pollInterval = '100ms' }\n`
    )
    writeFileSync(join(folder, "fanout.nf"), `${params}${first}workflow { ${words} }\n`)
    const rest = process("B", "path f", "sed s/^/b/ $f") + process("C", "path f", "sed s/^/c/ $f")
    writeFileSync(join(folder, "chain.nf"), `${params}${first}${rest}workflow { ${words}; B(A.out); C(B.out) }\n`)
    const calls = numbers(links).map((index) => (index === 0 ? "  S0()\n" : `  S${index}(S${index - 1}.out)\n`))
    writeFileSync(join(folder, "check.nf"), `${numbers(links).map(link).join("")}workflow {\n${calls.join("")}}\n`)
  },
  commands: {
    start: () => ({ args: ["nextflow", "-version"], env }),
    check: () => command("check.nf", "-preview"),
    fanout: (n) => command("fanout.nf", "--tasks", String(n)),
    resume: (n) => command("fanout.nf", "--tasks", String(n), "-resume"),
    change: (n, changed) => command("fanout.nf", "--tasks", String(n), "--changed", String(changed), "-resume"),
    chain: (n) => command("chain.nf", "--tasks", String(n))
  },
  executed: (_, log) => told(log).filter(({ how }) => how === "Submitted").length,
  outputs: (folder, log, name) => {
    const last = name === "chain" ? "C" : "A"
    return told(log)
      .filter(({ process }) => process === last)
      .map(({ shard, task }) => {
        const full = readdirSync(join(folder, "work", shard)).find((each) => each.startsWith(task))
        return readFileSync(join(folder, "work", shard, full, `${last}.txt`), "utf8")
      })
  }
}
