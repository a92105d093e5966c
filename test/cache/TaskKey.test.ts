import { assert, describe, it } from "vitest"
import * as TaskKey from "../../src/cache/TaskKey.ts"
import * as Lineage from "../../src/core/Lineage.ts"

const key: TaskKey.TaskKey = {
  version: 1,
  stage: "build-windows",
  code: "c0de",
  params: { width: 131072, mode: "pairs" },
  inputs: {
    reference: { extension: "fa", digest: "1a2b3c4d5e6f" },
    more: [
      { extension: "tsv", digest: "aa" },
      { extension: "tsv", digest: "bb" }
    ]
  },
  outputs: {}
}
const reference = (digest: string, extension = "fa") => ({ ...key.inputs, reference: { extension, digest } })

describe("TaskKey", () => {
  it("is the same whatever the order of its members", () => {
    const { outputs, inputs, stage, version, code } = key
    const turned = { outputs, code, params: { mode: "pairs", width: 131072 }, inputs, version, stage }
    assert.strictEqual(TaskKey.digest(turned), TaskKey.digest(key))
    assert.deepStrictEqual(TaskKey.explain(key, turned), [])
  })

  it.each([
    [{ params: { ...key.params, width: 524288 } }, ["params.width 131072 -> 524288"]],
    [{ params: { mode: "pairs" } }, ["params.width is gone"]],
    [{ params: { ...key.params, extra: false } }, ["params.extra is new"]],
    [{ params: { ...key.params, mode: ["a", 1] } }, ['params.mode pairs -> ["a",1]']],
    [{ params: { ...key.params, mode: "x".repeat(80) } }, [`params.mode pairs -> ${"x".repeat(57)}...`]],
    [{ inputs: reference("3c4d000000") }, ["input reference content 1a2b3c4d -> 3c4d0000"]],
    [{ inputs: { more: key.inputs["more"]! } }, ["input reference is gone"]],
    [{ inputs: { ...key.inputs, genes: { extension: "tsv", digest: "cc" } } }, ["input genes is new"]],
    [{ code: "c0de2" }, ["stage code changed"]],
    [{ stage: "script", code: "x" }, ["stage build-windows -> script", "script changed"]],
    [{ version: 2 }, ["agflow changed how it keys tasks"]],
    [{ outputs: { out: "tsv" } }, ["output out is new"]],
    [{ synthetic: true }, ["an input is synthetic now"]],
    [{ lineage: { more: [Lineage.ofFile("a.tsv")] } }, ["origin of input more is new"]],
    [
      { params: { ...key.params, width: 1 }, inputs: reference("ff") },
      ["params.width 131072 -> 1", "input reference content 1a2b3c4d -> ff"]
    ]
  ] as ReadonlyArray<[Partial<TaskKey.TaskKey>, ReadonlyArray<string>]>)(
    "says why %j is another task",
    (change, reasons) => {
      const after = { ...key, ...change }
      assert.deepStrictEqual(TaskKey.explain(key, after), reasons)
      assert.notStrictEqual(TaskKey.digest(after), TaskKey.digest(key))
    }
  )

  it("tells a change of name from one of content", () => {
    assert.deepStrictEqual(TaskKey.explain(key, { ...key, inputs: reference("1a2b3c4d5e6f", "fa.gz") }), [
      "input reference name fa -> fa.gz"
    ])
  })

  it("sees the order of a list", () => {
    const more = [...(key.inputs["more"] as ReadonlyArray<{ extension: string; digest: string }>)].toReversed()
    const [reason] = TaskKey.explain(key, { ...key, inputs: { ...key.inputs, more } })
    assert.match(reason!, /^input more content [0-9a-f]{8} -> [0-9a-f]{8}$/u)
  })
})
