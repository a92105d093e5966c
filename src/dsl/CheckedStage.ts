/** A stage of a checked workflow: its ports bound, its params decoded; once, or once for each item of a scatter. */
import type { Policy } from "./Policy.ts"
import type * as Port from "./Port.ts"
import type { Resources } from "./Stage.ts"
import type { LoadedStage } from "./StageLibrary.ts"

/** What feeds an input port. */
export type Binding =
  | { readonly _tag: "Output"; readonly stage: string; readonly port: string }
  | { readonly _tag: "File"; readonly path: string }
  | { readonly _tag: "List"; readonly items: ReadonlyArray<Binding> }
  /** The file that a {@link Shards} of this name gives to each task. */
  | { readonly _tag: "Item"; readonly name: string }

export type Body =
  | ({ readonly _tag: "Uses"; readonly params: unknown } & LoadedStage)
  | {
      readonly _tag: "Script"
      readonly script: string
      readonly env: Readonly<Record<string, string>>
      /** The image is without its scheme: `python:3.12`. */
      readonly container?: { readonly image: string; readonly network: boolean }
    }

/** Files known only when the stage that gives them has run: pieces of a table, or the outputs of a scattered stage. */
export interface Shards {
  readonly name: string
  readonly of: Binding & { readonly _tag: "Output" | "File" }
  /** Rows of a piece; undefined to take each file of a list. */
  readonly rows: number | undefined
}

/** One way of running a stage: what depends on the values that it is scattered over. */
export interface Instance {
  /** Tells the instances of a stage apart: `chr1`, `chr1,2`; empty when there is but one. */
  readonly label: string
  readonly body: Body
  readonly inputs: ReadonlyMap<string, Binding>
}

export interface CheckedStage {
  readonly id: string
  readonly description: string
  /** One for each combination of the values it is scattered over; one, unlabelled, without a scatter. */
  readonly instances: ReadonlyArray<Instance>
  /** Each instance runs once for each combination of these. */
  readonly shards: ReadonlyArray<Shards>
  /** Its outputs are gathered, in order: tables into one, other files into lists. */
  readonly scattered: boolean
  /** The ports behind `inputs`; a script's are made from what feeds them. */
  readonly inputPorts: { readonly [name: string]: Port.InputPort }
  /** As one task writes them. */
  readonly outputs: { readonly [name: string]: Port.OutputPort }
  readonly resources: Resources
  readonly policy: Policy
  /** Makes up its outputs from a seed. */
  readonly synthetic: boolean
}

/** Name of what a stage runs: the stage it uses, or `run`. */
export const usesOf = ({ instances }: CheckedStage): string => {
  const body = instances[0]?.body
  return body?._tag === "Uses" ? body.stage.name : "run"
}

/** The stages that a binding reads from. */
export const sources = (binding: Binding): ReadonlyArray<string> =>
  binding._tag === "Output" ? [binding.stage] : binding._tag === "List" ? binding.items.flatMap(sources) : []

export const needs = ({ instances, shards }: CheckedStage): ReadonlyArray<string> => [
  ...new Set([
    ...instances.flatMap(({ inputs }) => [...inputs.values()].flatMap(sources)),
    ...shards.flatMap(({ of }) => sources(of))
  ])
]

/** Of these, the stages that it can do without: they feed optional ports, or are one of several in a list. */
export const dispensable = (stage: CheckedStage): ReadonlySet<string> => {
  const hard = (port: Port.InputPort, binding: Binding): ReadonlyArray<string> =>
    port._tag === "Optional" || binding._tag === "List" ? [] : sources(binding)
  const required = new Set([
    ...stage.instances.flatMap(({ inputs }) =>
      [...inputs].flatMap(([name, binding]) => hard(stage.inputPorts[name]!, binding))
    ),
    ...stage.shards.flatMap(({ of }) => sources(of))
  ])
  return new Set(needs(stage).filter((id) => !required.has(id)))
}
