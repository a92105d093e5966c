import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { temporaryFolder } from "../../support/stage.ts"
import { load } from "../../support/workflow.ts"

const workflow = (params: string, rest = "") => `agflow: 1
name: params
params:
${params}
stages:
  stage: { run: 'echo > "$out"', outputs: { out: text } }
${rest}`

/** The values of params, or what is wrong with them. */
const values = async (text: string, options: Parameters<typeof load>[1] = {}) => {
  const { workflow: loaded, diagnostics } = await load(text, options)
  return loaded === undefined
    ? diagnostics.map(({ message, hint }) => `${message}${hint === undefined ? "" : ` (${hint})`}`)
    : Object.fromEntries(loaded.params.map(({ name, value }) => [name, value]))
}

const paramsFile = (text: string): string => {
  const file = join(temporaryFolder(), "params.yaml")
  writeFileSync(file, text)
  return file
}

describe("values", () => {
  const lists = workflow(`  words: { type: list, default: [a] }
  numbers: { type: list, items: integer, default: [1] }
  none: { type: string, optional: true, default: x }`)

  it.each([
    ["words=", { words: [] }],
    ["words=[]", { words: [] }],
    ["words=b, c", { words: ["b", "c"] }],
    ["words=[\"b, c\", d, 'e', 1:2:A:T]", { words: ["b, c", "d", "e", "1:2:A:T"] }],
    ["numbers=[]", { numbers: [] }],
    ["numbers=[1, 2]", { numbers: [1, 2] }]
  ])("a list on the command line is written as in YAML or with commas: %s", async (flag, expected) => {
    assert.deepInclude(await values(lists, { params: [flag] }), expected)
  })

  it.each(["words=[a", "words=[a, [b]]", "words=[a: b]", "numbers=[1, 2.5]", 'numbers=["x"]'])(
    "what is no list is none: %s",
    async (flag) => {
      const [message] = (await values(lists, { params: [flag] })) as ReadonlyArray<string>
      assert.match(message!, /expected a list of/u)
    }
  )

  it("of lists, and none at all, stand in profiles and files of params", async () => {
    const text = `${lists}profiles: { few: { params: { words: [b, c], none: null } } }\n`
    assert.deepStrictEqual(await values(text, { profiles: ["few"] }), { words: ["b", "c"], numbers: [1], none: null })
    const paramsFileOption = paramsFile('{ "words": ["d"], "none": null }')
    assert.deepInclude(await values(text, { paramsFile: paramsFileOption }), { words: ["d"], none: null })
  })

  it("are made from others wherever they are written, within lists too", async () => {
    const text = workflow(
      `  n: { type: integer, default: 3 }
  double: { type: integer, default: "\${{ params.n * 2 }}" }
  words: { type: list, default: ["w\${{ params.double }}", "\${{ params.last }}"] }
  last: { type: string, default: z }`,
      `profiles: { more: { params: { n: 5, last: "n\${{ params.n }}" } } }\n`
    )
    assert.deepStrictEqual(await values(text), { n: 3, double: 6, words: ["w6", "z"], last: "z" })
    assert.deepStrictEqual(await values(text, { profiles: ["more"] }), {
      n: 5,
      double: 10,
      words: ["w10", "n5"],
      last: "n5"
    })
    assert.deepInclude(await values(text, { paramsFile: paramsFile('last: "f${{ params.double }}"\n') }), {
      words: ["w6", "f6"]
    })
  })

  it("are not made from what is no param, nor from themselves", async () => {
    const faults = (params: string) => values(workflow(params))
    assert.deepStrictEqual(await faults('  a: { type: string, default: "${{ params.constructor }}" }'), [
      "the workflow has no param 'constructor' (the params are: a)"
    ])
    assert.deepStrictEqual(await faults('  a: { type: string, default: "${{ stage.out }}" }'), [
      "there is no stage or item 'stage' (a param is made from others: params.NAME)"
    ])
    assert.deepStrictEqual(await faults('  a: { type: list, default: [x, "${{ params.a }}"] }'), [
      "'a' is made from itself"
    ])
  })
})

