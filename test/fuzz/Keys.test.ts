/**
 * Random sheets, conditions and failures: no task ever gets a file of one sample beside that of another. What the engine
 * does between tasks is done here without running any: a file's digest says of which sample it is. `AGFLOW_FUZZ_KEYS=10000`
 * for more workflows, `AGFLOW_FUZZ_FROM` for the first seed.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { assert, it } from "vitest"
import { ContentStore } from "../../src/cache/ContentStore.ts"
import { FileDigests } from "../../src/cache/FileDigests.ts"
import { Home } from "../../src/cache/Home.ts"
import { Records } from "../../src/cache/Records.ts"
import * as Random from "../../src/core/Random.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import type { Workflow } from "../../src/dsl/Workflow.ts"
import * as Gather from "../../src/engine/Gather.ts"
import * as KeyedInputs from "../../src/engine/KeyedInputs.ts"
import * as Scatter from "../../src/engine/Scatter.ts"
import * as Site from "../../src/engine/Site.ts"
import * as InputBinding from "../../src/engine/InputBinding.ts"
import { load } from "../support/workflow.ts"

const workflows = Number(process.env["AGFLOW_FUZZ_KEYS"] ?? 300)
const from = Number(process.env["AGFLOW_FUZZ_FROM"] ?? 1)

const ids = ["A", "B 2", "c/3", "D,4", "e.5", "10", "2"]

interface Row {
  readonly id: string
  readonly kind: string
  readonly mate: string
}

interface Made {
  readonly text: string
  readonly rows: ReadonlyArray<Row>
  /** Inputs by stage that are of the row's mate, not of itself. */
  readonly mates: ReadonlySet<string>
}

const make = (random: Random.Random): Made => {
  const pick = <A>(all: ReadonlyArray<A>): A => all[Math.floor(random.next() * all.length)]!
  const maybe = (share: number, text: string) => (random.next() < share ? text : "")
  const chosen = ids.filter(() => random.next() < 0.6)
  const some = chosen.length === 0 ? ["A"] : chosen
  const rows = some.map((id) => ({ id, kind: pick(["tumor", "normal"]), mate: pick(some) }))
  const mates = new Set<string>()
  const stages: Array<string> = []
  const many: Array<string> = []
  const missing = () => maybe(0.6, `missing: ${pick(["skip", "fail", "skip"])}, `)
  const loose = () =>
    `${maybe(0.3, "onError: ignore, ")}${maybe(0.25, `if: "\${{ x.kind == '${pick(["tumor", "normal"])}' }}", `)}`
  const over = (list = "params.s") => `scatter: { over: "\${{ ${list} }}", as: x }, `
  const script = (inputs: ReadonlyArray<string>, env = "") =>
    `run: 'cat "$a" > "$o"', inputs: { ${inputs.join(", ")} }, ${env}outputs: { o: text }`
  const ref = (name: string, stage: string, by: string) => `${name}: "\${{ ${stage}.o${by} }}"`
  const base = 'run: echo > "$o", env: { id: "${{ x.id }}" }, outputs: { o: text }'
  for (let n = 0; n < 3 + Math.floor(random.next() * 4); n++) {
    const id = `s${n}`
    const kind = n < 2 ? 0 : Math.floor(random.next() * 4)
    if (kind === 0) stages.push(`${id}: { ${over()}${loose()}${base} }`)
    else if (kind === 1) {
      const isMate = random.next() < 0.4
      if (isMate) mates.add(`${id}.b`)
      const inputs = [ref("a", pick(many), "[x]"), ref("b", pick(many), isMate ? "[x.mate]" : "[x]")]
      stages.push(`${id}: { ${over()}${missing()}${loose()}${script(inputs, 'env: { id: "${{ x.id }}" }, ')} }`)
    } else if (kind === 2) {
      const inputs = ['a: "${{ x }}"', ref("b", pick(many), "[x]")]
      stages.push(
        `${id}: { ${over(`${pick(many)}.o`)}${missing()}${maybe(0.3, "onError: ignore, ")}${script(inputs)} }`
      )
    } else stages.push(`${id}: { ${missing()}${script([ref("a", pick(many), ""), ref("b", pick(many), "")])} }`)
    if (kind < 3) many.push(id)
  }
  const table = rows.map((row) => JSON.stringify(row)).join(", ")
  const text = `agflow: 1
name: keys
params: { s: { type: table, columns: { id: string, kind: string, mate: string }, default: [${table}] } }
stages:
${stages.map((each) => `  ${each}\n`).join("")}`
  return { text, rows, mates }
}

