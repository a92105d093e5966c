/** GPUs are leased machine-wide: a GPU that CUDA_VISIBLE_DEVICES makes believe is as good as one. */
import { readFileSync } from "node:fs"
import { afterEach, assert, beforeEach, it } from "vitest"
import { Rig, step, until, workflow } from "../support/rig.ts"

let rig: Rig
let other: Rig
beforeEach(() => {
  rig = new Rig()
  other = new Rig()
})
afterEach(() => {
  rig.remove()
  other.remove()
})

const use =
  (gpus: number, gate = "") =>
  (of: Rig, id: string, seconds = 0.4) =>
    step(
      of,
      id,
      `echo "begin ${id} $CUDA_VISIBLE_DEVICES" >> "$times"; ${gate}sleep ${seconds}; echo "end ${id}" >> "$times"; echo 1 > "$out"`,
      {
        env: { times: rig.path("times"), go: rig.path("go") },
        resources: { gpus }
      }
    )

const env = (devices: string) => ({ CUDA_VISIBLE_DEVICES: devices, AGFLOW_GPU_LEASES: rig.path("gpus") })

const times = (): ReadonlyArray<string> => readFileSync(rig.path("times"), "utf8").trim().split("\n")

/** The most that ran at once, and what each was given. */
const replay = () => {
  let now = 0
  let most = 0
  const given: Array<string> = []
  for (const line of times()) {
    const [what, , devices] = line.split(" ")
    now += what === "begin" ? 1 : -1
    most = Math.max(most, now)
    if (what === "begin") given.push(devices!)
  }
  return { most, given }
}

it("two runs of different state folders never use the one GPU at once", async () => {
  const a = use(1, 'until [ -e "$go" ]; do sleep 0.05; done; ')
  rig.write("flow.yaml", workflow({ a1: a(rig, "a1"), a2: a(rig, "a2"), a3: a(rig, "a3") }))
  other.write("flow.yaml", workflow({ b1: a(other, "b1"), b2: a(other, "b2"), b3: a(other, "b3") }))
  const runs = [rig, other].map((each) => each.start(["run", "flow.yaml"], { env: env("0") }))
  await until("one waits for the other", () => runs.some((run) => run.output().includes("the GPU is in use")), 60_000)
  rig.write("go", "")
  const finished = await Promise.all(runs.map(({ ended }) => ended))
  assert.deepStrictEqual(
    finished.map(({ code }) => code),
    [0, 0]
  )
  assert.deepStrictEqual(replay(), { most: 1, given: ["0", "0", "0", "0", "0", "0"] })
  assert.match(
    finished.map(({ stdout }) => stdout).join(""),
    /~ [ab]\d +the GPU is in use \(process \d+ on [^)]+\): waiting/u
  )
})

it("each task is given GPUs of its own, as many as it asks for", async () => {
  const stages = { a: use(1)(rig, "a"), b: use(1)(rig, "b"), c: use(2)(rig, "c") }
  rig.write("flow.yaml", workflow(stages))
  const { code, stdout } = await rig.agflow(["run", "flow.yaml", "--max-cpus", "2"], { env: env("3,GPU-7f") })
  assert.strictEqual(code, 0, stdout)
  const { given } = replay()
  assert.sameMembers([...given], ["3", "GPU-7f", "3,GPU-7f"])
})

it("a run that is killed leaves its GPU to the next", async () => {
  rig.write("flow.yaml", workflow({ a: use(1)(rig, "a", 60) }))
  const run = rig.start(["run", "flow.yaml"], { env: env("0") })
  await until("it has the GPU", () => rig.executed().includes("a"))
  run.child.kill("SIGKILL")
  await run.ended
  other.write("flow.yaml", workflow({ b: use(1)(other, "b") }))
  const { code, stdout } = await other.agflow(["run", "flow.yaml"], { env: env("0") })
  assert.strictEqual(code, 0, stdout)
})

it("more GPUs than there are, or than are allowed, is a fault before anything runs", async () => {
  rig.write("flow.yaml", workflow({ a: use(2)(rig, "a") }))
  for (const args of [["--max-gpus", "1"], []]) {
    const devices = args.length === 0 ? "0" : "0,1"
    const { code, stderr } = await rig.agflow(["run", "flow.yaml", ...args], { env: env(devices) })
    assert.strictEqual(code, 2)
    assert.match(stderr, /asks for 2 gpus; this run may use 1 gpu/u)
  }
})

it("a stage that runs a model takes a GPU where models run on one", async () => {
  const stages = `import { Effect, Port, Stage, Table } from "agflow"
export const seen = Stage.make({
  name: "seen",
  version: 1,
  summary: "Tells its GPU.",
  params: {},
  inputs: {},
  outputs: { gpus: Port.table({ id: Table.string("the GPU") }, "GPUs") },
  resources: { gpus: "device" },
  run: Effect.fnUntraced(function* ({ outputs }) {
    yield* outputs.gpus.write([{ id: process.env["CUDA_VISIBLE_DEVICES"] ?? "none" }])
  })
})
`
  const run = async (of: Rig, device: string) => {
    of.write("stages.ts", stages)
    of.write(
      "flow.yaml",
      workflow({ seen: { uses: "seen" } }, { imports: ["./stages.ts"], outputs: { gpus: "${{ seen.gpus }}" } })
    )
    const { code, stderr } = await of.agflow(["run", "flow.yaml", "--device", device], { env: env("GPU-7f,GPU-80") })
    assert.strictEqual(code, 0, stderr)
    return of.results()["gpus.tsv"]
  }
  assert.strictEqual(await run(rig, "gpu"), "id\nGPU-7f\n")
  assert.strictEqual(await run(other, "cpu"), "id\nGPU-7f,GPU-80\n")
})
