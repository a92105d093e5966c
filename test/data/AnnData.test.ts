import type { Dataset, Group } from "h5wasm"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import * as AnnData from "../../src/data/AnnData.ts"
import { temporaryFolder } from "../support/stage.ts"

const write = async (data: AnnData.AnnData) => {
  const path = join(temporaryFolder(), "scores.h5ad")
  await Effect.runPromise(AnnData.write(path, data))
  const h5wasm = await import("h5wasm")
  const { FS } = await h5wasm.ready
  FS.writeFile("read.h5ad", readFileSync(path))
  const file = new h5wasm.File("read.h5ad", "r")
  const value = (name: string) => (file.get(name) as Dataset).value
  const attribute = (name: string, key: string) => (file.get(name) as Group | Dataset).attrs[key]?.value
  return { file, value, attribute }
}

describe("AnnData", () => {
  it("writes what Python's anndata reads: matrix, tables, texts, layers", async () => {
    const { file, value, attribute } = await write({
      shape: [2, 3],
      x: Float32Array.of(1, 2, 3, 4, 5, Number.NaN),
      obs: new Map<string, ReadonlyArray<string | number | boolean | null>>([
        ["gene_id", ["ENSG1", "gène"]],
        ["Start", [5, null]],
        ["known", [true, null]]
      ]),
      var: new Map([["Assay title", ["RNA", null, "a/b"]]]),
      uns: { variant_scorer: "GeneMaskLFCScorer(requested_output=RNA_SEQ)" },
      layers: { quantiles: Float32Array.of(0, 0.25, 0.5, 0.75, 1, Number.NaN) }
    })
    assert.strictEqual(file.attrs["encoding-type"]!.value, "anndata")
    assert.deepStrictEqual((file.get("X") as Dataset).shape, [2, 3])
    assert.deepStrictEqual(value("X"), Float32Array.of(1, 2, 3, 4, 5, Number.NaN))
    assert.deepStrictEqual(value("layers/quantiles"), Float32Array.of(0, 0.25, 0.5, 0.75, 1, Number.NaN))
    assert.strictEqual(attribute("obs", "encoding-type"), "dataframe")
    assert.deepStrictEqual(attribute("obs", "column-order"), ["gene_id", "Start", "known"])
    assert.deepStrictEqual(value("obs/_index"), ["0", "1"])
    assert.deepStrictEqual(value("obs/gene_id"), ["ENSG1", "gène"])
    assert.deepStrictEqual(value("obs/Start"), Float64Array.of(5, Number.NaN))
    assert.deepStrictEqual(value("obs/known"), ["true", ""])
    assert.deepStrictEqual(value("var/Assay title"), ["RNA", "", "a/b"])
    assert.strictEqual(attribute("var/Assay title", "encoding-type"), "string-array")
    assert.strictEqual(value("uns/variant_scorer"), "GeneMaskLFCScorer(requested_output=RNA_SEQ)")
    file.close()
  })
})
