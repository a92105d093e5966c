import { assert, it } from "vitest"
import { Rig } from "../support/rig.ts"

const inner = `agflow: 1
name: inner
params: { table: { type: file }, factor: { type: integer, default: 2 } }
stages:
  scaled:
    scatter: { over: "\${{ params.table }}", rows: 1 }
    run: awk -v f=$f 'NR==1{print} NR>1{print $1*f}' "$in" > "$out"
    inputs: { in: "\${{ item }}" }
    env: { f: "\${{ params.factor }}" }
    outputs: { out: { table: { x: integer } } }
outputs: { scaled: "\${{ scaled.out }}" }
`
const outer = (factor: number) => `agflow: 1
name: outer
stages:
  table: { run: 'printf "x\\n1\\n2\\n3\\n" > "$t"', outputs: { t: { table: { x: integer } } } }
  part: { uses: ./parts/inner.yaml, with: { table: "\${{ table.t }}", factor: ${factor} } }
  other: { uses: ./parts/inner.yaml, with: { table: "\${{ part.scaled }}" } }
outputs: { part: "\${{ part.scaled }}", other: "\${{ other.scaled }}" }
`

it("a workflow used as a stage runs with what it is given, and shares the cache with itself elsewhere", async () => {
  const rig = new Rig()
  rig.write("parts/inner.yaml", inner)
  rig.write("outer.yaml", outer(10))
  const first = await rig.agflow(["run", "outer.yaml"])
  assert.strictEqual(first.code, 0, first.stdout + first.stderr)
  assert.deepStrictEqual(rig.results(), { "part.tsv": "x\n10\n20\n30\n", "other.tsv": "x\n20\n40\n60\n" })
  assert.include(Object.keys(rig.trace()), "part/scaled/0")

  rig.write("outer.yaml", outer(2))
  rig.write("outer2.yaml", outer(10).replace("part:", "piece:").replaceAll("part.", "piece."))
  await rig.agflow(["run", "outer2.yaml"])
  assert.deepStrictEqual([...new Set(Object.values(rig.trace()).map(({ status }) => status))], ["cached"])
})