describe("a number that is not read as it is written", () => {
  const faults = (params: string) => values(workflow(params))
  const octal = (text: string, value: number) =>
    `${text} is ${value} to some programs, and octal to others (write "${text}" in quotes if it is a text, ${value} if it is a number)`
  const long = "12345678901234567890"
  const lost = `${long} has more digits than a number keeps: it would be read as 12345678901234567000 (write "${long}" in quotes if it is a text)`

  it("is an error wherever it stands, and in a file of params", async () => {
    assert.deepStrictEqual(await faults("  a: { type: integer, default: 010 }"), [octal("010", 10)])
    assert.deepStrictEqual(await faults("  a: { type: list, items: integer, default: [7, -07] }"), [octal("-07", -7)])
    assert.include((await faults(`  a: { type: integer, default: ${long} }`)) as ReadonlyArray<string>, lost)
    const text = workflow("  a: { type: integer, default: 1 }")
    assert.deepStrictEqual(await values(text, { paramsFile: paramsFile("a: 007") }), [octal("007", 7)])
    assert.deepStrictEqual(await values(text, { params: ["a=007"] }), ["param 'a': expected integer, got 007"])
  })

  it("is an error in the env of a script, which would be given another text", async () => {
    const env = (value: string) =>
      values(workflow("  a: { type: integer, default: 1 }").replace("outputs:", `env: { v: ${value} }, outputs:`))
    const given = (text: string, value: string) => [
      `${text} is read as ${value}: the script would be given that (write it in quotes: "${text}")`
    ]
    assert.deepStrictEqual(await env("1.10"), given("1.10", "1.1"))
    assert.deepStrictEqual(await env("1e3"), given("1e3", "1000"))
    assert.deepStrictEqual(await env("0x1F"), given("0x1F", "31"))
    assert.deepStrictEqual(await env("True"), given("True", "true"))
    assert.deepStrictEqual(await env("007"), [octal("007", 7), ...given("007", "7")])
    for (const fine of ['"007"', "1.5", "-3", "0", "0.25", "true", "no", "2024-01-02", "1.2.3"]) {
      assert.deepStrictEqual(await env(fine), { a: 1 }, fine)
    }
  })
})

describe("what is wrong with a value", () => {
  it.each([
    ["{ type: boolean, default: yes }", 'expected boolean, got "yes" (write true or false)'],
    ['{ type: integer, default: "3" }', 'expected integer, got "3" (write it without quotes)'],
    ["{ type: string, default: 12 }", "expected string, got 12 (write it in quotes)"],
    ["{ type: string, default: 1.10 }", "expected string, got 1.1 (write it in quotes)"],
    ["{ type: list, default: a }", 'expected a list of string, got "a" (write [a])'],
    [
      "{ type: string, enum: [fast, slow], default: fsat }",
      "expected one of fast, slow, got \"fsat\" (did you mean 'fast'?)"
    ],
    [
      "{ type: list, enum: [fast, slow], default: [slow, fsat] }",
      'expected one of fast, slow for each, not "fsat", got ["slow","fsat"] (did you mean \'fast\'?)'
    ],
    ["{ type: number, default: .nan }", "expected number, got NaN"],
    ["{ type: string, min: 3, default: x }", "'min' is for numbers, this is string (write type: integer, or number)"],
    ["{ type: integer, min: 5, max: 3 }", "nothing is at least 5 and at most 3 (min is the smaller one)"],
    ["{ type: string, items: integer, default: x }", "a string has no items (for a list, write type: list)"],
    ["{ type: string, enum: [], default: x }", "no value is allowed (leave 'enum' out to allow any)"],
    [
      "{ type: list, items: integer, enum: [1, a], default: [1] }",
      "\"a\" is no integer (all values of 'enum' are integer)"
    ]
  ])("is told with what would be right: %s", async (declaration, expected) => {
    const faults = (await values(workflow(`  a: ${declaration}`))) as ReadonlyArray<string>
    assert.include(faults, `param 'a': ${expected}`)
  })

  it("is told once: a declaration with faults of its own is not said to lack a value as well", async () => {
    const wrong = workflow("  a: { type: integer, defautl: 3 }")
      .replace("echo", "echo ${n}")
      .replace("outputs:", 'env: { n: "${{ params.a }}" }, outputs:')
    assert.deepStrictEqual(await values(wrong), ["unknown key 'defautl' (did you mean 'default'?)"])
  })
})
