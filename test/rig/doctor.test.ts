/** `agflow doctor`: what is here, and whether it suffices. */
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { chmodSync, existsSync } from "node:fs"
import type { Checkup } from "../../src/cli/Checkup.ts"
import { runtimeIds } from "../../src/model/Runtime.ts"
import { Rig } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

describe("doctor", { timeout: 120_000 }, () => {
  it("tells what is found and what is refused, and changes nothing", async () => {
    const { code, stdout } = await rig.agflow(["doctor", "--format", "json"])
    const checkup = JSON.parse(stdout) as Checkup
    assert.strictEqual(code, checkup.problems.length === 0 ? 0 : 1)
    assert.deepStrictEqual(
      checkup.runtimes.map(({ runtime }) => runtime),
      [...runtimeIds]
    )
    for (const finding of checkup.runtimes) {
      if (finding.refused !== null) assert.strictEqual(finding.gflops, null)
      else assert.isAbove(finding.gflops!, 0, finding.runtime)
    }
    // It is a dependency, and needs no more than Node.js.
    const wasm = checkup.runtimes.find(({ runtime }) => runtime === "tfjs-wasm")!
    assert.strictEqual(wasm.refused, null)
    assert.match(wasm.version!, /^tfjs \d/u)
    assert.strictEqual(wasm.numerics, "f32")
    assert.deepStrictEqual(
      checkup.tools.map(({ name }) => name),
      ["docker", "podman", "apptainer", "sbatch", "squeue", "scancel"]
    )
    assert.strictEqual(checkup.state.path, rig.home)
    assert.isTrue(checkup.state.writable)
    assert.isFalse(existsSync(rig.home))
  })

  it("survives a runtime that crashes the process, a container engine that does not run, and a state folder that cannot be", async () => {
    const crash = rig.write("crash.cjs", 'if (process.argv.includes("onnxruntime-webgpu")) process.abort()\n')
    const file = rig.write("file", "")
    // A client without its daemon.
    const docker = rig.write(
      "bin/docker",
      '#!/bin/sh\n[ "$1" = --version ] && exec echo Docker 1.0\necho no daemon >&2; exit 1\n'
    )
    chmodSync(docker, 0o755)
    const PATH = `${rig.path("bin")}:${process.env["PATH"]}`
    const env = { NODE_OPTIONS: `--require=${crash}`, AGFLOW_HOME: `${file}/state`, PATH }
    const { code, stdout, stderr } = await rig.agflow(["doctor"], { env })
    assert.strictEqual(code, 1)
    assert.strictEqual(stderr, "")
    assert.match(stdout, /onnxruntime-webgpu +refused +.*its native library ended the process \(SIGABRT\)/u)
    assert.match(stdout, /docker +refused +\S+\/bin\/docker, Docker 1\.0: no daemon\n/u)
    assert.match(stdout, /tfjs-wasm +found +[\d.]+ GFLOP\/s/u)
    assert.match(stdout, /the main job cannot run here:\n {2}.*file\/state cannot be written to: set AGFLOW_HOME/u)
  })
})
