import { assert, describe, it } from "vitest"
import { closest, distance, hint } from "../../src/core/Suggest.ts"

describe("Suggest", () => {
  it.each([
    ["", "", 0],
    ["memory", "memory", 0],
    ["memroy", "memory", 1],
    ["kitten", "sitting", 3],
    ["", "abc", 3],
    // Optimal string alignment: no part is edited twice (the unrestricted distance is 2).
    ["ca", "abc", 3]
  ])("the distance of '%s' and '%s' is %d", (a, b, expected) => {
    assert.strictEqual(distance(a, b), expected)
    assert.strictEqual(distance(b, a), expected)
  })

  it("finds what was meant, and nothing when nothing is near", () => {
    assert.strictEqual(closest("Widht", ["width", "weights", "mode"]), "width")
    assert.strictEqual(closest("refrence", ["reference", "references"]), "reference")
    assert.isUndefined(closest("xyz", ["width", "mode"]))
    assert.strictEqual(closest("N", ["m", "n"]), "n")
    assert.isUndefined(closest("n", ["m", "o"]))
    assert.isUndefined(closest("ab", ["xy"]))
  })

  it("says what there is when nothing is near", () => {
    assert.strictEqual(hint("widht", ["mode", "width"], "params"), "did you mean 'width'?")
    assert.strictEqual(hint("zzz", ["mode", "width"], "params"), "the params are: mode, width")
    assert.strictEqual(hint("zzz", [], "params"), "there are no params")
  })
})
