// Windows of a genome as one-hot, beside `samtools faidx` printing them as text: CPU and wall seconds of whole processes.
// Needs samtools, bgzip and GNU time. Windows: first argument, 1,000 unless told; base pairs of each: second, 131,072.
import { build } from "esbuild"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { measure } from "./engine/measure.mjs"

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..")
const count = Number(process.argv[2] ?? 1000)
const width = Number(process.argv[3] ?? 131_072)
const repeats = Number(process.argv[4] ?? 5)
// In the checkout, so that its packages are found.
mkdirSync(join(root, "dist"), { recursive: true })
const folder = mkdtempSync(join(root, "dist/bench-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

/** 100 Mb from a seed, 60 bases a line. */
const length = 100_000_000
let state = 1
const next = () => (state = (state * 48271) % 2147483647)
const line = 60
const text = Buffer.alloc(length + Math.ceil(length / line), "\n")
for (let i = 0, at = 0; i < length; i++, at++) {
  if (i > 0 && i % line === 0) at++
  text[at] = "ACGT".charCodeAt(next() % 4)
}
const plain = join(folder, "genome.fa")
writeFileSync(plain, Buffer.concat([Buffer.from(">chr1\n"), text]))
const packed = `${plain}.gz`
const command = (args) => {
  const { status, stderr } = spawnSync(args[0], args.slice(1), { encoding: "utf8" })
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`)
}
command(["bgzip", "--keep", "--index", plain])
for (const path of [plain, packed]) command(["samtools", "faidx", path])

const starts = Array.from({ length: count }, () => next() % (length - width))
const regions = join(folder, "regions.txt")
writeFileSync(regions, starts.map((start) => `chr1:${start + 1}-${start + width}\n`).join(""))
await build({
  stdin: {
    contents: `
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import * as Fasta from "./src/genome/Fasta.ts"
import * as Interval from "./src/genome/Interval.ts"
import * as OneHot from "./src/genome/OneHot.ts"
const [, , path, regions] = process.argv
const windows = readFileSync(regions, "utf8").trim().split("\\n").map((line) => Interval.parse(line))
const sum = await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
  const fasta = yield* Fasta.open(path)
  let sum = 0
  for (const window of windows) {
    const { sequence } = yield* fasta.fetch(window)
    const oneHot = OneHot.encode(sequence)
    sum += oneHot.length
  }
  return sum
})))
console.log(sum)`,
    resolveDir: root
  },
  bundle: true,
  format: "esm",
  platform: "node",
  packages: "external",
  outfile: join(folder, "windows.mjs"),
  logLevel: "warning"
})

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
console.log(`${count} windows of ${width} bp, median of ${repeats}, in turn: CPU s, wall s`)
for (const [kind, path] of [
  ["plain", plain],
  ["bgzip", packed]
]) {
  const engines = {
    agflow: [process.execPath, join(folder, "windows.mjs"), path, regions],
    samtools: ["samtools", "faidx", "-r", regions, "-o", "/dev/null", path]
  }
  const costs = { agflow: [], samtools: [] }
  for (let i = 0; i < repeats; i++) {
    for (const [name, args] of Object.entries(engines)) {
      const { cost, code, log } = measure({ args }, { folder, limit: 600 })
      if (code !== 0) throw new Error(`${name}: ${log}`)
      costs[name].push(cost)
    }
  }
  const of = (name, what) => median(costs[name].map((cost) => cost[what]))
  const ratio = (what) => (of("agflow", what) / of("samtools", what)).toFixed(2)
  const show = (name) => `${name} ${of(name, "cpu").toFixed(2)} ${of(name, "wall").toFixed(2)}`
  console.log(`${kind}: ${show("agflow")}; ${show("samtools")}; ratio ${ratio("cpu")} ${ratio("wall")}`)
}
