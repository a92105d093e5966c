import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { assert, describe, it } from "vitest"
import * as Process from "../../src/core/Process.ts"

describe("Process", () => {
  it("tells this process from another that had its number", () => {
    const self = Process.identify(process.pid)
    assert.isTrue(Process.isAlive(self))
    if (self.started !== null) assert.isFalse(Process.isAlive({ ...self, started: "1" }))
    assert.isUndefined(Process.isAlive({ ...self, host: "elsewhere" }), "another machine's is not known")
  })

  it("knows that a process has ended", async () => {
    const child = spawn("true")
    const identity = Process.identify(child.pid!)
    await once(child, "exit")
    assert.isFalse(Process.isAlive(identity))
  })

  it.skipIf(!existsSync("/proc/self/stat"))("counts one that nobody has waited for as ended", async () => {
    // The shell becomes a sleep, which never waits for the shell's child.
    const parent = spawn("bash", ["-c", "sleep 0.2 & echo $!; exec sleep 60"])
    const [line] = (await once(parent.stdout, "data")) as [Buffer]
    const identity = Process.identify(Number(line.toString()))
    assert.isTrue(Process.isAlive(identity))
    await new Promise((done) => void setTimeout(done, 500))
    assert.isTrue(existsSync(`/proc/${identity.pid}`), "it still has its number")
    assert.isFalse(Process.isAlive(identity))
    parent.kill("SIGKILL")
  })
})
