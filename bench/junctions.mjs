// Junctions of a BAM file, beside pysam's find_introns: CPU and wall seconds and memory of whole processes, in turn.
// Needs GNU time, and a Python with pysam: PYTHON, python3 by default. Reads: first argument, 1,000,000 by default.
import { build } from "esbuild"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { spawnSync } from "node:child_process"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { measure } from "./engine/measure.mjs"

const here = dirname(fileURLToPath(import.meta.url))
const root = resolve(here, "..")
const count = Number(process.argv[2] ?? 1_000_000)
const repeats = Number(process.argv[3] ?? 5)
const python = process.env["PYTHON"] ?? "python3"
// In the checkout, so that its packages are found.
mkdirSync(join(root, "dist"), { recursive: true })
const folder = mkdtempSync(join(root, "dist/bench-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

const bam = join(folder, "reads.bam")
const made = spawnSync(python, [join(here, "junctions/make.py"), bam, String(count)], { encoding: "utf8" })
if (made.status !== 0) throw new Error(made.stderr)
await build({
  stdin: {
    contents: `
import * as Effect from "effect/Effect"
import * as Tally from "./src/core/Tally.ts"
import * as Junction from "./src/genome/Junction.ts"
const filter = { minimumQuality: 0, withoutUnknownQuality: false, include: [], minimumOverhang: 0 }
const junctions = await Effect.runPromise(Junction.count(process.argv[2], filter, Tally.makeLedger().open("reads")))
const places = new Set(junctions.map(({ chrom, start, end }) => chrom + ":" + start + ":" + end))
console.log(places.size, junctions.reduce((sum, { reads }) => sum + reads, 0))`,
    resolveDir: root
  },
  bundle: true,
  format: "esm",
  platform: "node",
  packages: "external",
  outfile: join(folder, "junctions.mjs"),
  logLevel: "warning"
})

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const engines = {
  agflow: [process.execPath, join(folder, "junctions.mjs"), bam],
  pysam: [python, join(here, "junctions/count.py"), bam]
}
const costs = { agflow: [], pysam: [] }
const answers = new Set()
for (let i = 0; i < repeats; i++) {
  for (const [name, args] of Object.entries(engines)) {
    const { cost, code, log } = measure({ args }, { folder, limit: 600 })
    if (code !== 0) throw new Error(`${name}: ${log}`)
    answers.add(log.trim())
    costs[name].push(cost)
  }
}
const of = (name, what) => median(costs[name].map((cost) => cost[what]))
const show = (name) =>
  `${name} ${of(name, "cpu").toFixed(2)} ${of(name, "wall").toFixed(2)} ${of(name, "memory").toFixed(0)}`
console.log(`${count} reads, median of ${repeats}, in turn: CPU s, wall s, MB`)
console.log(
  `${show("agflow")}; ${show("pysam")}; ratio of CPU ${(of("agflow", "cpu") / of("pysam", "cpu")).toFixed(2)}`
)
console.log(`junctions and reads: ${[...answers].join(" | ")}`)
