/**
 * The expressions of the language, between `${{` and `}}`: names and their members, literals, arithmetic on numbers,
 * comparison, `&&`, `||`, `!`, `a ? b : c`, and the functions below. They are values only: nothing is executed.
 */
import type { Range } from "../core/Diagnostic.ts"

export type Value = string | number | boolean | null | ReadonlyArray<Value> | { readonly [name: string]: Value }

/** Offsets are within the text that was parsed. */
export type Expression =
  | { readonly _tag: "Literal"; readonly value: Value; readonly range: Range }
  | { readonly _tag: "Name"; readonly path: ReadonlyArray<string>; readonly range: Range }
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
  readonly range: Range
}

interface Token {
  readonly kind: "number" | "string" | "name" | "symbol" | "end"
  readonly text: string
  readonly range: Range
}

const tokenPattern =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|'((?:[^'\\]|\\.)*)'|([A-Za-z_][A-Za-z0-9_]*)|(==|!=|<=|>=|&&|\|\||[-+*/%<>!?:().,[\]]))/uy

const tokenize = (text: string, offset: number): ReadonlyArray<Token> | ExpressionFault => {
  const tokens: Array<Token> = []
  tokenPattern.lastIndex = 0
  while (tokenPattern.lastIndex < text.trimEnd().length) {
    const from = tokenPattern.lastIndex
    const match = tokenPattern.exec(text)
    if (match === null) {
      const start = offset + from + (/^\s*/u.exec(text.slice(from))?.[0].length ?? 0)
      return { message: `unexpected '${text.slice(start - offset)[0]}'`, range: { start, end: start + 1 } }
    }
    const [all, number, string, name, symbol] = match
    const end = offset + tokenPattern.lastIndex
    const range = { start: end - all.trimStart().length, end }
    if (number !== undefined) tokens.push({ kind: "number", text: number, range })
    else if (string !== undefined) tokens.push({ kind: "string", text: string.replace(/\\(.)/gu, "$1"), range })
    else if (name !== undefined) tokens.push({ kind: "name", text: name, range })
    else tokens.push({ kind: "symbol", text: symbol!, range })
  }
  const end = offset + text.length
  return [...tokens, { kind: "end", text: "", range: { start: Math.max(offset, end - 1), end } }]
}

/** How tightly the operators bind; left to right within a level. */
const precedence: Readonly<Record<string, number>> = {
  "||": 1,
  "&&": 2,
  "==": 3,
  "!=": 3,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "%": 6
}

const constants: Readonly<Record<string, Value>> = { true: true, false: false, null: null }

/** Deeper nesting is no use to anybody, and would overflow the stack. */
const maxDepth = 100

class Parser {
  private at = 0
  private depth = 0
  private readonly tokens: ReadonlyArray<Token>
  constructor(tokens: ReadonlyArray<Token>) {
    this.tokens = tokens
  }

  parse(): Expression | ExpressionFault {
    try {
      const expression = this.choice()
      if (this.peek().kind !== "end") this.fail(`unexpected '${this.peek().text}'`)
      return expression
    } catch (fault) {
      return fault as ExpressionFault
    }
  }

  private peek(): Token {
    return this.tokens[this.at]!
  }

  private take(): Token {
    return this.tokens[this.at++]!
  }

  private accept(symbol: string): boolean {
    const next = this.peek()
    if (next.kind !== "symbol" || next.text !== symbol) return false
    this.at++
    return true
  }

  private expect(symbol: string): void {
    if (!this.accept(symbol)) this.fail(`expected '${symbol}'`)
  }

  /** Leaves the parser; caught in `parse`, it never leaves this file. */
  private fail(message: string, { range } = this.peek()): never {
    const fault: ExpressionFault = { message, range }
    throw fault
  }

  private choice(): Expression {
    if (++this.depth > maxDepth) this.fail("too deeply nested")
    const condition = this.binary(1)
    this.depth--
    if (!this.accept("?")) return condition
    const yes = this.choice()
    this.expect(":")
    const no = this.choice()
    return { _tag: "Choice", condition, yes, no, range: { start: condition.range.start, end: no.range.end } }
  }

