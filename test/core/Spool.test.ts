import * as Effect from "effect/Effect"
import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Spool from "../../src/core/Spool.ts"
import { temporaryFolder } from "../support/stage.ts"

describe("Spool", () => {
  it("gives back values by their places, in any order and while more are put, and leaves no file", () =>
    Effect.gen(function* () {
      const folder = join(temporaryFolder(), "scratch")
      const spool = yield* Spool.make<unknown>(folder)
      const values = [{ a: [Number.NaN, -0, null] }, new Float32Array([1.5, -2]), "ä", undefined, []]
      const places = yield* Effect.forEach(values.slice(0, 3), spool.put)
      assert.deepStrictEqual(spool.take(places[1]!), values[1])
      places.push(...(yield* Effect.forEach(values.slice(3), spool.put)))
      for (const at of [4, 0, 2, 1, 3, 0]) assert.deepStrictEqual(spool.take(places[at]!), values[at])
      assert.deepStrictEqual(readdirSync(folder), [])
    }).pipe(Effect.scoped, Effect.runPromise))

  it("says where it cannot write", async () => {
    const file = join(temporaryFolder(), "file")
    writeFileSync(file, "")
    const failure = await Effect.runPromise(Effect.flip(Effect.scoped(Spool.make(file))))
    assert.strictEqual(failure.file, join(file, "spool"))
    assert.match(failure.message, /^cannot write/u)
  })
})
