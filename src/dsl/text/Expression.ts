/**
 * The expressions of the language, between `${{` and `}}`: names and their members, literals, arithmetic on numbers,
 * comparison, `&&`, `||`, `!`, `a ? b : c`, and the functions below. They are values only: nothing is executed.
 * `ExpressionParser.ts` reads them.
 */
import type { Range } from "../../core/Diagnostic.ts"

export type Value = string | number | boolean | null | ReadonlyArray<Value> | { readonly [name: string]: Value }

/** Offsets are within the text that was parsed. */
export type Expression =
  | { readonly _tag: "Literal"; readonly value: Value; readonly range: Range }
  | { readonly _tag: "Name"; readonly path: ReadonlyArray<string>; readonly range: Range }
  /** An item of a list by its place, a member of a mapping by its name, a file of a scattered stage by its key. */
  | {
      readonly _tag: "Index"
      readonly of: Expression
      readonly by: ReadonlyArray<Expression>
      readonly range: Range
    }
  | { readonly _tag: "Unary"; readonly operator: "-" | "!"; readonly of: Expression; readonly range: Range }
  | {
      readonly _tag: "Binary"
      readonly operator: string
      readonly left: Expression
      readonly right: Expression
      readonly range: Range
    }
  | {
      readonly _tag: "Choice"
      readonly condition: Expression
      readonly yes: Expression
      readonly no: Expression
      readonly range: Range
    }
  | {
      readonly _tag: "Call"
      readonly name: string
      readonly args: ReadonlyArray<Expression>
      readonly range: Range
    }

/** What does not read as an expression, or has no value. */
export interface ExpressionFault {
  readonly message: string
  readonly hint?: string | undefined
  readonly range: Range
}

/** All names in the expression. */
export const names = (expression: Expression): ReadonlyArray<Expression & { readonly _tag: "Name" }> => {
  switch (expression._tag) {
    case "Name":
      return [expression]
    case "Literal":
      return []
    case "Index":
      return [expression.of, ...expression.by].flatMap(names)
    case "Unary":
      return names(expression.of)
    case "Binary":
      return [...names(expression.left), ...names(expression.right)]
    case "Choice":
      return [expression.condition, expression.yes, expression.no].flatMap(names)
    case "Call":
      return expression.args.flatMap(names)
  }
}

/** Whether there is a part of it that is not looked at, as its values are. */
export const hasBranches = (expression: Expression): boolean => {
  switch (expression._tag) {
    case "Choice":
      return true
    case "Literal":
    case "Name":
      return false
    case "Binary":
      return ["&&", "||"].includes(expression.operator) || [expression.left, expression.right].some(hasBranches)
    case "Unary":
      return hasBranches(expression.of)
    case "Index":
      return [expression.of, ...expression.by].some(hasBranches)
    case "Call":
      return expression.args.some(hasBranches)
  }
}

/** How a value is written into text. */
export const show = (value: Value): string => (typeof value === "string" ? value : JSON.stringify(value))

/** How a value is told to people: texts in quotes, as they stand in expressions. */
const told = (value: Value): string => (typeof value === "string" ? `'${value}'` : JSON.stringify(value))

/** `integer`, `list of string`, `mapping`. */
export const typeOf = (value: Value): string => {
  if (value === null) return "null"
  if (Array.isArray(value)) {
    const types = new Set(value.map(typeOf))
    return `list of ${types.size === 0 ? "nothing" : [...types].join(" or ")}`
  }
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number"
  return typeof value === "object" ? "mapping" : typeof value
}

type Result = { readonly value: Value } | { readonly fault: string }

const rangeOf = (from: number, to: number): Result =>
  to >= from && to - from <= 1e6
    ? { value: Array.from({ length: to - from }, (_, index) => from + index) }
    : { fault: `range gives at most 1,000,000 numbers, and none backwards: ${from} to ${to} is not possible` }

