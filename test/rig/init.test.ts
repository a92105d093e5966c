/** A new project: it runs as it is made, an editor knows its types, and nothing of the user's is lost. */
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const root = join(import.meta.dirname, "../..")

describe("agflow init", () => {
  it("makes a project that runs at once", async () => {
    const { code, stdout } = await rig.agflow(["init", "mine"])
    assert.strictEqual(code, 0)
    assert.match(stdout, /^next: cd mine && npx agflow run motifs\.yaml$/mu)
    const run = await rig.agflow(["run", "motifs.yaml"], { cwd: rig.path("mine") })
    assert.strictEqual(run.code, 0, run.stdout + run.stderr)
    assert.deepStrictEqual(rig.results(), {
      "counts.tsv": "chrom\tsites\nalpha\t2\nbeta\t1\n",
      "sites.tsv": "chrom\tstart\tend\tstrand\nalpha\t30\t36\t+\nalpha\t90\t96\t-\nbeta\t30\t36\t+\n"
    })
    rig.write("mine/stages.ts", rig.read("mine/stages.ts").replace('strand: "-"', 'strand: "minus"'))
    const { stdout: plan } = await rig.agflow(["plan", "motifs.yaml"], { cwd: rig.path("mine") })
    assert.match(plan, /found +to run +stage code changed/u)
  })

  it("is found by npx in the new project", async () => {
    await rig.agflow(["init", "mine"])
    const binary = rig.path("mine/node_modules/.bin/agflow")
    assert.match(execFileSync(binary, ["--version"], { encoding: "utf8" }), /^agflow v/u)
  })

  it("gives an editor the types of a stage", async () => {
    await rig.agflow(["init", "mine"])
    const compile = () => {
      try {
        const args = [join(root, "node_modules/typescript/bin/tsc"), "-p", "."]
        return execFileSync(process.execPath, args, { cwd: rig.path("mine"), encoding: "utf8" })
      } catch (cause) {
        return (cause as { readonly stdout: string }).stdout
      }
    }
    assert.strictEqual(compile(), "")
    const text = rig.read("mine/stages.ts")
    rig.write("mine/stages.ts", text.replace('strand: "-"', "strand: 1").replace("inputs.sequences", "inputs.sequence"))
    const faults = compile().split("\n")
    assert.match(faults[0]!, /^stages\.ts\(\d+,\d+\): error TS\d+: Property 'sequence' does not exist/u)
    assert.match(faults.join("\n"), /Type 'number' is not assignable to type 'string'/u)
  })

  it("overwrites nothing", async () => {
    rig.write("mine/stages.ts", "// precious\n")
    const { code, stderr } = await rig.agflow(["init", "mine"])
    assert.strictEqual(code, 2)
    assert.match(stderr, /mine: nothing is overwritten: stages\.ts is there already/u)
    assert.strictEqual(rig.read("mine/stages.ts"), "// precious\n")
    assert.match((await rig.agflow(["run", "mine/motifs.yaml"])).stderr, /cannot read this file/u)
  })
})
