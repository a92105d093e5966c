/** Stages of a lab's own, in TypeScript: found, checked, run in a worker, remembered by their code. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { labStages } from "../support/lab.ts"
import { Rig } from "../support/rig.ts"

const root = join(import.meta.dirname, "../..")

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

/** Multiplies by a helper of the lab's, and takes no empty table. */
const stages = labStages
  .replace("import { Effect,", 'import { times } from "./helper.ts"\nimport { Effect, InputError,')
  .replace("export const scale", "/** Multiplies. */\nexport const scale")
  .replace(
    "    yield* outputs",
    '    if (rows.length === 0) return yield* new InputError({ message: "no rows", file: inputs.values.path })\n    yield* outputs'
  )
  .replace("x * params.by", "times(x, params.by)")
const helper = "export const times = (a: number, b: number): number => a * b\n"

const flow = (lines: string) => `agflow: 1
name: flow
imports: [./lab/stages.ts]
stages:
  scaled: ${lines}
outputs: { scaled: "\${{ scaled.scaled }}" }
`

const setUp = (text = stages, lines = "{ uses: scale, with: { values: ./values.tsv } }") => {
  rig.write("lab/stages.ts", text)
  rig.write("lab/helper.ts", helper)
  rig.write("values.tsv", "x\n1\n2.5\n")
  rig.write("flow.yaml", flow(lines))
}

const agflow = async (...args: ReadonlyArray<string>) => {
  const finished = await rig.agflow(args)
  return { ...finished, text: finished.stdout + finished.stderr }
}

const plan = async () => (await agflow("plan", "flow.yaml")).text.split("\n")[0]

