import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Gpu from "../../../src/model/Gpu.ts"
import * as Process from "../../../src/core/Process.ts"
import type { StageServices } from "../../../src/dsl/stage/Stage.ts"
import * as Model from "../../../src/model/Model.ts"
import type { ModelRequest } from "../../../src/model/ModelEntry.ts"
import type { SequenceModel, Values } from "../../../src/model/SequenceModel.ts"
import { runPromise, temporaryFolder } from "../../support/stage.ts"

const file = (name: string, text: string): string => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, text)
  return path
}

const request = (own: Partial<ModelRequest>): ModelRequest => ({
  organism: "human",
  weights: [],
  tracks: undefined,
  batch: undefined,
  ...own
})

const run = <A, E>(
  own: Partial<ModelRequest>,
  body: (model: SequenceModel) => Effect.Effect<A, E, StageServices>
): Promise<A> => runPromise(Effect.scoped(Effect.flatMap(Model.open("exec", request(own)), body)))

const failureOf = (own: Partial<ModelRequest>): Promise<{ readonly message: string; readonly hint?: string }> =>
  runPromise(
    Effect.scoped(
      Effect.flip(
        Effect.flatMap(Model.open("exec", request(own)), ({ predict }) =>
          predict("human", ["ACGTACGT"], [{ output: "COUNTS" }])
        )
      )
    )
  )

/** A model in Node: how often each base comes in two bins of a sequence of 8; `answer` is what it does with a question. */
const child = (answer: string, info = ""): string =>
  file(
    "model.mjs",
    `import { createInterface } from "node:readline"
const say = (head, data) => { process.stdout.write(JSON.stringify(head) + "\\n"); if (data) process.stdout.write(data) }
const outputs = [{ name: "COUNTS", resolution: 4, tracks: ["A", "C", { name: "GT", strand: "+", metadata: { depth: 2 } }] }]
say({ protocol: 1, name: "counter", lengths: 8, batch: 2, outputs, ${info} })
const count = (sequence) => Float32Array.from([0, 4].flatMap((from) => ["A", "C", "GT"].map((letters) =>
  [...sequence.slice(from, from + 4)].filter((letter) => letters.includes(letter)).length)))
for await (const line of createInterface({ input: process.stdin })) {
  const { sequences, wants, organism } = JSON.parse(line)
  ${answer}
}
`
  )

const honest = `
  console.error("asked for", sequences.length)
  say({ progress: 1 })
  for (const { output } of wants) for (const [sequence, letters] of sequences.entries()) {
    const data = Buffer.from(count(letters).buffer)
    say({ sequence, output, shape: [2, 3], bytes: data.length }, data)
  }
  say({ done: true })`

const numbers = (values: Values | undefined): ReadonlyArray<number> =>
  values === undefined || values.kind === "junctions" ? [] : [...values.values]

const node = [process.execPath]

