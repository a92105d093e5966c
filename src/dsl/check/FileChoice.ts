/** Which of several files an input is given: `${{ params.cram ? to_bam.bam : params.bam }}`, `${{ first(called.vcf, params.vcf) }}`. */
import { report, type CheckContext } from "./CheckContext.ts"
import { fill } from "./Fill.ts"
import * as Reference from "./Reference.ts"
import type { Expression } from "../text/Expression.ts"
import * as Template from "../text/Template.ts"
import { expressionRange, type YamlPath } from "../text/YamlDocument.ts"

export interface FileChoice {
  /** As it would stand there alone, at the same place of the text. */
  readonly taken: unknown
  /** What might be taken with other params: it is checked like that. */
  readonly others: ReadonlyArray<unknown>
}

/** The same text with nothing but this part of the expression, where it stood. */
const alone = (text: string, { range: { start, end } }: Expression): string => {
  const opening = text.indexOf("${{") + 3
  const closing = text.lastIndexOf("}}")
  return `${text.slice(0, opening)}${" ".repeat(start - opening)}${text.slice(start, end)}${" ".repeat(closing - end)}${text.slice(closing)}`
}

/** Whether it names what stages give, or files that a param or an item stands for. */
const namesFiles = (context: CheckContext, text: string): boolean =>
  Reference.namesIn(text).some(({ path: [scope, member] }) => {
    const item = context.items.get(scope!)
    if (item !== undefined) return item._tag === "Output" || item._tag === "Shard"
    return scope === "params" ? context.params.get(member ?? "")?.bound !== undefined : context.ports.has(scope!)
  })

/** `isAbsent`: whether a file that is named is left out on purpose. `unknown`, with a Diagnostic, where that cannot be said. */
export const read = (
  context: CheckContext,
  value: unknown,
  path: YamlPath,
  isAbsent: (value: string) => boolean
): FileChoice | "unknown" => {
  const plain = { taken: value, others: [] }
  if (typeof value !== "string" || !value.includes("${{")) return plain
  const whole = Template.whole(Template.parse(value))
  if (whole?._tag === "Choice" && namesFiles(context, value)) {
    const condition = fill(context, alone(value, whole.condition), path)
    if (condition.broken) return "unknown"
    if (typeof condition.value !== "boolean") {
      const range = expressionRange(context.document, path, value, whole.condition)
      report(context, range, "invalid-expression", "true or false is expected before '?'")
      return "unknown"
    }
    const [taken, other] = condition.value ? [whole.yes, whole.no] : [whole.no, whole.yes]
    const inner = read(context, alone(value, taken), path, isAbsent)
    return inner === "unknown" ? inner : { ...inner, others: [...inner.others, alone(value, other)] }
  }
  if (whole?._tag === "Call" && ["first", "default"].includes(whole.name) && namesFiles(context, value)) {
    const all = whole.args.map((each) => alone(value, each))
    const taken = all.find((each) => !isAbsent(each)) ?? all.at(-1)
    return { taken, others: all.filter((each) => each !== taken) }
  }
  return plain
}
