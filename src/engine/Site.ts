/** One task of a stage: where it stands among the others, and the files that go from task to task. */
import type * as Artifact from "../cache/Artifact.ts"
import type * as Lineage from "../core/Lineage.ts"
import type { CheckedStage, Chosen, Instance } from "../dsl/check/CheckedStage.ts"
import type { ItemName } from "../dsl/check/ItemName.ts"
import type { Key } from "../dsl/check/Keys.ts"

/** An artifact with where it comes from in this run: a record knows its content only. */
export interface Made extends Artifact.Artifact {
  readonly lineage: Lineage.Lineage
  /** Of one file of a list, what it is of: who scatters over the list calls its tasks the same. */
  readonly item?: ItemName
  /** Of one file of a list, its texts from the outside in. */
  readonly key?: Key
  /** What its file is called where a script reads it, without what tells its kind. */
  readonly name?: string
}

/** An artifact with where its files are: in the store, or where the user has them. */
export interface InputArtifact {
  readonly artifact: Made
  readonly pathOf: (suffix: string) => string
  /** For messages: `windows.windows`, or the user's path. */
  readonly origin: string
  /** The user's own file name, which a script can see. */
  readonly fileName: string | undefined
}

/** What scatters give: files or, nested as they are, lists. */
export type Nested<A> = A | ReadonlyArray<Nested<A>>

export const isList = <A>(nested: Nested<A>): nested is ReadonlyArray<Nested<A>> => Array.isArray(nested)

/** In order. */
export const flat = <A>(nested: Nested<A>): ReadonlyArray<A> => (isList(nested) ? nested.flatMap(flat) : [nested])

export type TaskInputs = ReadonlyMap<string, InputArtifact | ReadonlyArray<InputArtifact>>

/** One task of a stage: the only one, or one of those that it is scattered into. */
export interface Site {
  /** `scores`, or `scores/chr1` for one of many. */
  readonly id: string
  readonly stage: CheckedStage
  /** Of one of many, what it is of: `chr1`, a sample's id; else empty. */
  readonly item: string
  /** What the innermost scatter calls it; undefined where that has no word for it. */
  readonly called: ItemName | undefined
  readonly instance: Instance
  /** One word for each of the scattered workflows around the stage, the outermost first. */
  readonly lane: ReadonlyArray<string>
  /** What each of the stage's shards gives to this task: a file, or the list that a scatter around it made. */
  readonly items: ReadonlyMap<string, Item>
  /** What tells it from others at each level, from the outside in. */
  readonly keys: ReadonlyArray<ReadonlyArray<KeyPart>>
  /** What its files are called: `HG00099`, `HG00099.chr1`; undefined where its place alone tells it from others. */
  readonly name: string | undefined
}

/** What one of the lists that a stage is scattered over calls the item that a task has. */
export type KeyPart = Pick<Chosen, "name" | "word" | "label" | "axis">

/** What a shard gives to a task. */
export interface Item {
  readonly given: Nested<InputArtifact>
  readonly key: string
}

/** The only task of a stage that is not scattered. */
export const only = (stage: CheckedStage): Site => ({
  id: stage.id,
  stage,
  item: "",
  called: undefined,
  instance: stage.instances[0]!,
  lane: [],
  items: new Map(),
  keys: [],
  name: undefined
})

/** Where what a stage gave lies in `upstream`: all of it together under its id, what it gave in a lane under both. */
export const placeOf = (stage: string, lane: ReadonlyArray<string>, at?: Key): string =>
  at === undefined || at.length === 0 ? [stage, ...lane].join("\0") : `${placeOf(stage, lane)}\0\0${at.join("\0")}`

/** The artifacts of a finished stage, by output; lists where a scattered stage's files are gathered. */
export type StageOutputs = Readonly<Record<string, Nested<Made>>>

/** What a script sees the file called; undefined where that is what the input is called. */
export const fileNameOf = ({ fileName, artifact: { name, extension } }: InputArtifact): string | undefined =>
  fileName ?? (name === undefined ? undefined : `${name}.${extension}`)
