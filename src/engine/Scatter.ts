/**
 * Scattering and gathering: the tasks that a stage becomes, and what they give together. Cutting a table and joining
 * tables are tasks of the engine itself, with keys and records like any other, so that they too are done once.
 */
import * as Effect from "effect/Effect"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Artifact from "../cache/Artifact.ts"
import { ContentStore } from "../cache/ContentStore.ts"
import { Home } from "../cache/Home.ts"
import type { Record as CacheRecord } from "../cache/Record.ts"
import { Records } from "../cache/Records.ts"
import * as TaskKey from "../cache/TaskKey.ts"
import * as WorkFolder from "../cache/WorkFolder.ts"
import { cannot, InputError } from "../core/Failure.ts"
import * as Lineage from "../core/Lineage.ts"
import * as Reader from "../data/table/Reader.ts"
import * as Writer from "../data/table/Writer.ts"
import { groupBy } from "../core/GroupBy.ts"
import {
  outputsIn,
  shardsOf,
  type CheckedStage,
  type Chosen,
  type Instance,
  type Shards
} from "../dsl/check/CheckedStage.ts"
import type { ItemName } from "../dsl/check/ItemName.ts"
import * as Port from "../dsl/stage/Port.ts"
import type { Workflow } from "../dsl/Workflow.ts"
import {
  bindInput,
  flat,
  isThere,
  placeOf,
  stored,
  type InputArtifact,
  type Made,
  type Nested,
  type Site,
  type StageOutputs
} from "./TaskResolution.ts"

/** Does what a key stands for unless its record is there; the files are written into a folder of their own. */
const once = Effect.fnUntraced(function* <E, R>(
  name: string,
  params: Readonly<Record<string, unknown>>,
  inputs: ReadonlyArray<Made>,
  write: (folder: string) => Effect.Effect<ReadonlyArray<string>, E, R>
) {
  const records = yield* Records
  const store = yield* ContentStore
  const home = yield* Home
  const structure: TaskKey.TaskKey = {
    code: "1",
    inputs: { tables: inputs.map((each) => ({ digest: Artifact.digest(each), extension: each.extension })) },
    outputs: {},
    params,
    stage: `agflow:${name}`,
    version: TaskKey.keyVersion
  }
  const key = TaskKey.digest(structure)
  const found = yield* records.find(key, structure)
  const synthetic = inputs.some((each) => each.synthetic)
  const lineages = inputs.map((each) => each.lineage)
  const lineage = Lineage.through(lineages[0] ?? { stage: null, uses: null }, lineages, [], synthetic)
  const listOf = ({ outputs }: CacheRecord) =>
    Object.values(outputs).map((artifact): Made => ({ ...artifact, synthetic, lineage }))
  if (found !== undefined) return listOf(found)
  const folder = join(home.work, WorkFolder.nameFor(key))
  mkdirSync(folder)
  return yield* Effect.gen(function* () {
    const paths = yield* write(folder)
    const artifacts = yield* Effect.forEach(paths, (path) =>
      Effect.map(store.put(path), (identity): Artifact.Artifact => ({
        extension: "tsv",
        files: [{ suffix: "", ...identity }],
        synthetic
      }))
    )
    const record: CacheRecord = {
      key,
      structure,
      // Digits sort as numbers in an object's keys, so the order is kept.
      outputs: Object.fromEntries(artifacts.map((artifact, index) => [String(index), artifact])),
      provenance: [],
      startedAt: new Date(0).toISOString(),
      seconds: 0,
      cpuSeconds: null,
      maxRssBytes: null,
      agflow: ""
    }
    yield* records.write(record)
    return listOf(record)
  }).pipe(Effect.ensuring(Effect.sync(() => rmSync(folder, { recursive: true, force: true }))))
})

