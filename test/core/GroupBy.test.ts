import { assert, describe, it } from "vitest"
import { groupBy } from "../../src/core/GroupBy.ts"

describe("groupBy", () => {
  it("keeps the order of groups and of items", () => {
    const groups = groupBy([10, 3, 12, 1, 20], (value) => Math.floor(value / 10))
    assert.deepStrictEqual(
      [...groups],
      [
        [1, [10, 12]],
        [0, [3, 1]],
        [2, [20]]
      ]
    )
    assert.strictEqual(groupBy([], String).size, 0)
  })
})
