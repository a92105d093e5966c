/** A stage of a checked workflow: its ports bound, its params decoded; once, or once for each item of a scatter. */
import { perObject } from "../../core/Memo.ts"
import type { Policy } from "../stage/Policy.ts"
import type * as Port from "../stage/Port.ts"
import type { Resources } from "../stage/Stage.ts"
import type { LoadedStage } from "../typescript/StageLibrary.ts"

/** What feeds an input port. */
export type Binding =
  /** `depth`: of the lanes that the stage runs in, how many of its reader's own choose among them (see {@link Level}). */
  | {
      readonly _tag: "Output"
      readonly stage: string
      readonly port: string
      readonly depth: number
      /** Of the level that comes next, the tasks whose keys begin so. */
      readonly at?: ReadonlyArray<KeyText>
    }
  | { readonly _tag: "File"; readonly path: string }
  | { readonly _tag: "List"; readonly items: ReadonlyArray<Binding> }
  /** The file that a {@link Shards} of this name gives to each task. */
  | { readonly _tag: "Item"; readonly name: string }

/** One text of a key: as it is, or that of the item which a {@link Shards} of this name gives to the task. */
export type KeyText = string | { readonly item: string }

/** What it means where keys are not in all of the collections that a stage reads: `ignore` is for lists that are unrelated. */
export const missingKeys = ["fail", "skip", "ignore"] as const
export type MissingKeys = (typeof missingKeys)[number]

export type Body =
  | ({ readonly _tag: "Uses"; readonly params: unknown } & LoadedStage)
  | {
      readonly _tag: "Script"
      readonly script: string
      readonly env: Readonly<Record<string, string>>
      /** The command that says what a tool is, by the tool's name. */
      readonly tools?: Readonly<Record<string, string>>
      /** The image is without its scheme: `python:3.12`. */
      readonly container?: { readonly image: string; readonly network: boolean }
    }

/** Files known only when the stage that gives them has run: pieces of a table, or the outputs of a scattered stage. */
export interface Shards {
  /** Of the scatters of one level, its place as written: the first runs slowest. */
  readonly at: number
  readonly name: string
  readonly of: Binding & { readonly _tag: "Output" | "File" | "Item" }
  /** Rows of a piece; undefined to take each file of a list. */
  readonly rows: number | undefined
}

/** The value that an instance has of a list that is scattered over. */
export interface Chosen {
  readonly at: number
  /** What the stage calls it. */
  readonly name: string
  /** Its place in the list. */
  readonly index: number
  /** `chr1`; a number where words do not tell the list's values apart. */
  readonly word: string
  /** The id of a row that has other characters than file names may have. */
  readonly label: string | undefined
  /** Where it is called by its place: in which list. */
  readonly axis?: string
}

/**
 * The scatter of a stage, or of a workflow around it that is used as a stage, as one instance has it: values that are
 * chosen, and files that run through all that there turn out to be. What one combination of the levels around a stage
 * leads to is a lane: within it, the stages of that workflow read from one another.
 */
export interface Level {
  readonly chosen: ReadonlyArray<Chosen>
  readonly shards: ReadonlyArray<Shards>
  /** A list that is scattered over has no items: nothing runs here, and what is gathered is empty. */
  readonly empty?: boolean
}

/** An item whose key is missing from what a stage gives. */
export interface SkippedKey {
  readonly item: string
  readonly from: string
}

/** One way of running a stage: what depends on the values that it, and the workflows around it, are scattered over. */
export interface Instance {
  /** From the outside in; the last is the stage's own, where it is scattered itself. */
  readonly levels: ReadonlyArray<Level>
  readonly body: Body
  readonly inputs: ReadonlyMap<string, Binding>
}

export interface CheckedStage {
  readonly id: string
  readonly description: string
  /** One for each combination of the values it is scattered over; one without a scatter. Each runs once for each shard. */
  readonly instances: ReadonlyArray<Instance>
  /** How many of the workflows around it are scattered. */
  readonly depth: number
  /** It, or a workflow around it, is. Its outputs are gathered, in order: tables into one, other files into lists. */
  readonly scattered: boolean
  /** The ports behind `inputs`; a script's are made from what feeds them. */
  readonly inputPorts: { readonly [name: string]: Port.InputPort }
  /** As one task writes them. */
  readonly outputs: { readonly [name: string]: Port.OutputPort }
  readonly resources: Resources
  readonly policy: Policy
  readonly missing: MissingKeys
  /** What was left out since no file has its key, where that is no error. */
  readonly skipped: ReadonlyArray<SkippedKey>
  /** Inputs that are collections, whose keys are held together. */
  readonly keyed: ReadonlyArray<string>
  /** Makes up its outputs from a seed. */
  readonly synthetic: boolean
}

/** Name of what a stage runs: the stage it uses, or `run`. */
export const usesOf = ({ instances }: CheckedStage): string => {
  const body = instances[0]?.body
  return body?._tag === "Uses" ? body.stage.name : "run"
}

/** Licences that must be accepted for the stage to run. */
export const licencesOf = ({ instances }: CheckedStage): ReadonlyArray<string> => [
  ...new Set(instances.flatMap(({ body }) => (body._tag === "Uses" ? body.stage.licences(body.params) : [])))
]

/** The outputs that a binding reads. */
export const outputsIn = (binding: Binding): ReadonlyArray<Binding & { readonly _tag: "Output" }> =>
  binding._tag === "Output" ? [binding] : binding._tag === "List" ? binding.items.flatMap(outputsIn) : []

/** The stages that a binding reads from. */
export const sources = (binding: Binding): ReadonlyArray<string> => outputsIn(binding).map(({ stage }) => stage)

/** All that the stage is scattered over and that is known only in the run, each once. */
export const shardsOf = perObject(({ instances }: CheckedStage): ReadonlyArray<Shards> => {
  const found = new Set<Shards>()
  for (const { levels } of instances) for (const { shards } of levels) for (const each of shards) found.add(each)
  return [...found]
})

export const needs = perObject((stage: CheckedStage): ReadonlyArray<string> => {
  const found = new Set<string>()
  for (const { inputs } of stage.instances)
    for (const binding of inputs.values()) for (const id of sources(binding)) found.add(id)
  for (const { of } of shardsOf(stage)) for (const id of sources(of)) found.add(id)
  return [...found]
})

/** Of these, the stages that it can do without: they feed optional ports, or are one of several in a list. */
export const dispensable = perObject((stage: CheckedStage): ReadonlySet<string> => {
  const spare = new Set(needs(stage))
  for (const { inputs } of stage.instances) {
    for (const [name, binding] of inputs) {
      if (stage.inputPorts[name]!._tag === "Optional" || binding._tag === "List") continue
      for (const id of sources(binding)) spare.delete(id)
    }
  }
  for (const { of } of shardsOf(stage)) for (const id of sources(of)) spare.delete(id)
  return spare
})