const isEqual = (a: Value, b: Value): boolean =>
  typeof a === "object" && typeof b === "object" ? JSON.stringify(a) === JSON.stringify(b) : a === b

export const functions: Readonly<Record<string, (args: ReadonlyArray<Value>) => Result>> = {
  default: ([value, fallback, ...more]) =>
    fallback === undefined || more.length > 0
      ? { fault: "default takes a value and what to use where it is null" }
      : { value: value ?? fallback },
  first: (values) => ({ value: values.find((value) => value !== null) ?? null }),
  length: ([value, ...more]) =>
    (typeof value === "string" || Array.isArray(value)) && more.length === 0
      ? { value: value.length }
      : { fault: "length takes a text or a list" },
  contains: ([within, item, ...more]) => {
    if (item === undefined || more.length > 0)
      return { fault: "contains takes a list or a text, and what may be in it" }
    if (Array.isArray(within)) return { value: within.some((each: Value) => isEqual(each, item)) }
    return typeof within === "string" && typeof item === "string"
      ? { value: within.includes(item) }
      : {
          fault: `contains looks for an item in a list, or for a text in a text, not for ${told(item)} in ${told(within!)}`
        }
  },
  format: ([template, ...values]) => {
    if (typeof template !== "string") return { fault: "format takes a text with {0}, {1}, ... and their values" }
    let missing: string | undefined
    const value = template.replace(/\{(\d+)\}/gu, (place, index) => {
      const given = values[Number(index)]
      if (given === undefined) missing ??= place
      return given === undefined ? "" : show(given)
    })
    return missing === undefined ? { value } : { fault: `format has no value for ${missing}` }
  },
  range: ([first, end, ...more]) => {
    const [from, to] = end === undefined ? [0, first] : [first, end]
    return Number.isInteger(from) && Number.isInteger(to) && more.length === 0
      ? rangeOf(from as number, to as number)
      : { fault: "range takes a whole number, or two: the first, and where to stop before" }
  }
}

const member = (of: Value, by: Value): Result => {
  if (Array.isArray(of)) {
    if (!Number.isInteger(by)) return { fault: `a place in a list is a whole number, from 0 on, not ${told(by)}` }
    const found = of[by as number] as Value | undefined
    return found === undefined
      ? { fault: `the list has ${of.length} items, and none at place ${told(by)}` }
      : { value: found }
  }
  if (of === null || typeof of !== "object") return { fault: `${told(of)} is neither a list nor a mapping` }
  const name = show(by)
  return Object.hasOwn(of, name)
    ? { value: (of as { readonly [name: string]: Value })[name]! }
    : { fault: `there is no '${name}' in it; there are ${Object.keys(of).join(", ")}` }
}

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b
}

const comparison: Readonly<Record<string, (a: number | string, b: number | string) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b
}

const binary = (operator: string, a: Value, b: Value): Result => {
  if (operator === "==" || operator === "!=") return { value: isEqual(a, b) === (operator === "==") }
  const compute = arithmetic[operator]
  if (compute !== undefined) {
    if (operator === "+" && typeof a === "string" && typeof b === "string") return { value: a + b }
    if (typeof a !== "number" || typeof b !== "number") {
      const what = operator === "+" ? "two numbers or two texts" : "numbers"
      return { fault: `'${operator}' takes ${what}, not ${told(a)} and ${told(b)}` }
    }
    const value = compute(a, b)
    return Number.isFinite(value) ? { value } : { fault: `${told(a)} ${operator} ${told(b)} is not a finite number` }
  }
  const compare = comparison[operator]!
  return (typeof a === "number" && typeof b === "number") || (typeof a === "string" && typeof b === "string")
    ? { value: compare(a, b) }
    : { fault: `'${operator}' compares two numbers or two texts, not ${told(a)} and ${told(b)}` }
}

