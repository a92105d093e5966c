/** The types of a workflow, as inferred: of every stage's inputs, params and outputs, and of every expression. */
import * as Diagnostic from "../core/Diagnostic.ts"
import type { Seen } from "./check/CheckContext.ts"
import { shardsOf, usesOf, type Binding, type CheckedStage, type Level } from "./check/CheckedStage.ts"
import * as Edge from "./stage/Edge.ts"
import * as Expression from "./text/Expression.ts"
import * as ParamValue from "./param/ParamValue.ts"
import * as Port from "./stage/Port.ts"
import * as StageDoc from "./stage/StageDoc.ts"
import type { Workflow } from "./Workflow.ts"

export interface TypedInput {
  readonly type: string
  /** `windows.windows`, a path, or the name of a scatter's file; several for a list. */
  readonly from: ReadonlyArray<string>
}

export interface TypedParam {
  readonly type: string
  /** Where the tasks of a scattered stage have several, the first few. */
  readonly values: ReadonlyArray<unknown>
  /** How many different values there are. */
  readonly distinct: number
}

export interface TypedStage {
  readonly id: string
  readonly uses: string
  /** What it is scattered over, or null. Tasks are null where their number is known only in the run. */
  readonly scatter: { readonly tasks: number | null; readonly over: ReadonlyArray<string> } | null
  readonly inputs: Readonly<Record<string, TypedInput>>
  readonly params: Readonly<Record<string, TypedParam>>
  readonly outputs: Readonly<Record<string, { readonly type: string; readonly given: string }>>
}

export interface TypedExpression {
  readonly line: number
  readonly column: number
  readonly text: string
  readonly type: string
  readonly value?: Expression.Value
  readonly times: number
}

export interface TypeListing {
  readonly workflow: string
  readonly params: Readonly<Record<string, { readonly type: string; readonly value: unknown; readonly from: string }>>
  readonly stages: ReadonlyArray<TypedStage>
  readonly outputs: Readonly<Record<string, { readonly type: string; readonly from: string }>>
  readonly expressions: ReadonlyArray<TypedExpression>
}

const sourceOf = (binding: Binding): ReadonlyArray<string> => {
  switch (binding._tag) {
    case "Output":
      return [`${binding.stage}.${binding.port}`]
    case "File":
      return [binding.path]
    case "Item":
      return [binding.name]
    case "List":
      return binding.items.flatMap(sourceOf)
  }
}

/** So many values of a param are shown. */
const most = 3

const paramsOf = (stage: CheckedStage): TypedStage["params"] => {
  const found = new Map<string, Map<string, unknown>>()
  const types: Record<string, string> = {}
  for (const { body } of stage.instances) {
    const values = body._tag === "Uses" ? (body.stage.encodeParams(body.params) as object) : body.env
    for (const [name, value] of Object.entries(values)) {
      const known = found.get(name) ?? new Map<string, unknown>()
      found.set(name, known.set(JSON.stringify(value), value))
    }
  }
  const [first] = stage.instances
  if (first?.body._tag === "Uses") Object.assign(types, StageDoc.paramTypes(first.body.stage))
  return Object.fromEntries(
    [...found].map(([name, values]) => [
      name,
      { type: types[name] ?? "string", values: [...values.values()].slice(0, most), distinct: values.size }
    ])
  )
}

/** What all its tasks give together: through each scatter around it, and its own. */
const gatheredType = (stage: CheckedStage, port: Port.GivenPort): string =>
  Edge.show(stage.instances[0]!.levels.reduce(Port.gathered, port))

/** What a script is given: its own ports take files of any kind. */
const givenType = (
  stages: ReadonlyMap<string, CheckedStage>,
  levels: ReadonlyArray<Level>,
  binding: Binding
): string => {
  switch (binding._tag) {
    case "Output": {
      const { outputs, instances } = stages.get(binding.stage)!
      return Edge.show(instances[0]!.levels.slice(binding.depth).reduce(Port.gathered, outputs[binding.port]!))
    }
    case "File":
      return "file"
    case "Item": {
      const { of, rows } = levels.flatMap(({ shards }) => shards).find(({ name }) => name === binding.name)!
      const whole = givenType(stages, levels, of)
      return rows === undefined ? whole.replace(/^list of /u, "") : whole
    }
    case "List": {
      const types = binding.items.map((item) => givenType(stages, levels, item).replace(/^(?:list of )+/u, ""))
      return `list of ${[...new Set(types)].join(" or ") || "nothing"}`
    }
  }
}

