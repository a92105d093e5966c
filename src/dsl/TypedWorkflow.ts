/**
 * A workflow composed in TypeScript: stages are called with their inputs and params, and give typed outputs to others.
 *
 * It says what the YAML says, so it is checked, keyed and run as that: see {@link TypedWorkflow.declaration}.
 */
import type * as Table from "../data/Table.ts"
import type * as Schema from "effect/Schema"
import type { FileKindName } from "./FileKind.ts"
import type * as Port from "./Port.ts"
import type { InputPorts, OutputPorts, Stage, TypedStage } from "./Stage.ts"
import type { OutputDeclaration, ParamDeclaration, StageDeclaration, WorkflowDeclaration } from "./WorkflowFile.ts"

/** Stands in a workflow for what is known when it runs: written `${{ ... }}` in YAML. */
interface Expression {
  readonly "~expression": string
}

/** An output of a stage; `P` is its port. */
export interface Ref<out P> extends Expression {
  readonly _tag: "Ref"
  readonly "~port"?: P
}

/** A param, an item of a scatter, or what is computed from these. */
export interface Value<out A> extends Expression {
  readonly _tag: "Value"
  readonly "~value"?: A
}

type Scalar = string | number | boolean
type Cell<C> = C extends Table.Column<infer A> ? A : never

/** Columns that may be missing in a row may be missing altogether. */
type Columns<S extends Table.TableSchema> = {
  readonly [K in keyof S as null extends Cell<S[K]> ? never : K]: S[K]
} & { readonly [K in keyof S as null extends Cell<S[K]> ? K : never]?: S[K] }

interface TableLike<out C> {
  readonly _tag: "Table"
  readonly columns: C
}

interface ListLike<out P> {
  readonly _tag: "List"
  readonly item: P
}

/** What may feed a port: an output that fits, or a path. A `file` fits every port and is checked when it is there. */
type One<P> =
  | string
  | Value<string>
  | (P extends Port.TablePort<infer S>
      ? Ref<TableLike<Columns<S>>> | Ref<Port.FilePort<"tsv" | "file">>
      : P extends Port.FilePort<infer K>
        ? Ref<FileFor<K>> | ("tsv" extends K ? Ref<Port.TablePort> : never)
        : never)

type FileFor<K extends FileKindName> = "file" extends K ? Port.FilePort | Port.TablePort : Port.FilePort<K | "file">

export type Feed<P> =
  P extends Port.OptionalPort<infer Q>
    ? Feed<Q>
    : P extends Port.ListPort<infer Q>
      ? One<Q> | ReadonlyArray<One<Q>> | (Q extends Port.FilePort<infer K> ? Ref<ListLike<FileFor<K>>> : never)
      : One<P>

type OptionalKeys<I> = { [K in keyof I]: I[K] extends Port.OptionalPort ? K : never }[keyof I]

/** Inputs and params of a stage, as under `with` in YAML. */
export type With<Fields extends Schema.Struct.Fields, Inputs> = {
  readonly [K in Exclude<keyof Inputs, OptionalKeys<Inputs>>]: Feed<Inputs[K]>
} & { readonly [K in OptionalKeys<Inputs>]?: Feed<Inputs[K]> } & {
  readonly [K in keyof Schema.Struct<Fields>["Encoded"]]:
    | Schema.Struct<Fields>["Encoded"][K]
    | Value<Schema.Struct<Fields>["Encoded"][K]>
}

type Given<Outputs> = { readonly [K in keyof Outputs]: Ref<Outputs[K]> }

/** All tasks of a scattered stage together: tables become one, other files a list. */
type Gathered<Outputs> = {
  readonly [K in keyof Outputs]: Ref<
    Outputs[K] extends Port.TablePort | Port.FilePort<"tsv">
      ? Outputs[K]
      : Outputs[K] extends Port.FilePort
        ? Port.ListPort<Outputs[K]>
        : never
  >
}

type Options = Pick<StageDeclaration, "description" | "resources" | "retry" | "onError"> & {
  /** The stage is left out when this is false. */
  readonly if?: boolean | Value<boolean>
}

type ColumnOf<T> = T extends `${infer U}?`
  ? ColumnOf<U> | null
  : T extends "string"
    ? string
    : T extends "boolean"
      ? boolean
      : number

type DeclaredPort<D> = D extends { readonly table: infer T }
  ? Port.TablePort<{ readonly [K in keyof T]: Table.Column<ColumnOf<T[K]>> }>
  : D extends FileKindName
    ? Port.FilePort<D>
    : never

export interface Script<Outputs> extends Options {
  /** A bash script in strict mode; inputs, outputs and env are variables in it. */
  readonly run: string
  readonly inputs?: { readonly [name: string]: Feed<Port.ListPort<Port.FilePort>> }
  readonly outputs: Outputs
  readonly env?: { readonly [name: string]: Scalar | Value<unknown> }
}

type ScriptOutputs = { readonly [name: string]: FileKindName | Exclude<OutputDeclaration, string> }

