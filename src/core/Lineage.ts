/** What the engine knows of where an artifact comes from: never what a file says of itself. */
import * as Schema from "effect/Schema"
import type { Provenance } from "./Provenance.ts"

const Dataset = Schema.Struct({ name: Schema.String, sha256: Schema.String })
/** `weights`: their digest, or where the model is served. */
const Model = Schema.Struct({ name: Schema.String, weights: Schema.String })

export const Lineage = Schema.Struct({
  /** Id of the stage that made it; null for a file of the user's. */
  stage: Schema.NullOr(Schema.String),
  /** What that stage is: `published-scores`; null for a script and for a file. */
  uses: Schema.NullOr(Schema.String),
  /** Name of the user's file; null for what a stage made. */
  file: Schema.NullOr(Schema.String),
  /** Registered datasets that it was made from, directly or through other stages, each once, by name. */
  datasets: Schema.Array(Dataset),
  /** Models that were run to make it, likewise. */
  models: Schema.Array(Model),
  /** Ids of scripts and of a lab's own stages that had any of these before them: what they did to it nobody knows. */
  edited: Schema.optionalKey(Schema.Array(Schema.String)),
  /** Whether anything that it was made from was drawn from a seed. */
  synthetic: Schema.Boolean
})
export type Lineage = typeof Lineage.Type

export const ofFile = (file: string): Lineage => ({
  stage: null,
  uses: null,
  file,
  datasets: [],
  models: [],
  synthetic: false
})

/** Of many tasks most have the same list, or none: those are not gone through one by one. */
const once = <A>(
  from: ReadonlyArray<Lineage>,
  listOf: (lineage: Lineage) => ReadonlyArray<A>,
  own: ReadonlyArray<A>,
  name: (each: A) => string
): ReadonlyArray<A> => {
  let only = own
  let several = false
  for (const lineage of from) {
    const list = listOf(lineage)
    if (list.length === 0 || list === only) continue
    several = only.length > 0
    if (several) break
    only = list
  }
  if (!several) return only
  const distinct = new Set([...from.map(listOf), own])
  const found = new Map([...distinct].flat().map((each) => [name(each), each]))
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
}

const datasetsIn = (notes: ReadonlyArray<Provenance>): Lineage["datasets"] =>
  notes.flatMap((note) => (note.kind === "dataset" ? [{ name: note.name, sha256: note.sha256 }] : []))

const modelsIn = (notes: ReadonlyArray<Provenance>): Lineage["models"] =>
  notes.flatMap((note) => (note.kind === "model" ? [{ name: note.name, weights: note.weights }] : []))

const editedBy = (own: string | undefined, from: ReadonlyArray<Lineage>): Pick<Lineage, "edited"> => {
  const isMade = own !== undefined && from.some(({ datasets, models }) => datasets.length > 0 || models.length > 0)
  const edited = once(
    from,
    (each) => each.edited ?? [],
    isMade ? [own] : [],
    (stage) => stage
  )
  return edited.length === 0 ? {} : { edited }
}

/** Of what a stage made from these, where its task noted so much itself. */
export const through = (
  { stage, uses }: Pick<Lineage, "stage" | "uses">,
  from: ReadonlyArray<Lineage>,
  notes: ReadonlyArray<Provenance>,
  synthetic: boolean
): Lineage => ({
  stage,
  uses,
  file: null,
  ...editedBy(stage !== null && uses === null ? stage : undefined, from),
  datasets: once(
    from,
    (each) => each.datasets,
    datasetsIn(notes),
    ({ name, sha256 }) => `${name} ${sha256}`
  ),
  models: once(
    from,
    (each) => each.models,
    modelsIn(notes),
    ({ name, weights }) => `${name} ${weights}`
  ),
  synthetic: synthetic || from.some((each) => each.synthetic)
})
