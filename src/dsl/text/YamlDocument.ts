/** A YAML text with the place of every value in it. */
import {
  Lexer,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
  type YAMLMap
} from "yaml"
import type { Diagnostic, Range, SourceText } from "../../core/Diagnostic.ts"
import { perObject } from "../../core/Memo.ts"
import * as Suggest from "../../core/Suggest.ts"
import * as SyntaxWords from "./SyntaxWords.ts"

export type YamlPath = ReadonlyArray<string | number>

export interface YamlDocument {
  readonly source: SourceText
  /** Plain JavaScript values. */
  readonly value: unknown
  /** Where the value at a path stands; of a path that is not there, its nearest parent. */
  readonly locate: (path: YamlPath) => Range
  /** Where the key that a path ends in stands. */
  readonly locateKey: (path: YamlPath) => Range
}

const rangeOf = (node: unknown): Range | undefined =>
  isNode(node) && node.range ? { start: node.range[0], end: node.range[1] } : undefined

/** Of keys that stand twice, so many are told. */
const maxSyntaxFaults = 20

/** Alias expansion is bounded, so that a small file cannot unfold into a huge one. */
const maxAliasCount = 100

/** Deeper than any workflow; the parser and what follows it walk the levels recursively, and would run out of stack. */
const maxDepth = 200

/** The lexer's own, of a document, a plain scalar and an end of flow: no part of the text. */
// oxlint-disable-next-line no-control-regex
const marks: ReadonlySet<string> = new Set(["\u0002", "\u0018", "\u001F"])

const isBlank = (token: string): boolean => token.startsWith(" ") && token.trimStart() === ""

/** Where the text nests too deeply, seen before anything is built of it: by brackets, indicators and indentation. */
const tooDeepAt = (text: string): number | undefined => {
  let offset = 0
  let brackets = 0
  let line = 0
  let start = true
  for (const token of new Lexer().lex(text)) {
    if (token === "[" || token === "{") brackets++
    else if (token === "]" || token === "}") brackets--
    else if (token.endsWith("\n")) [line, start] = [0, true]
    else if (brackets === 0 && (token === "-" || token === "?" || (start && isBlank(token)))) line += token.length
    else if (!marks.has(token)) start = false
    if (brackets + line > maxDepth) return offset
    if (!marks.has(token)) offset += token.length
  }
  return undefined
}

/** Whether aliases within aliases make the value too deep. */
const unfoldsTooDeep = (value: unknown, left = maxDepth, seen = new Map<object, number>()): boolean => {
  if (value === null || typeof value !== "object" || (seen.get(value) ?? Infinity) <= left) return false
  seen.set(value, left)
  return left === 0 || Object.values(value).some((member) => unfoldsTooDeep(member, left - 1, seen))
}

export const parse = (
  source: SourceText
): { readonly document: YamlDocument | undefined; readonly diagnostics: ReadonlyArray<Diagnostic> } => {
  const fault = (code: string, message: string, start: number, hint?: string) => ({
    document: undefined,
    diagnostics: [{ code, message, hint, source, range: { start, end: start + 1 } }]
  })
  // What is read in place of bytes that are no UTF-8, and every other byte of UTF-16.
  const garbled = Math.max(source.text.indexOf("\0"), source.text.indexOf("\uFFFD"))
  if (garbled !== -1) return fault("yaml-syntax", "this is no text in UTF-8", garbled, "save the file as UTF-8")
  const deep = tooDeepAt(source.text)
  if (deep !== undefined) return fault("yaml-syntax", "this is nested too deeply", deep)
  const document = parseDocument(source.text, {
    prettyErrors: false,
    uniqueKeys: true,
    stringKeys: true,
    merge: true,
    logLevel: "error"
  })
  const diagnostics = SyntaxWords.telling(document.errors)
    .slice(0, maxSyntaxFaults)
    .map((error): Diagnostic => ({
      code: "yaml-syntax",
      ...SyntaxWords.of(error, source.text),
      source,
      range: { start: error.pos[0], end: Math.max(error.pos[1], error.pos[0] + 1) }
    }))
  // A key that stands twice leaves the rest readable: go on, so that all faults are seen at once.
  if (document.errors.some((error) => error.code !== "DUPLICATE_KEY")) return { document: undefined, diagnostics }
  try {
    const value: unknown = document.toJS({ maxAliasCount })
    if (unfoldsTooDeep(value)) return fault("yaml-alias", "the aliases unfold too deeply", 0)
    return {
      document: { source, value, ...locators(document) },
      diagnostics: [...diagnostics, ...misread(document, source)]
    }
  } catch {
    // The parser's only complaints at this point are about aliases and merged keys.
    const { message, start, hint } = wrongAlias(document) ?? { message: "the aliases unfold too far", start: 0 }
    return fault("yaml-alias", message, start, hint)
  }
}

