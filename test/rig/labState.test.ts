/** A lab's TypeScript stage: what it leaves in its process is no part of another task's result. */
import { afterEach, assert, beforeEach, it } from "vitest"
import { Rig, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

/** A stage whose `run` is this, with the number `n` as its param, and a module of these lines. */
const stage = (body: string, top = "") =>
  `import { Effect, Param, Port, Schema, Stage } from "agflow"
import { appendFileSync } from "node:fs"
${top}
export const one = Stage.make({
  name: "one", version: 1, summary: "Writes a line.",
  params: { n: Param.required(Schema.Int, "a number") },
  inputs: {}, outputs: { o: Port.file("text", "o") },
  run: Effect.fnUntraced(function* ({ params: { n }, outputs }) {
    ${body}
  })
})
`

const many = (over: ReadonlyArray<number>) =>
  workflow(
    {
      a: { scatter: { over }, uses: "one", with: { n: "${{ item }}" } },
      all: { run: 'cat $xs > "$o"', inputs: { xs: "${{ a.o }}" }, outputs: { o: "text" } }
    },
    { imports: ["./s.ts"], outputs: { o: "${{ all.o }}" } }
  )

const results = async (over: ReadonlyArray<number>): Promise<string> => {
  rig.write("flow.yaml", many(over))
  const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml", "--max-cpus", "1"])
  assert.strictEqual(code, 0, stdout + stderr)
  return rig.results()["o.txt"]!
}

it("does not see what another task has changed in its module", async () => {
  rig.write("s.ts", stage("yield* outputs.o.write(`${n} ${++calls}\\n`)", "let calls = 0"))
  assert.strictEqual(await results([1, 2, 3]), "1 1\n2 1\n3 1\n")
})

it("does not see variables, the working folder or globals that another task has changed", async () => {
  const body = [
    "const seen = [process.env['LEFT'] ?? 'none', globalThis.left ?? 'none', Math.random === real, process.cwd().endsWith('scratch')]",
    "yield* outputs.o.write(`${n} ${seen.join(' ')}\\n`)",
    "process.env['LEFT'] = String(n)",
    "globalThis.left = n",
    "Math.random = () => 0.5",
    "process.chdir('/')"
  ].join("\n    ")
  // What the process had before anybody touched it, kept where no task looks.
  const top =
    "declare global { var left: number | undefined }\nconst real = Object.getPrototypeOf(async () => 0).real ??= Math.random"
  rig.write("s.ts", stage(body, top))
  assert.strictEqual(await results([1, 2]), "1 none none true true\n2 none none true true\n")
})

it.each([
  ["a timer", "setTimeout(() => appendFileSync(outputs.o.path, 'late'), 1000)"],
  ["a program", "spawn('sleep', ['5'], { stdio: 'ignore' })"]
])("that ends while %s of it is at work is an error, and another task runs on", async (what, left) => {
  const body = `yield* outputs.o.write("1\\n")\n    if (n === 1) { ${left} }`
  rig.write("s.ts", stage(body, 'import { spawn } from "node:child_process"'))
  rig.write("flow.yaml", many([1, 2]))
  const { code, stdout } = await rig.agflow(["run", "flow.yaml", "--max-cpus", "1", "--on-error", "ignore"])
  assert.strictEqual(code, 1, stdout)
  assert.match(stdout, new RegExp(`a/1 .*failed.*\\n.*still at work: ${what}\\n +hint: wait for all`, "u"))
  assert.strictEqual(rig.trace()["a/2"]!["status"], "done")
})
