/** The tasks that a scattered stage becomes. */
import * as Effect from "effect/Effect"
import type { CheckedStage, Chosen, Instance, Shards } from "../dsl/check/CheckedStage.ts"
import type { ItemName } from "../dsl/check/ItemName.ts"
import * as Port from "../dsl/stage/Port.ts"
import * as TableTask from "./TableTask.ts"
import { flat, type InputArtifact, type Item, type Nested, type Site, type StageOutputs } from "./Site.ts"
import { bindInput, isThere, stored } from "./InputBinding.ts"

/** With its place in the list that it comes from. */
const placed = (given: Nested<InputArtifact>, place: string): Nested<InputArtifact> =>
  "artifact" in given ? { ...given, origin: `${given.origin}${place}` } : given.map((each) => placed(each, place))

/** The files, or lists, of a shard, as a lane has them. */
const filesOf = Effect.fnUntraced(function* (
  { of, rows }: Shards,
  lane: Pick<Site, "lane" | "items">,
  upstream: ReadonlyMap<string, StageOutputs>
) {
  const given = yield* bindInput(of, Port.file("file", ""), lane, upstream)
  if (rows === undefined) return [given].flat().map((each, index) => placed(each, `[${index}]`))
  const [table] = flat(given)
  const pieces = yield* TableTask.cut(table!, rows)
  return yield* Effect.forEach(pieces, (piece, index) => stored(piece, `${table!.origin} from row ${index * rows + 1}`))
})

/** The files of a list with what the scatter that made the list calls them; with their places, where it has no words. */
const named = (files: ReadonlyArray<Nested<InputArtifact>>) => {
  const names = files.flatMap((file) => ("artifact" in file ? (file.artifact.item ?? []) : []))
  const distinct = new Set(names.map(({ word }) => word))
  return files.map((file, index) =>
    distinct.size === files.length
      ? { file, axis: undefined, ...names[index]! }
      : { file, word: String(index), label: undefined, axis: "" }
  )
}

/** A value of a list, or a file of a shard. */
interface Choice extends Chosen {
  readonly item?: readonly [name: string, item: Item]
}

/** What one combination of the levels gone through so far comes to. */
interface Lane extends Pick<Site, "lane" | "items" | "keys" | "name"> {
  /** As the lane, in the items' own words. */
  readonly labels: ReadonlyArray<string>
  /** Its place among the others. */
  readonly order: ReadonlyArray<number>
}

const outermost: Lane = { lane: [], labels: [], items: new Map(), keys: [], name: undefined, order: [] }

/** One level further in. */
const inward = (outer: Lane, unsorted: ReadonlyArray<Choice>): Lane => {
  const choices = unsorted.length < 2 ? unsorted : [...unsorted].sort((a, b) => a.at - b.at)
  let [word, label] = ["", ""]
  let items: Array<readonly [name: string, item: Item]> | undefined
  const order = [...outer.order]
  let isNamed = outer.name !== undefined
  for (const [place, choice] of choices.entries()) {
    const separator = place === 0 ? "" : ","
    word += `${separator}${choice.word}`
    label += `${separator}${choice.label ?? choice.word}`
    isNamed ||= choice.axis === undefined
    order.push(choice.index)
    if (choice.item !== undefined) (items ??= []).push(choice.item)
  }
  return {
    lane: [...outer.lane, word],
    labels: [...outer.labels, label],
    items: items === undefined ? outer.items : new Map([...outer.items, ...items]),
    keys: [...outer.keys, choices],
    name: isNamed ? [...outer.lane, word].join(".").replaceAll(",", ".") : undefined,
    order
  }
}

const compare = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number => {
  const at = a.findIndex((index, place) => index !== b[place])
  return at === -1 ? 0 : a[at]! - b[at]!
}

const nameIn = (word = "", label = ""): ItemName | undefined =>
  word === "" ? undefined : { word, label: label === word ? undefined : label }

/** The tasks of a scattered stage: of the scatters around it and its own, as written, the last runs fastest. */
export const expand = Effect.fnUntraced(function* (stage: CheckedStage, upstream: ReadonlyMap<string, StageOutputs>) {
  const known = new Map<Shards, Map<string, ReadonlyArray<Choice>>>()
  const choices = Effect.fnUntraced(function* (shards: Shards, lane: Pick<Site, "lane" | "items">) {
    const place = lane.lane.join("\0")
    const byLane = known.get(shards) ?? new Map<string, ReadonlyArray<Choice>>()
    known.set(shards, byLane)
    const found =
      byLane.get(place) ??
      named(yield* filesOf(shards, lane, upstream)).map(({ file, word, label, axis }, index): Choice => ({
        at: shards.at,
        index,
        word,
        label,
        ...(axis === undefined ? {} : { axis }),
        name: shards.name,
        item: [shards.name, { given: file, key: label ?? word }]
      }))
    byLane.set(place, found)
    return found
  })

  const tasks: Array<{ readonly lane: Lane; readonly instance: Instance }> = []
  for (const instance of stage.instances) {
    if (instance.levels.some(({ empty }) => empty === true)) continue
    let lanes: ReadonlyArray<Lane> = [outermost]
    for (const { chosen, shards } of instance.levels) {
      const inner: Array<Lane> = []
      for (const outer of lanes) {
        // A lane that an ignored failure has left without what the stage is scattered over has no tasks.
        if (!shards.every(({ of }) => isThere(of, outer, upstream))) continue
        let combinations: ReadonlyArray<ReadonlyArray<Choice>> = [chosen]
        for (const each of shards) {
          const files = yield* choices(each, outer)
          combinations = combinations.flatMap((before) => files.map((file) => [...before, file]))
        }
        for (const combination of combinations) inner.push(inward(outer, combination))
      }
      lanes = inner
    }
    for (const lane of lanes) tasks.push({ lane, instance })
  }
  return tasks
    .sort((a, b) => compare(a.lane.order, b.lane.order))
    .map(({ instance, lane: { lane, labels, items, keys, name } }): Site => ({
      id: `${stage.id}/${lane.join(",") || "0"}`,
      item: labels.join(","),
      called: nameIn(lane.at(-1), labels.at(-1)),
      stage,
      instance,
      lane: lane.slice(0, stage.depth),
      items,
      keys,
      name
    }))
})