/** Numbers that are not read as they are written: 007 is 8 or 7 to others, and of 20 digits the last ones are lost. */
const misread = (document: Document.Parsed, source: SourceText): ReadonlyArray<Diagnostic> => {
  const found: Array<Diagnostic> = []
  visit(document, {
    Scalar: (_, { value, source: written = "", range }) => {
      if (typeof value !== "number" || !range || found.length === maxSyntaxFaults) return
      const padded = /^[-+]?0\d/u.test(written)
      if (!padded && (!/^[-+]?\d+$/u.test(written) || Number.isSafeInteger(value))) return
      found.push({
        code: "yaml-number",
        message: padded
          ? `${written} is ${value} to some programs, and octal to others`
          : `${written} has more digits than a number keeps: it would be read as ${value}`,
        hint: `write "${written}" in quotes if it is a text${padded ? `, ${value} if it is a number` : ""}`,
        source,
        range: { start: range[0], end: range[1] }
      })
    }
  })
  return found
}

/** The first alias that stands for nothing, or for what cannot be merged. */
const wrongAlias = (
  document: Document.Parsed
): { readonly message: string; readonly start: number; readonly hint?: string } | undefined => {
  const anchors = new Set<string>()
  let found: ReturnType<typeof wrongAlias>
  visit(document, {
    Node: (_, node) => {
      if ("anchor" in node && node.anchor !== undefined) anchors.add(node.anchor)
    },
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || key.value !== "<<" || isMap(value) || isSeq(value) || isAlias(value)) return undefined
      const [start = 0] = (isNode(value) ? value.range : key.range) ?? []
      found = { message: "only mappings can be merged", start, hint: "write <<: *NAME, and &NAME before the mapping" }
      return visit.BREAK
    },
    Alias: (_, node) => {
      if (anchors.has(node.source)) return undefined
      const message = `there is no anchor '${node.source}' before this`
      const hint = Suggest.hint(node.source, anchors, "anchors")
      found = { message, start: node.range?.[0] ?? 0, hint }
      return visit.BREAK
    }
  })
  return found
}

const locators = (document: Document.Parsed): Pick<YamlDocument, "locate" | "locateKey"> => {
  const resolve = (node: unknown): Node | undefined =>
    isAlias(node) ? resolve(node.resolve(document)) : isNode(node) ? node : undefined
  const child = (node: Node | undefined, key: string | number): unknown =>
    isMap(node) ? pair(node, key)?.value : isSeq(node) ? node.items[Number(key)] : undefined
  // A place is looked for as often as there are instances of a stage: each mapping's keys are read once.
  const pairsOf = perObject((map: YAMLMap): ReadonlyMap<string, Pair> => {
    const named = map.items.map((item) => [String(isNode(item.key) ? item.key.toJSON() : item.key), item] as const)
    // Of a key that stands twice, the first; before those of the mappings that are merged into this one.
    const merged = map.items.flatMap(({ key, value }) => {
      const sources = isScalar(key) && key.value === "<<" ? (isSeq(value) ? value.items : [value]) : []
      return sources.map(resolve).flatMap((each) => (isMap(each) && each !== map ? [...pairsOf(each)] : []))
    })
    return new Map([...named, ...merged].toReversed())
  })
  const pair = (node: Node | undefined, key: string | number) =>
    isMap(node) ? pairsOf(node).get(String(key)) : undefined
  const walk = (path: YamlPath): { node: unknown; whole: boolean } => {
    let node: unknown = document.contents
    for (const key of path) {
      const next = child(resolve(node), key)
      if (!isNode(next)) return { node, whole: false }
      node = next
    }
    return { node, whole: true }
  }
  const start: Range = { start: 0, end: 1 }
  return {
    locate: (path) => rangeOf(walk(path).node) ?? start,
    locateKey: (path) => {
      const parent = resolve(walk(path.slice(0, -1)).node)
      const found = path.length === 0 ? undefined : pair(parent, path[path.length - 1]!)
      return rangeOf(found?.key) ?? rangeOf(parent) ?? start
    }
  }
}

/**
 * Where a part of an expression stands in the file, of the value at `path` whose text is `text`. The value may be quoted
 * or folded there, so its expressions are found again by counting.
 */
export const expressionRange = (
  document: YamlDocument,
  path: YamlPath,
  text: string,
  { range }: { readonly range: Range }
): Range => {
  const whole = document.locate(path)
  const raw = document.source.text.slice(whole.start, whole.end)
  const opening = text.lastIndexOf("${{", range.start)
  let start = -1
  for (let n = text.slice(0, opening + 1).split("${{").length; n > 0; n--) start = raw.indexOf("${{", start + 1)
  if (opening === -1 || start === -1) return whole
  const close = raw.indexOf("}}", start)
  const all = { start: whole.start + start, end: close === -1 ? whole.end : whole.start + close + 2 }
  const part = { start: all.start + range.start - opening, end: all.start + range.end - opening }
  return raw.startsWith(text.slice(opening, range.end), start) ? part : all
}
