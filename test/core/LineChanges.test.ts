import { assert, it } from "vitest"
import { between } from "../../src/core/LineChanges.ts"

it.each([
  ["a\nb\nc\n", "a\nx\nc\n", ["- b", "+ x"]],
  ["a\nb\n", "a\nb\n", []],
  ["a\n", "a\nb\n", ["+ b"]],
  ["a\na\n", "a\n", ["- a"]],
  ["a\nb\nc", "b\nc", ["- a"]],
  ["", "a", ["- ", "+ a"]],
  ["x\na\ny\nb\nz\n", "x\nc\ny\nd\nz\n", ["- a", "- y", "- b", "+ c", "+ y", "+ d"]]
])("%j becomes %j", (before, after, lines) => {
  assert.deepStrictEqual(between(before, after), lines)
})
