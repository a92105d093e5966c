/** What a stage that is used says, before it runs, of what it is given: see {@link Requirement}. */
import * as Schema from "effect/Schema"
import * as Suggest from "../../core/Suggest.ts"
import { messageOf } from "../../core/Failure.ts"
import { report, type CheckContext } from "./CheckContext.ts"
import type { Binding } from "./CheckedStage.ts"
import { fill } from "./Fill.ts"
import * as InputCheck from "./InputCheck.ts"
import type { PlaceOf } from "../stage/Look.ts"
import type * as Port from "../stage/Port.ts"
import * as Reference from "./Reference.ts"
import * as Requirement from "../stage/Requirement.ts"
import type { Stage } from "../stage/Stage.ts"
import type { YamlPath } from "../text/YamlDocument.ts"

export interface Use {
  readonly stage: Stage
  /** Decoded. */
  readonly params: unknown
  /** Of the stage that uses it. */
  readonly path: YamlPath
  /** What stands under `with`. */
  readonly written: Readonly<Record<string, unknown>>
  readonly inputs: ReadonlyMap<string, Binding>
  /** Inputs with errors of their own, which are reported: they count as given. */
  readonly broken: ReadonlySet<string>
}

/** What feeds an input: files of the user's, and what stages give. */
interface Feed {
  readonly files: ReadonlyArray<string>
  readonly ports: ReadonlyArray<Port.GivenPort>
  /** Undefined where a stage gives a list. */
  readonly count: number | undefined
}

const feedOf = (context: CheckContext, { path, written }: Use, name: string, binding: Binding): Feed => {
  const bindings = binding._tag === "List" ? binding.items : [binding]
  const value = written[name]
  const values: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
  const silent = { ...context, diagnostics: [], seen: undefined }
  const ports = values.flatMap((each) => {
    const given = typeof each === "string" ? InputCheck.givenBy(silent, each, [...path, "with", name]) : undefined
    return given === undefined || given === "unknown" ? [] : [given.port]
  })
  return {
    files: bindings.flatMap((each) => (each._tag === "File" ? [each.path] : [])),
    ports,
    count: ports.some(({ _tag }) => _tag === "List") ? undefined : bindings.length
  }
}

/** What the stage that gives an input says of it; a scattered one may say many things. */
const factsOf = (context: CheckContext, { path, written }: Use, name: string): Readonly<Record<string, number>> => {
  const value = written[name]
  const [id, port] = (typeof value === "string" ? Reference.nameIn(value)?.path : undefined) ?? []
  const source = id === undefined || context.items.has(id) ? undefined : context.placed.get(id)
  const stage = source?.stage.uses === undefined ? undefined : context.library.get(source.stage.uses)?.stage
  if (stage === undefined || source?.stage.scatter !== undefined || path.at(-1) === id) return {}
  const silent = { ...context, diagnostics: [], seen: undefined, items: new Map() }
  const params = Object.entries(source?.stage.with ?? {}).flatMap(([key, given]) => {
    if (!Object.hasOwn(stage.params.fields, key)) return []
    const filled = fill(silent, given, [...source!.path, "with", key])
    return filled.broken || (filled.value === null && given !== null) ? [] : [[key, filled.value] as const]
  })
  const decoded = Schema.decodeUnknownResult(stage.params)(Object.fromEntries(params))
  return decoded._tag === "Success" ? (stage.facts(decoded.success)[port ?? ""] ?? {}) : {}
}

const isList = (at: Requirement.Place): at is readonly [string, ...ReadonlyArray<string | number>] => Array.isArray(at)

/** At the value; of what the workflow does not write, at `uses`. */
const placesOf = ({ document }: CheckContext, { path, written }: Use): PlaceOf => {
  const { source } = document
  return (at) => {
    const [name, ...members] = isList(at) ? at : [at]
    const range = Object.hasOwn(written, name)
      ? document.locate([...path, "with", name, ...members])
      : document.locate([...path, "uses"])
    return { source, range }
  }
}

const columnsOf = (port: Port.GivenPort): ReadonlyArray<string> | undefined =>
  port._tag === "Table" ? Object.keys(port.columns) : undefined

export const check = (context: CheckContext, use: Use): void => {
  const { stage, params, inputs, broken, path } = use
  const { diagnostics } = context
  const placeOf = placesOf(context, use)
  const feeds = new Map([...inputs].map(([name, binding]) => [name, feedOf(context, use, name, binding)] as const))
  const counts = [...feeds].map(([name, { count }]) => [name, count] as const)
  try {
    const facts = Object.fromEntries([...inputs.keys()].map((name) => [name, factsOf(context, use, name)]))
    const given = Requirement.given([...counts, ...[...broken].map((name) => [name, undefined] as const)], facts)
    for (const { at, message, hint } of stage.check(params, given)) {
      diagnostics.push({ code: "requirement", message, hint, ...placeOf(at) })
    }
    for (const named of stage.columns(params, given)) {
      const { files = [], ports = [] } = feeds.get(named.input) ?? {}
      for (const file of files) context.looks.push({ _tag: "Column", file, named, placeOf })
      const columns = ports.map(columnsOf).find((each) => each !== undefined && !each.includes(named.column))
      if (columns === undefined) continue
      const message = `'${named.input}' has no column '${named.column}'`
      const hint = Suggest.hint(named.column, columns, "columns")
      diagnostics.push({ code: "unknown-column", message, hint, ...placeOf(named.at) })
    }
    const files = Object.fromEntries(
      [...feeds].flatMap(([name, { files }]) =>
        files.length === 0 ? [] : [[name, inputs.get(name)!._tag === "List" ? files : files[0]!]]
      )
    )
    const run = stage.inspect(params, files, given)
    if (run !== Requirement.nothing)
      context.looks.push({ _tag: "Inspection", files: Object.values(files).flat(), run, placeOf })
  } catch (cause) {
    const message = `what '${stage.name}' checks before it runs failed: ${messageOf(cause)}`
    report(context, context.document.locate([...path, "uses"]), "stage-file", message, "this is an error in the stage")
  }
}
