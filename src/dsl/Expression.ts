/**
 * `${{ params.width }}`, `${{ windows.windows }}`: a name and a member of it. Text around one or more expressions makes a
 * string. Nothing is executed.
 */
import type { Range } from "../core/Diagnostic.ts"

export interface Expression {
  /** `params`, or the id of a stage. */
  readonly scope: string
  readonly member: string
  /** Offsets within the template. */
  readonly range: Range
}

/** What does not read as an expression. */
export interface ExpressionFault {
  readonly message: string
  readonly range: Range
}

/** A string value cut into literal text and expressions. */
export interface Template {
  readonly parts: ReadonlyArray<string | Expression>
  readonly faults: ReadonlyArray<ExpressionFault>
}

const opening = "${{"

export const isTemplate = (text: string): boolean => text.includes(opening)

const member = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*\.\s*([A-Za-z_][A-Za-z0-9_]*)\s*$/u

export const parse = (text: string): Template => {
  const parts: Array<string | Expression> = []
  const faults: Array<ExpressionFault> = []
  let at = 0
  while (at < text.length) {
    const start = text.indexOf(opening, at)
    if (start === -1) break
    if (start > at) parts.push(text.slice(at, start))
    const close = text.indexOf("}}", start)
    if (close === -1) {
      faults.push({ message: "'${{' without '}}'", range: { start, end: text.length } })
      return { parts, faults }
    }
    const range = { start, end: close + 2 }
    const match = member.exec(text.slice(start + opening.length, close))
    if (match === null) faults.push({ message: "an expression is params.NAME or STAGE.OUTPUT", range })
    else parts.push({ scope: match[1]!, member: match[2]!, range })
    at = close + 2
  }
  if (at < text.length) parts.push(text.slice(at))
  return { parts, faults }
}

/** The expression when it is the whole value (`"${{ a.b }}"`): its value keeps its type. */
export const whole = ({ parts }: Template): Expression | undefined => {
  const [only] = parts
  return parts.length === 1 && typeof only === "object" ? only : undefined
}

export const expressions = ({ parts }: Template): ReadonlyArray<Expression> =>
  parts.filter((part): part is Expression => typeof part !== "string")
