/** What kinds of values an expression computes with: found without its values, so that what is not taken is checked too. */
import type { Expression, ExpressionFault, Value } from "./Expression.ts"

export type Kind = "text" | "number" | "boolean" | "list" | "mapping" | "unknown"

export const of = (value: Value): Kind => {
  if (value === null) return "unknown"
  if (Array.isArray(value)) return "list"
  if (typeof value === "string") return "text"
  return typeof value === "object" ? "mapping" : (typeof value as "number" | "boolean")
}

const results: Readonly<Record<string, Kind>> = {
  length: "number",
  contains: "boolean",
  format: "text",
  range: "list"
}

const article = (kind: Kind): string => (kind === "boolean" ? "true or false" : `a ${kind}`)

/**
 * The kind of the expression's value. `kindOf` gives that of a name; `fault` takes the operators
 * that no value of such a kind would suit.
 */
export const check = (
  expression: Expression,
  kindOf: (name: Expression & { readonly _tag: "Name" }) => Kind,
  fault: (fault: ExpressionFault) => void
): Kind => {
  const inner = (of: Expression): Kind => check(of, kindOf, fault)
  const expect = (of: Expression, wanted: Kind, by: string): void => {
    const found = inner(of)
    if (found !== "unknown" && found !== wanted)
      fault({ message: `${by} takes ${article(wanted)}, not ${article(found)}`, range: of.range })
  }
  switch (expression._tag) {
    case "Literal":
      return of(expression.value)
    case "Name":
      return kindOf(expression)
    case "Index":
      for (const each of [expression.of, ...expression.by]) inner(each)
      return "unknown"
    case "Unary": {
      const kind = expression.operator === "!" ? "boolean" : "number"
      expect(expression.of, kind, `'${expression.operator}'`)
      return kind
    }
    case "Choice": {
      expect(expression.condition, "boolean", "'?'")
      const [yes, no] = [inner(expression.yes), inner(expression.no)]
      return yes === no ? yes : "unknown"
    }
    case "Call":
      for (const each of expression.args) inner(each)
      return results[expression.name] ?? "unknown"
    case "Binary": {
      const { operator, left, right } = expression
      if (operator === "==" || operator === "!=") {
        inner(left)
        inner(right)
        return "boolean"
      }
      if (operator === "&&" || operator === "||") {
        expect(left, "boolean", `'${operator}'`)
        expect(right, "boolean", `'${operator}'`)
        return "boolean"
      }
      const isComparison = ["<", "<=", ">", ">="].includes(operator)
      const kinds = [inner(left), inner(right)]
      const suited = isComparison || operator === "+" ? ["number", "text"] : ["number"]
      const known = kinds.filter((kind) => kind !== "unknown")
      if (known.some((kind) => !suited.includes(kind)) || new Set(known).size > 1) {
        const message = `'${operator}' takes ${suited.length === 1 ? "numbers" : "two numbers or two texts"}, not ${kinds.map(article).join(" and ")}`
        fault({ message: message.replace(/\ban? unknown\b/gu, "another value"), range: expression.range })
        return "unknown"
      }
      return isComparison ? "boolean" : (known[0] ?? "unknown")
    }
  }
}
