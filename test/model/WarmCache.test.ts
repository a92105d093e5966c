import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import * as WarmCache from "../../src/model/WarmCache.ts"

const made = (limit: number) => {
  const loads: Array<string> = []
  const released: Array<string> = []
  const cache = WarmCache.make(limit)
  const use = (key: string, bytes: number) =>
    cache.use(
      key,
      bytes,
      Effect.sync(() => {
        loads.push(key)
        const name = key.toUpperCase()
        return { name, release: Effect.sync(() => void released.push(name)) }
      })
    )
  return {
    cache,
    loads,
    released,
    use,
    run: (key: string, bytes: number) => Effect.runPromise(Effect.scoped(use(key, bytes)))
  }
}

describe("WarmCache", () => {
  it("keeps what fits, and lets go what was used longest ago", async () => {
    const { cache, loads, released, run } = made(100)
    for (const key of ["a", "b", "a"]) assert.strictEqual((await run(key, 40)).name, key.toUpperCase())
    assert.deepStrictEqual(loads, ["a", "b"])
    await run("c", 60)
    assert.deepStrictEqual(released, ["B"])
    assert.deepStrictEqual(cache.keys(), ["a", "c"])
    await run("b", 40)
    assert.deepStrictEqual(loads, ["a", "b", "c", "b"])
    assert.deepStrictEqual(released, ["B", "A"])
  })

  it("never lets go what is in use, and does not keep what is too large", async () => {
    const { cache, released, use, run } = made(100)
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          yield* use("a", 80)
          yield* use("b", 300)
          assert.deepStrictEqual(released, [])
          assert.deepStrictEqual(cache.keys(), ["a", "b"])
        })
      )
    )
    assert.include(released, "B")
    await run("c", 10)
    assert.notInclude(cache.keys(), "b")
  })

  it("loads once for those who ask at the same time; what did not load is tried again", async () => {
    const { loads, use } = made(100)
    await Effect.runPromise(Effect.scoped(Effect.all([use("a", 1), use("a", 1), use("a", 1)], { concurrency: 3 })))
    assert.deepStrictEqual(loads, ["a"])
    const cache = WarmCache.make(100)
    const five = { number: 5, release: Effect.void }
    const failing = cache.use("x", 1, Effect.fail("no"))
    assert.strictEqual(await Effect.runPromise(Effect.flip(Effect.scoped(failing))), "no")
    assert.strictEqual(await Effect.runPromise(Effect.scoped(cache.use("x", 1, Effect.succeed(five)))), five)
  })
})
