/** Two runs side by side. */
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig, step, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const agflow = async (...args: ReadonlyArray<string>) => {
  const finished = await rig.agflow(args)
  assert.strictEqual(finished.code, 0, finished.stdout + finished.stderr)
  return finished.stdout
}

const metrics = (script: string) =>
  step(
    rig,
    "metrics",
    `${script}\nprintf 'evaluation\\tsubset\\tmetric\\tvalue\\neqtl\\tall\\tauroc\\t%s\\neqtl\\tblood\\tap\\t0.5\\neqtl\\tliver\\tap\\tNA\\n' "$v" > "$out"`,
    {
      inputs: { x: "./x.txt" },
      env: { v: "${{ params.v }}" },
      outputs: { out: "tsv" }
    }
  )

const rest = {
  params: { v: { type: "number", default: 0.75 }, w: { type: "integer", default: 1 } },
  outputs: { metrics: "${{ metrics.out }}" }
}

const run = async (...args: ReadonlyArray<string>) => {
  await agflow("run", "flow.yaml", ...args)
  return rig.runId()!
}

describe("diff", () => {
  it("tells what differs in params, files, code, outputs, and metrics value by value", async () => {
    rig.write("x.txt", "1\n")
    rig.write("flow.yaml", workflow({ metrics: metrics("echo one") }, rest))
    const first = await run()
    rig.write("x.txt", "2\n")
    rig.write("flow.yaml", workflow({ metrics: metrics("echo two"), more: step(rig, "more", 'echo 1 > "$out"') }, rest))
    const second = await run("--param", "v=0.875")
    const stdout = await agflow("diff", first, second)
    const digests = "[0-9a-f]{8}  ->  [0-9a-f]{8}"
    assert.match(
      stdout,
      new RegExp(
        `^a  ${first}  rig  -  succeeded  text [0-9a-f]{8}\nb  ${second}  rig  -  succeeded  text [0-9a-f]{8}\n` +
          "params: 1 of 2 differ\n  v  0\\.75  ->  0\\.875\n" +
          `files: 1 of 1 differ\n  metrics\\.x  ${digests}  /.*x\\.txt\n` +
          `stage code: 2 of 2 differ\n  metrics  ${digests}  script\n    - echo one\n    \\+ echo two\n` +
          "  more     -         ->  [0-9a-f]{8}  script\n" +
          `outputs: 1 of 1 differ\n  metrics  ${digests}\n` +
          "metrics: 1 of 3 differ\n  metrics  eqtl  all/auroc  0\\.75  ->  0\\.875  \\+0\\.125\n$",
        "u"
      )
    )
    const found = JSON.parse(await agflow("diff", first.slice(-4), "latest", "--json"))
    assert.deepStrictEqual(
      found.metrics.map(({ subset, metric, a, b, difference }: Record<string, unknown>) => [
        subset,
        metric,
        a,
        b,
        difference
      ]),
      [
        ["all", "auroc", 0.75, 0.875, 0.125],
        ["blood", "ap", 0.5, 0.5, 0],
        ["liver", "ap", null, null, null]
      ]
    )
    assert.deepStrictEqual(found.params, [
      { name: "v", a: 0.75, b: 0.875 },
      { name: "w", a: 1, b: 1 }
    ])
    assert.match(
      await agflow("explain", "metrics"),
      /\n {2}script changed\n {4}- echo one\n {4}\+ echo two\n {2}params\.v 0\.75 -> 0\.875\n/u
    )
  })

  it("says what a run did not come to, and what it did not have", async () => {
    const after = step(rig, "after", 'cat "$m" > "$out"', { inputs: { m: "${{ metrics.out }}" } })
    rig.write("flow.yaml", workflow({ metrics: step(rig, "metrics", "exit 1"), after }))
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 1)
    const first = rig.runId()!
    rig.write("flow.yaml", workflow({ metrics: step(rig, "metrics", 'echo 1 > "$out"'), after, more: after }))
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
    const text = await agflow("diff", first, rig.runId()!)
    assert.match(text, /\n +after +\(not reached\) +-> +[0-9a-f]{8} +script\n/u)
    assert.match(text, /\n +more +- +-> +[0-9a-f]{8} +script\n/u)
  })

  it("says that two runs are the same, also when the second executed nothing", async () => {
    rig.write("x.txt", "1\n")
    rig.write("flow.yaml", workflow({ metrics: metrics("echo one") }, rest))
    const first = await run()
    const second = await run()
    assert.deepStrictEqual(rig.executed(), ["metrics"])
    assert.deepStrictEqual((await agflow("diff", first, second)).split("\n").slice(2), [
      "params: the same",
      "files: the same",
      "stage code: the same",
      "outputs: the same",
      "metrics: the same",
      ""
    ])
  })
})
