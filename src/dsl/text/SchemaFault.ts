/** What a Schema found wrong with a value, as faults with a path: for Diagnostics. */
import type * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import * as Suggest from "../../core/Suggest.ts"
import * as OtherWords from "./OtherWords.ts"
import type { YamlPath } from "./YamlDocument.ts"

export interface SchemaFault {
  readonly path: YamlPath
  /** The fault is the key itself, not its value. */
  readonly atKey: boolean
  readonly code: string
  readonly message: string
  readonly hint?: string
}

const keysOf = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  ast._tag === "Objects" ? ast.propertySignatures.map(({ name }) => String(name)) : []

/** Schema's own words, with the capital and the full stop of a sentence taken off. */
const soften = (message: string): string => message.replace(/^[A-Z](?=[a-z])/u, (letter) => letter.toLowerCase())

/** The value that a check of its own words refuses, where it is short to say. */
const gotIn = (issue: SchemaIssue.Filter): string => {
  const { input } = { ...issue.issue, ...issue } as { readonly input?: unknown }
  const text = ["string", "number", "boolean"].includes(typeof input) ? JSON.stringify(input) : ""
  return text === "" || text.length > 60 ? "" : `, got ${text}`
}

export const from = (issue: SchemaIssue.Issue, path: YamlPath = []): ReadonlyArray<SchemaFault> => {
  switch (issue._tag) {
    case "Pointer":
      return from(issue.issue, [...path, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))])
    case "Composite":
      return issue.issues.flatMap((inner) => from(inner, path))
    case "Encoding":
      return from(issue.issue, path)
    case "AnyOf":
      // The member that fits best is the one that got furthest.
      return issue.issues.length === 0
        ? [leaf(issue, path)]
        : issue.issues
            .map((inner) => from(inner, path))
            .sort((a, b) => Math.max(...b.map(depth)) - Math.max(...a.map(depth)))[0]!
    case "Filter": {
      const message = SchemaIssue.defaultCheckHook(issue)
      return message === undefined
        ? from(issue.issue, path)
        : [{ ...leaf(issue, path), message: `${soften(message)}${gotIn(issue)}` }]
    }
    case "UnexpectedKey": {
      const key = String(path[path.length - 1])
      return [
        {
          path,
          atKey: true,
          code: "unknown-key",
          message: `unknown key '${key}'`,
          hint: OtherWords.hint(key, keysOf(issue.ast)) ?? Suggest.hint(key, keysOf(issue.ast), "keys here")
        }
      ]
    }
    case "MissingKey":
      return [
        {
          path: path.slice(0, -1),
          atKey: true,
          code: "missing-key",
          message: `key '${path[path.length - 1]}' is missing`
        }
      ]
    default:
      return [leaf(issue, path)]
  }
}

const depth = (fault: SchemaFault): number => fault.path.length

/** What stands where a mapping is expected: all of it would be too much to show. */
const insteadOfMapping = (shown: string): string =>
  shown.startsWith("[") ? "a list" : shown.startsWith('"') ? "a text" : shown === "null" ? "nothing" : shown

const inWords = (message: string): Pick<SchemaFault, "message" | "hint"> => {
  const got = /^expected object, got (.*)$/su.exec(message)?.[1]
  if (got !== undefined)
    return { message: `expected a mapping, got ${insteadOfMapping(got)}`, hint: "write NAME: VALUE, one a line" }
  if (/, got "[^"]*\$\{\{/u.test(message)) return { message, hint: "an expression cannot stand here" }
  if (/^expected (?:number|integer|-?[0-9.]+), got "-?[0-9.]+"$/u.test(message))
    return { message, hint: "write it without quotes" }
  if (/^expected string, got (?:-?[0-9.e+]+|true|false)$/u.test(message)) return { message, hint: "write it in quotes" }
  const single = /^expected array, got (".*"|-?[0-9.]+|true|false)$/su.exec(message)?.[1]
  if (single !== undefined)
    return { message: `expected a list, got ${single}`, hint: `write [${single.replace(/^"(.*)"$/su, "$1")}]` }
  const [, choices, word] = /^expected ("[^"]*"(?: \| "[^"]*")+), got "(.*)"$/su.exec(message) ?? []
  if (choices !== undefined && word !== undefined) {
    const all = choices.split(" | ").map((each) => each.slice(1, -1))
    const near = OtherWords.type(word, all) ?? Suggest.closest(word, all)
    return {
      message: `expected one of ${all.join(", ")}, got "${word}"`,
      ...(near === undefined ? {} : { hint: `did you mean '${near}'?` })
    }
  }
  return {
    message: message
      .replace(/^expected (?:object|array)(?: \| (?:object|array))*/u, (kinds) =>
        kinds.replace("object", "a mapping").replace("array", "a list").replace(" | ", " or ")
      )
      .replace(/^invalid data (-?[0-9]+)$/u, "$1 is out of range")
      .replace(/^invalid data (-?[0-9.]+)$/u, "expected a whole number, got $1")
      .replace(/, got null$/u, ", got nothing")
  }
}

const leaf = (issue: SchemaIssue.Issue, path: YamlPath): SchemaFault => ({
  path,
  atKey: false,
  code: "invalid-value",
  ...inWords(soften(SchemaIssue.makeFormatterStandardSchemaV1()(issue).issues[0]?.message ?? "not a valid value"))
})
