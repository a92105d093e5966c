/** Workflows in TypeScript: the same plan, the same keys and the same results as in YAML. */
import { writeFileSync } from "node:fs"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { labStages as stages } from "../support/lab.ts"
import { Rig, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const countsAnew = (): boolean => {
  try {
    writeFileSync("/proc/self/clear_refs", "5")
    return true
  } catch {
    return false
  }
}

it.skipIf(!countsAnew())(
  "the memory of a task is its own, not that of those before it in the same worker",
  async () => {
    rig.write(
      "stages.ts",
      `import { Effect, Param, Port, Schema, Stage, Table } from "agflow"
const rows = { n: Table.number("bytes") }
export const hold = Stage.make({
  name: "hold",
  version: 1,
  summary: "Has so many bytes for a while.",
  params: { bytes: Schema.Finite },
  inputs: { after: Port.optional(Port.table(rows, "of another")) },
  outputs: { out: Port.table(rows, "bytes") },
  run: Effect.fnUntraced(function* ({ params, outputs }) {
    const bytes = new ArrayBuffer(params.bytes, { maxByteLength: params.bytes })
    new Uint8Array(bytes).fill(1)
    bytes.resize(0)
    yield* outputs.out.write([{ n: params.bytes }])
  })
})
`
    )
    const stages = {
      large: { uses: "hold", with: { bytes: 400e6 } },
      small: { uses: "hold", with: { bytes: 1, after: "${{ large.out }}" } }
    }
    rig.write("flow.yaml", workflow(stages, { imports: ["./stages.ts"] }))
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout + stderr)
    const most = async (id: string) =>
      JSON.parse((await rig.agflow(["show", id, "--json"])).stdout).maxRssBytes as number
    assert.isAbove(await most("large"), 400e6)
    assert.isBelow(await most("small"), 300e6)
  }
)

const typed = `import { Workflow } from "agflow"
import syntheticModel from "agflow/stages/synthetic-model"
import { scale } from "./stages.ts"

export default Workflow.make({
  name: "both",
  params: { by: { type: "number", default: 3 }, sorted: { type: "boolean", default: true } },
  profiles: { large: { params: { by: 100 } } },
  compose: ({ params, use, scatter, script }) => {
    const model = use("model", syntheticModel, {})
    const scaled = use("scaled", scale, { values: "./values.tsv", by: params.by })
    const more = scatter("more", scale, { over: scaled.scaled, rows: 2 }, (item) => ({ values: item }))
    const many = scatter("many", scale, { over: [1, 2] }, (item) => ({ values: more.scaled, by: item }))
    const sorted = script("sorted", {
      run: 'cut -f2 "$many" | sort -n > "$sorted"; wc -c < "$weights" > "$size"',
      inputs: { many: many.scaled, weights: model.student },
      outputs: { sorted: { table: { x: "number" } }, size: "text" },
      if: Workflow.expression<boolean>\`\${params.sorted} && \${params.by} > 0\`
    })
    return { scaled: scaled.scaled, sorted: sorted.sorted }
  }
})
`

const yaml = `agflow: 1
name: both
imports: [./stages.ts]
params:
  by: { type: number, default: 3 }
  sorted: { type: boolean, default: true }
profiles: { large: { params: { by: 100 } } }
stages:
  model: { uses: synthetic-model }
  scaled: { uses: scale, with: { values: ./values.tsv, by: "\${{ params.by }}" } }
  more:
    uses: scale
    scatter: { over: "\${{ scaled.scaled }}", rows: 2 }
    with: { values: "\${{ item }}" }
  many:
    uses: scale
    scatter: { over: [1, 2] }
    with: { values: "\${{ more.scaled }}", by: "\${{ item }}" }
  sorted:
    if: "\${{ params.sorted && params.by > 0 }}"
    run: 'cut -f2 "$many" | sort -n > "$sorted"; wc -c < "$weights" > "$size"'
    inputs: { many: "\${{ many.scaled }}", weights: "\${{ model.student }}" }
    outputs: { sorted: { table: { x: number } }, size: text }
outputs: { scaled: "\${{ scaled.scaled }}", sorted: "\${{ sorted.sorted }}" }
`

