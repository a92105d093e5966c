import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ask } from "../ask.mjs"
import { changedOf, links, numbers } from "../design.mjs"

/** JSON is YAML. */
const cwl = (folder, name, value) =>
  writeFileSync(join(folder, name), JSON.stringify({ cwlVersion: "v1.2", ...value }, null, 2))

const tool = (baseCommand, type) => ({
  class: "CommandLineTool",
  baseCommand,
  inputs: { given: { type, inputBinding: { position: 1 } }, name: "string" },
  outputs: { o: "stdout" },
  stdout: "$(inputs.name).txt"
})

const scattered = (run, given) => ({
  run,
  scatter: ["given", "name"],
  scatterMethod: "dotproduct",
  in: { given, name: "names" },
  out: ["o"]
})

const scatter = (steps, last) => ({
  class: "Workflow",
  requirements: { ScatterFeatureRequirement: {} },
  inputs: { words: "string[]", names: "string[]" },
  outputs: { o: { type: "File[]", outputSource: `${last}/o` } },
  steps
})

const command = (file, job) => ({
  args: ["cwltool", "--parallel", "--no-container", "--cachedir", "cache", "--outdir", "out", file, job]
})

export const cwltool = {
  name: "cwltool",
  title: "cwltool",
  version: () => ask("cwltool", ["--version"])?.split(" ").at(-1),
  write: (folder, n) => {
    cwl(folder, "echo.cwl", tool(["echo"], "string"))
    cwl(folder, "cat.cwl", tool(["cat"], "File"))
    for (const id of ["b", "c"]) cwl(folder, `${id}.cwl`, tool(["sed", `s/^/${id}/`], "File"))
    const a = scattered("echo.cwl", "words")
    cwl(folder, "fanout.cwl", scatter({ a }, "a"))
    cwl(folder, "chain.cwl", scatter({ a, b: scattered("b.cwl", "a/o"), c: scattered("c.cwl", "b/o") }, "c"))
    const link = (index) => [
      `s${index}`,
      index === 0
        ? { run: "echo.cwl", in: { given: "word", name: "name" }, out: ["o"] }
        : { run: "cat.cwl", in: { given: `s${index - 1}/o`, name: "name" }, out: ["o"] }
    ]
    cwl(folder, "check.cwl", {
      class: "Workflow",
      inputs: { word: "string", name: "string" },
      outputs: { o: { type: "File", outputSource: `s${links - 1}/o` } },
      steps: Object.fromEntries(numbers(links).map(link))
    })
    const names = numbers(n).map(String)
    writeFileSync(join(folder, "job.json"), JSON.stringify({ words: names, names }))
    const words = names.map((name, index) => (index === changedOf(n) ? "changed" : name))
    writeFileSync(join(folder, "changed.json"), JSON.stringify({ words, names }))
  },
  commands: {
    start: () => ({ args: ["cwltool", "--version"] }),
    check: () => ({ args: ["cwltool", "--validate", "check.cwl"] }),
    fanout: () => command("fanout.cwl", "job.json"),
    resume: () => command("fanout.cwl", "job.json"),
    change: () => command("fanout.cwl", "changed.json"),
    chain: () => command("chain.cwl", "job.json")
  },
  executed: (_, log) => [...log.matchAll(/\[job [^\]]+\] completed success/gu)].length,
  outputs: (folder) => readdirSync(join(folder, "out")).map((file) => readFileSync(join(folder, "out", file), "utf8"))
}
