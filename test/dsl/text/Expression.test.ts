import { assert, describe, it } from "vitest"
import * as Expression from "../../../src/dsl/text/Expression.ts"
import * as ExpressionParser from "../../../src/dsl/text/ExpressionParser.ts"
import * as Template from "../../../src/dsl/text/Template.ts"

const names: Readonly<Record<string, Expression.Value>> = {
  "params.n": 4,
  "params.name": "chr1",
  "params.list": ["a", "b"],
  item: 1,
  none: null
}

const evaluate = (text: string): Expression.Value | string => {
  const parsed = ExpressionParser.parse(text)
  if (ExpressionParser.failed(parsed)) return `fault ${parsed.range.start}: ${parsed.message}`
  const evaluated = Expression.evaluate(parsed, ({ path }) => names[path.join(".")])
  if (evaluated._tag === "Value") return evaluated.value
  return evaluated._tag === "Fault" ? `fault ${evaluated.fault.range.start}: ${evaluated.fault.message}` : "unknown"
}

describe("Expression", () => {
  it.each<[string, Expression.Value]>([
    ["1 + 2 * 3 - 4 / 2", 5],
    ["(1 + 2) * 3 % 5", 4],
    ["-params.n + 1", -3],
    ["2 - 1 - 1", 0],
    ["params.n >= 4 && params.name == 'chr1'", true],
    ["!(params.n > 4) || false", true],
    ["params.n > 3 ? 'many' : 'few'", "many"],
    ["false ? 1 : true ? 2 : 3", 2],
    ["default(none, 7)", 7],
    ["length('abc') + length(range(params.n))", 7],
    ["range(2, params.n)", [2, 3]],
    ["format('{0}-{1}', params.name, params.n)", "chr1-4"],
    ["'it\\'s' + '!'", "it's!"],
    ["'a' < 'b'", true],
    ["contains(params.list, 'b') && !contains(params.list, 'x')", true],
    ["contains(range(3), 2)", true],
    ["contains(params.name, 'hr1')", true],
    ["contains(params.list, none)", false],
    // Of items there may be both: 1, 2, X.
    ["item == 'X'", false],
    ["1e3", 1000]
  ])("%s", (text, value) => assert.deepStrictEqual(evaluate(text), value))

  it.each([
    ["1 +", "fault 2: a value is missing"],
    ["1 + * 2", "fault 4: unexpected '*'"],
    ["(1", "fault 1: expected ')'"],
    ["a.", "fault 1: a name is expected after '.'"],
    ["1 2", "fault 2: unexpected '2'"],
    ["#", "fault 0: unexpected '#'"],
    ["eval('x')", "fault 0: there is no function 'eval'; there are default, first, length, contains, format, range"],
    ["1 / 0", "fault 0: 1 / 0 is not a finite number"],
    ["'a' * 2", "fault 0: '*' takes numbers, not 'a' and 2"],
    ["range(3, 2)", "fault 0: range gives at most 1,000,000 numbers, and none backwards: 3 to 2 is not possible"],
    ["range(0, 9, 2)", "fault 0: range takes a whole number, or two: the first, and where to stop before"],
    [
      "range(0, 1e9)",
      "fault 0: range gives at most 1,000,000 numbers, and none backwards: 0 to 1000000000 is not possible"
    ],
    ["length('a', 'b')", "fault 0: length takes a text or a list"],
    ["contains('abc')", "fault 0: contains takes a list or a text, and what may be in it"],
    ["contains(params.n, 4)", "fault 0: contains looks for an item in a list, or for a text in a text, not for 4 in 4"],
    ["params.n == '4'", "fault 0: '==' compares a number with a text, which are never equal: 4 and '4'"],
    ["9007199254740993", "fault 0: 9007199254740993 is too large to be exact"],
    ["1e400", "fault 0: 1e400 is too large to be exact"],
    ["1 && true", "fault 0: true or false is expected, not 1"],
    ["params.nothing + 1", "unknown"],
    [`${"(".repeat(200)}1${")".repeat(200)}`, "fault 100: too deeply nested"]
  ])("%s is no value", (text, fault) => assert.strictEqual(evaluate(text), fault))

  it("does not evaluate what is not asked for", () => {
    assert.strictEqual(evaluate("false && 1 / 0 == 1"), false)
    assert.strictEqual(evaluate("true || params.nothing"), true)
  })
})

describe("Template", () => {
  it("finds expressions between braces, whatever stands in their quotes", () => {
    const { parts, faults } = Template.parse("a ${{ '}}' }} b ${{ params.n }}")
    assert.deepStrictEqual(faults, [])
    assert.deepStrictEqual(
      parts.map((part) => (typeof part === "string" ? part : part._tag)),
      ["a ", "Literal", " b ", "Name"]
    )
  })

  it("tells where braces are left open", () => {
    assert.deepStrictEqual(Template.parse("x ${{ a.b").faults, [
      { message: "'${{' without '}}'", range: { start: 2, end: 9 } }
    ])
  })
})
