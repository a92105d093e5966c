/** A sheet of samples: one task for each row, named by its id. */
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const flow = `agflow: 1
name: samples
params:
  samples:
    type: table
    columns: { id: string, reads: file, mate: file?, depth: integer? }
    default: ./sheets/samples.tsv
stages:
  count:
    scatter: { over: "\${{ params.samples }}", as: sample }
    run: echo "$id [$depth] $(cat "$reads" $mate | tr '\\n' ' ')" > "$line"
    inputs: { reads: "\${{ sample.reads }}", mate: "\${{ sample.mate }}" }
    env: { id: "\${{ sample.id }}", depth: "\${{ sample.depth }}" }
    outputs: { line: text }
outputs: { line: "\${{ count.line }}" }
profiles:
  one: { params: { samples: [{ id: NA3, reads: ./c.txt }] } }
`

const setUp = () => {
  rig.write("flow.yaml", flow)
  rig.write("sheets/samples.tsv", "id\treads\tmate\tdepth\nNA1\ta.txt\t../c.txt\t30\nNA2\ta.txt\tNA\tNA\n")
  rig.write("sheets/a.txt", "a\n")
  rig.write("c.txt", "c\n")
}

describe("a sheet of samples", () => {
  it("gives each row a task, and only a changed row's runs again", async () => {
    setUp()
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout + stderr)
    assert.deepStrictEqual(rig.results(), { "line.0.txt": "NA1 [30] a c \n", "line.1.txt": "NA2 [] a \n" })
    assert.deepStrictEqual(Object.keys(rig.trace()), ["count/NA1", "count/NA2"])
    rig.write("sheets/more.csv", "depth,id,lane,reads\n30,NA2,1,../c.txt\n,NA2b,2,a.txt\n")
    rig.write("sheets/samples.tsv", "id\treads\tdepth\tmate\nNA2\ta.txt\tNA\tNA\nNA1\ta.txt\t31\t../c.txt\n")
    await rig.agflow(["run", "flow.yaml"])
    assert.deepStrictEqual(
      Object.entries(rig.trace()).map(([id, { status }]) => [id, status]),
      [
        ["count/NA2", "cached"],
        ["count/NA1", "done"]
      ]
    )
    await rig.agflow(["run", "flow.yaml", "--param", "samples=sheets/more.csv"])
    assert.deepStrictEqual(rig.results(), { "line.0.txt": "NA2 [30] c \n", "line.1.txt": "NA2b [] a \n" })
    await rig.agflow(["run", "flow.yaml", "--profile", "one"])
    assert.deepStrictEqual(rig.results(), { "line.0.txt": "NA3 [] c \n" })
  })

  it("is checked before anything runs, each fault at its place", async () => {
    setUp()
    const faults = async (...args: ReadonlyArray<string>) => {
      const { code, stderr } = await rig.agflow(["check", "flow.yaml", ...args])
      assert.strictEqual(code, 2)
      return stderr
    }
    rig.write("sheets/bad.tsv", "id\treads\tdepth\nNA1\ta.txt\tdeep\n")
    assert.match(
      await faults("--param", "samples=sheets/bad.tsv"),
      /sheets\/bad\.tsv:2:1 error: column 'depth': 'deep'/u
    )
    rig.write("sheets/gone.tsv", "id\treads\nNA1\tgone.txt\n")
    assert.match(await faults("--param", "samples=sheets/gone.tsv"), /there is no file .*sheets\/gone\.txt/u)
    assert.match(await faults("--param", "samples=none.tsv"), /there is no file .*none\.tsv/u)
    rig.write("sheets/empty.tsv", "id\treads\n")
    assert.match(await faults("--param", "samples=sheets/empty.tsv"), /flow\.yaml:10:.* the list is empty/u)
    rig.write("flow.yaml", flow.replace(/ {4}columns: .*\n/u, ""))
    assert.match(await faults(), /flow\.yaml:5:11 error: param 'samples': a table needs columns/u)
  })
})
