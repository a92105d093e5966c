/** Code that comes with a workflow is run when the user runs it, or has said that he trusts its folder. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
  rig.write("project/stages.ts", stages(rig.path("ran")))
  rig.write(
    "project/flow.yaml",
    `agflow: 1
name: flow
imports: [./stages.ts]
stages: { a: { uses: one, with: { n: 1 } } }
outputs: { o: "\${{ a.o }}" }
`
  )
})
afterEach(() => rig.remove())

const stages = (mark: string) => `import { Param, Port, Schema, Stage } from "agflow"
import { appendFileSync } from "node:fs"
appendFileSync(${JSON.stringify(mark)}, "x")
export const one = Stage.make({
  name: "one", version: 1, summary: "Writes a number.",
  params: { n: Param.required(Schema.Int, "a number") },
  inputs: {}, outputs: { o: Port.file("text", "o") },
  run: ({ params, outputs }) => outputs.o.write(String(params.n))
})
`

/** Whether the code was run, by a user who has trusted nothing before but what these calls made him. */
const agflow = async (...args: ReadonlyArray<string>) => {
  const { code, stdout, stderr } = await rig.agflow(args, { env: { HOME: rig.path("stranger") } })
  return { code, text: stdout + stderr, ran: existsSync(rig.path("ran")) }
}

const commands = [
  ["check", "project/flow.yaml"],
  ["plan", "project/flow.yaml"],
  ["graph", "project/flow.yaml"],
  ["stages", "project/stages.ts"]
]

describe("a folder of which nothing was run", () => {
  it.each(commands)("has none of its code run by agflow %s", async (...args) => {
    const { code, text, ran } = await agflow(...args)
    assert.strictEqual(code, 2)
    assert.isFalse(ran)
    assert.match(
      text,
      /stages\.ts:1:1 error: to check this file its code must be run, .* trust its folder: .*project\n/u
    )
    assert.include(text, "give --trust, which is remembered")
  })

  it("has errors in the syntax of its files reported all the same", async () => {
    rig.write("project/stages.ts", "export const wrong = = 1\n")
    assert.match((await agflow("check", "project/flow.yaml")).text, /stages\.ts:1:22 error: Unexpected '='/u)
  })

  it("is trusted from then on where --trust is given, with what lies below it, and not what lies beside it", async () => {
    assert.strictEqual((await agflow("check", "project/flow.yaml", "--trust")).code, 0)
    for (const args of commands) assert.strictEqual((await agflow(...args)).code, 0)
    rig.write("project/below/stages.ts", stages(rig.path("below")))
    assert.strictEqual((await agflow("stages", "project/below/stages.ts")).code, 0)
    rig.write("project2/stages.ts", stages(rig.path("beside")))
    assert.strictEqual((await agflow("stages", "project2/stages.ts")).code, 2)
    assert.isFalse(existsSync(rig.path("beside")))
  })

  it("is trusted from then on where something of it was run", async () => {
    assert.strictEqual((await agflow("run", "project/flow.yaml")).code, 0)
    for (const args of commands) assert.strictEqual((await agflow(...args)).code, 0)
  })

  it("cannot say itself that it is to be trusted", async () => {
    for (const folder of ["project/.config/agflow", "project/.agflow"]) {
      mkdirSync(rig.path(folder), { recursive: true })
      writeFileSync(rig.path(folder, "trusted-folders"), `${rig.path("project")}\n`)
    }
    assert.isFalse((await agflow("check", "project/flow.yaml")).ran)
  })
})

it("a project that agflow init made just works", async () => {
  assert.strictEqual((await agflow("init", "mine")).code, 0)
  const { code, text } = await agflow("check", "mine/motifs.yaml")
  assert.strictEqual(code, 0, text)
})

it("a home folder that something was run in does not make all below it trusted", async () => {
  rig.write("stranger/flow.yaml", rig.read("project/flow.yaml"))
  rig.write("stranger/stages.ts", rig.read("project/stages.ts"))
  assert.strictEqual((await agflow("run", "stranger/flow.yaml")).code, 0)
  assert.strictEqual((await agflow("check", "stranger/flow.yaml")).code, 0)
  rig.write("stranger/downloads/stages.ts", stages(rig.path("below")))
  assert.strictEqual((await agflow("stages", "stranger/downloads/stages.ts")).code, 2)
  assert.isFalse(existsSync(rig.path("below")))
})
