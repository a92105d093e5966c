/** Cutting a table and joining tables: tasks of the engine itself, with keys and records like any other, done once. */
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
import * as Port from "../dsl/stage/Port.ts"
import type { InputArtifact, Made } from "./Site.ts"

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
export const cut = Effect.fnUntraced(function* (table: InputArtifact, rows: number) {
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

/** A table of many that become one, with what tells it from the others. */
export interface Piece {
  readonly table: InputArtifact
  /** One value for each of the columns that are put before the table's own. */
  readonly key: ReadonlyArray<string>
}

/** One table of the rows of all, in order, with the columns of their keys before those that it has. */
export const concat = Effect.fnUntraced(function* (pieces: ReadonlyArray<Piece>, keyColumns: ReadonlyArray<string>) {
  const first = pieces[0]!.table
  const [joined] = yield* once(
    "concat",
    keyColumns.length === 0 ? {} : { columns: keyColumns, keys: pieces.map(({ key }) => key) },
    pieces.map(({ table }) => table.artifact),
    Effect.fnUntraced(function* (folder) {
      const path = join(folder, "0.tsv")
      const columns = yield* Reader.columns(first.pathOf(""))
      // A table that says itself what it is of stays as it is.
      const added = keyColumns.flatMap((name, index) => (columns.includes(name) ? [] : [{ name, index }]))
      yield* Writer.use(path, [...added.map(({ name }) => name), ...columns], (writer) =>
        Effect.forEach(
          pieces,
          ({ table: { pathOf, origin }, key }) => {
            const before = added.map(({ index }) => key[index]!)
            return Reader.use(pathOf(""), {}, (source) =>
              source.columns.join("\t") === columns.join("\t")
                ? Reader.forEachRow(source, (cells, place) => writer.row([...before, ...cells], place))
                : new InputError({
                    message: `cannot be joined: ${origin} has the columns ${source.columns.join(", ")}, ${first.origin} has ${columns.join(", ")}`,
                    hint: "all tasks of a scattered stage must write the same columns"
                  })
            )
          },
          { discard: true }
        )
      )
      return [path]
    })
  )
  return joined!
})

/** A table without rows; one of which not even the columns are known is empty. */
export const emptyTable = Effect.fnUntraced(function* (port: Port.OutputPort) {
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
