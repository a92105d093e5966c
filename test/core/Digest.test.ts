import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Digest from "../../src/core/Digest.ts"
import { temporaryFolder } from "../support/stage.ts"

describe("Digest", () => {
  it("is sha256", () => {
    assert.strictEqual(Digest.ofBytes("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    assert.strictEqual(Digest.short(Digest.ofBytes("")), "e3b0c442")
  })

  it("of a file is that of its bytes, also of more than one chunk", async () => {
    const path = join(temporaryFolder(), "x")
    const bytes = Buffer.alloc(2_500_000, "agflow")
    writeFileSync(path, bytes)
    assert.strictEqual(await Effect.runPromise(Digest.ofFile(path)), Digest.ofBytes(bytes))
    const failure = await Effect.runPromise(Effect.flip(Digest.ofFile(`${path}.none`)))
    assert.strictEqual(failure.file, `${path}.none`)
    assert.match(failure.message, /^cannot read: ENOENT/u)
  })

  it("writes one text for one value: keys sorted at every depth, no space, undefined members left out", () => {
    assert.strictEqual(
      Digest.canonicalJson({ z: true, a: [1, undefined, { c: undefined, b: "é" }], m: undefined }),
      '{"a":[1,null,{"b":"é"}],"z":true}'
    )
    assert.strictEqual(
      Digest.canonicalJson({ b: 1, a: { d: 1, c: 2 } }),
      Digest.canonicalJson({ a: { c: 2, d: 1 }, b: 1 })
    )
    assert.strictEqual(Digest.canonicalJson({ a10: 1, a9: 2, A: 3 }), '{"A":3,"a10":1,"a9":2}')
    const own = { toJSON: () => "said" }
    assert.strictEqual(Digest.canonicalJson({ a: own, b: 1 }), Digest.canonicalJson({ b: 1, a: own }))
    assert.strictEqual(Digest.canonicalJson([2, 1]), "[2,1]")
    assert.strictEqual(Digest.canonicalJson('a"\n'), '"a\\"\\n"')
    assert.strictEqual(Digest.canonicalJson(null), "null")
    assert.strictEqual(Digest.canonicalJson(1e21), "1e+21")
  })

  it("of a value is that of its text", () => {
    assert.strictEqual(
      Digest.ofJson({ z: true, a: [1, null, { b: "é" }] }),
      "ddc0f6d1750a6e636647f92c4019fe1c249b174e56c394b1bd580796397e61e0"
    )
  })
})