/** Pieces of so many rows, each with the header; a table without rows is one piece. */
const cut = Effect.fnUntraced(function* (table: InputArtifact, rows: number) {
  const path = table.pathOf("")
  return yield* once("rows", { rows }, [table.artifact], (folder) =>
    Reader.use(path, {}, (source) => {
      const paths: Array<string> = []
      let piece: Writer.Writer | undefined
      let room = 0
      const next = () => {
        piece?.end()
        const part = join(folder, `${paths.length}.tsv`)
        paths.push(part)
        room = rows
        return (piece = new Writer.Writer(part, source.columns))
      }
      const attempt = (act: () => void) => Effect.try({ try: act, catch: cannot("write", folder) })
      return attempt(() => void next()).pipe(
        Effect.andThen(
          Reader.forEachRow(source, (cells, place) => {
            const into = room > 0 ? piece! : next()
            into.row(cells, place)
            room--
          })
        ),
        Effect.andThen(attempt(() => piece!.end())),
        Effect.tapError(() => Effect.sync(() => piece?.abandon())),
        Effect.as(paths)
      )
    })
  )
})

/** One table of the rows of all, in order. */
const concat = Effect.fnUntraced(function* (tables: ReadonlyArray<InputArtifact>) {
  const [first] = tables
  const [joined] = yield* once(
    "concat",
    {},
    tables.map(({ artifact }) => artifact),
    Effect.fnUntraced(function* (folder) {
      const path = join(folder, "0.tsv")
      const columns = yield* Reader.columns(first!.pathOf(""))
      yield* Writer.use(path, columns, (writer) =>
        Effect.forEach(
          tables,
          ({ pathOf, origin }) =>
            Reader.use(pathOf(""), {}, (source) =>
              source.columns.join("\t") === columns.join("\t")
                ? Reader.forEachRow(source, (cells, place) => writer.row(cells, place))
                : new InputError({
                    message: `cannot be joined: ${origin} has the columns ${source.columns.join(", ")}, ${first!.origin} has ${columns.join(", ")}`,
                    hint: "all tasks of a scattered stage must write the same columns"
                  })
            ),
          { discard: true }
        )
      )
      return [path]
    })
  )
  return joined!
})

/** A table without rows; one of which not even the columns are known is empty. */
const emptyTable = Effect.fnUntraced(function* (port: Port.OutputPort) {
  const columns = port._tag === "Table" ? Object.keys(port.columns) : []
  const [table] = yield* once("empty", { columns }, [], (folder) =>
    Effect.sync(() => {
      const path = join(folder, "0.tsv")
      writeFileSync(path, columns.length === 0 ? "" : `${columns.join("\t")}\n`)
      return [path]
    })
  )
  return table!
})

/** What a stage gives that is scattered over nothing. */
export const nothing = Effect.fnUntraced(function* (stage: CheckedStage) {
  const outputs: Record<string, Nested<Made>> = {}
  for (const [name, port] of Object.entries(stage.outputs))
    outputs[name] = Port.kindOf(port) === "tsv" ? yield* emptyTable(port) : []
  return outputs
})

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
  const pieces = yield* cut(table!, rows)
  return yield* Effect.forEach(pieces, (piece, index) => stored(piece, `${table!.origin} from row ${index * rows + 1}`))
})

/** The files of a list with what the scatter that made the list calls them; with their places, where it has no words. */
const named = (files: ReadonlyArray<Nested<InputArtifact>>) => {
  const names = files.flatMap((file) => ("artifact" in file ? (file.artifact.item ?? []) : []))
  const distinct = new Set(names.map(({ word }) => word))
  return files.map((file, index) =>
    distinct.size === files.length ? { file, ...names[index]! } : { file, word: String(index), label: undefined }
  )
}

/** A value of a list, or a file of a shard. */
interface Choice extends Chosen {
  readonly item?: readonly [name: string, given: Nested<InputArtifact>]
}

/** What one combination of the levels gone through so far comes to. */
interface Lane extends Pick<Site, "lane" | "items"> {
  /** As the lane, in the items' own words. */
  readonly labels: ReadonlyArray<string>
  /** Its place among the others. */
  readonly order: ReadonlyArray<number>
}

const outermost: Lane = { lane: [], labels: [], items: new Map(), order: [] }

