/** Runs AlphaGenome at the released width with random weights: `node bench/alphagenome.mjs --help`. */
import { build } from "esbuild"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const here = dirname(fileURLToPath(import.meta.url))
// In the checkout, so that its packages are found.
mkdirSync(join(here, "../dist"), { recursive: true })
const folder = mkdtempSync(join(here, "../dist/bench-"))
process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
const outfile = join(folder, "run.mjs")
await build({
  entryPoints: [join(here, "alphagenome/run.ts")],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  logLevel: "error"
})
await import(pathToFileURL(outfile).href)
