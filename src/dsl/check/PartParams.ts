/** What a stage that uses a workflow gives to its params. */
import * as Suggest from "../../core/Suggest.ts"
import { report, type CheckContext } from "./CheckContext.ts"
import { fill } from "./Fill.ts"
import * as InputCheck from "./InputCheck.ts"
import type * as Params from "./Params.ts"
import { BoundFile } from "./WorkflowParam.ts"
import type * as WorkflowUnit from "./WorkflowUnit.ts"
import type { YamlPath } from "../text/YamlDocument.ts"

/** Keys that a stage has which uses a workflow; all else is said in that workflow. */
const partKeys = new Set(["uses", "with", "if", "scatter", "missing", "description"])

export const checkKeys = (context: CheckContext, id: string): void => {
  const { stage, path } = context.placed.get(id)!
  for (const key of Object.keys(stage).filter((each) => !partKeys.has(each))) {
    const hint = "say it of that workflow's own stages"
    report(
      context,
      context.document.locateKey([...path, key]),
      "stage-body",
      `'${key}' does not go with a workflow`,
      hint
    )
  }
}

/** What a stage gives, under `with`, to the params of the workflow that it uses. */
export const givenTo = (
  context: CheckContext,
  part: WorkflowUnit.WorkflowUnit,
  id: string
): { readonly values: ReadonlyArray<Params.GivenParam>; readonly lack: Params.Lack } => {
  const { document } = context
  const { stage, path } = context.placed.get(id)!
  const declared = part.declaration.params ?? {}
  const written = stage.with ?? {}
  const absences = new Map<string, string>()
  const values = Object.entries(written).flatMap(([name, value]): ReadonlyArray<Params.GivenParam> => {
    const at = [...path, "with", name]
    const place = {
      name,
      from: "workflow" as const,
      source: document.source,
      nameRange: document.locateKey(at),
      valueRange: document.locate(at),
      origin: InputCheck.originOf(context, undefined, at)
    }
    if (!Object.hasOwn(declared, name)) {
      const hint = Suggest.hint(name, Object.keys(declared), "params")
      report(context, place.nameRange, "unknown-key", `'${stage.uses}' has no param '${name}'`, hint)
      return []
    }
    const absent = InputCheck.absence(context, value)
    if (absent !== undefined) {
      absences.set(name, absent)
      return []
    }
    const bound = boundFile(context, value, at)
    if (bound !== undefined) return bound === "unknown" ? [] : [{ ...place, value: bound }]
    const filled = fill(context, value, at)
    if (filled.broken) return []
    if (filled.value === null && value !== null) {
      absences.set(name, "this is null")
      return []
    }
    return [{ ...place, value: filled.value, origin: InputCheck.originOf(context, value, at) }]
  })
  const lack: Params.Lack = (name, { type }) => {
    const { source } = document
    const absent = absences.get(name)
    if (absent !== undefined) {
      const range = document.locate([...path, "with", name])
      return { code: "absent", message: `'${name}' must be given, but ${absent}`, source, range }
    }
    if (Object.hasOwn(written, name)) return undefined
    return {
      code: "missing-param",
      message: `param '${name}' of '${stage.uses}' is not given`,
      hint: `under 'with': ${name}: ${type.toUpperCase()}`,
      source,
      range: document.locate([...path, "uses"])
    }
  }
  return { values, lack }
}

/** A file that a stage gives, or that was given to a param of this workflow. */
const boundFile = (context: CheckContext, value: unknown, path: YamlPath): BoundFile | "unknown" | undefined => {
  const given = typeof value === "string" ? InputCheck.givenBy(context, value, path) : undefined
  return given === undefined || given === "unknown" ? given : new BoundFile(given.binding, given.port)
}
