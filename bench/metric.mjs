// Metrics beside scikit-learn and scipy on the same rows, in memory: CPU seconds of each and their ratio.
// PYTHON names an interpreter with numpy, scipy and scikit-learn. Rows: first argument, 1e6 unless told.
import { build } from "esbuild"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..")
const rows = Number(process.argv[2] ?? 1e6)
const repeats = Number(process.argv[3] ?? 5)
const python = process.env.PYTHON ?? "python3"
const folder = mkdtempSync(join(tmpdir(), "agflow-bench-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

await build({
  stdin: { contents: 'export { metrics } from "./src/metric/Metric.ts"', resolveDir: root },
  bundle: true,
  format: "esm",
  platform: "node",
  outfile: join(folder, "metric.mjs"),
  logLevel: "warning"
})
const { metrics } = await import(pathToFileURL(join(folder, "metric.mjs")).href)

let state = 1
const uniform = () => (state = (state * 16807) % 2147483647) / 2147483647
const x = Float64Array.from({ length: rows }, uniform)
const y = x.map((value) => 0.3 * value + uniform())
const labels = x.map((value) => (value < 0.1 ? 1 : 0))
const ties = y.map((value) => Math.round(value * 1000) / 1000)
for (const [name, values] of Object.entries({ x, y, labels, ties })) {
  writeFileSync(join(folder, `${name}.f64`), new Uint8Array(values.buffer))
}

const cases = [
  ["average_precision", "labels", "y", "average_precision_score(labels, y)"],
  ["average_precision, ties", "labels", "ties", "average_precision_score(labels, ties)"],
  ["auroc", "labels", "y", "roc_auc_score(labels, y)"],
  ["pearson", "x", "y", "pearsonr(x, y).statistic"],
  ["spearman", "x", "y", "spearmanr(x, y).statistic"],
  ["spearman, ties", "x", "ties", "spearmanr(x, ties).statistic"]
]
const script = `
import json, time, numpy as np
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import average_precision_score, roc_auc_score
x, y, labels, ties = (np.fromfile("${folder}/%s.f64" % n) for n in ("x", "y", "labels", "ties"))
out = []
for f in [${cases.map(([, , , call]) => `lambda: ${call}`).join(", ")}]:
    times = []
    for _ in range(${repeats}):
        t = time.process_time(); v = float(f()); times.append(time.process_time() - t)
    out.append([v, sorted(times)[len(times) // 2]])
print(json.dumps(out))`
const peer = spawnSync(python, ["-c", script], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })
const theirs = JSON.parse(peer.stdout)

const data = { x, y, labels, ties }
console.log(`${rows} rows, median of ${repeats}`)
console.log("metric                    agflow s  peer s  ratio  difference")
for (const [index, [name, first, second]] of cases.entries()) {
  const times = []
  let value
  for (let i = 0; i < repeats; i++) {
    const start = process.cpuUsage()
    value = metrics[name.replace(/,.*/, "")].compare(data[first], data[second]).value
    const { user, system } = process.cpuUsage(start)
    times.push((user + system) / 1e6)
  }
  const seconds = times.sort((a, b) => a - b)[times.length >> 1]
  const [expected, other] = theirs[index]
  const numbers = [
    seconds.toFixed(3).padStart(8),
    other.toFixed(3).padStart(6),
    (seconds / other).toFixed(2).padStart(5)
  ]
  console.log(`${name.padEnd(24)}  ${numbers.join("  ")}  ${Math.abs(value - expected).toExponential(1)}`)
}
