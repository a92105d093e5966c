/**
 * Scattering and gathering: the tasks that a stage becomes, and what they give together. Cutting a table and joining
 * tables are tasks of the engine itself, with keys and records like any other, so that they too are done once.
 */
import * as Effect from "effect/Effect"
import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import * as Artifact from "../cache/Artifact.ts"
import { ContentStore } from "../cache/ContentStore.ts"
import { Home } from "../cache/Home.ts"
import { Records, type Record as CacheRecord } from "../cache/Record.ts"
import * as TaskKey from "../cache/TaskKey.ts"
import { InputError } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"
import type { CheckedStage, Shards } from "../dsl/CheckedStage.ts"
import * as Port from "../dsl/Port.ts"
import * as Reaper from "./Reaper.ts"
import { bindInput, stored, type InputArtifact, type Site, type StageOutputs } from "./TaskResolution.ts"

let counter = 0

/** Does what a key stands for unless its record is there; the files are written into a folder of their own. */
const once = Effect.fnUntraced(function* <E, R>(
  name: string,
  params: Readonly<Record<string, unknown>>,
  inputs: ReadonlyArray<Artifact.Artifact>,
  write: (folder: string) => Effect.Effect<ReadonlyArray<string>, E, R>
) {
  const records = yield* Records
  const store = yield* ContentStore
  const home = yield* Home
  const structure: TaskKey.TaskKey = {
    version: TaskKey.keyVersion,
    stage: `agflow:${name}`,
    code: "1",
    params,
    inputs: { tables: inputs.map((each) => ({ extension: each.extension, digest: Artifact.digest(each) })) },
    outputs: {}
  }
  const key = TaskKey.digest(structure)
  const found = yield* records.find(key)
  const synthetic = inputs.some((each) => each.synthetic)
  const listOf = ({ outputs }: CacheRecord) =>
    Object.values(outputs).map((artifact): Artifact.Artifact => ({ ...artifact, synthetic }))
  if (found !== undefined) return listOf(found)
  const folder = join(home.work, Reaper.folderName(key, counter++))
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
  return yield* once("rows", { rows }, [table.artifact], (folder) =>
    Effect.gen(function* () {
      const { columns, rows: all } = yield* Table.readText(table.pathOf(""))
      const count = Math.max(1, Math.ceil(all.length / rows))
      return yield* Effect.forEach(
        Array.from({ length: count }, (_, index) => index),
        (index) => {
          const path = join(folder, `${index}.tsv`)
          return Effect.as(Table.writeText(path, columns, all.slice(index * rows, (index + 1) * rows)), path)
        }
      )
    })
  )
})

/** One table of the rows of all, in order. */
const concat = Effect.fnUntraced(function* (tables: ReadonlyArray<InputArtifact>) {
  const [joined] = yield* once(
    "concat",
    {},
    tables.map(({ artifact }) => artifact),
    (folder) =>
      Effect.gen(function* () {
        const read = yield* Effect.forEach(tables, (table) => Table.readText(table.pathOf("")))
        const columns = read[0]!.columns
        for (const [index, table] of read.entries()) {
          if (table.columns.join("\t") === columns.join("\t")) continue
          return yield* new InputError({
            message: `cannot be joined: ${tables[index]!.origin} has the columns ${table.columns.join(", ")}, ${tables[0]!.origin} has ${columns.join(", ")}`,
            hint: "all tasks of a scattered stage must write the same columns"
          })
        }
        const path = join(folder, "0.tsv")
        yield* Table.writeText(
          path,
          columns,
          read.flatMap(({ rows }) => rows)
        )
        return [path]
      })
  )
  return joined!
})

const shardsOf = Effect.fnUntraced(function* ({ of, rows }: Shards, upstream: ReadonlyMap<string, StageOutputs>) {
  const given = [yield* bindInput(of, Port.file("file", ""), new Map(), upstream)].flat()
  if (rows === undefined) return given.map((each, index) => ({ ...each, origin: `${each.origin}[${index}]` }))
  const [table] = given
  const pieces = yield* cut(table!, rows)
  return yield* Effect.forEach(pieces, (piece, index) => stored(piece, `${table!.origin} from row ${index * rows + 1}`))
})

/** The tasks of a scattered stage, the last dimension running fastest. */
export const expand = Effect.fnUntraced(function* (stage: CheckedStage, upstream: ReadonlyMap<string, StageOutputs>) {
  const shards = yield* Effect.forEach(stage.shards, (each) => shardsOf(each, upstream))
  const combinations = stage.shards.reduce<ReadonlyArray<ReadonlyMap<string, number>>>(
    (all, { name }, dimension) =>
      all.flatMap((chosen) => shards[dimension]!.map((_, index) => new Map([...chosen, [name, index]]))),
    [new Map()]
  )
  return stage.instances.flatMap((instance) =>
    combinations.map((chosen): Site => {
      const words = [instance.label, ...chosen.values()].filter((word) => word !== "")
      return {
        id: `${stage.id}/${words.join(",") || "0"}`,
        stage,
        instance,
        items: new Map(
          [...chosen].map(([name, index]) => [
            name,
            shards[stage.shards.findIndex((each) => each.name === name)]![index]!
          ])
        )
      }
    })
  )
})

/** What the tasks of a scattered stage give together: tables joined in order, other files as lists. */
export const gather = Effect.fnUntraced(function* (
  stage: CheckedStage,
  tasks: ReadonlyArray<{ readonly id: string; readonly outputs: CacheRecord["outputs"] }>
) {
  const outputs: Record<string, Artifact.Artifact | ReadonlyArray<Artifact.Artifact>> = {}
  for (const [name, port] of Object.entries(stage.outputs)) {
    const parts = tasks.map(({ id, outputs: written }) => ({ id, artifact: written[name]! }))
    outputs[name] =
      Port.gathered(port)._tag === "List"
        ? parts.map(({ artifact }) => artifact)
        : yield* concat(yield* Effect.forEach(parts, ({ id, artifact }) => stored(artifact, `${id}.${name}`)))
  }
  return outputs
})
