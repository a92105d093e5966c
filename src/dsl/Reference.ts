/** References to outputs of stages: `${{ STAGE.OUTPUT }}`. */
import type { Range } from "../core/Diagnostic.ts"
import * as Suggest from "../core/Suggest.ts"
import { expressionRange, report, type CheckContext } from "./CheckContext.ts"
import * as Expression from "./Expression.ts"
import type { OutputPort } from "./Port.ts"
import type { YamlPath } from "./YamlDocument.ts"

type Context = Pick<CheckContext, "document" | "diagnostics" | "ports">

export interface Reference {
  readonly stage: string
  readonly port: string
  readonly output: OutputPort
}

/** Undefined, with a Diagnostic, when there is no such output. */
export const lookUp = (
  context: Context,
  { scope, member }: Expression.Expression,
  range: Range
): Reference | undefined => {
  const { ports } = context
  if (!ports.has(scope)) {
    const hint = Suggest.hint(scope, [...ports.keys(), "params"], "stages")
    report(context, range, "unknown-stage", `there is no stage '${scope}'`, hint)
    return undefined
  }
  const outputs = ports.get(scope)
  const output = outputs?.[member]
  if (outputs !== undefined && output === undefined) {
    const hint = Suggest.hint(member, Object.keys(outputs), "outputs")
    report(context, range, "unknown-output", `stage '${scope}' has no output '${member}'`, hint)
  }
  return output === undefined ? undefined : { stage: scope, port: member, output }
}

/** A value that must be one reference. */
export const read = (context: Context, path: YamlPath, text: string): Reference | undefined => {
  const template = Expression.parse(text)
  const fault = template.faults[0]
  const only = Expression.whole(template)
  if (fault === undefined && only !== undefined && only.scope !== "params") {
    return lookUp(context, only, expressionRange(context.document, path, text, only))
  }
  const message = fault?.message ?? "expected a stage's output: ${{ STAGE.OUTPUT }}"
  report(context, context.document.locate(path), "invalid-expression", message)
  return undefined
}
