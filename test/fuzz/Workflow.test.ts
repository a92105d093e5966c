/**
 * Thousands of damaged workflows: each gives faults or a workflow, never an exception, and soon. `AGFLOW_FUZZ=100000` for
 * more of them, `AGFLOW_FUZZ_FROM` for the first seed.
 */
import * as NodeFileSystem from "@effect/platform-node-shared/NodeFileSystem"
import * as NodePath from "@effect/platform-node-shared/NodePath"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as FileSystem from "effect/FileSystem"
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "vitest"
import * as Diagnostic from "../../src/core/Diagnostic.ts"
import * as Random from "../../src/core/Random.ts"
import type { Stage } from "../../src/dsl/stage/Stage.ts"
import { StageLibrary } from "../../src/dsl/typescript/StageLibrary.ts"
import * as TypeListing from "../../src/dsl/TypeListing.ts"
import * as Workflow from "../../src/dsl/Workflow.ts"
import { temporaryFolder } from "../support/stage.ts"
import { mutate } from "./mutate.ts"

const root = join(import.meta.dirname, "../..")
const names = readdirSync(join(root, "modules"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const stages = new Map(
  await Promise.all(
    names.map(
      async (name) =>
        [name, ((await import(`../../modules/${name}/stage.ts`)) as { readonly default: Stage }).default] as const
    )
  )
)
const library = Layer.succeed(StageLibrary)({
  names,
  load: (name) => Effect.succeed({ stage: stages.get(name)!, code: "code" }),
  import: () => Effect.succeed({ _tag: "Faults", diagnostics: [] })
})
const services = Layer.mergeAll(library, NodeFileSystem.layer, NodePath.layer)

const folder = temporaryFolder()
const file = join(folder, "workflow.yaml")
const workflows = join(root, "workflows")
const originals: Array<string> = []
for (const name of readdirSync(workflows)) {
  if (name.endsWith(".yaml")) originals.push(readFileSync(join(workflows, name), "utf8"))
  else cpSync(join(workflows, name), join(folder, name), { recursive: true })
}
// What the shipped ones do not use: scatters, also of a workflow that is used as a stage.
const part = `agflow: 1
name: part
params: { table: { type: file }, seed: { type: integer, default: 1 } }
stages:
  each:
    if: "\${{ params.seed > 0 }}"
    scatter: { over: "\${{ params.table }}", rows: 2 }
    run: cp "$row" "$out"
    inputs: { row: "\${{ item }}" }
    outputs: { out: tsv, note: text }
  more: { uses: fetch-reference, scatter: { over: "\${{ range(params.seed) }}" }, with: { genome: synthetic, seed: "\${{ item }}" } }
outputs: { rows: "\${{ each.out }}", notes: "\${{ each.note }}", genomes: "\${{ more.fasta }}" }
`
writeFileSync(join(folder, "part.yaml"), part)
originals.push(part)
originals.push(`agflow: 1
name: scattered
params:
  seeds: { type: integer, default: 3, min: 1, max: 9 }
  genome: { type: string, enum: [synthetic, hg38], default: synthetic }
  table: { type: file, default: ./gwas-benchmark.genes.tsv }
stages:
  reference:
    scatter: [{ over: "\${{ range(params.seeds) }}", as: seed }, { over: [1, 2], as: n }]
    uses: fetch-reference
    with: { genome: "\${{ params.genome }}", seed: "\${{ seed * 2 + (n > 1 ? 1 : 0) }}" }
  rows:
    if: "\${{ params.seeds > 1 && params.genome != 'hg38' }}"
    run: cut -f 1 "$genes" > "$ids"
    inputs: { genes: "\${{ params.table }}" }
    outputs: { ids: { table: { gene_id: string, start: integer? } }, log: text }
    resources: { cpus: 1, memory: 1 GB }
  parts:
    scatter: { over: "\${{ rows.ids }}", rows: 5, as: part }
    run: |
      wc -l "$part" > "$count"
    inputs: { part: "\${{ part }}", all: ["\${{ rows.log }}", "\${{ reference.fasta }}"] }
    env: { label: "\${{ format('part of {0}', params.genome) }}" }
    outputs: { count: text }
  pieces:
    scatter: [{ over: "\${{ rows.ids }}", rows: 2, as: piece }, { over: "\${{ range(1, params.seeds) }}", as: seed }]
    uses: ./part.yaml
    with: { table: "\${{ piece }}", seed: "\${{ seed + 1 }}" }
  lanes:
    scatter: { over: "\${{ pieces.notes }}", as: lane }
    run: cat $lane > "$all"
    inputs: { lane: "\${{ lane }}" }
    outputs: { all: text }
  joined:
    run: cat $notes "$rows" > "$all"
    inputs: { notes: "\${{ pieces.notes }}", rows: "\${{ pieces.rows }}" }
    outputs: { all: text }
outputs: { joined: "\${{ joined.all }}", counts: "\${{ parts.count }}", ids: "\${{ rows.ids }}" }
profile: many
profiles:
  many: { params: { seeds: 5 }, outputs: { fasta: "\${{ reference.fasta }}" } }
`)

const profiles = [[], ["mini"], ["many"], ["published"], ["toString"]]
const params = [[], ["seeds=7"], ["seeds"], ["=1"], ["__proto__=1", "genome=hg38"]]

const pick = <A>(random: Random.Random, from: ReadonlyArray<A>): A => from[random.int(from.length)]!

/** One damaged workflow, and what is wrong with how it was taken. */
const trial = async (seed: number) => {
  const random = Random.make(seed, "fuzz")
  const text = mutate(pick(random, originals), random)
  const odd = random.int(4) === 0
  const options = { profiles: odd ? pick(random, profiles) : [], params: odd ? pick(random, params) : [] }
  const before = process.cpuUsage()
  const loaded = await Workflow.load(file, {
    ...options,
    paramsFile: random.int(20) === 0 ? file : undefined,
    machine: { cpus: 2, memory: 8e9, gpus: 0 },
    listing: true
  }).pipe(
    Effect.updateService(FileSystem.FileSystem, (fs) => ({
      ...fs,
      readFileString: (path) => (path === file ? Effect.succeed(text) : fs.readFileString(path))
    })),
    Effect.provide(services),
    Effect.runPromise
  )
  if (loaded._tag === "Workflow") {
    TypeListing.render(TypeListing.make(loaded.workflow, loaded.expressions))
  } else {
    for (const format of ["text", "json", "editor"] as const) Diagnostic.formats[format](loaded.diagnostics)
    assert.isAbove(loaded.diagnostics.length, 0, "neither a workflow nor faults")
    for (const { source, range, message } of loaded.diagnostics) {
      assert.isAtLeast(range.start, 0, message)
      assert.isAtMost(range.start, source.text.length + 1, message)
      assert.isAtLeast(range.end, range.start, message)
    }
  }
  const { user, system } = process.cpuUsage(before)
  const seconds = (user + system) / 1e6
  // Ranges multiply, until there are too many.
  const tasks =
    loaded._tag === "Workflow"
      ? loaded.workflow.stages.reduce((sum, { instances }) => sum + instances.length, 0)
      : loaded.diagnostics.some(({ message }) => message.includes("more than 1,000,000 tasks"))
        ? 1e6
        : 0
  assert.isBelow(seconds, 1 + 2e-5 * tasks, `seconds of CPU, ${tasks} tasks`)
  return { sound: loaded._tag === "Workflow", seconds }
}

const long = process.env["AGFLOW_FUZZ"] !== undefined
const count = Number(process.env["AGFLOW_FUZZ"] ?? 2_000)
const first = Number(process.env["AGFLOW_FUZZ_FROM"] ?? 1)

it(`${count} damaged workflows`, { timeout: 3_600_000 }, async () => {
  const failures: Array<string> = []
  let sound = 0
  let slowest = { seconds: 0, seed: 0 }
  for (let seed = first; seed < first + count; seed++) {
    if (long && (seed - first) % 5_000 === 0) process.stdout.write(`${seed - first}: ${sound} sound\n`)
    try {
      const { sound: isSound, seconds } = await trial(seed)
      if (isSound) sound++
      if (seconds > slowest.seconds) slowest = { seconds, seed }
    } catch (cause) {
      failures.push(`seed ${seed}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`)
      if (failures.length >= 10) break
    }
  }
  assert.deepStrictEqual(failures, [])
  if (count >= 1_000) assert.isAbove(sound, 0, "some are still sound")
  if (long) {
    process.stdout.write(
      `${count} damaged workflows: ${sound} still sound, slowest ${slowest.seconds.toFixed(3)} s of CPU (seed ${slowest.seed})\n`
    )
  }
})