/** One level further in. */
const inward = (outer: Lane, unsorted: ReadonlyArray<Choice>): Lane => {
  const choices = unsorted.length < 2 ? unsorted : [...unsorted].sort((a, b) => a.at - b.at)
  let [word, label] = ["", ""]
  let items: Array<readonly [name: string, given: Nested<InputArtifact>]> | undefined
  const order = [...outer.order]
  for (const [place, choice] of choices.entries()) {
    const separator = place === 0 ? "" : ","
    word += `${separator}${choice.word}`
    label += `${separator}${choice.label ?? choice.word}`
    order.push(choice.index)
    if (choice.item !== undefined) (items ??= []).push(choice.item)
  }
  return {
    lane: [...outer.lane, word],
    labels: [...outer.labels, label],
    items: items === undefined ? outer.items : new Map([...outer.items, ...items]),
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
      named(yield* filesOf(shards, lane, upstream)).map(({ file, word, label }, index): Choice => ({
        at: shards.at,
        index,
        word,
        label,
        item: [shards.name, file]
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
    .map(({ instance, lane: { lane, labels, items } }): Site => ({
      id: `${stage.id}/${lane.join(",") || "0"}`,
      item: labels.join(","),
      called: nameIn(lane.at(-1), labels.at(-1)),
      stage,
      instance,
      lane: lane.slice(0, stage.depth),
      items
    }))
})

/** The outputs that something reads, each at the depth at which it does: see {@link Binding}. */
export const wanted = ({ stages, outputs }: Workflow): ReadonlySet<string> =>
  new Set([
    ...stages.flatMap((stage) =>
      [...stage.instances.flatMap(({ inputs }) => [...inputs.values()]), ...shardsOf(stage).map(({ of }) => of)]
        .flatMap(outputsIn)
        .map(({ stage: from, port, depth }) => wish(from, port, depth))
    ),
    ...outputs.map(({ stage, port }) => wish(stage, port, 0))
  ])

const wish = (stage: string, port: string, depth: number): string => `${stage}.${port} ${depth}`

type Called = Pick<Site, "id" | "lane" | "called">

interface Part extends Called {
  readonly artifact: Made
}

/** A list for each scatter from `depth` inwards. */
const nest = (parts: ReadonlyArray<Part>, depth: number, stage: CheckedStage, many: boolean): Nested<Made> => {
  if (depth < stage.depth) {
    return Array.from(groupBy(parts, ({ lane }) => lane[depth]!).values(), (some) => nest(some, depth + 1, stage, many))
  }
  const files = parts.map(({ artifact, called }): Made =>
    called === undefined ? artifact : { ...artifact, item: called }
  )
  return many ? files : files[0]!
}

/**
 * What the tasks of a scattered stage give together, in order, by where others look for it: tables joined, other files as
 * lists, one within the other as the scatters are; all of it, and of a stage with scattered workflows around it what there
 * is in each lane.
 */
export const gather = Effect.fnUntraced(function* (
  stage: CheckedStage,
  tasks: ReadonlyArray<Called & { readonly outputs: Readonly<Record<string, Made>> }>,
  wishes: ReadonlySet<string>
) {
  const found: Array<readonly [place: string, outputs: StageOutputs]> = []
  // Where the stage itself is not scattered, each of its innermost lanes has one task.
  const many = stage.instances[0]!.levels.length > stage.depth
  for (let depth = 0; depth <= stage.depth; depth++) {
    for (const [place, some] of groupBy(tasks, ({ lane }) => placeOf(stage.id, lane.slice(0, depth)))) {
      const outputs: Record<string, Nested<Made>> = {}
      for (const [name, port] of Object.entries(stage.outputs)) {
        if (!wishes.has(wish(stage.id, name, depth))) continue
        const parts = some.map(({ id, lane, called, outputs: written }): Part => ({
          id,
          lane,
          called,
          artifact: written[name]!
        }))
        const joins = Port.kindOf(port) === "tsv" && (depth < stage.depth || many)
        outputs[name] = joins
          ? yield* concat(yield* Effect.forEach(parts, ({ id, artifact }) => stored(artifact, `${id}.${name}`)))
          : nest(parts, depth, stage, many)
      }
      found.push([place, outputs])
    }
  }
  return found
})
