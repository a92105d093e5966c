import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { basename, join } from "node:path"
import { assert, describe, it } from "vitest"
import stage from "../../modules/fetch-dataset/stage.ts"
import { runStage, temporaryFolder } from "../support/stage.ts"

const sha256Of = (text: string) => createHash("sha256").update(text).digest("hex")

describe("fetch-dataset", () => {
  it("copies a mirror's file, keeping the extension", async () => {
    const mirror = temporaryFolder()
    mkdirSync(join(mirror, "example.invalid"))
    const original = join(mirror, "example.invalid/genes.v1.gff3.gz")
    writeFileSync(original, "genes")
    const { outputs, notes } = await runStage(
      stage,
      { url: "https://example.invalid/genes.v1.gff3.gz", sha256: sha256Of("genes"), licence: "CC0-1.0" },
      {},
      { mirrors: [mirror] }
    )
    assert.strictEqual(basename(outputs["file"]!), "file.gff3.gz")
    assert.strictEqual(readFileSync(outputs["file"]!, "utf8"), "genes")
    assert.notStrictEqual(statSync(outputs["file"]!).ino, statSync(original).ino)
    assert.deepStrictEqual(notes, [
      {
        kind: "dataset",
        name: "genes.v1.gff3.gz",
        url: "https://example.invalid/genes.v1.gff3.gz",
        sha256: sha256Of("genes"),
        bytes: 5,
        licence: "CC0-1.0",
        citation: ""
      }
    ])
  })

  it("links what it downloaded", async () => {
    const server = createServer((_, response) => response.end("ACGT"))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const downloads = temporaryFolder()
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.fa?version=2`
    const { outputs } = await runStage(stage, { url }, {}, { downloads, mirrors: [] })
    server.close()
    assert.strictEqual(basename(outputs["file"]!), "file.fa")
    assert.strictEqual(statSync(outputs["file"]!).ino, statSync(join(downloads, sha256Of("ACGT"))).ino)
  })

  it("wants one of dataset and url, and says which names there are", async () => {
    const failure = (params: unknown) =>
      runStage(stage, params, {}, { mirrors: [] }).then(
        () => assert.fail("should fail"),
        (error: Error & { hint?: string }) => error
      )
    assert.match((await failure({})).message, /either 'dataset' or 'url'/u)
    assert.match((await failure({ dataset: "mini-borzoi", url: "https://example.invalid" })).message, /either/u)
    assert.strictEqual((await failure({ dataset: "mini-borzoy" })).hint, "did you mean 'mini-borzoi'?")
    assert.match((await failure({ url: "https://example.invalid", sha256: "12" })).message, /64 hexadecimal digits/u)
  })
})
