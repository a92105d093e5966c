/** Reads the text of an expression. */
import type { Range } from "../../core/Diagnostic.ts"
import * as Suggest from "../../core/Suggest.ts"
import { functions, type Expression, type ExpressionFault, type Value } from "./Expression.ts"
import * as OtherWords from "./OtherWords.ts"

interface Token {
  readonly kind: "number" | "string" | "name" | "symbol" | "end"
  readonly text: string
  readonly range: Range
}

const tokenPattern =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|'((?:[^'\\]|\\.)*)'|([A-Za-z_][A-Za-z0-9_]*)|(==|!=|<=|>=|&&|\|\||[-+*/%<>!?:().,[\]]))/uy

const unexpected = (text: string): Omit<ExpressionFault, "range"> => ({
  message: `unexpected '${text}'`,
  hint: OtherWords.inExpression(text)
})

const tokenize = (text: string, offset: number): ReadonlyArray<Token> | ExpressionFault => {
  const tokens: Array<Token> = []
  tokenPattern.lastIndex = 0
  while (tokenPattern.lastIndex < text.trimEnd().length) {
    const from = tokenPattern.lastIndex
    const match = tokenPattern.exec(text)
    if (match === null) {
      const start = offset + from + (/^\s*/u.exec(text.slice(from))?.[0].length ?? 0)
      const letter = String.fromCodePoint(text.codePointAt(start - offset)!)
      return { ...unexpected(letter), range: { start, end: start + letter.length } }
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

/** Names in expressions that nothing else can have. */
export const reserved: ReadonlySet<string> = new Set(["params", ...Object.keys(constants)])

/** Deeper nesting is no use to anybody, and would overflow the stack. */
const maxDepth = 100
/** `a + b + c`, `x[0][1]`: each is one level more to whoever computes it. */
const maxLinks = 500

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
      if (this.peek().kind === "end") return expression
      const word = expression._tag === "Name" && expression.path[0] === "not" ? "not" : this.peek().text
      return { ...unexpected(this.peek().text), hint: OtherWords.inExpression(word), range: this.peek().range }
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
  private fail(message: string, { range } = this.peek(), hint?: string): never {
    const fault: ExpressionFault = { message, range, hint }
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
    for (let links = 0; ; links++) {
      const { kind, text } = this.peek()
      const binds = kind === "symbol" ? precedence[text] : undefined
      if (binds === undefined || binds < level) return left
      if (links >= maxLinks) this.fail(`more than ${maxLinks} operators in a row`)
      this.at++
      const right = this.binary(binds + 1)
      left = { _tag: "Binary", operator: text, left, right, range: { start: left.range.start, end: right.range.end } }
    }
  }

  private unary(): Expression {
    const { range } = this.peek()
    const operator = this.accept("-") ? "-" : this.accept("!") ? "!" : undefined
    if (operator === undefined) return this.indexed()
    if (++this.depth > maxDepth) this.fail("too deeply nested")
    const of = this.unary()
    this.depth--
    return { _tag: "Unary", operator, of, range: { start: range.start, end: of.range.end } }
  }

  private memberName(): Expression & { readonly _tag: "Literal" } {
    const member = this.take()
    if (member.kind !== "name") this.fail("a name is expected after '.'", member)
    return { _tag: "Literal", value: member.text, range: member.range }
  }

  private indexed(): Expression {
    let of = this.primary()
    for (let links = 0; ; links++) {
      if (links >= maxLinks) this.fail("too deeply nested")
      const by: Array<Expression> = []
      if (this.accept("[")) {
        do by.push(this.choice())
        while (this.accept(","))
        this.expect("]")
      } else if (of._tag === "Index" && this.accept(".")) by.push(this.memberName())
      else return of
      of = { _tag: "Index", of, by, range: { start: of.range.start, end: this.tokens[this.at - 1]!.range.end } }
    }
  }

  private primary(): Expression {
    const token = this.take()
    const { range } = token
    if (token.kind === "number") {
      const value = Number(token.text)
      // Of whole numbers this large, not all are there: another would be taken.
      if (
        !Number.isFinite(value) ||
        (Number.isInteger(value) && !Number.isSafeInteger(value) && !/e/iu.test(token.text))
      )
        this.fail(`${token.text} is too large to be exact`, token)
      return { _tag: "Literal", value, range }
    }
    if (token.kind === "string") return { _tag: "Literal", value: token.text, range }
    if (token.kind === "symbol" && token.text === "(") {
      const inner = this.choice()
      const { end } = this.peek().range
      this.expect(")")
      return { ...inner, range: { start: range.start, end } }
    }
    if (token.kind !== "name")
      return this.fail(token.kind === "end" ? "a value is missing" : `unexpected '${token.text}'`, token)
    if (Object.hasOwn(constants, token.text)) return { _tag: "Literal", value: constants[token.text]!, range }
    if (this.accept("(")) return this.call(token)
    const path = [token.text]
    let end = range.end
    while (this.accept(".")) {
      const member = this.memberName()
      path.push(String(member.value))
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
      const known = Object.keys(functions)
      const near = OtherWords.inExpression(name.text) ?? Suggest.closest(name.text, known)
      const hint = near === undefined || !known.includes(near) ? near : `did you mean '${near}'?`
      this.fail(`there is no function '${name.text}'; there are ${known.join(", ")}`, name, hint)
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
