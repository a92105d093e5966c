/** Damages texts the ways that people and programs do; the same seed, the same damage. */
import type { Random } from "../../src/core/Random.ts"

const deep = (count: number, open: string, close: string): string => open.repeat(count) + close.repeat(count)

const keys = [
  "__proto__",
  "constructor",
  "toString",
  "params",
  "item",
  "null",
  "1",
  "1e3",
  "true",
  '""',
  "''",
  "é",
  "a b",
  "A",
  "<<",
  "? x",
  "*x",
  "&x y",
  "!!binary x",
  "../../x",
  "x".repeat(5000),
  "scatter",
  "if",
  "over",
  "uses",
  "run",
  "with",
  "env",
  "resources",
  "imports",
  "retry",
  "profile"
]

const values = [
  "",
  "null",
  "~",
  "true",
  "0",
  "-0",
  "1e999",
  "-.inf",
  ".nan",
  "9007199254740993",
  "99999999999999999999999999",
  "0x1F",
  "0o7",
  "1_000",
  "2026-11-22",
  "[]",
  "{}",
  "[[], {}]",
  "{ a: { b: [1, { c: null }] } }",
  '"',
  "'",
  '"\\u0000"',
  '"\\ud800"',
  "\0",
  "\ud800",
  "*nobody",
  "&self [*self]",
  "&a { x: *a }",
  "!!binary aGVsbG8=",
  "!!js/function x",
  "!<tag:x> 1",
  "!!set { a, b }",
  "!!omap [a: 1]",
  "|\n      text\n",
  ">-\n      text\n",
  "@x",
  "`x`",
  "%x",
  "# nothing",
  "y".repeat(100_000),
  deep(50, "[", "]"),
  deep(5_000, "[", "]"),
  deep(5_000, "{ a: ", "}"),
  '"${{"',
  '"}}"',
  '"${{ }}"',
  '"${{ x"',
  '"${{ ${{ 1 }} }}"',
  '"${{ params }}"',
  '"${{ params. }}"',
  '"${{ params.constructor }}"',
  '"${{ reference }}"',
  '"${{ reference.fasta.x }}"',
  '"${{ reference.toString }}"',
  '"${{ item }}"',
  '"${{ item.x.y }}"',
  '"${{ 1 / 0 }}"',
  '"${{ 1e308 * 10 }}"',
  "\"${{ 'a' < 1 }}\"",
  '"${{ range(2000) }}"',
  '"${{ range(-1) }}"',
  '"${{ range(1e9) }}"',
  '"${{ length(range(2000)) }}"',
  '"${{ format(1) }}"',
  "\"${{ format('{0}{1}{99}', 1) }}\"",
  '"${{ default() }}"',
  '"${{ constructor(1) }}"',
  `"\${{ ${deep(3_000, "(", ")")} }}"`,
  `"\${{ ${"!".repeat(3_000)}true }}"`,
  `"\${{ ${"-".repeat(3_000)}1 }}"`,
  `"\${{ 1${" + 1".repeat(3_000)} }}"`,
  `"\${{ ${"true ? 1 : ".repeat(2_000)}2 }}"`,
  `"\${{ ${"length(".repeat(2_000)}2 }}"`,
  `"${"${{ 1 }}".repeat(2_000)}"`,
  "./workflow.yaml",
  "/dev/zero",
  "/proc/self/mem",
  "../".repeat(2_000)
]

const additions = [
  "    scatter: { over: [1, 2, 3] }",
  '    scatter: { over: "${{ range(300) }}", as: n }',
  "    scatter: [{ over: [a, b] }, { over: [c, null, {}], as: other }]",
  '    scatter: { over: "${{ reference.fasta }}", rows: 3 }',
  '    scatter: { over: "${{ windows.windows }}", rows: 3, as: params }',
  "    scatter: []",
  "    scatter: { over: [[1], { a: 1 }], as: reference }",
  "    if: false",
  '    if: "${{ params.x }}"',
  "    resources: { cpus: 1e9, memory: 9 EB, gpus: -1 }",
  "    retry: { attempts: 1e9 }",
  "    env: { PATH: x, '1': y }",
  "outputs: { x: 1 }",
  "profiles: { __proto__: { params: { x: 1 } } }",
  "stages: *x",
  "---",
  "...",
  "%YAML 9.9",
  "? [a, b]\n: c",
  "<<: [{ a: 1 }, *b]",
  "- a",
  "\t- tab"
]

