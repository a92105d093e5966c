// Models: the same programs with the same random weights on onnxruntime, TensorFlow.js (WASM) and PyTorch, on the CPU;
// then agflow from FASTA to scores on disk beside the runtime alone.
//
//   npm run build && PYTHON=/path/to/python node bench/model.mjs [--repeats 5] [--length 8192] [--variants 40]
//     [--weights model.h5]    weights of mini-borzoi, for the second part; left out without them
//     [--only stacks|run]     the first or the second part alone
//
// PYTHON names an interpreter with numpy and torch. Prints Markdown.
import { build } from "esbuild"
import { spawn, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..")
const { values: options } = parseArgs({
  options: {
    repeats: { type: "string", default: "5" },
    length: { type: "string", default: "8192" },
    variants: { type: "string", default: "40" },
    weights: { type: "string" },
    only: { type: "string" }
  }
})
const repeats = Number(options.repeats)
const length = Number(options.length)
const threads = availableParallelism()
const python = process.env.PYTHON ?? "python3"
const folder = mkdtempSync(join(tmpdir(), "agflow-bench-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

// Bundled into the checkout, so that the packages are found from there.
const bundle = join(root, "dist", "bench-model.mjs")
await build({
  stdin: {
    contents: `
      export * as Effect from "effect/Effect"
      export * as Program from "./src/model/Program.ts"
      export * as Random from "./src/core/Random.ts"
      export * as Safetensors from "./src/model/weights/Safetensors.ts"
      export * as KerasH5 from "./src/model/weights/KerasH5.ts"
      export * as WeightSource from "./src/model/WeightSource.ts"
      export * as OneHot from "./src/genome/OneHot.ts"
      export { runtimes } from "./src/model/Runtimes.ts"
      export * as SpliceAI from "./src/model/architectures/SpliceAI.ts"
      export * as MiniBorzoi from "./src/model/architectures/MiniBorzoi.ts"
      export { encoder } from "./src/model/architectures/alphagenome/Blocks.ts"`,
    resolveDir: root
  },
  bundle: true,
  format: "esm",
  platform: "node",
  packages: "external",
  outfile: bundle,
  logLevel: "warning"
})
const lib = await import(bundle)
rmSync(bundle)
const { Effect, Program } = lib
const run = Effect.runPromise

const median = (seconds) => seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)]
/** Seconds by the clock, and of CPU time of this process. */
const timed = async (work) => {
  const start = process.hrtime.bigint()
  const cpu = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { wall: Number(process.hrtime.bigint() - start) / 1e9, cpu: (user + system) / 1e6 }
}
const medians = (times) => ({
  wall: median(times.map(({ wall }) => wall)),
  cpu: median(times.map(({ cpu }) => cpu))
})

/** Kernels of variance 2 / fan-in, scales of 1, variances of 1: values keep their size from layer to layer. */
const randomWeights = (program) =>
  new Map(
    Array.from(program.weights, ([name, shape]) => {
      const random = lib.Random.make(1, name)
      const size = shape.reduce((a, b) => a * b, 1)
      const last = name.slice(name.lastIndexOf("/") + 1)
      const constant = /^(?:gamma|scale|moving_variance)$/.test(last) ? 1 : shape.length === 1 ? 0 : undefined
      const deviation = Math.sqrt(2 / (size / shape.at(-1)))
      // Uniform numbers of that variance: a hundred million normal ones would take longer than the benchmark.
      const number = () => (2 * random.next() - 1) * Math.sqrt(3) * deviation
      const data =
        constant === undefined ? Float32Array.from({ length: size }, number) : new Float32Array(size).fill(constant)
      return [name, { shape, data }]
    })
  )

const alphagenomeEncoder = (bp) => {
  const net = Program.builder()
  const channels = [768, 896, 1024, 1152, 1280, 1408, 1536, 1536]
  return net.build(lib.encoder(net, { channels }, net.input([bp, 4])).trunk)
}

const stacks = [
  { name: `SpliceAI, one network, ${length} + 10,000 bp`, program: lib.SpliceAI.program(length + 10_000) },
  { name: "mini Borzoi, 131,072 bp", program: lib.MiniBorzoi.program() },
  { name: `AlphaGenome's encoder at full width, ${length} bp`, program: alphagenomeEncoder(length) }
]

const sequence = (bp) => {
  const random = lib.Random.make(1, "sequence")
  return Array.from({ length: bp }, () => "ACGT"[random.int(4)]).join("")
}

const measureStack = async ({ name, program }) => {
  const shape = [1, ...Program.inputNode(program).shape]
  const input = lib.OneHot.encode(sequence(shape[1]))
  const tensors = randomWeights(program)
  const row = { name }
  let expected
  for (const id of ["onnxruntime-cpu", "tfjs-wasm"]) {
    const executable = await run(lib.runtimes[id].load(program, lib.WeightSource.ofTensors(tensors), threads))
    const output = await run(executable.predict(input, 1))
    expected ??= output.slice()
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const error = output.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0) / largest
    const times = []
    for (let i = 0; i < repeats; i++) times.push(await timed(() => run(executable.predict(input, 1))))
    row[id] = { ...medians(times), error }
    await run(executable.release)
  }
  const at = join(folder, "stack")
  mkdirSync(at, { recursive: true })
  await run(lib.Safetensors.writeAll(join(at, "weights.safetensors"), tensors))
  writeFileSync(join(at, "input.f32"), input)
  writeFileSync(join(at, "output.f32"), expected)
  const nodes = program.nodes.map((node) => ("data" in node ? { ...node, data: [...node.data] } : node))
  const output = [...program.outputs.values()][0]
  writeFileSync(join(at, "program.json"), JSON.stringify({ nodes, output, input_shape: shape }))
  const script = join(root, "bench/model/torch_program.py")
  const { stdout, stderr, status } = spawnSync(python, [script, at, String(repeats), String(threads)], {
    encoding: "utf8",
    maxBuffer: 1 << 26
  })
  if (status === 0) {
    const { times, error, version } = JSON.parse(stdout)
    row.torch = { ...medians(times), error, version }
  } else row.torch = { failed: stderr.trim().split("\n").at(-1) }
  return row
}