const services = Layer.mergeAll(
  Layer.succeed(ContentStore, ContentStore.of({ path: (sha256: string) => sha256 } as never)),
  Layer.succeed(FileDigests, FileDigests.of({} as never)),
  Layer.succeed(Records, Records.of({} as never)),
  Layer.succeed(Home, Home.of({} as never))
)

const sampleOf = (input: Site.InputArtifact): string => input.artifact.files[0]!.sha256

interface Seen {
  pairs: number
  lists: number
}

/** Ends where the run would. */
const simulate = (workflow: Workflow, { rows, mates }: Made, random: Random.Random, seen: Seen) =>
  Effect.gen(function* () {
    const upstream = new Map<string, Site.StageOutputs>()
    const wanted = Gather.wanted(workflow)
    for (const stage of workflow.stages) {
      const sites = stage.scattered ? yield* Scatter.expand(stage, upstream) : [Site.only(stage)]
      const done: Array<Site.Site & { readonly outputs: Readonly<Record<string, Site.Made>> }> = []
      for (const site of sites) {
        const lacking = InputBinding.missingKey(site, upstream)
        if (lacking !== undefined) return
        if (InputBinding.missing(site, upstream).length > 0) continue
        const inputs = new Map<string, Site.InputArtifact | ReadonlyArray<Site.InputArtifact>>()
        for (const [name, binding] of site.instance.inputs) {
          const given = yield* InputBinding.bindInput(binding, Port.file("file", ""), site, upstream)
          inputs.set(name, Array.isArray(given) ? Site.flat(given) : (given as Site.InputArtifact))
        }
        const aligned = yield* Effect.result(KeyedInputs.align(stage, inputs))
        if (aligned._tag === "Failure") return
        const own = site.keys.at(-1)?.map(({ word, label }) => label ?? word)[0]
        if (own === undefined) {
          const [a, b] = [...inputs.values()].map((list) => (list as ReadonlyArray<Site.InputArtifact>).map(sampleOf))
          assert.deepStrictEqual(a, b, `${stage.id}: lists side by side`)
          seen.lists++
        } else {
          for (const [name, input] of inputs) {
            const row = rows.find(({ id }) => id === own)!
            const expected = mates.has(`${stage.id}.${name}`) ? row.mate : own
            assert.strictEqual(sampleOf(input as Site.InputArtifact), expected, `${site.id}: input '${name}'`)
            seen.pairs++
          }
        }
        if (stage.policy.onError === "ignore" && random.next() < 0.3) continue
        const files = [{ suffix: "", sha256: own ?? "all", bytes: 1 }]
        const artifact = { extension: "txt", files, synthetic: false, lineage: { stage: null, uses: null } as never }
        done.push({ ...site, outputs: { o: artifact } })
      }
      if (!stage.scattered) upstream.set(stage.id, done[0]?.outputs ?? {})
      else if (sites.length === 0) upstream.set(stage.id, yield* Gather.nothing(stage))
      else if (done.length === 0) {
        if (stage.policy.onError !== "ignore") return
      } else for (const [place, given] of yield* Gather.gather(stage, done, wanted)) upstream.set(place, given)
    }
  })

it(`${workflows} workflows never pair what is of two samples`, async () => {
  const seen: Seen = { pairs: 0, lists: 0 }
  let accepted = 0
  for (let seed = from; seed < from + workflows; seed++) {
    const random = Random.make(seed)
    const made = make(random)
    const { workflow, diagnostics } = await load(made.text)
    if (workflow === undefined) {
      const codes = diagnostics.map(({ code }) => code)
      const known = ["different-keys", "invalid-key", "missing-keys", "scatter"]
      assert.isTrue(
        codes.every((code) => known.includes(code)),
        `seed ${seed}: ${codes.join(", ")}\n${made.text}`
      )
      continue
    }
    accepted++
    await simulate(workflow, made, random, seen).pipe(Effect.provide(services), Effect.runPromise)
  }
  assert.isAbove(accepted, workflows / 5)
  assert.isAbove(seen.pairs, workflows / 5)
  assert.isAbove(seen.lists, workflows / 50)
}, 1_800_000)