  private binary(level: number): Expression {
    let left = this.unary()
    for (;;) {
      const { kind, text } = this.peek()
      const binds = kind === "symbol" ? precedence[text] : undefined
      if (binds === undefined || binds < level) return left
      this.at++
      const right = this.binary(binds + 1)
      left = { _tag: "Binary", operator: text, left, right, range: { start: left.range.start, end: right.range.end } }
    }
  }

  private unary(): Expression {
    const { range } = this.peek()
    const operator = this.accept("-") ? "-" : this.accept("!") ? "!" : undefined
    if (operator === undefined) return this.primary()
    if (++this.depth > maxDepth) this.fail("too deeply nested")
    const of = this.unary()
    this.depth--
    return { _tag: "Unary", operator, of, range: { start: range.start, end: of.range.end } }
  }

  private primary(): Expression {
    const token = this.take()
    const { range } = token
    if (token.kind === "number") return { _tag: "Literal", value: Number(token.text), range }
    if (token.kind === "string") return { _tag: "Literal", value: token.text, range }
    if (token.kind === "symbol" && token.text === "(") {
      const inner = this.choice()
      this.expect(")")
      return inner
    }
    if (token.kind !== "name")
      return this.fail(token.kind === "end" ? "a value is missing" : `unexpected '${token.text}'`, token)
    if (Object.hasOwn(constants, token.text)) return { _tag: "Literal", value: constants[token.text]!, range }
    if (this.accept("(")) return this.call(token)
    const path = [token.text]
    let end = range.end
    while (this.accept(".")) {
      const member = this.take()
      if (member.kind !== "name") this.fail("a name is expected after '.'", member)
      path.push(member.text)
      end = member.range.end
    }
    return { _tag: "Name", path, range: { start: range.start, end } }
  }

  private call(name: Token): Expression {
    const args: Array<Expression> = []
    if (!this.accept(")")) {
      do args.push(this.choice())
      while (this.accept(","))
      this.expect(")")
    }
    if (!Object.hasOwn(functions, name.text)) {
      this.fail(`there is no function '${name.text}'; there are ${Object.keys(functions).join(", ")}`, name)
    }
    return {
      _tag: "Call",
      name: name.text,
      args,
      range: { start: name.range.start, end: this.tokens[this.at - 1]!.range.end }
    }
  }
}

const isFault = (value: object): value is ExpressionFault => !("_tag" in value) && "message" in value

/** Parses what stands between the braces; `offset` is where it stands in the whole text. */
export const parse = (text: string, offset = 0): Expression | ExpressionFault => {
  const tokens = tokenize(text, offset)
  return isFault(tokens) ? tokens : new Parser(tokens).parse()
}

export const failed = (parsed: Expression | ExpressionFault): parsed is ExpressionFault => isFault(parsed)

