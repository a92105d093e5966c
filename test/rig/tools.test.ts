/** Tools whose versions belong to the results: what their commands say is a part of the scripts' keys. */
import { chmodSync, existsSync } from "node:fs"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig, step, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
  setVersion("1")
})
afterEach(() => rig.remove())

/** A program on PATH that says its version, how often it was asked, and that is used by the script. */
const setVersion = (version: string) => {
  const text = `#!/bin/sh\n[ "$1" = --version ] && { echo x >> ${rig.path("asked")}; echo "mytool ${version}" >&2; exit; }\necho "by ${version}"\n`
  chmodSync(rig.write("bin/mytool", text), 0o755)
}

const run = (command: string, ...more: ReadonlyArray<string>) =>
  rig.agflow([command, "flow.yaml", ...more], { env: { PATH: `${rig.path("bin")}:${process.env["PATH"]}` } })

const many = () => ({
  ...step(rig, "many", 'mytool > "$out"; echo "$n" >> "$out"', { env: { n: "${{ n }}" } }),
  scatter: { over: [1, 2, 3], as: "n" },
  tools: ["mytool"]
})

const flow = (stages: Readonly<Record<string, unknown>>, tools: unknown = { mytool: "mytool --version" }) =>
  rig.write("flow.yaml", workflow(stages, { tools }))

describe("a script that names a tool", () => {
  it("runs again when the tool says another version, and not else; explain tells so", async () => {
    flow({ many: many(), other: step(rig, "other", 'echo 1 > "$out"') })
    assert.strictEqual((await run("run")).code, 0)
    assert.deepStrictEqual([...rig.executed()].sort(), ["many", "many", "many", "other"])
    // Once in a run, of however many tasks.
    assert.strictEqual(rig.read("asked"), "x\n")
    await run("run")
    assert.deepStrictEqual(rig.executed(), [])
    setVersion("2")
    const planned = await run("plan")
    assert.match(planned.stdout, /many +3 tasks: all to run +tool mytool changed/u)
    const again = await run("run")
    assert.strictEqual(again.code, 0, again.stdout + again.stderr)
    assert.deepStrictEqual(rig.executed(), ["many", "many", "many"])
    assert.match((await run("run", "--verbose")).stdout, /many +3 tasks, all cached/u)
    setVersion("1")
    await run("run")
    assert.deepStrictEqual(rig.executed(), [])
    const explained = await rig.agflow(["explain", "many/1"])
    assert.match(explained.stdout, /tool mytool changed/u)
  })

  it("may bring the command itself", async () => {
    flow({ a: { ...step(rig, "a", 'mytool > "$out"'), tools: { mytool: "mytool --version" } } }, {})
    await run("run")
    setVersion("2")
    await run("run")
    assert.deepStrictEqual(rig.executed(), ["a", "a"])
  })

  it("fails where the tool does not answer", async () => {
    flow({ many: many() }, { mytool: "echo gone >&2; exit 3" })
    const { code, stdout } = await run("run")
    assert.strictEqual(code, 1)
    assert.match(stdout, /tool 'mytool' does not say what it is: gone\n +hint: its command is: echo gone/u)
  })

  it("is checked: a tool that there is not, one in a container, a command that bash cannot read", async () => {
    flow({ a: { ...step(rig, "a", 'echo > "$out"'), tools: ["mytoll"] } })
    assert.match(
      (await run("check")).stderr,
      /the workflow has no tool 'mytoll'\n.*\n.*\n +hint: did you mean 'mytool'/u
    )
    flow({ a: { ...step(rig, "a", 'echo > "$out"'), tools: ["mytool"], container: "docker://x:1" } })
    assert.match((await run("check")).stderr, /'tools' does not go with 'container'/u)
    flow({ a: { ...step(rig, "a", 'echo > "$out"'), tools: ["mytool"] } }, { mytool: "if" })
    assert.match((await run("check")).stderr, /bash cannot read this script/u)
  })

  it("of a folder that is not trusted is not asked by agflow plan", async () => {
    flow({ many: many() })
    const stranger = { HOME: rig.path("stranger"), PATH: `${rig.path("bin")}:${process.env["PATH"]}` }
    const { code, stderr } = await rig.agflow(["plan", "flow.yaml"], { env: stranger })
    assert.strictEqual(code, 2, stderr)
    assert.match(
      stderr,
      /to know the version of tool 'mytool' its command must be run.*mytool --version\n +hint: .*--trust/u
    )
    assert.isFalse(existsSync(rig.path("asked")))
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"], { env: stranger })).code, 0)
    assert.strictEqual((await rig.agflow(["plan", "flow.yaml"], { env: stranger })).code, 0)
  })
})