/** What a stage runs over, once for each: pieces of a table, the files of a list, or values. */
interface Scatter {
  <
    Fields extends Schema.Struct.Fields,
    Inputs extends InputPorts,
    Outputs extends OutputPorts,
    P extends Port.TablePort | Port.FilePort<"tsv">
  >(
    id: string,
    stage: TypedStage<Fields, Inputs, Outputs>,
    over: { readonly over: Ref<P>; readonly rows: number },
    given: (item: Ref<P>) => With<Fields, Inputs>,
    options?: Options
  ): Gathered<Outputs>
  <Fields extends Schema.Struct.Fields, Inputs extends InputPorts, Outputs extends OutputPorts, P>(
    id: string,
    stage: TypedStage<Fields, Inputs, Outputs>,
    over: { readonly over: Ref<ListLike<P>> | ReadonlyArray<Ref<P>> },
    given: (item: Ref<P>) => With<Fields, Inputs>,
    options?: Options
  ): Gathered<Outputs>
  <Fields extends Schema.Struct.Fields, Inputs extends InputPorts, Outputs extends OutputPorts, const A>(
    id: string,
    stage: TypedStage<Fields, Inputs, Outputs>,
    over: { readonly over: ReadonlyArray<A> | Value<ReadonlyArray<A>> },
    given: (item: Value<A>) => With<Fields, Inputs>,
    options?: Options
  ): Gathered<Outputs>
}

/** What a workflow is composed with. The ids of stages are names as in YAML. */
export interface Composer<Params> {
  readonly params: { readonly [K in keyof Params]: Value<ParamType<Params[K]>> }
  readonly use: <Fields extends Schema.Struct.Fields, Inputs extends InputPorts, Outputs extends OutputPorts>(
    id: string,
    stage: TypedStage<Fields, Inputs, Outputs>,
    given: With<Fields, Inputs>,
    options?: Options
  ) => Given<Outputs>
  readonly scatter: Scatter
  readonly script: <const Outputs extends ScriptOutputs>(
    id: string,
    script: Script<Outputs>
  ) => { readonly [K in keyof Outputs]: Ref<DeclaredPort<Outputs[K]>> }
}

type ParamType<D> = D extends { readonly enum: ReadonlyArray<infer A> }
  ? A
  : D extends { readonly type: "integer" | "number" }
    ? number
    : D extends { readonly type: "boolean" }
      ? boolean
      : string

export interface Definition<Params> {
  readonly name: string
  readonly description?: string
  readonly params?: Params
  /** The profile that is used when none is asked for. */
  readonly profile?: string
  readonly profiles?: {
    readonly [name: string]: {
      readonly description?: string
      readonly params?: { readonly [K in keyof Params]?: ParamType<Params[K]> }
    }
  }
  /** Composes the stages; returns the results by name. */
  readonly compose: (composer: Composer<Params>) => { readonly [name: string]: Ref<unknown> }
}

export interface TypedWorkflow {
  readonly "~agflow": "Workflow"
  /** As it would be written in YAML. */
  readonly declaration: WorkflowDeclaration
  readonly uses: ReadonlyArray<Stage>
}

export const isTypedWorkflow = (value: unknown): value is TypedWorkflow =>
  typeof value === "object" && value !== null && "~agflow" in value && value["~agflow"] === "Workflow"

const isExpression = (value: unknown): value is Expression =>
  typeof value === "object" && value !== null && "~expression" in value

const ref = (text: string): Ref<never> => ({ _tag: "Ref", "~expression": text })
const value = (text: string): Value<never> => ({ _tag: "Value", "~expression": text })

/** The value as in YAML. What is thrown is told by the line of the user's file that this is called from. */
const written = (value: unknown, name = "a result"): unknown => {
  // Nothing has compiled the file before: an output that does not exist is found here.
  if (value === undefined) throw new Error(`'${name}' is undefined: what it is taken from has nothing of that name`)
  if (isExpression(value)) return `\${{ ${value["~expression"]} }}`
  if (Array.isArray(value)) return value.map((item) => written(item, name))
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, written(member, key)]))
}

/** Computes in the language of the YAML: ``expression<boolean>`${params.n} > 3` ``. */
export const expression = <A>(strings: TemplateStringsArray, ...values: ReadonlyArray<Value<unknown>>): Value<A> =>
  value(strings.map((text, index) => `${text}${values[index]?.["~expression"] ?? ""}`).join(""))

export const make = <const Params extends { readonly [name: string]: ParamDeclaration } = {}>(
  definition: Definition<Params>
): TypedWorkflow => {
  const { compose, ...head } = definition
  const stages = new Map<string, StageDeclaration>()
  const uses = new Set<Stage>()
  const add = (id: string, outputs: object, declaration: Readonly<Record<string, unknown>>): never => {
    if (stages.has(id)) throw new Error(`two stages are called '${id}'`)
    stages.set(id, written(declaration) as StageDeclaration)
    return Object.fromEntries(Object.keys(outputs).map((name) => [name, ref(`${id}.${name}`)])) as never
  }
  const scatter = (id: string, stage: Stage, over: object, given: (item: never) => object, options?: Options) => {
    uses.add(stage)
    return add(id, stage.outputs, {
      ...options,
      uses: stage.name,
      scatter: over,
      with: given(ref("item") as never)
    })
  }
  const outputs = compose({
    params: Object.fromEntries(Object.keys(head.params ?? {}).map((name) => [name, value(`params.${name}`)])) as never,
    use: (id, stage, given, options) => {
      uses.add(stage)
      return add(id, stage.outputs, { ...options, uses: stage.name, with: given })
    },
    scatter: scatter as Scatter,
    script: (id, script) => add(id, script.outputs, { ...script })
  })
  return {
    "~agflow": "Workflow",
    uses: [...uses],
    declaration: {
      agflow: 1,
      ...head,
      stages: Object.fromEntries(stages),
      outputs: written(outputs)
    } as WorkflowDeclaration
  }
}