/** All names in the expression. */
export const names = (expression: Expression): ReadonlyArray<Expression & { readonly _tag: "Name" }> => {
  switch (expression._tag) {
    case "Name":
      return [expression]
    case "Literal":
      return []
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

/** How a value is written into text. */
export const show = (value: Value): string => (typeof value === "string" ? value : JSON.stringify(value))

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

const functions: Readonly<Record<string, (args: ReadonlyArray<Value>) => Result>> = {
  default: ([value, fallback]) =>
    fallback === undefined
      ? { fault: "default takes a value and what to use where it is null" }
      : { value: value ?? fallback },
  length: ([value]) =>
    typeof value === "string" || Array.isArray(value)
      ? { value: value.length }
      : { fault: "length takes a text or a list" },
  format: ([template, ...values]) => {
    if (typeof template !== "string") return { fault: "format takes a text with {0}, {1}, ... and their values" }
    const missing = [...template.matchAll(/\{(\d+)\}/gu)].find(([, index]) => values[Number(index)] === undefined)
    return missing === undefined
      ? { value: template.replace(/\{(\d+)\}/gu, (_, index) => show(values[Number(index)]!)) }
      : { fault: `format has no value for ${missing[0]}` }
  },
  range: ([count]) =>
    typeof count === "number" && Number.isInteger(count) && count >= 0 && count <= 1e6
      ? { value: Array.from({ length: count }, (_, index) => index) }
      : { fault: "range takes a whole number from 0 to 1,000,000" }
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
  if (operator === "==" || operator === "!=") {
    return { value: (JSON.stringify(a) === JSON.stringify(b)) === (operator === "==") }
  }
  const compute = arithmetic[operator]
  if (compute !== undefined) {
    if (operator === "+" && typeof a === "string" && typeof b === "string") return { value: a + b }
    if (typeof a !== "number" || typeof b !== "number")
      return { fault: `'${operator}' takes numbers, not ${show(a)} and ${show(b)}` }
    const value = compute(a, b)
    return Number.isFinite(value) ? { value } : { fault: `${show(a)} ${operator} ${show(b)} is not a finite number` }
  }
  const compare = comparison[operator]!
  return (typeof a === "number" && typeof b === "number") || (typeof a === "string" && typeof b === "string")
    ? { value: compare(a, b) }
    : { fault: `'${operator}' compares two numbers or two texts, not ${show(a)} and ${show(b)}` }
}

export type Evaluated =
  | { readonly _tag: "Value"; readonly value: Value }
  | { readonly _tag: "Fault"; readonly fault: ExpressionFault }
  /** A name has no value, for a reason that is told elsewhere. */
  | { readonly _tag: "Unknown" }

const value = (of: Value): Evaluated => ({ _tag: "Value", value: of })

/** `lookUp` gives the value of a name, or undefined after telling why there is none. */
export const evaluate = (
  expression: Expression,
  lookUp: (name: Expression & { readonly _tag: "Name" }) => Value | undefined
): Evaluated => {
  const fault = (message: string, { range } = expression): Evaluated => ({ _tag: "Fault", fault: { message, range } })
  const settle = (result: Result): Evaluated => ("fault" in result ? fault(result.fault) : value(result.value))
  const truth = (of: Expression, then: (holds: boolean) => Evaluated): Evaluated => {
    const found = evaluate(of, lookUp)
    if (found._tag !== "Value") return found
    return typeof found.value === "boolean"
      ? then(found.value)
      : fault(`true or false is expected, not ${show(found.value)}`, of)
  }
  switch (expression._tag) {
    case "Literal":
      return value(expression.value)
    case "Name": {
      const found = lookUp(expression)
      return found === undefined ? { _tag: "Unknown" } : value(found)
    }
    case "Unary": {
      if (expression.operator === "!") return truth(expression.of, (holds) => value(!holds))
      const found = evaluate(expression.of, lookUp)
      if (found._tag !== "Value") return found
      return typeof found.value === "number"
        ? value(-found.value)
        : fault(`'-' takes a number, not ${show(found.value)}`)
    }
    case "Choice":
      return truth(expression.condition, (holds) => evaluate(holds ? expression.yes : expression.no, lookUp))
    case "Binary": {
      if (expression.operator === "&&" || expression.operator === "||") {
        const stop = expression.operator === "||"
        return truth(expression.left, (holds) => (holds === stop ? value(stop) : truth(expression.right, value)))
      }
      const left = evaluate(expression.left, lookUp)
      if (left._tag !== "Value") return left
      const right = evaluate(expression.right, lookUp)
      return right._tag === "Value" ? settle(binary(expression.operator, left.value, right.value)) : right
    }
    case "Call": {
      const args: Array<Value> = []
      for (const arg of expression.args) {
        const found = evaluate(arg, lookUp)
        if (found._tag !== "Value") return found
        args.push(found.value)
      }
      return settle(functions[expression.name]!(args))
    }
  }
}
