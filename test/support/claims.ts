/** Benchmarks of small tables whose origin the test states, as the engine would. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert } from "vitest"
import variantBenchmark from "../../modules/variant-benchmark/stage.ts"
import type { Lineage } from "../../src/core/Lineage.ts"
import * as Table from "../../src/data/Table.ts"
import * as BenchmarkTables from "../../src/evaluation/BenchmarkTables.ts"
import * as ScoredVariants from "../../src/evaluation/ScoredVariants.ts"
import { runPromise, runStage, temporaryFolder, type Known } from "./stage.ts"

export type Cell = string | number
export type Scored = Partial<ScoredVariants.ScoredVariant> & Pick<ScoredVariants.ScoredVariant, "evaluation" | "key">

export const tsv = (
  header: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<Cell>>,
  name = "table.tsv"
): string => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, [header, ...rows].map((row) => `${row.join("\t")}\n`).join(""))
  return path
}

export const scoresOf = async (rows: ReadonlyArray<Scored>): Promise<string> => {
  const path = join(temporaryFolder(), "scores.tsv")
  const blank = {
    group: null,
    stratum: null,
    pair: null,
    distance: null,
    target: null,
    prediction: null,
    comparator: null,
    synthetic: null
  }
  await runPromise(
    Table.write(
      path,
      ScoredVariants.table,
      rows.map((row) => ({ ...blank, ...row }))
    )
  )
  return path
}

export const lineage = (stage: string, known: Partial<Lineage> = {}): Lineage => ({
  stage,
  uses: "evaluation-scores",
  file: null,
  datasets: [],
  models: [],
  synthetic: false,
  ...known
})
export const published = (id: string) =>
  lineage("s", {
    uses: "published-scores",
    datasets: [{ name: `alphagenome-${id.replaceAll("_", "-")}`, sha256: "1a2b3c4d5e" }]
  })
export const model = lineage("s", { models: [{ name: "net", weights: "c0ffee00" }] })

export const benchmark = async (
  tables: ReadonlyArray<readonly [path: string, lineage: Lineage]>,
  params: object = {},
  inputs: object = {}
) => {
  const known: Known = {
    lineage: { scores: tables.map(([, each]) => each) },
    synthetic: tables.some(([, each]) => each.synthetic)
  }
  const scores = tables.map(([path]) => path)
  const { outputs, account } = await runStage(
    variantBenchmark,
    { replicates: 200, ...params },
    { scores, ...inputs } as never,
    {},
    undefined,
    known
  )
  return {
    results: await runPromise(Table.read(outputs["results"]!, BenchmarkTables.resultTable)),
    differences: await runPromise(Table.read(outputs["differences"]!, BenchmarkTables.differenceTable)),
    groups: await runPromise(Table.read(outputs["groups"]!, BenchmarkTables.groupTable)),
    figure: readFileSync(outputs["figure"]!, "utf8"),
    account
  }
}

export const failure = (attempt: Promise<unknown>) =>
  attempt.then(
    () => assert.fail("should fail"),
    (error: Error & { hint?: string; file?: string; line?: number }) => error
  )

/** Pairs whose Pearson correlation is r: a part along the labels, and a part at right angles to them and to 1. */
export const correlated = (evaluation: string, n: number, r: number): ReadonlyArray<Scored> => {
  const x = Array.from({ length: n }, (_, i) => Math.cos((2 * Math.PI * i) / n))
  const y = Array.from({ length: n }, (_, i) => Math.sin((2 * Math.PI * i) / n))
  return x.map((target, i) => ({
    evaluation,
    key: `v${i}`,
    target,
    prediction: r * target + Math.sqrt(1 - r * r) * y[i]!
  }))
}

export const smc = "caqtl_smc_variant_coefficient_human"
