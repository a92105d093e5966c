import { assert, describe, it } from "vitest"
import * as Random from "../../src/core/Random.ts"

const words = (seed: number, label: string, n: number) => {
  const random = Random.make(seed, label)
  return Array.from({ length: n }, () => random.next() * 2 ** 32)
}

describe("Random", () => {
  // Reference values: sfc32 (PractRand; counter 1, twelve rounds first) written anew in Python.
  it("gives the same numbers everywhere", () => {
    assert.deepStrictEqual(words(1, "", 4), [4277153004, 3605859088, 1750431834, 1261713740])
    assert.deepStrictEqual(words(2, "", 2), [2324648217, 2435720059])
  })

  it("gives each label a stream of its own", () => {
    assert.deepStrictEqual(words(1, "a", 2), [1389354340, 3875616645])
  })

  it("draws integers below the bound, and standard normals", () => {
    const random = Random.make(1)
    assert.closeTo(random.normal(), 1.766908407554047, 1e-12)
    assert.closeTo(random.normal(), -0.2778416206422872, 1e-12)
    assert.strictEqual(Random.make(1).int(10), 9)
    const counts = Array.from({ length: 6 }, () => 0)
    const dice = Random.make(3)
    for (let i = 0; i < 60_000; i++) counts[dice.int(6)]!++
    // Five degrees of freedom: chi-squared above 20.5 has probability 0.001.
    assert.isBelow(
      counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0),
      20.5
    )
    const normal = Random.make(4)
    const drawn = Array.from({ length: 50_000 }, normal.normal)
    const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length
    const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length
    assert.closeTo(mean, 0, 0.015)
    assert.closeTo(variance, 1, 0.025)
  })
})