const any = <A>(random: Random, from: ReadonlyArray<A>): A => from[random.int(from.length)]!

const edit =
  (change: (lines: Array<string>, random: Random) => void) =>
  (text: string, random: Random): string => {
    const lines = text.split("\n")
    change(lines, random)
    return lines.join("\n")
  }

type Mutation = (text: string, random: Random) => string

const keyPattern = /([{,]\s*|^\s*(?:- )?)([A-Za-z_][\w-]*):(?=\s|$)/gmu
const valuePattern = /(?<=^[^#\n]*[\w"']:[ ])(?:"[^"\n]*"|\[[^\]\n]*\]|[^\s,{}[\]][^\n,{}]*)/gmu

/** Puts something else in the place of one match. */
const replaceOne = (text: string, pattern: RegExp, random: Random, by: (found: RegExpExecArray) => string): string => {
  const all = [...text.matchAll(pattern)]
  if (all.length === 0) return text
  const found = any(random, all)
  return text.slice(0, found.index) + by(found) + text.slice(found.index + found[0].length)
}

/** Most of them leave little of a workflow. */
const crude: ReadonlyArray<Mutation> = [
  (text, random) => {
    const at = random.int(text.length + 1)
    return text.slice(0, at) + String.fromCharCode(random.int(random.int(4) === 0 ? 65_536 : 128)) + text.slice(at + 1)
  },
  (text, random) => {
    const bytes = Buffer.from(text)
    for (let n = 1 + random.int(8); n > 0 && bytes.length > 0; n--)
      bytes[random.int(bytes.length)]! ^= 1 << random.int(8)
    return bytes.toString("utf8")
  },
  (text, random) => text.slice(0, random.int(text.length + 1)),
  (text, random) => {
    const from = random.int(text.length + 1)
    return text.slice(0, from) + text.slice(from + random.int(40))
  },
  (text, random) => {
    const from = random.int(text.length + 1)
    const to = random.int(text.length + 1)
    return text.slice(0, to) + text.slice(from, from + random.int(200)) + text.slice(to)
  }
]

/** Most of them leave a workflow with one fault. */
const fine: ReadonlyArray<Mutation> = [
  edit((lines, random) => void lines.splice(random.int(lines.length), 1 + random.int(3))),
  edit((lines, random) => {
    const at = random.int(lines.length)
    lines.splice(at, 0, lines[at]!)
  }),
  edit((lines, random) => {
    const [a, b] = [random.int(lines.length), random.int(lines.length)]
    ;[lines[a], lines[b]] = [lines[b]!, lines[a]!]
  }),
  edit((lines, random) => {
    const at = random.int(lines.length)
    lines[at] = random.int(2) === 0 ? `  ${lines[at]}` : lines[at]!.replace(/^ {1,2}/u, random.int(4) === 0 ? "\t" : "")
  }),
  edit((lines, random) => void lines.splice(random.int(lines.length + 1), 0, any(random, additions))),
  (text, random) => replaceOne(text, keyPattern, random, ([, before]) => `${before}${any(random, keys)}:`),
  (text, random) =>
    replaceOne(text, keyPattern, random, ([, before]) => `${before}${any(random, [...text.matchAll(keyPattern)])[2]}:`),
  (text, random) => replaceOne(text, valuePattern, random, () => any(random, values)),
  (text, random) => replaceOne(text, valuePattern, random, () => any(random, [...text.matchAll(valuePattern)])[0]),
  (text, random) => replaceOne(text, /\$\{\{[^}]*\}\}/gu, random, () => any(random, values).replace(/^"|"$/gu, "")),
  (text, random) => replaceOne(text, /[{}[\]:,"'&*|>-]/gu, random, () => any(random, [..."{}[]:,\"'&*|>-"])),
  (text, random) => text.replaceAll("\n", any(random, ["\r\n", "\r", "\u2028", "\n\n"]))
]

export const mutate = (text: string, random: Random): string => {
  let damaged = text
  for (let n = 1 + random.int(3); n > 0; n--) damaged = any(random, random.int(5) === 0 ? crude : fine)(damaged, random)
  return damaged
}
