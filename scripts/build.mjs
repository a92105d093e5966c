// Builds dist/: the command line, the worker and one file per stage, over shared chunks; then the index of stages with
// the digest of each one's code, which is what a cache key sees of it.
import { build, transform } from "esbuild"
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { chmodSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..")
process.chdir(root)
const packageJson = JSON.parse(readFileSync("package.json", "utf8"))
const stages = readdirSync("modules").filter((name) => existsSync(`modules/${name}/stage.ts`))
const bundled = ["effect", "@effect/platform-node-shared", "yaml"]

// Built beside and moved in whole: a build that fails leaves the last one standing.
const next = "dist.next"
rmSync(next, { recursive: true, force: true })
/** Types for editors of labs' own stages, made while the code is bundled; whether they hold is for `npm run check`. */
const types = new Promise((done, fail) => {
  spawn(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.types.json"], { stdio: "inherit" })
    .on("error", fail)
    .on("exit", (code) => (code === 0 ? done() : fail(new Error("the types were not made"))))
})
const { metafile } = await build({
  entryPoints: [
    { in: "src/cli/main.ts", out: "cli" },
    { in: "src/executor/worker.ts", out: "worker" },
    { in: "src/executor/launcher.ts", out: "launcher" },
    { in: "src/index.ts", out: "index" },
    ...stages.map((name) => ({ in: `modules/${name}/stage.ts`, out: `modules/${name}` }))
  ].filter(({ in: file }) => existsSync(file)),
  outdir: next,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  chunkNames: "chunks/[name]-[hash]",
  metafile: true,
  minifySyntax: true,
  minifyWhitespace: true,
  define: { AGFLOW_VERSION: JSON.stringify(packageJson.version) },
  // Native and large packages stay outside: they are loaded when a stage first needs them.
  external: Object.keys({
    ...packageJson.dependencies,
    ...packageJson.optionalDependencies,
    ws: "",
    undici: ""
  }).filter((name) => !bundled.includes(name)),
  banner: {
    js: 'import { createRequire as agflowRequire } from "node:module";const require = agflowRequire(import.meta.url);'
  },
  logLevel: "warning"
})

/** All of the project's own files that a file reaches, the engine's contract (core/, dsl/) left out: the key version stands for that. */
const reach = (entry) => {
  const seen = new Set([entry])
  for (const file of seen) {
    for (const { path, external } of metafile.inputs[file]?.imports ?? []) if (!external) seen.add(path)
  }
  return [...seen].filter((file) => /^(src|modules)\//.test(file) && !/^src\/(core|dsl)\//.test(file)).sort()
}

const compact = new Map()
/** The code without comments and layout, so that neither re-runs anything. */
const codeOf = async (file) => {
  if (!compact.has(file)) {
    const text = readFileSync(file, "utf8")
    compact.set(
      file,
      file.endsWith(".ts") ? (await transform(text, { loader: "ts", minifyWhitespace: true })).code : text
    )
  }
  return compact.get(file)
}

const digestOf = async (entry) => {
  const hash = createHash("sha256")
  for (const file of reach(entry)) hash.update(`${file}\n${await codeOf(file)}\n`)
  return hash.digest("hex")
}
const index = {}
for (const name of stages) index[name] = await digestOf(`modules/${name}/stage.ts`)
// What a lab's stage takes from here is part of its code too.
const face = {}
for (const [, name, file] of readFileSync("src/index.ts", "utf8").matchAll(/export \* as (\w+) from "\.\/([^"]+)"/g)) {
  if (!/^(core|dsl)\//.test(file)) face[name] = await digestOf(`src/${file}`)
}
await types
writeFileSync(`${next}/face.json`, `${JSON.stringify(face, null, 2)}\n`)
writeFileSync(`${next}/stages.json`, `${JSON.stringify(index, null, 2)}\n`)
const cli = readFileSync(`${next}/cli.js`, "utf8")
if (!cli.startsWith("#!")) writeFileSync(`${next}/cli.js`, `#!/usr/bin/env node\n${cli}`)
chmodSync(`${next}/cli.js`, 0o755)
rmSync("dist", { recursive: true, force: true })
renameSync(next, "dist")
console.log(`built dist/ with ${stages.length} stages`)
