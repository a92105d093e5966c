/**
 * A reusable typed unit of a workflow: inputs, params, outputs, resources and `run`.
 *
 * The types of `run`'s arguments follow from the ports and the params, so a stage that reads a column its port does not
 * name does not compile.
 */
import type * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import type { Failure } from "../../core/Failure.ts"
import type { Settings } from "../../core/Settings.ts"
import type { Task } from "../../core/Task.ts"
import type { Input, InputPort, Output, OutputPort } from "./Port.ts"
import * as Requirement from "./Requirement.ts"

/** What every stage may use. A stage provides the layers of anything else by itself. */
export type StageServices = FileSystem.FileSystem | Path.Path | Settings | Task

export interface Resources {
  readonly cpus: number
  /** Bytes. */
  readonly memory: number
  readonly gpus: number
}

/** What a stage asks for where the YAML says nothing. */
export interface Proposal extends Omit<Resources, "gpus"> {
  /** `device`: one where models run on a GPU, none where they run on a CPU. */
  readonly gpus: number | "device"
}

/** What there is to be shared out. */
export interface Capacity extends Resources {
  /** GPUs that a stage which runs a model takes, by the device that the run was given; 0 when not said. */
  readonly deviceGpus?: number
}

export type InputPorts = { readonly [name: string]: InputPort }
export type OutputPorts = { readonly [name: string]: OutputPort }

export interface RunContext<Params, Inputs, Outputs> {
  readonly params: Params
  readonly inputs: { readonly [K in keyof Inputs]: Input<Inputs[K]> }
  readonly outputs: { readonly [K in keyof Outputs]: Output<Outputs[K]> }
}

export interface Definition<
  Fields extends Schema.Struct.Fields,
  Inputs extends InputPorts,
  Outputs extends OutputPorts
> {
  /** Lower-case kebab-case, as written after `uses:`. */
  readonly name: string
  /** Raised when the same inputs give other results although the code looks the same (a new data format, say). */
  readonly version: number
  /** One line, for lists. */
  readonly summary: string
  /** Params with types, defaults and descriptions (`.annotate({ description })`). */
  readonly params: Fields
  readonly inputs: Inputs
  readonly outputs: Outputs
  readonly resources?: Partial<Proposal>
  /** True when the outputs are made up from a seed: they, and all that is made from them, are marked SYNTHETIC. */
  readonly synthetic?: (params: Schema.Struct<Fields>["Type"]) => boolean
  /**
   * True where outputs state from which stages, datasets and models the inputs come: the task is given it
   * (`Task.lineage`), and it is part of its key.
   */
  readonly lineage?: boolean
  /**
   * What params and inputs lack, or contradict: everything that makes `run` fail and does not depend on what is in files.
   * `agflow check`, `plan` and `run` report it at its place before anything runs; no `run` is called where it says anything.
   */
  readonly check?: (
    params: Schema.Struct<Fields>["Type"],
    given: Requirement.GivenInputs
  ) => ReadonlyArray<Requirement.Unmet>
  /** Licences that somebody must accept by name before the stage may run. */
  readonly licences?: (params: Schema.Struct<Fields>["Type"]) => ReadonlyArray<string>
  /** What is known of outputs before they are made, for the `check` of stages that read them: `{ windows: { width } }`. */
  readonly facts?: (params: Schema.Struct<Fields>["Type"]) => Requirement.Facts
  /** Columns of tables that params name: looked for, before the run, in what the tables are known to have. */
  readonly columns?: (
    params: Schema.Struct<Fields>["Type"],
    given: Requirement.GivenInputs
  ) => ReadonlyArray<Requirement.NamedColumn>
  /** What can be said from files that are there before the run. */
  readonly inspect?: (
    params: Schema.Struct<Fields>["Type"],
    files: Requirement.GivenFiles,
    given: Requirement.GivenInputs
  ) => Requirement.Inspection
  readonly run: (
    context: RunContext<Schema.Struct<Fields>["Type"], Inputs, Outputs>
  ) => Effect.Effect<void, Failure, StageServices>
}

/** A stage whose particular types are forgotten: what the engine handles. */
export interface Stage {
  readonly "~agflow": "Stage"
  readonly name: string
  readonly version: number
  readonly summary: string
  readonly params: ParamsSchema
  /** Decoded params as they would be written, defaults filled in: for the key and for the task's file. */
  readonly encodeParams: (params: unknown) => unknown
  readonly inputs: InputPorts
  readonly outputs: OutputPorts
  readonly resources: Proposal
  readonly synthetic: (params: unknown) => boolean
  readonly lineage: boolean
  readonly check: (params: unknown, given: Requirement.GivenInputs) => ReadonlyArray<Requirement.Unmet>
  readonly licences: (params: unknown) => ReadonlyArray<string>
  readonly facts: (params: unknown) => Requirement.Facts
  readonly columns: (params: unknown, given: Requirement.GivenInputs) => ReadonlyArray<Requirement.NamedColumn>
  readonly inspect: (
    params: unknown,
    files: Requirement.GivenFiles,
    given: Requirement.GivenInputs
  ) => Requirement.Inspection
  readonly run: (context: RunContext<unknown, InputPorts, OutputPorts>) => Effect.Effect<void, Failure, StageServices>
}

/** A stage that knows its types: what {@link make} returns, and what a workflow in TypeScript is composed of. */
export interface TypedStage<
  out Fields extends Schema.Struct.Fields,
  out Inputs extends InputPorts,
  out Outputs extends OutputPorts
> extends Stage {
  readonly inputs: Inputs
  readonly outputs: Outputs
  readonly "~fields"?: Fields
}

/** Whether a value is a stage, whichever copy of this module made it. */
export const isStage = (value: unknown): value is Stage =>
  typeof value === "object" && value !== null && "~agflow" in value && value["~agflow"] === "Stage"

/** The params as one struct: decodable, and readable field by field for lists and JSON Schemas. */
export type ParamsSchema = Schema.Codec<{ readonly [name: string]: unknown }, unknown> & {
  readonly fields: Schema.Struct.Fields
}

const defaults: Resources = { cpus: 1, memory: 1 << 30, gpus: 0 }

export const make = <
  const Fields extends Schema.Struct.Fields,
  const Inputs extends InputPorts,
  const Outputs extends OutputPorts
>(
  definition: Definition<Fields, Inputs, Outputs>
): TypedStage<Fields, Inputs, Outputs> => ({
  ...definition,
  "~agflow": "Stage",
  params: Schema.Struct(definition.params) as unknown as ParamsSchema,
  encodeParams: Schema.encodeUnknownSync(Schema.Struct(definition.params) as unknown as ParamsSchema),
  resources: { ...defaults, ...definition.resources },
  synthetic: (definition.synthetic ?? (() => false)) as Stage["synthetic"],
  lineage: definition.lineage ?? false,
  check: (definition.check ?? (() => [])) as Stage["check"],
  licences: (definition.licences ?? (() => [])) as Stage["licences"],
  facts: (definition.facts ?? (() => ({}))) as Stage["facts"],
  columns: (definition.columns ?? (() => [])) as Stage["columns"],
  inspect: (definition.inspect ?? (() => Requirement.nothing)) as Stage["inspect"],
  run: definition.run as unknown as Stage["run"]
})