const figures = ({ wall, cpu }) => `${wall.toFixed(3)} s, ${cpu.toFixed(3)} CPU s`
const ratio = (a, b) => `${(a.wall / b.wall).toFixed(2)} x, ${(a.cpu / b.cpu).toFixed(2)} x of CPU time`
const cell = (found, base) =>
  found.failed ?? `${figures(found)}; ${ratio(found, base)}; ${found.error.toExponential(0)}`
const compareRuntimes = async () => {
  const rows = []
  for (const stack of stacks) rows.push(await measureStack(stack))
  const version = rows.find(({ torch }) => torch.version !== undefined)?.torch.version ?? "PyTorch"
  console.log(
    `${threads} threads (tfjs-wasm one), batch 1, median of ${repeats}; time, as a multiple of onnxruntime's, and the greatest difference from it relative to the greatest value.\n`
  )
  console.log(`| program | onnxruntime | tfjs-wasm | ${version} |\n|---|---|---|---|`)
  for (const row of rows) {
    const base = row["onnxruntime-cpu"]
    console.log(`| ${row.name} | ${figures(base)} | ${cell(row["tfjs-wasm"], base)} | ${cell(row.torch, base)} |`)
  }
}

/** Seconds of CPU time of a process and of its children, by process; none of one that is gone. */
const ticksOf = (pid) => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ")
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean)
    return [[pid, (Number(fields[11]) + Number(fields[12])) / 100], ...children.flatMap(ticksOf)]
  } catch {
    return []
  }
}

