/** Checks a stage that uses one of the library or of an import: what it is given under `with`. */
import * as Schema from "effect/Schema"
import * as Suggest from "../../core/Suggest.ts"
import { report, type CheckContext } from "./CheckContext.ts"
import type { Binding } from "./CheckedStage.ts"
import * as Edge from "../stage/Edge.ts"
import { fill } from "./Fill.ts"
import * as InputCheck from "./InputCheck.ts"
import * as RequirementCheck from "./RequirementCheck.ts"
import * as SchemaFault from "../text/SchemaFault.ts"
import type { StageBody } from "./StageBody.ts"

/** Undefined, with Diagnostics, where there is no such stage, or its params cannot be read. */
export const check = (context: CheckContext, id: string, name: string): StageBody | undefined => {
  const { document } = context
  const { stage, path } = context.placed.get(id)!
  const usesRange = document.locate([...path, "uses"])
  const loaded = context.library.get(name)
  if (loaded === undefined) {
    const hint = name.includes("/")
      ? "the file of a workflow ends in .yaml, .yml or .ts; a file of stages is named under 'imports', and 'uses' is a stage of it"
      : Suggest.hint(name, context.libraryNames, "stages")
    report(context, usesRange, "unknown-stage", `there is no stage named '${name}'`, hint)
    return undefined
  }
  const definition = loaded.stage
  const given = stage.with ?? {}
  const inputs = new Map<string, Binding>()
  const values: Record<string, unknown> = {}
  const broken = new Set<string>()
  for (const [key, value] of Object.entries(given)) {
    const at = [...path, "with", key]
    const port = Object.hasOwn(definition.inputs, key) ? definition.inputs[key] : undefined
    if (port !== undefined) {
      const before = context.diagnostics.length
      const binding = InputCheck.bind(context, value, at, port)
      if (binding !== undefined) inputs.set(key, binding)
      else if (context.diagnostics.length > before) broken.add(key)
    } else if (Object.hasOwn(definition.params.fields, key)) {
      const filled = fill(context, value, at)
      if (filled.broken) broken.add(key)
      // A param of the workflow without a value is as if it were not written here.
      else if (filled.value !== null || value === null) values[key] = filled.value
    } else {
      const names = [...Object.keys(definition.inputs), ...Object.keys(definition.params.fields)]
      const hint = Suggest.hint(key, names, "inputs and params")
      report(context, document.locateKey(at), "unknown-key", `stage '${name}' has no input or param '${key}'`, hint)
    }
  }
  for (const [key, port] of Object.entries(definition.inputs)) {
    const binding = inputs.get(key)
    if (port._tag === "List" && binding?._tag === "List" && binding.items.length === 0 && !broken.has(key)) {
      const at = [...path, "with", key]
      const absent = [given[key]].flat().flatMap((each) => InputCheck.absence(context, each) ?? [])[0]
      const message = `'${key}' must be given, but ${absent ?? "the list is empty"}`
      report(context, document.locate(at), absent === undefined ? "missing-input" : "absent", message)
      broken.add(key)
    }
    if (port._tag === "Optional" || Object.hasOwn(given, key)) continue
    const hint = `under 'with': ${key}: \${{ STAGE.OUTPUT }} (${Edge.show(port)})`
    report(context, usesRange, "missing-input", `input '${key}' of '${name}' is not given`, hint)
  }
  const decoded = Schema.decodeUnknownResult(definition.params, {
    errors: "all",
    onExcessProperty: "error",
    reportInput: true
  })(values)
  if (decoded._tag === "Failure") {
    for (const fault of SchemaFault.from(decoded.failure.issue)) {
      const at = [...path, "with", ...fault.path]
      if (fault.code === "missing-key" && fault.path.length === 0) {
        const key = /^key '(.*)' is missing$/u.exec(fault.message)?.[1] ?? ""
        if (broken.has(key)) continue
        if (Object.hasOwn(given, key)) {
          const absent = InputCheck.absence(context, given[key]) ?? "this is null"
          const at = document.locate([...path, "with", key])
          report(context, at, "absent", `param '${key}' must be given, but ${absent}`)
        } else {
          report(
            context,
            usesRange,
            "missing-param",
            `param '${key}' of '${name}' is not given`,
            "give it under 'with'"
          )
        }
        continue
      }
      const range = fault.atKey ? document.locateKey(at) : document.locate(at)
      report(context, range, fault.code, `param '${fault.path.join(".")}': ${fault.message}`, fault.hint)
    }
    return undefined
  }
  RequirementCheck.check(context, {
    stage: definition,
    params: decoded.success,
    path,
    written: given,
    inputs,
    broken
  })
  return {
    body: { _tag: "Uses", ...loaded, params: decoded.success },
    inputs,
    inputPorts: definition.inputs,
    proposed: definition.resources,
    description: definition.summary
  }
}