const kindOf = (of: Value): string =>
  Array.isArray(of)
    ? "a list"
    : typeof of === "string"
      ? "a text"
      : typeof of === "object"
        ? "a mapping"
        : `a ${typeof of}`

/** Params have one type each, so what compares them with another is a slip; items of a list may be mixed (1, 2, X). */
const neverEqual = (expression: Expression & { readonly _tag: "Binary" }, a: Value, b: Value): string | undefined => {
  const { operator } = expression
  if ((operator !== "==" && operator !== "!=") || a === null || b === null || kindOf(a) === kindOf(b)) return undefined
  return names(expression).every(({ path }) => path[0] === "params")
    ? `'${operator}' compares ${kindOf(a)} with ${kindOf(b)}, which are never equal: ${told(a)} and ${told(b)}`
    : undefined
}

export type Evaluated =
  | { readonly _tag: "Value"; readonly value: Value }
  | { readonly _tag: "Fault"; readonly fault: ExpressionFault }
  /** A name has no value, for a reason that is told elsewhere. */
  | { readonly _tag: "Unknown" }

const value = (of: Value): Evaluated => ({ _tag: "Value", value: of })

const fault = ({ range }: Expression, message: string): Evaluated => ({ _tag: "Fault", fault: { message, range } })

const settle = (expression: Expression, result: Result): Evaluated =>
  "fault" in result ? fault(expression, result.fault) : value(result.value)

/** Gives the value of a name, or undefined after telling why there is none. */
type LookUp = (name: Expression & { readonly _tag: "Name" }) => Value | undefined

/** Of what must be true or false. */
const truth = (of: Expression, lookUp: LookUp): Evaluated => {
  const found = evaluate(of, lookUp)
  return found._tag !== "Value" || typeof found.value === "boolean"
    ? found
    : fault(of, `true or false is expected, not ${told(found.value)}`)
}

export const evaluate = (expression: Expression, lookUp: LookUp): Evaluated => {
  switch (expression._tag) {
    case "Literal":
      return value(expression.value)
    case "Name": {
      const found = lookUp(expression)
      return found === undefined ? { _tag: "Unknown" } : value(found)
    }
    case "Index": {
      const of = evaluate(expression.of, lookUp)
      if (of._tag !== "Value") return of
      const [first, ...more] = expression.by
      const by = evaluate(first!, lookUp)
      if (by._tag !== "Value") return by
      return settle(
        expression,
        more.length > 0 ? { fault: "one place or name is expected" } : member(of.value, by.value)
      )
    }
    case "Unary": {
      const { operator, of } = expression
      const found = operator === "!" ? truth(of, lookUp) : evaluate(of, lookUp)
      if (found._tag !== "Value") return found
      if (operator === "!") return value(!found.value)
      return typeof found.value === "number"
        ? value(-found.value)
        : fault(expression, `'-' takes a number, not ${told(found.value)}`)
    }
    case "Choice": {
      const condition = truth(expression.condition, lookUp)
      if (condition._tag !== "Value") return condition
      return evaluate(condition.value === true ? expression.yes : expression.no, lookUp)
    }
    case "Binary": {
      const { operator, left, right } = expression
      if (operator === "&&" || operator === "||") {
        const first = truth(left, lookUp)
        return first._tag !== "Value" || first.value === (operator === "||") ? first : truth(right, lookUp)
      }
      const a = evaluate(left, lookUp)
      if (a._tag !== "Value") return a
      const b = evaluate(right, lookUp)
      if (b._tag !== "Value") return b
      const never = neverEqual(expression, a.value, b.value)
      return never === undefined ? settle(expression, binary(operator, a.value, b.value)) : fault(expression, never)
    }
    case "Call": {
      const args: Array<Value> = []
      for (const arg of expression.args) {
        const found = evaluate(arg, lookUp)
        if (found._tag !== "Value") return found
        args.push(found.value)
      }
      return settle(expression, functions[expression.name]!(args))
    }
  }
}