/** What a command costs with its workers, which it ends without waiting for them: they are looked at while it runs. */
const costOf = (args, settings) =>
  new Promise((resolve, reject) => {
    const start = process.hrtime.bigint()
    const child = spawn(process.execPath, args, { ...settings, stdio: ["ignore", "pipe", "pipe"] })
    let log = ""
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (log += text))
    const cpu = new Map()
    const timer = setInterval(() => ticksOf(child.pid).forEach(([pid, seconds]) => cpu.set(pid, seconds)), 50)
    child.on("exit", (code) => {
      clearInterval(timer)
      const wall = Number(process.hrtime.bigint() - start) / 1e9
      if (code === 0) resolve({ wall, cpu: [...cpu.values()].reduce((a, b) => a + b, 0) })
      else reject(new Error(log))
    })
  })

/** Windows of the network's length in a genome of their own, a variant in the middle of each. */
const endToEnd = async (weights) => {
  const bp = 131_072
  const variants = Number(options.variants)
  const genome = sequence(bp + 100 * variants)
  const at = (i) => bp / 2 + 100 * i
  const other = (base) => "CGTA"["ACGT".indexOf(base)]
  const ids = Array.from({ length: variants }, (_, i) => ["chr1", at(i) + 1, genome[at(i)], other(genome[at(i)])])
  const table = (name, lines) =>
    writeFileSync(join(folder, name), lines.map((cells) => `${cells.join("\t")}\n`).join(""))
  writeFileSync(join(folder, "genome.fa"), `>chr1\n${genome}\n`)
  table("variants.tsv", [["variant_id", "chrom", "pos", "ref", "alt"], ...ids.map((id) => [id.join("_"), ...id])])
  const columns = ["window_id", "chrom", "start", "end", "strand", "variant_id", "gene_id", "padded"]
  const window = (id, i) => [`w${i}`, "chr1", at(i) - bp / 2, at(i) + bp / 2, "+", id.join("_"), "NA", "NA"]
  table("windows.tsv", [columns, ...ids.map(window)])
  const files = {
    reference: "./genome.fa",
    windows: "./windows.tsv",
    variants: "./variants.tsv",
    weights: resolve(weights)
  }
  const scores = { uses: "score-variants", with: { model: "mini-borzoi", scorers: ["centre_mask"], ...files } }
  const outputs = { scores: "${{ scores.scores }}" }
  writeFileSync(join(folder, "flow.yaml"), JSON.stringify({ agflow: 1, name: "bench", stages: { scores }, outputs }))
  const whole = []
  const alone = []
  // In turn, so that what else the machine does falls on both.
  for (let i = 0; i < Math.min(3, repeats); i++) {
    const args = [join(root, "dist/cli.js"), "run", "flow.yaml", "--device", "onnxruntime-cpu"]
    whole.push(await costOf(args, { cwd: folder, env: { ...process.env, AGFLOW_HOME: join(folder, `state${i}`) } }))
    const inputs = Array.from({ length: 2 }, () => lib.OneHot.encode(genome.slice(0, bp)))
    alone.push(
      await timed(async () => {
        const tensors = await run(lib.KerasH5.readAll(weights))
        const source = lib.WeightSource.ofTensors(tensors)
        const executable = await run(lib.runtimes["onnxruntime-cpu"].load(lib.MiniBorzoi.program(), source, threads))
        for (let n = 0; n < variants; n++) for (const input of inputs) await run(executable.predict(input, 1))
        await run(executable.release)
      })
    )
  }
  const [a, b] = [medians(whole), medians(alone)]
  console.log(`\n| ${variants} variants through mini Borzoi | time | of the runtime alone |\n|---|---|---|`)
  console.log(`| onnxruntime alone, the ${2 * variants} windows | ${figures(b)} | 1 |`)
  console.log(`| \`agflow run\`, FASTA to scores on disk | ${figures(a)} | ${ratio(a, b)} |`)
}
if (options.only !== "run") await compareRuntimes()
if (options.only !== "stacks" && options.weights !== undefined) await endToEnd(options.weights)
process.exit(0)