const setUp = (text = typed) => {
  rig.write("stages.ts", stages)
  rig.write("both.ts", text)
  rig.write("both.yaml", yaml)
  rig.write("values.tsv", "x\n3\n1\n2\n")
}

const agflow = async (...args: ReadonlyArray<string>) => {
  const finished = await rig.agflow(args)
  return { ...finished, text: finished.stdout + finished.stderr }
}

describe("a workflow in TypeScript", () => {
  it("shares every cache entry with the same one in YAML", async () => {
    setUp()
    const first = await agflow("run", "both.ts")
    assert.strictEqual(first.code, 0, first.text)
    // x * 3 * 2, then by 1 and by 2, sorted with the header first.
    assert.deepStrictEqual(rig.results(), { "scaled.tsv": "x\n9\n3\n6\n", "sorted.tsv": "x\n6\n12\n12\n18\n24\n36\n" })
    const keys = rig.keys()
    const trace = Object.values(rig.trace())
    assert.lengthOf(trace, 7)
    const second = await agflow("run", "both.yaml")
    assert.strictEqual(second.code, 0, second.text)
    assert.deepStrictEqual(rig.keys(), keys)
    assert.deepStrictEqual(
      Object.values(rig.trace()).map(({ status, key }) => ({ status, key })),
      trace.map(({ key }) => ({ status: "cached", key }))
    )
    const plans = await Promise.all(["both.ts", "both.yaml"].map((file) => agflow("plan", file)))
    assert.strictEqual(plans[0]!.stdout, plans[1]!.stdout)
    assert.match(plans[0]!.stdout, /^7 cached, 0 to run/mu)
  })

  it("takes params and profiles, and stays cached when only the composition changes", async () => {
    setUp()
    const { code, text } = await agflow("run", "both.ts", "--profile", "large", "--param", "sorted=false")
    assert.strictEqual(code, 0, text)
    assert.deepStrictEqual(rig.results(), { "scaled.tsv": "x\n300\n100\n200\n" })
    rig.write("both.ts", typed.replace("{ scaled: scaled.scaled, sorted: sorted.sorted }", "{ twice: more.scaled }"))
    await agflow("run", "both.ts", "--profile", "large", "--param", "sorted=false")
    assert.deepStrictEqual(rig.results(), { "twice.tsv": "x\n600\n200\n400\n" })
    assert.sameMembers([...new Set(Object.values(rig.trace()).map(({ status }) => status))], ["cached"])
  })

  it("may hold its stages itself", async () => {
    setUp(
      `${typed.replace('import { scale } from "./stages.ts"', "")}`.replace(
        'import { Workflow } from "agflow"',
        `${stages}`.replace("Table }", "Table, Workflow }").replace("export const scale", "const scale")
      )
    )
    const { code, text } = await agflow("run", "both.ts")
    assert.strictEqual(code, 0, text)
    assert.propertyVal(rig.results(), "scaled.tsv", "x\n9\n3\n6\n")
  })

  it("is checked like any other, in words that point into it or into its YAML", async () => {
    setUp(typed.replace("./values.tsv", "./value.tsv"))
    const missing = await agflow("check", "both.ts")
    assert.strictEqual(missing.code, 2)
    assert.match(
      missing.stderr,
      /^both\.ts as YAML:\d+:\d+ error: there is no file .*value\.tsv\n +\d+ \| +values: .\/value\.tsv/u
    )
    setUp(typed.replace('"scaled", scale', '"model", scale'))
    assert.match((await agflow("check", "both.ts")).stderr, /^both\.ts:11:\d+ error: .*two stages are called 'model'/u)
    setUp(typed.replace("model.student", "model.weights"))
    assert.match((await agflow("check", "both.ts")).stderr, /^both\.ts:14:\d+ error: .*'weights' is undefined/u)
    setUp("export const nothing = 1\n")
    assert.match((await agflow("check", "both.ts")).stderr, /no workflow as its default export/u)
    assert.match((await agflow("check", "nowhere.ts")).stderr, /^error: nowhere\.ts: cannot read this file/u)
  })

  it("uses other workflows as stages: of another file, of its own, and from YAML; each with the keys that it has alone", async () => {
    rig.write("stages.ts", stages)
    rig.write("values.tsv", "x\n3\n1\n2\n")
    rig.write(
      "parts/inner.ts",
      `import { Workflow } from "agflow"
import { scale } from "../stages.ts"
export default Workflow.make({
  name: "inner",
  params: { values: { type: "file", default: "./own.tsv" }, by: { type: "number", default: 2 } },
  compose: ({ params, use, script }) => {
    const scaled = use("scaled", scale, { values: params.values, by: params.by })
    const size = script("size", { run: 'wc -l < "$t" > "$size"', inputs: { t: scaled.scaled }, outputs: { size: "text" } })
    return { scaled: scaled.scaled, size: size.size }
  }
})
`
    )
    rig.write("parts/own.tsv", "x\n7\n")
    rig.write(
      "outer.ts",
      `import { Workflow } from "agflow"
import { scale } from "./stages.ts"
import inner from "./parts/inner.ts"
const twice = Workflow.make({
  name: "twice over",
  params: { values: { type: "file" }, bys: { type: "list", items: "number", default: [1, 10] } },
  compose: ({ params, scatter }) => {
    const each = scatter("each", inner, { over: params.bys }, (item) => ({ values: params.values, by: item }))
    return { all: each.scaled, sizes: each.size }
  }
})
export default Workflow.make({
  name: "outer",
  compose: ({ use, scatter }) => {
    const first = use("first", scale, { values: "./values.tsv", by: 2 })
    const many = scatter("many", twice, { over: first.scaled, rows: 2 }, (item) => ({ values: item }))
    return { all: many.all, sizes: many.sizes, alone: use("alone", inner, {}).scaled }
  }
})
`
    )
    rig.write(
      "both.yaml",
      `agflow: 1
name: mixed
imports: [./stages.ts]
stages:
  first: { uses: scale, with: { values: ./values.tsv, by: 2 } }
  alone: { uses: ./parts/inner.ts }
  other: { uses: "./outer.ts#twice over", with: { values: "\${{ first.scaled }}" } }
outputs: { alone: "\${{ alone.scaled }}", other: "\${{ other.all }}" }
`
    )
    const whole = await agflow("run", "outer.ts")
    assert.strictEqual(whole.code, 0, whole.text)
    const { "all.tsv": all, "alone.tsv": alone, ...sizes } = rig.results()
    assert.deepStrictEqual([all, alone], ["item\tx\n1\t6\n1\t2\n10\t60\n10\t20\n1\t4\n10\t40\n", "x\n14\n"])
    const names = ["sizes.0.1.txt", "sizes.0.10.txt", "sizes.1.1.txt", "sizes.1.10.txt"]
    assert.deepStrictEqual(Object.keys(sizes), names)
    const mixed = await agflow("run", "both.yaml")
    assert.strictEqual(mixed.code, 0, mixed.text)
    assert.deepStrictEqual(rig.results(), {
      "alone.tsv": "x\n14\n",
      "other.tsv": "item\tx\n1\t6\n1\t2\n1\t4\n10\t60\n10\t20\n10\t40\n"
    })
    const status = Object.fromEntries(Object.entries(rig.trace()).map(([id, task]) => [id, task.status]))
    assert.propertyVal(status, "alone/scaled", "cached")
    assert.propertyVal(status, "first", "cached")
    const { text } = await agflow("check", "outer.ts", "--types")
    assert.match(text, /^ {2}sizes +from many\/each\/size\.size +list of list of text$/mu)
    rig.write("both.yaml", rig.read("both.yaml").replace("twice over", "thrice"))
    assert.match((await agflow("check", "both.yaml")).text, /outer\.ts:1:1 error: .*none that is called 'thrice'/u)
  })

  it("does not take the lab's stage for agflow's own of the same name", async () => {
    setUp()
    rig.write("stages.ts", stages.replace('name: "scale"', 'name: "load-variants"'))
    assert.match((await agflow("check", "both.ts")).stderr, /has a stage 'load-variants', as agflow itself has/u)
  })
})
