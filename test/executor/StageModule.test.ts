import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as StageModule from "../../src/executor/StageModule.ts"
import { temporaryFolder } from "../support/stage.ts"

const folder = temporaryFolder()

/** An installation with as little as a stage takes from it. */
const installation = (name: string, face: Readonly<Record<string, string>>): string => {
  const path = join(folder, name)
  mkdirSync(path)
  writeFileSync(
    join(path, "index.js"),
    `export const Stage = { make: (stage) => ({ "~agflow": "Stage", ...stage }) }
     export const Fasta = { length: 3 }
     export const Gene = {}`
  )
  writeFileSync(join(path, "face.json"), JSON.stringify(face))
  return path
}

const before = installation("before", { Fasta: "1", Gene: "1" })
const gene = installation("gene", { Fasta: "1", Gene: "2" })
const fasta = installation("fasta", { Fasta: "2", Gene: "1" })

const stageOf = (given: string) =>
  `Stage.make({ name: "mine", version: ${given}, inputs: {}, outputs: {}, run: () => 0 })`

const codeOf = async (text: string, distribution: string): Promise<string> => {
  const file = join(folder, "stages.mjs")
  writeFileSync(file, text)
  const imported = await StageModule.read(file, "stages.mjs", distribution, () => true)
  if (imported._tag === "Faults") return assert.fail(imported.diagnostics[0]!.message)
  assert.strictEqual(imported.stages[0]!.stage.version, 3)
  return imported.stages[0]!.code
}

describe("the code of a lab's stage", () => {
  it("is the same wherever agflow is installed, and counts what it takes from agflow alone", async () => {
    const named = `import { Fasta, Stage } from "agflow"\nexport const mine = ${stageOf("Fasta.length")}\n`
    const code = await codeOf(named, before)
    assert.strictEqual(await codeOf(named, gene), code)
    assert.notStrictEqual(await codeOf(named, fasta), code)
    const none = `import { Stage } from "agflow"\nexport const mine = ${stageOf("3")}\n`
    assert.strictEqual(await codeOf(none, fasta), await codeOf(none, before))
    const all = `import * as A from "agflow"\nconst { Stage } = A\nexport const mine = ${stageOf("A.Fasta.length")}\n`
    assert.notStrictEqual(await codeOf(all, gene), await codeOf(all, before))
  })

  it("does not hold comments, layout and paths", async () => {
    const text = `import { Fasta, Stage } from "agflow"\nexport const mine = ${stageOf("Fasta.length")}\n`
    const code = await codeOf(text, before)
    const other = text
      .replace("make({", "make({ // a comment\n\n")
      .replace("\nexport", "\n/*! kept elsewhere */\nexport")
    assert.strictEqual(await codeOf(other, before), code)
    assert.notStrictEqual(await codeOf(text.replace("() => 0", "() => 1"), before), code)
  })
})
