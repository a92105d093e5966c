import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { quote } from "../../src/executor/ScriptCommand.ts"
import { keep, tail } from "../../src/executor/TaskLog.ts"
import { temporaryFolder } from "../support/stage.ts"

describe("TaskFolder", () => {
  it("quotes a word for bash", () => {
    assert.strictEqual(quote("two words"), "'two words'")
    assert.strictEqual(quote("it's $(x)"), `'it'\\''s $(x)'`)
  })

  it("shows the last lines of a log, of a very large one too", () => {
    const folder = temporaryFolder()
    assert.deepStrictEqual(tail(folder, "stdout.log", 3), [])
    writeFileSync(join(folder, "stdout.log"), "a\n\nb\nc\n\n")
    assert.deepStrictEqual(tail(folder, "stdout.log", 3), ["b", "c"])
    writeFileSync(join(folder, "stderr.log"), `${`${"x".repeat(99)}\n`.repeat(50_000)}last\n`)
    assert.deepStrictEqual(tail(folder, "stderr.log", 2), ["x".repeat(99), "last"])
    writeFileSync(join(folder, "stderr.log"), "y".repeat(1 << 20))
    assert.deepStrictEqual(tail(folder, "stderr.log", 2), [`${"y".repeat(500)}... (${1 << 16} characters)`])
  })

  it("keeps the logs that say something", () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, "logs"))
    writeFileSync(join(folder, "stdout.log"), "said\n")
    writeFileSync(join(folder, "stderr.log"), "\n")
    keep(folder, join(folder, "logs", "a"))
    assert.strictEqual(readFileSync(join(folder, "logs/a.stdout.log"), "utf8"), "said\n")
    assert.isFalse(existsSync(join(folder, "logs/a.stderr.log")))
  })
})