describe("a model in a process of its own", () => {
  it("says what it is, and answers in batches of its size", async () => {
    const [info, answers] = await run({ command: node, weights: [child(honest)] }, (model) =>
      Effect.map(
        model.predict(
          "human",
          ["AACGTTTT", "CCCCNNNN", "GGGGACGT"],
          [{ output: "COUNTS", tracks: [2, 0], regions: [[5, 8]] }]
        ),
        (predictions) => [model.info, predictions.map((each) => each.get("COUNTS"))] as const
      )
    )
    assert.deepInclude(info, { name: "counter", lengths: { preferred: 8, min: 8, max: 8, multiple: 8 } })
    assert.deepEqual(
      info.outputs("human")[0]!.tracks.map(({ name, strand, metadata }) => [name, strand, metadata]),
      [
        ["A", ".", undefined],
        ["C", ".", undefined],
        ["GT", "+", { depth: 2 }]
      ]
    )
    const values = (...expected: ReadonlyArray<number>): Values => ({
      kind: "tracks",
      tracks: [2, 0],
      bins: [[1, 2]],
      values: Float32Array.from(expected)
    })
    assert.deepEqual(answers, [values(4, 0), values(0, 0), values(2, 1)])
  })

  it("gets its answers whole, however they are cut", async () => {
    const slow = honest.replace(
      "say({ sequence, output, shape: [2, 3], bytes: data.length }, data)",
      `const all = Buffer.concat([Buffer.from(JSON.stringify({ sequence, output, shape: [2, 3], bytes: 24 }) + "\\n"), data])
       for (let at = 0; at < all.length; at += 7) { process.stdout.write(all.subarray(at, at + 7)); await new Promise((done) => setTimeout(done, 1)) }`
    )
    const [answer] = await run({ command: node, weights: [child(slow)] }, ({ predict }) =>
      predict("human", ["AACGTTTT"], [{ output: "COUNTS" }])
    )
    assert.deepEqual(numbers(answer!.get("COUNTS")), [2, 1, 1, 0, 0, 4])
  })

  it("refuses a question and answers the next", async () => {
    const moody = `if (sequences[0].startsWith("N")) { say({ error: "no N, please" }); continue }${honest}`
    const [refused, answered] = await run({ command: node, weights: [child(moody)] }, ({ predict }) =>
      Effect.all([
        Effect.flip(predict("human", ["NNNNNNNN"], [{ output: "COUNTS" }])),
        predict("human", ["AACGTTTT"], [{ output: "COUNTS" }])
      ])
    )
    assert.match(refused.message, /^the model's process '.*model\.mjs' refuses: no N, please$/u)
    assert.strictEqual(answered.length, 1)
  })

  it("that crashes is told by its command, exit code and last words", async () => {
    const crash = `console.error("loading"); console.error("Segmentation fault, or so"); process.exit(3)`
    const { message } = await failureOf({ command: node, weights: [child(crash)] })
    assert.match(message, /^the model's process '.*model\.mjs' ended \(exit code 3\) before it had answered\n/u)
    assert.include(message, "  | loading\n  | Segmentation fault, or so")
    const killed = await failureOf({ command: node, weights: [child(`process.kill(process.pid, "SIGKILL")`)] })
    assert.include(killed.message, "ended (SIGKILL) before it had answered")
  })

  it.each([
    ["prints to standard output", `console.log("hello"); ${honest}`, "cannot be understood: it said 'hello'"],
    ["announces nonsense", `say({ sequence: 0, output: "COUNTS", shape: [2, 3], bytes: -1 })`, "it announced -1 bytes"],
    ["says what is no message", `say({ hello: 1 })`, "says what does not fit the protocol"],
    ["gives another shape", honest.replace("[2, 3]", "[3, 2]"), "6 numbers of shape 3 x 2, expected 2 x 3"],
    [
      "gives fewer numbers",
      honest.replace("count(letters).buffer", "count(letters).buffer, 0, 20"),
      "5 numbers of shape 2 x 3"
    ],
    [
      "gives what is no number",
      honest.replace("count(letters)", "count(letters).fill(NaN, 4, 5)"),
      "number 4 of 'COUNTS' is NaN"
    ],
    ["forgets an output", `say({ done: true })`, "no answer for 'COUNTS'"]
  ])("that %s is told so", async (_, answer, words) => {
    const { message } = await failureOf({ command: node, weights: [child(answer)] })
    assert.include(message, words)
  })

  it("must be there, and say what it is", async () => {
    const absent = await failureOf({ command: ["/no/such/program"] })
    assert.match(absent.message, /'\/no\/such\/program' cannot be started: .*ENOENT/u)
    assert.include((await failureOf({})).message, "the model 'exec' needs the param 'command'")
    const old = await failureOf({ command: node, weights: [child(honest, "protocol: 7")] })
    assert.include(old.message, "says what does not fit the protocol")
  })

  it("is ended with all that it has started, and never sees a shell", async () => {
    const folder = temporaryFolder()
    const note = join(folder, "pids")
    const script = file(
      "model $(touch injected).mjs",
      readFileSync(child(honest), "utf8").replace(
        "const say",
        `import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
const other = spawn(process.execPath, ["-e", "setInterval(() => 0, 1000)"], { stdio: "inherit" })
writeFileSync(${JSON.stringify(note)}, process.pid + " " + other.pid)
const say`
      )
    )
    await run({ command: node, weights: [script] }, ({ predict }) =>
      predict("human", ["AACGTTTT"], [{ output: "COUNTS" }])
    )
    const pids = readFileSync(note, "utf8").split(" ").map(Number)
    assert.deepEqual(
      pids.map((pid) => Process.isAlive(Process.identify(pid))),
      [false, false]
    )
    assert.isFalse(existsSync("injected"))
  })

  it("does not see what agflow sets for its own runtimes", async () => {
    Gpu.requireFloat32()
    const spy = `say({ error: "TF32 " + String(process.env.NVIDIA_TF32_OVERRIDE) })`
    const { message } = await failureOf({ command: node, weights: [child(spy)] })
    assert.include(message, "refuses: TF32 undefined")
  })

  it("does not see the keys of services", async () => {
    process.env["AGFLOW_ALPHAGENOME_API_KEY"] = "s3cret"
    try {
      const spy = `say({ error: String(process.env.AGFLOW_ALPHAGENOME_API_KEY) + process.env.AGFLOW_DEVICE })`
      const { message } = await failureOf({ command: node, weights: [child(spy)] })
      assert.include(message, "refuses: undefinedcpu")
    } finally {
      delete process.env["AGFLOW_ALPHAGENOME_API_KEY"]
    }
  })
})

/** A Python with numpy: AGFLOW_TEST_PYTHON, else the one on the PATH. */
const python = [process.env["AGFLOW_TEST_PYTHON"] ?? "python3"].find(
  (program) => spawnSync(program, ["-c", "import numpy"]).status === 0
)

describe.skipIf(python === undefined)("the adapter for Python (needs python3 with numpy)", () => {
  const script = (predict: string) =>
    file(
      "my_model.py",
      `import numpy as np
from agflow_model import one_hot, serve

def predict(sequences, organism, wants):
${predict}

print("a library that is proud of itself")
serve(predict, name="pooling", lengths={"preferred": 8, "min": 4, "max": 64, "multiple": 4}, batch=2,
      organisms=["human", "mouse"],
      outputs=[{"name": "BASES", "resolution": 4, "tracks": ["A", "C", "G", "T"]},
               {"name": "MAP", "kind": "contacts", "resolution": 4, "tracks": 1}])
`
    )
  const pooling = `
    x = one_hot(sequences)
    bases = x.reshape(len(x), -1, 4, 4).sum(axis=2)
    print(organism, wants)
    return {"BASES": bases, "MAP": np.einsum("bit,bjt->bij", bases, bases)[..., None]}`

  it("serves a function of numpy arrays, whatever it prints", async () => {
    const [first, second, third] = await run({ command: [python!], weights: [script(pooling)] }, ({ predict }) =>
      predict(
        "mouse",
        ["AACGTTTT", "NNNNacgt".toUpperCase(), "GGGGACGT"],
        [{ output: "MAP" }, { output: "BASES", tracks: [3, 0] }]
      )
    )
    assert.deepEqual(first!.get("BASES"), {
      kind: "tracks",
      tracks: [3, 0],
      bins: [[0, 2]],
      values: Float32Array.from([0, 2, 4, 0])
    } satisfies Values)
    assert.deepEqual(numbers(second!.get("MAP")), [0, 0, 0, 4])
    assert.deepEqual(numbers(third!.get("MAP")), [16, 4, 4, 4])
  })

  it("tells what was raised", async () => {
    const refused = await run({ command: [python!], weights: [script("    raise ValueError('not today')")] }, (model) =>
      Effect.flip(model.predict("human", ["AACGTTTT"], [{ output: "BASES" }]))
    )
    assert.include(refused.message, "refuses: ValueError: not today")
  })
})
