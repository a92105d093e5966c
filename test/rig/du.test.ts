/** `agflow du`: where the bytes are. */
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig, step, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

interface DuJson {
  readonly total: number
  readonly folders: Readonly<Record<string, number>>
  readonly stages: ReadonlyArray<{ readonly stage: string; readonly tasks: number; readonly bytes: number }>
  readonly runs: ReadonlyArray<{ readonly needs: number; readonly alone: number; readonly folder: number }>
  readonly unnamed: number
}

describe("du", () => {
  it("counts a file that two stages and two runs share once", async () => {
    rig.write(
      "flow.yaml",
      workflow(
        {
          big: step(rig, "big", 'head -c 50000 /dev/zero > "$out"'),
          same: step(rig, "same", ': as well\nhead -c 50000 /dev/zero > "$out"'),
          own: step(rig, "own", 'head -c "$n" /dev/zero > "$out"', { env: { n: "${{ params.n }}" } })
        },
        { params: { n: { type: "integer", default: 1000 } }, outputs: { own: "${{ own.out }}" } }
      )
    )
    for (const n of [1000, 3000]) {
      assert.strictEqual((await rig.agflow(["run", "flow.yaml", "--param", `n=${n}`])).code, 0)
    }
    const { code, stdout } = await rig.agflow(["du", "--json"])
    assert.strictEqual(code, 0)
    const { total, folders, stages, runs, unnamed } = JSON.parse(stdout) as DuJson
    assert.strictEqual(folders["store"], 54_000)
    assert.strictEqual(unnamed, 0)
    assert.deepStrictEqual(stages, [
      { stage: "run: big", tasks: 1, bytes: 50_000 },
      { stage: "run: own", tasks: 2, bytes: 4000 },
      { stage: "run: same", tasks: 1, bytes: 0 }
    ])
    assert.deepStrictEqual(
      runs.map(({ needs, alone }) => [needs, alone]),
      [
        [53_000, 3000],
        [51_000, 1000]
      ]
    )
    assert.isAbove(runs[0]!.folder, 3000)
    assert.strictEqual(
      total,
      Object.values(folders).reduce((sum, bytes) => sum + bytes)
    )
    assert.match((await rig.agflow(["du"])).stdout, /50\.0 KB {2}run: big, 1 task\n/u)
  })

  it("of an empty state folder is short", async () => {
    const { code, stdout } = await rig.agflow(["du"])
    assert.strictEqual(code, 0)
    assert.match(stdout, /^ +\d{1,3} B {2}/u, "nothing but who made it")
  })
})
