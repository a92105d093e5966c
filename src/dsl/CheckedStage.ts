/** A stage of a checked workflow: its ports bound, its params decoded. */
import type * as Port from "./Port.ts"
import type { Resources, Stage } from "./Stage.ts"

/** What feeds an input port. */
export type Binding =
  | { readonly _tag: "Output"; readonly stage: string; readonly port: string }
  | { readonly _tag: "File"; readonly path: string }
  | { readonly _tag: "List"; readonly items: ReadonlyArray<Binding> }

export type Body =
  | { readonly _tag: "Uses"; readonly stage: Stage; readonly code: string; readonly params: unknown }
  | { readonly _tag: "Script"; readonly script: string; readonly env: Readonly<Record<string, string>> }

export interface CheckedStage {
  readonly id: string
  readonly description: string
  readonly body: Body
  readonly inputs: ReadonlyMap<string, Binding>
  /** The ports behind `inputs`; a script's are made from what feeds them. */
  readonly inputPorts: { readonly [name: string]: Port.InputPort }
  readonly outputs: { readonly [name: string]: Port.OutputPort }
  readonly resources: Resources
  /** Makes up its outputs from a seed. */
  readonly synthetic: boolean
}

/** The stages that a binding reads from. */
export const sources = (binding: Binding): ReadonlyArray<string> =>
  binding._tag === "Output" ? [binding.stage] : binding._tag === "List" ? binding.items.flatMap(sources) : []

export const needs = (stage: CheckedStage): ReadonlyArray<string> => [
  ...new Set([...stage.inputs.values()].flatMap(sources))
]
