/** A model in a process of the lab's own, run by the real binary. */
import { existsSync, readFileSync } from "node:fs"
import { afterEach, assert, beforeEach, it } from "vitest"
import * as Process from "../../src/core/Process.ts"
import { Rig, until, workflow } from "../support/rig.ts"
import { fasta, randomSequence, textFile } from "../support/synthetic.ts"

let rig: Rig
beforeEach(() => void (rig = new Rig()))
afterEach(() => rig.remove())

const genome = randomSequence(3000, 3)

const windows = textFile("windows.tsv", [
  ["window_id", "chrom", "start", "end", "strand", "variant_id", "gene_id"],
  ...[0, 100, 200, 300].map((start) => [`from_${start}`, "chr1", start, start + 64, "+", "NA", "NA"])
])

/** Counts G and C; `before` is done before each answer. */
const child = (before: string) => `
import { createInterface } from "node:readline"
import { appendFileSync } from "node:fs"
const say = (head, data = "") => { process.stdout.write(JSON.stringify(head) + "\\n"); process.stdout.write(data) }
say({ protocol: 1, name: "gc", lengths: 64, outputs: [{ name: "GC", resolution: 64, tracks: 1 }] })
console.error("python path " + process.env.PYTHONPATH)
let asked = 0
for await (const line of createInterface({ input: process.stdin })) {
  const { sequences: [sequence] } = JSON.parse(line)
  asked++
  ${before}
  const data = Buffer.from(Float32Array.of([...sequence].filter((base) => "GC".includes(base)).length).buffer)
  say({ sequence: 0, output: "GC", shape: [1, 1], bytes: 4 }, data)
  say({ done: true })
}
`

const flow = (before: string): void => {
  rig.write("model.mjs", child(before))
  const inference = {
    uses: "predict-tracks",
    with: {
      model: "exec",
      command: [process.execPath],
      weights: ["./model.mjs"],
      reference: fasta({ chr1: genome }),
      windows
    }
  }
  rig.write("flow.yaml", workflow({ inference }, { outputs: { gc: "${{ inference.predictions }}" } }))
}

/** The float32 numbers at the end of the safetensors file. */
const predictions = (): ReadonlyArray<number> => {
  const bytes = readFileSync(rig.latest("results", "gc.safetensors"))
  return [0, 1, 2, 3].map((at) => bytes.readFloatLE(bytes.length - 16 + at * 4))
}

it("predicts; a changed model is another task", async () => {
  flow("")
  const run = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(run.code, 0, run.stdout)
  const expected = [0, 100, 200, 300].map(
    (start) => [...genome.slice(start, start + 64)].filter((base) => "GC".includes(base)).length
  )
  assert.deepEqual(predictions(), expected)
  const logs = await rig.agflow(["logs", "inference"])
  const [, path] = /python path ([^:\n]+)/u.exec(logs.stdout) ?? []
  assert.isTrue(existsSync(`${path}/agflow_model.py`), logs.stdout)

  assert.include((await rig.agflow(["plan", "flow.yaml"])).stdout, "cached")
  rig.write("model.mjs", child("").replace('"GC".includes', '"G".includes'))
  const again = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(again.code, 0, again.stdout)
  assert.notDeepEqual(predictions(), expected)
})

it("that crashes is told with its command, exit code and last words; the run goes on from there", async () => {
  const note = rig.path("fixed")
  flow(`if (asked === 3 && !(await import("node:fs")).existsSync(${JSON.stringify(note)})) {
    console.error("CUDA out of memory, as it were"); process.exit(7) }`)
  const run = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(run.code, 1)
  assert.match(run.stdout + run.stderr, /the model's process '\S+ \S+' ended \(exit code 7\) before it had answered/u)
  assert.include(run.stdout + run.stderr, "| CUDA out of memory, as it were")
  rig.write("fixed", "")
  const again = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(again.code, 0, again.stdout)
  assert.include((await rig.agflow(["logs", "inference"])).stdout, "continued: 2 of 4 batches")
})

it("ends when agflow is killed, and when it is interrupted", async () => {
  const note = rig.path("pid")
  flow(
    `appendFileSync(${JSON.stringify(note)}, process.pid + "\\n"); await new Promise((done) => setTimeout(done, 300))`
  )
  for (const [at, signal] of (["SIGKILL", "SIGINT"] as const).entries()) {
    const run = rig.start(["run", "flow.yaml"])
    const pids = () => (existsSync(note) ? new Set(readFileSync(note, "utf8").trim().split("\n")).size : 0)
    await until("the model is asked", () => pids() > at)
    run.child.kill(signal)
    await run.ended
    const last = Process.identify(Number(readFileSync(note, "utf8").trim().split("\n").at(-1)))
    await until("the model has ended", () => Process.isAlive(last) === false)
  }
})
