// load-variants beside `bcftools norm` (trimmed, left-aligned, checked against the reference): CPU seconds and memory, in turn.
// Needs GNU time, bcftools and samtools (Debian: apt-get install bcftools samtools), and a built dist/.
// Arguments: rows of the VCF (1,000,000), bases between two variants (100), repeats (3).
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, openSync, writeSync, closeSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { measure } from "./engine/measure.mjs"

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..")
const [count = 1_000_000, apart = 100, repeats = 3] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), "agflow-bench-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, "tmp"))

let state = 1
const random = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}
const bases = (length) => Array.from({ length }, () => "ACGT"[random(4)]).join("")

const write = (name, pieces) => {
  const fd = openSync(join(folder, name), "w")
  for (const piece of pieces) writeSync(fd, piece)
  closeSync(fd)
}

// A megabase of letters, with a repeat of two bases in every thousand, over and over.
const line = 60
const unit = Array.from({ length: 1000 }, () => {
  const pair = bases(2)
  return bases(960) + pair.repeat(20)
}).join("")
const length = Math.ceil((count * apart + 1000) / unit.length) * unit.length
const baseAt = (at) => unit[at % unit.length]
write("reference.fa", [
  ">chr1\n",
  ...(function* () {
    for (let at = 0; at < length; at += line) {
      const from = at % unit.length
      const text = unit.slice(from, from + line)
      yield `${text}${unit.slice(0, line - text.length)}`.slice(0, length - at) + "\n"
    }
  })()
])
write("in.vcf", [
  `##fileformat=VCFv4.2\n##contig=<ID=chr1,length=${length}>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n`,
  ...(function* () {
    for (let row = 0, at = 50; row < count; row++, at += 1 + random(2 * apart - 1)) {
      const base = baseAt(at)
      const others = "ACGT".replace(base, "")
      const kind = random(20)
      const deleted = Array.from({ length: 1 + random(4) }, (_, i) => baseAt(at + 1 + i)).join("")
      const [ref, alt] =
        kind === 0
          ? [base + deleted, base]
          : kind === 1
            ? [base, base + bases(1 + random(4))]
            : [base, others[random(3)]]
      yield `chr1\t${at + 1}\trs${row}\t${ref}\t${alt}\t.\tPASS\t.\n`
    }
  })()
])
const index = spawnSync("samtools", ["faidx", join(folder, "reference.fa")], { encoding: "utf8" })
if (index.status !== 0) throw new Error(index.error?.message ?? index.stderr)
writeFileSync(
  join(folder, "wf.yaml"),
  `agflow: 1
name: bench
stages:
  v: { uses: load-variants, with: { variants: ./in.vcf, reference: ./reference.fa } }
outputs: { variants: "\${{ v.variants }}" }
`
)

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const costs = { agflow: [], bcftools: [] }
for (let i = 0; i < repeats; i++) {
  const norm = ["bcftools", "norm", "-f", "reference.fa", "-c", "e", "-m", "-any", "-Ov", "-o", "norm.vcf", "in.vcf"]
  const peer = measure({ args: norm }, { folder, limit: 600 })
  if (peer.code !== 0) throw new Error(peer.log)
  costs.bcftools.push(peer.cost)
  rmSync(join(folder, "home"), { recursive: true, force: true })
  rmSync(join(folder, "out"), { recursive: true, force: true })
  const args = [process.execPath, join(root, "dist/cli.js"), "run", "wf.yaml", "--outdir", "out"]
  const own = measure({ args, env: { AGFLOW_HOME: join(folder, "home") } }, { folder, limit: 600 })
  if (own.code !== 0) throw new Error(own.log)
  // The task as the run recorded it: its worker is not a child that GNU time waits for.
  const [header, task] = readFileSync(join(folder, "home/runs/latest/trace.tsv"), "utf8").split("\n")
  const column = (name) => Number(task.split("\t")[header.split("\t").indexOf(name)])
  costs.agflow.push({ cpu: column("cpu_seconds"), memory: column("max_rss_bytes") / 2 ** 20 })
}

// Both have the same variants, whatever the cost.
const places = (name, columns) =>
  new Set(
    readFileSync(join(folder, name), "utf8")
      .split("\n")
      .filter((text) => text.startsWith("chr1\t") || text.startsWith("chr1_"))
      .map((text) => columns.map((at) => text.split("\t")[at]).join("_"))
  )
const [own, peer] = [places("out/variants.tsv", [1, 2, 3, 4]), places("norm.vcf", [0, 1, 3, 4])]
const same = own.size === peer.size && [...own].every((each) => peer.has(each))
const of = (name, what) => median(costs[name].map((cost) => cost[what]))
console.log(`${count} rows, ${apart} bases apart, median of ${repeats}, in turn: CPU s, MB`)
for (const name of ["agflow", "bcftools"]) {
  console.log(`${name} ${of(name, "cpu").toFixed(2)} ${of(name, "memory").toFixed(0)}`)
}
console.log(
  `ratio of CPU ${(of("agflow", "cpu") / of("bcftools", "cpu")).toFixed(2)}; ${own.size} variants, ${same ? "the same" : "NOT the same"}`
)
