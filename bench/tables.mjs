// Tables beside DuckDB and pyarrow: CPU seconds and peak memory of whole processes, in turn, and their ratios.
// PYTHON names an interpreter with duckdb, pyarrow and numpy (bench/tables/peers.sh). Rows: first argument, 1e6 unless
// told (a join has three times as many on each side); repeats: second, 3. Further arguments: the cases.
import { build } from "esbuild"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..")
const rows = Number(process.argv[2] ?? 1e6)
const repeats = Number(process.argv[3] ?? 3)
const budgets = {
  join: [1.5, 600],
  "read-tsv": [2],
  "read-parquet": [2],
  "write-tsv": [2],
  "write-parquet": [2],
  "rows-tsv": [],
  "rows-parquet": []
}
const names = process.argv.length > 4 ? process.argv.slice(4) : Object.keys(budgets)
const python = process.env.PYTHON ?? "python3"
const folder = mkdtempSync(join(tmpdir(), "agflow-bench-"))
const bundle = join(root, `.bench-tables-${process.pid}.mjs`)
process.on("exit", () => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(bundle, { force: true })
})
const modules = {
  HashJoin: "./src/data/table/HashJoin.ts",
  Table: "./src/data/Table.ts",
  Effect: "effect/Effect"
}
const { outputFiles } = await build({
  stdin: {
    contents: Object.entries(modules)
      .map(([name, file]) => `export * as ${name} from "${file}"`)
      .join("\n"),
    resolveDir: root
  },
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  external: ["apache-arrow", "hyparquet", "hyparquet-compressors", "hyparquet-writer", "lz4js", "fzstd"],
  logLevel: "warning"
})
writeFileSync(bundle, outputFiles[0].contents)

/** CPU seconds and megabytes of a command, as GNU time counts them. */
const measure = (command) => {
  const said = join(folder, "time")
  const { status, stderr } = spawnSync("/usr/bin/time", ["-f", "%U %S %M", "-o", said, ...command], {
    encoding: "utf8"
  })
  if (status !== 0) throw new Error(`${command.join(" ")}: ${stderr}`)
  const [user, system, kilobytes] = readFileSync(said, "utf8").trim().split("\n").at(-1).split(" ").map(Number)
  return { cpu: user + system, memory: kilobytes / 1000 }
}
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const peer = (name) => [
  python,
  join(root, "bench/tables/peer.py"),
  // Rows of objects are beside what the peer does without them.
  name.replace("rows-", "write-"),
  folder,
  String(rows)
]
const ours = (name) => [process.execPath, join(root, "bench/tables/ours.mjs"), bundle, name, folder]

if (names.includes("join")) measure(peer("make-join"))
if (names.some((name) => name !== "join")) measure(peer("make-typed"))
console.log("| case | agflow | peer | CPU ratio | budget |\n|---|---|---|--:|---|")
for (const name of names) {
  const found = { ours: [], peer: [] }
  for (let n = 0; n < repeats; n++) {
    found.peer.push(measure(peer(name)))
    found.ours.push(measure(ours(name)))
  }
  const of = (side, what) => median(found[side].map((each) => each[what]))
  const shown = (side) => `${of(side, "cpu").toFixed(2)} s · ${of(side, "memory").toFixed(0)} MB`
  const [ratio, memory] = budgets[name]
  const budget = ratio === undefined ? "" : `${ratio} times${memory === undefined ? "" : `, ${memory} MB`}`
  console.log(
    `| ${name} | ${shown("ours")} | ${shown("peer")} | ${(of("ours", "cpu") / of("peer", "cpu")).toFixed(2)} | ${budget} |`
  )
}
