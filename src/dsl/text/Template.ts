/** A string of the YAML with expressions in it: `${{ params.width }}`, `chr${{ item }}`. */
import * as Expression from "./Expression.ts"
import * as ExpressionParser from "./ExpressionParser.ts"

export interface Template {
  readonly parts: ReadonlyArray<string | Expression.Expression>
  readonly faults: ReadonlyArray<Expression.ExpressionFault>
}

const opening = "${{"

export const has = (text: string): boolean => text.includes(opening)

/** Where the expression that begins at `from` ends: `}}` outside of quotes. */
const closing = (text: string, from: number): number => {
  let quoted = false
  for (let i = from; i < text.length; i++) {
    if (quoted && text[i] === "\\") i++
    else if (text[i] === "'") quoted = !quoted
    else if (!quoted && text.startsWith("}}", i)) return i
  }
  return -1
}

const parsed = new Map<string, Template>()

/** A scattered stage has the same text for each of its tasks: it is parsed once. */
export const parse = (text: string): Template => {
  const known = parsed.get(text)
  if (known !== undefined) return known
  const template = parseNew(text)
  if (parsed.size >= 1000) parsed.clear()
  parsed.set(text, template)
  return template
}

const parseNew = (text: string): Template => {
  const parts: Array<string | Expression.Expression> = []
  const faults: Array<Expression.ExpressionFault> = []
  let at = 0
  for (;;) {
    const start = text.indexOf(opening, at)
    if (start === -1) break
    if (start > at) parts.push(text.slice(at, start))
    const close = closing(text, start + opening.length)
    if (close === -1) {
      const quotes = text.slice(start).match(/(?<!\\)'/gu)?.length ?? 0
      const open = { message: "'${{' without '}}'", range: { start, end: text.length } }
      return { parts, faults: [...faults, quotes % 2 === 1 ? { ...open, hint: "a quote is not closed" } : open] }
    }
    const parsed = ExpressionParser.parse(text.slice(start + opening.length, close), start + opening.length)
    if (ExpressionParser.failed(parsed)) faults.push(parsed)
    else parts.push(parsed)
    at = close + 2
  }
  if (at < text.length) parts.push(text.slice(at))
  return { parts, faults }
}

/** The expression when it is the whole value (`"${{ a.b }}"`): its value keeps its type. */
export const whole = ({ parts, faults }: Template): Expression.Expression | undefined => {
  const [only] = parts
  return parts.length === 1 && faults.length === 0 && typeof only === "object" ? only : undefined
}
