/**
 * The types of a workflow that is composed in TypeScript: what may feed a port or a param, and what stages and workflows
 * give. What does not fit does not compile.
 */
import type * as Table from "../../data/Table.ts"
import type * as Schema from "effect/Schema"
import type { FileKindName } from "../stage/FileKind.ts"
import type * as Port from "../stage/Port.ts"
import type { InputPorts, OutputPorts, Stage, TypedStage } from "../stage/Stage.ts"
import type { OutputDeclaration, StageDeclaration, WorkflowDeclaration } from "../file/WorkflowFile.ts"

/** Stands in a workflow for what is known when it runs: written `${{ ... }}` in YAML. */
export interface Expression {
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

export type Scalar = string | number | boolean
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

/** What takes a list takes the files of all, however they are nested. */
interface NestedList<out P> extends ListLike<P | NestedList<P>> {}

/** What may feed a port: an output that fits, or a path. A `file` fits every port and is checked when it is there. */
type One<P> =
  | string
  | Value<string>
  | (P extends Port.TablePort<infer S>
      ? Ref<TableLike<Columns<S>>> | Ref<Port.FilePort<"tsv" | "file">>
      : P extends Port.FilePort<infer K>
        ? Ref<FileFor<K>> | ("tsv" extends K ? Ref<Port.TablePort> : never)
        : never)

type FileFor<K extends FileKindName> = "file" extends K
  ? Port.FilePort | Port.TablePort
  : Port.FilePort<K | KindsOf<K> | "file">

/** Kinds whose files are of that kind too. */
type KindsOf<K> = K extends "picture" ? "svg" | "png" | "jpg" : K extends "text" ? "md" : never

export type Feed<P> =
  P extends Port.OptionalPort<infer Q>
    ? Feed<Q>
    : P extends Port.ListPort<infer Q>
      ? | One<Q>
        | ReadonlyArray<One<Q>>
        | Value<ReadonlyArray<string>>
        | (Q extends Port.FilePort<infer K> ? Ref<NestedList<FileFor<K>>> : never)
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

/** All tasks of a scattered stage together: tables become one, other files a list, and lists a list of lists. */
type Gathered<P> = P extends Port.TablePort | Port.FilePort<"tsv"> ? P : ListLike<P>

/** What a workflow that is used as a stage has of these is said in it. */
interface PartOptions {
  readonly description?: string
  /** It is left out when this is false. */
  readonly if?: boolean | Value<boolean>
}

type Options = Pick<StageDeclaration, "resources" | "retry" | "onError" | "keep_at_least" | "missing"> & PartOptions

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

export interface Script<Outputs> extends Options, Pick<StageDeclaration, "container" | "network" | "tools"> {
  /** A bash script in strict mode; inputs, outputs and env are variables in it. */
  readonly run: string
  readonly inputs?: { readonly [name: string]: Feed<Port.ListPort<Port.FilePort>> }
  readonly outputs: Outputs
  readonly env?: { readonly [name: string]: Scalar | Value<unknown> }
}

type ScriptOutputs = { readonly [name: string]: FileKindName | Exclude<OutputDeclaration, string> }

/** Values for the params of a workflow that is used as a stage. A file may be what another stage gives. */
type Values<Params> = {
  readonly [K in RequiredParams<Params>]: GivenParam<Params[K]>
} & { readonly [K in Exclude<keyof Params, RequiredParams<Params>>]?: GivenParam<Params[K]> }

type RequiredParams<Params> = {
  [K in keyof Params]: Params[K] extends { readonly default: unknown } | { readonly optional: true } ? never : K
}[keyof Params]

type GivenParam<D> = ParamType<D> | Value<ParamType<D>> | GivenFile<D>

/** A list of files is what a scattered stage gives. */
type GivenFile<D> = D extends { readonly type: "file" }
  ? Ref<unknown>
  : D extends { readonly type: "list"; readonly items: "file" }
    ? Ref<ListLike<unknown>>
    : never

type Outputs<O> = { readonly [K in keyof O]: Ref<O[K]> }
type ManyOutputs<O> = { readonly [K in keyof O]: Ref<Gathered<O[K]>> }

/** What `Workflow.make` gives: a workflow that knows its types. */
export interface TypedWorkflow<out Params = unknown, out O = unknown> {
  readonly "~agflow": "Workflow"
  /** As it would be written in YAML; a workflow that it uses is written `#NAME`. */
  readonly declaration: WorkflowDeclaration
  readonly uses: ReadonlyArray<Stage>
  readonly parts: ReadonlyArray<TypedWorkflow>
  readonly "~params"?: Params
  readonly "~outputs"?: O
}

type AnyStage = TypedStage<Schema.Struct.Fields, InputPorts, OutputPorts>

/** What is used: a stage, or a workflow as one. */
type Used = AnyStage | TypedWorkflow

/** What it is given under `with`. */
type GivenTo<U> =
  U extends TypedStage<infer Fields, infer Inputs, OutputPorts>
    ? With<Fields, Inputs>
    : U extends TypedWorkflow<infer Params>
      ? Values<Params>
      : never

type Gives<U> =
  U extends TypedStage<Schema.Struct.Fields, InputPorts, infer O>
    ? O
    : U extends TypedWorkflow<unknown, infer O>
      ? O
      : never

type OptionsOf<U> = U extends AnyStage ? Options : PartOptions

/** What a stage runs over, once for each: pieces of a table, the files or lists of a list, or values. */
type Over =
  | { readonly over: Ref<Port.TablePort | Port.FilePort<"tsv">>; readonly rows: number }
  | { readonly over: Ref<ListLike<unknown>> | Value<ReadonlyArray<unknown>> | ReadonlyArray<unknown> }

type Item<O extends Over> = O extends { readonly rows: number }
  ? O["over"]
  : O["over"] extends Ref<ListLike<infer P>>
    ? Ref<P>
    : O["over"] extends ReadonlyArray<Ref<infer P>>
      ? Ref<P>
      : O["over"] extends ReadonlyArray<infer A> | Value<ReadonlyArray<infer A>>
        ? ItemValue<A>
        : never

/** Of a row of a table, its values by name too. */
type ItemValue<A> =
  A extends ReadonlyArray<unknown>
    ? Value<A>
    : A extends object
      ? Value<A> & { readonly [K in keyof A]: Value<A[K]> }
      : Value<A>

/** One of several scatters, by the name of its item. */
type NamedOver = Over & { readonly as: string }

/** What each task is given: the item, or of several scatters the items by name. */
type Items<S> = S extends Over
  ? Item<S>
  : S extends ReadonlyArray<NamedOver>
    ? { readonly [D in S[number] as D["as"]]: Item<D> }
    : never

/** What a workflow is composed with. The ids of stages are names as in YAML. */
export interface Composer<Params> {
  readonly params: { readonly [K in keyof Params]: Value<ParamType<Params[K]>> }
  readonly use: <U extends Used>(id: string, used: U, given: GivenTo<U>, options?: OptionsOf<U>) => Outputs<Gives<U>>
  /**
   * A list of scatters runs once for each combination, the last running fastest. `G` keeps words as they are written:
   * `"lung"`, not any text.
   */
  readonly scatter: <U extends Used, const S extends Over | ReadonlyArray<NamedOver>, const G extends GivenTo<U>>(
    id: string,
    used: U,
    over: S,
    given: (item: Items<S>) => G & { readonly [K in Exclude<keyof G, keyof GivenTo<U>>]: never },
    options?: OptionsOf<U>
  ) => ManyOutputs<Gives<U>>
  readonly script: <const O extends ScriptOutputs>(
    id: string,
    script: Script<O>
  ) => { readonly [K in keyof O]: Ref<DeclaredPort<O[K]>> }
}

type ParamType<D> = D extends { readonly type: "table"; readonly columns: infer C }
  ? ReadonlyArray<{ readonly [K in keyof C]: ColumnType<C[K]> }>
  : D extends { readonly type: "list" }
    ? ReadonlyArray<D extends { readonly items: infer T } ? ScalarType<T> : string>
    : D extends { readonly enum: ReadonlyArray<infer A> }
      ? A
      : D extends { readonly type: infer T }
        ? ScalarType<T>
        : never

type ColumnType<T> = T extends `${infer N}?` ? ScalarType<N> | null : ScalarType<T>

type ScalarType<T> = T extends "integer" | "number" ? number : T extends "boolean" ? boolean : string

export interface Definition<Params, O> {
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
  readonly compose: (composer: Composer<Params>) => Outputs<O>
}