describe("imports", () => {
  it("runs a stage of the lab, and takes it from the cache until its code changes", async () => {
    setUp()
    const { code, text } = await agflow("run", "flow.yaml")
    assert.strictEqual(code, 0, text)
    assert.deepStrictEqual(rig.results(), { "scaled.tsv": "x\n2\n5\n" })
    assert.match((await plan())!, /cached/u)
    rig.write("lab/stages.ts", stages.replace("/** Multiplies. */", "// Multiplies a column.\n\n"))
    rig.write("lab/helper.ts", `/* an operator */\n${helper.replace("a * b", "a  *  b")}`)
    assert.match((await plan())!, /cached/u, "comments and layout are no code")
    rig.write("lab/helper.ts", helper.replace("a * b", "a * b * 10"))
    assert.match((await plan())!, /to run +stage code changed/u)
    await agflow("run", "flow.yaml")
    assert.deepStrictEqual(rig.results(), { "scaled.tsv": "x\n20\n50\n" })
  })

  it("runs one task after another in the same worker, which is not the engine", async () => {
    setUp(
      stages.replace(
        "outputs.scaled.write(rows.map(({ x }) => ({ x: times(x, params.by) })))",
        "outputs.scaled.write([{ x: process.pid }])"
      ),
      "{ uses: scale, scatter: { over: [1, 2, 3] }, with: { values: ./values.tsv, by: '${{ item }}' } }"
    )
    const run = rig.start(["run", "flow.yaml", "--max-cpus", "1"])
    const { code, stdout } = await run.ended
    assert.strictEqual(code, 0, stdout)
    const [, ...rows] = rig.results()["scaled.tsv"]!.trimEnd().split("\n")
    const pids = rows.map((row) => row.split("\t")[1])
    assert.strictEqual(pids.length, 3)
    assert.strictEqual(new Set(pids).size, 1)
    assert.notStrictEqual(pids[0], String(run.pid))
  })

  it("keeps its results when the project moves", async () => {
    setUp()
    await agflow("run", "flow.yaml")
    for (const name of ["flow.yaml", "values.tsv", "lab/stages.ts", "lab/helper.ts"]) {
      rig.write(`elsewhere/deep/${name}`, rig.read(name))
    }
    const { text } = await agflow("plan", "elsewhere/deep/flow.yaml")
    assert.match(text, /scaled +cached/u)
  })

  it("checks what the stage is given like any other", async () => {
    setUp(stages, "{ uses: scale, with: { values: ./values.tsv, by: two } }")
    assert.match((await agflow("check", "flow.yaml")).stderr, /flow\.yaml:5:\d+ error: param 'by': .*number/u)
    setUp(stages, "{ uses: scael, with: { values: ./values.tsv } }")
    assert.match((await agflow("check", "flow.yaml")).stderr, /no stage named 'scael'\n.*\n.*\n +hint: .*'scale'/u)
  })

  it("names file and line of what is wrong in a file", async () => {
    setUp()
    rig.write("lab/helper.ts", `${helper}const wrong = = 1\n`)
    const syntax = await agflow("check", "flow.yaml")
    assert.strictEqual(syntax.code, 2)
    assert.match(syntax.stderr, /^lab\/helper\.ts:2:15 error: Unexpected '='\n {2}2 \| const wrong = = 1\n/u)
    rig.write("lab/helper.ts", `${helper}\nexport const wrong = JSON.parse("{")\n`)
    assert.match(
      (await agflow("check", "flow.yaml")).stderr,
      /^lab\/helper\.ts:3:\d+ error: loading this file failed: /u
    )
    rig.write("lab/helper.ts", `import "effect/Stream"\n${helper}`)
    assert.match((await agflow("check", "flow.yaml")).stderr, /^lab\/helper\.ts:1:8 error: 'effect\/Stream' cannot be/u)
    rig.write("lab/helper.ts", `${helper.replace("a * b", "a * b.c.d")}`)
    const run = await agflow("run", "flow.yaml")
    assert.strictEqual(run.code, 1)
    assert.match(run.text, /lab\/helper\.ts:1:\d+/u)
    rig.write("lab/stages.ts", "export const nothing = 1\n")
    assert.match(
      (await agflow("check", "flow.yaml")).stderr,
      /flow\.yaml:3:11 error: '.\/lab\/stages.ts' exports no stage/u
    )
  })

  it("tells a stage's own error, on the user's file", async () => {
    setUp()
    rig.write("values.tsv", "x\n")
    const { code, text } = await agflow("run", "flow.yaml")
    assert.strictEqual(code, 1)
    assert.match(text, /values\.tsv: no rows/u)
  })

  it("takes no name that agflow has", async () => {
    setUp(stages.replace('"scale"', '"load-variants"'))
    const { code, stderr } = await agflow("check", "flow.yaml")
    assert.strictEqual(code, 2)
    assert.match(
      stderr,
      /flow\.yaml:3:11 error: '.\/lab\/stages.ts' has a stage 'load-variants', as agflow itself has/u
    )
  })

  it("shows the stages of a file", async () => {
    setUp()
    const { stdout } = await agflow("stages", "lab/stages.ts")
    assert.match(stdout, /^## scale\n\nMultiplies a column\.\n/u)
    assert.include(stdout, "- `by` (number, default `2`): factor")
  })

  it("says which import is not there, or is none", async () => {
    setUp()
    rig.write("flow.yaml", rig.read("flow.yaml").replace("./lab/stages.ts", "3, ./lab/stage.ts, ./lab/stages.yaml"))
    const { code, stderr } = await agflow("check", "flow.yaml")
    assert.strictEqual(code, 2)
    assert.match(stderr, /^flow\.yaml:3:11 error: expected string, got 3\n/u)
    assert.match(
      stderr,
      /^flow\.yaml:3:14 error: there is no file .*\/lab\/stage\.ts\n.*\n.*\n {2}hint: .*'stages\.ts'/mu
    )
    assert.match(
      stderr,
      /^flow\.yaml:3:30 error: '\.\/lab\/stages\.yaml' is not a file of stages\n.*\n.*\n.*\{ uses: /mu
    )
  })

  it("runs the stage of the README", async () => {
    const [, code] = /```ts\n(import \{ Effect[^]*?)```/u.exec(readFileSync(join(root, "README.md"), "utf8"))!
    setUp(code)
    const { text } = await agflow("run", "flow.yaml")
    assert.deepStrictEqual(rig.results(), { "scaled.tsv": "x\n2\n5\n" }, text)
  })

  it("takes JavaScript and packages of the lab's own", async () => {
    setUp()
    rig.write("lab/node_modules/twice/package.json", '{ "name": "twice", "version": "1.0.0", "main": "main.cjs" }')
    rig.write(
      "lab/node_modules/twice/main.cjs",
      'exports.twice = (x) => require("node:util").isDeepStrictEqual(x, x) && 2 * x'
    )
    rig.write(
      "lab/helper.ts",
      'import { twice } from "twice"\nexport const times = (a: number, b: number) => twice(a) * b\n'
    )
    const { code, text } = await agflow("run", "flow.yaml")
    assert.strictEqual(code, 0, text)
    assert.deepStrictEqual(rig.results(), { "scaled.tsv": "x\n4\n10\n" })
  })
})