const stageOf = (stage: CheckedStage, stages: ReadonlyMap<string, CheckedStage>): TypedStage => {
  const inputs = new Map<string, Set<string>>()
  const types = new Map(Object.entries(stage.inputPorts).map(([name, port]) => [name, Edge.show(port)]))
  for (const { inputs: bound, body, levels } of stage.instances) {
    for (const [name, binding] of bound) {
      if (body._tag === "Script" && !inputs.has(name)) types.set(name, givenType(stages, levels, binding))
      const known = inputs.get(name) ?? new Set()
      inputs.set(name, known)
      for (const source of sourceOf(binding)) known.add(source)
    }
  }
  return {
    id: stage.id,
    uses: usesOf(stage),
    scatter: stage.scattered
      ? {
          tasks: shardsOf(stage).length === 0 ? stage.instances.length : null,
          over: [
            ...(stage.instances.length > 1 ? [`${stage.instances.length} values`] : []),
            // In each lane of a scattered workflow it may be another.
            ...new Set(
              shardsOf(stage).map(({ of, rows }) =>
                rows === undefined
                  ? `each file of ${sourceOf(of).join(", ")}`
                  : `each ${rows} rows of ${sourceOf(of).join(", ")}`
              )
            )
          ]
        }
      : null,
    inputs: Object.fromEntries([...inputs].map(([name, from]) => [name, { type: types.get(name)!, from: [...from] }])),
    params: paramsOf(stage),
    outputs: Object.fromEntries(
      Object.entries(stage.outputs).map(([name, port]) => {
        return [name, { type: Edge.show(port), given: gatheredType(stage, port) }]
      })
    )
  }
}

export const make = (workflow: Workflow, expressions: ReadonlyArray<Seen>): TypeListing => {
  const byId = new Map(workflow.stages.map((stage) => [stage.id, stage]))
  const stages = workflow.stages.map((stage) => stageOf(stage, byId))
  return {
    workflow: workflow.name,
    params: Object.fromEntries(
      workflow.params.map(({ name, value, from, declaration }) => [
        name,
        { type: ParamValue.typeName(declaration).replace(/^a /u, ""), value, from }
      ])
    ),
    stages,
    outputs: Object.fromEntries(
      workflow.outputs.map(({ name, stage, port }) => {
        const type = stages.find(({ id }) => id === stage)!.outputs[port]!.given
        return [name, { type, from: `${stage}.${port}` }]
      })
    ),
    expressions: expressions.map(({ range, text, type, value, times }) => ({
      ...Diagnostic.position(workflow.text, range.start),
      text,
      type,
      ...(value === undefined ? {} : { value }),
      times
    }))
  }
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "not given"
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

const valuesOf = ({ values, distinct }: TypedParam): string =>
  `${values.map(shown).join(", ")}${distinct > values.length ? `, ... (${distinct} values)` : ""}`

type Line = readonly [name: string, from: string, type: string]

/** Aligned, but for the types: those of tables are long. */
const aligned = (lines: ReadonlyArray<Line>): ReadonlyArray<string> => {
  const width = (at: 0 | 1) => Math.max(0, ...lines.map((line) => line[at].length))
  return lines.map(([name, from, type]) => `  ${name.padEnd(width(0))}  ${from.padEnd(width(1))}  ${type}`)
}

const few = (from: ReadonlyArray<string>): string =>
  `${from.slice(0, most).join(", ")}${from.length > most ? `, ... (${from.length})` : ""}`

const linesOf = ({ inputs, params, outputs }: TypedStage): ReadonlyArray<Line> => [
  ...Object.entries(inputs).map(([name, { type, from }]): Line => [`> ${name}`, `from ${few(from)}`, type]),
  ...Object.entries(params).map(([name, param]): Line => [`  ${name}`, `= ${valuesOf(param)}`, param.type]),
  ...Object.entries(outputs).map(([name, { type, given }]): Line => [
    `< ${name}`,
    given === type ? "" : `of each task; together ${given}`,
    type
  ])
]

const section = (title: string, lines: ReadonlyArray<Line>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : [title, ...aligned(lines), ""]

const scatterText = ({ scatter }: TypedStage): string =>
  scatter === null
    ? ""
    : `  scattered over ${scatter.over.join(" and ") || "one value"}${scatter.tasks === null ? "" : `: ${scatter.tasks} ${scatter.tasks === 1 ? "task" : "tasks"}`}`

export const render = (listing: TypeListing): string =>
  [
    ...section(
      "params",
      Object.entries(listing.params).map(([name, { type, value, from }]) => [name, `= ${shown(value)} (${from})`, type])
    ),
    ...listing.stages.flatMap((stage) => section(`${stage.id} (${stage.uses})${scatterText(stage)}`, linesOf(stage))),
    ...section(
      "outputs",
      Object.entries(listing.outputs).map(([name, { type, from }]) => [name, `from ${from}`, type])
    ),
    ...section(
      "expressions",
      listing.expressions.map(({ line, column, text, type, value, times }) => [
        `${line}:${column}`,
        text,
        `${type}${value === undefined ? "" : ` = ${shown(value)}`}${times > 1 ? ` (the first of ${times})` : ""}`
      ])
    )
  ]
    .join("\n")
    .trimEnd()
