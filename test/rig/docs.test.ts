/** What the documentation shows as a whole workflow runs as it stands. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeEach, it } from "vitest"
import { Rig } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

it("docs/workflows.md", async () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/workflows.md"), "utf8")
  const [, flow] = /```yaml\n(agflow: 1[^]*?)```/u.exec(page)!
  rig.write("samples.yaml", flow!)
  rig.write("samples.tsv", "id\treads\tmate\nNA1\ta.txt\tb.txt\nNA2\tb.txt\t\n")
  rig.write("a.txt", "a\n".repeat(70))
  rig.write("b.txt", "b\n".repeat(50))
  const run = async (...args: ReadonlyArray<string>) => {
    const { code, stdout, stderr } = await rig.agflow(["run", "samples.yaml", ...args])
    assert.strictEqual(code, 0, stdout + stderr)
    return rig.results()["total.tsv"]
  }
  assert.strictEqual(await run(), "samples\tlines\n2\t170\n")
  assert.strictEqual(await run("--profile", "strict"), "samples\tlines\n1\t120\n")
  rig.write("other.csv", "id,reads\nNA3,b.txt\n")
  assert.strictEqual(await run("--param", "samples=other.csv"), "samples\tlines\n1\t50\n")
})
