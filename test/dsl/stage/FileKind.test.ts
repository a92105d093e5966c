import { assert, describe, it } from "vitest"
import * as Edge from "../../../src/dsl/stage/Edge.ts"
import * as FileKind from "../../../src/dsl/stage/FileKind.ts"
import * as Port from "../../../src/dsl/stage/Port.ts"
import { load } from "../../support/workflow.ts"

const fits = (given: FileKind.FileKindName, wanted: FileKind.FileKindName): boolean =>
  Edge.fault(Port.file(given, ""), Port.file(wanted, "")) === undefined

describe("kinds of files", () => {
  it.each(["png", "jpg", "pdf", "html", "json", "md", "zip", "pt", "npz", "rds", "file.gif", "file.vcf.idx"] as const)(
    "%s",
    (kind) => {
      assert.isTrue(FileKind.isFileKindName(kind))
      const [extension] = FileKind.get(kind).extensions
      assert.strictEqual(FileKind.extensionOf(kind, `/x/out.${extension}`), extension)
      assert.isTrue(fits(kind, "file"))
    }
  )

  it("of one ending fit each other, whatever they are called", () => {
    for (const [given, wanted] of [
      ["file.png", "png"],
      ["png", "file.png"],
      ["svg", "picture"],
      ["file.webp", "picture"],
      ["md", "text"]
    ] as const)
      assert.isTrue(fits(given, wanted), `${given} to ${wanted}`)
    for (const [given, wanted] of [
      ["file.png", "tsv"],
      ["picture", "svg"],
      ["text", "md"],
      ["text", "tsv"],
      ["pdf", "picture"]
    ] as const)
      assert.isFalse(fits(given, wanted), `${given} to ${wanted}`)
  })

  it.each(["file.", "file.a/b", "file.a b", "file..x", "toString"])("'%s' is none", (name) => {
    assert.isFalse(FileKind.isFileKindName(name))
  })

  it.each([
    ["xlsx", /^a file of any other ending: file\.xlsx; the kinds are: /u],
    ["jpeg", /^write its kind: jpg$/u],
    ["npgz", /^did you mean 'npz'\?$/u]
  ])("the hint for '%s'", async (kind, hint) => {
    const { diagnostics } = await load(
      `agflow: 1\nname: x\nstages:\n  a: { run: 'echo > "$o"', outputs: { o: ${kind} } }\n`
    )
    assert.match(diagnostics[0]!.hint!, hint)
  })
})
