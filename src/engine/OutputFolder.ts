/** `--outdir`: the outputs of a run in a folder of the user's, with an index as JSON and as a table. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  constants,
  copyFileSync,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { basename, join, relative, resolve } from "node:path"
import * as Disk from "../core/Disk.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"
import type { RunResult } from "./RunResult.ts"

const table = {
  name: Table.string("name of the output in the workflow"),
  file: Table.string("the file in this folder"),
  item: Table.nullable(Table.string("of one file of a list, what it is of: a sample's id")),
  stage: Table.string("stage that wrote it"),
  port: Table.string("output of the stage"),
  sha256: Table.string("of the file"),
  bytes: Table.integer("size of the file"),
  synthetic: Table.boolean("whether it is synthetic, generated from a seed"),
  workflow: Table.string("name of the workflow"),
  source: Table.string("the workflow's file, from this folder"),
  run: Table.string("id of the run")
}

type Row = Table.Row<typeof table>

const IndexJson = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({
      name: Schema.String,
      // Older indexes have no items, and know a workflow by its name alone.
      item: Schema.NullOr(Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
      file: Schema.String,
      stage: Schema.String,
      port: Schema.String,
      sha256: Schema.String,
      bytes: Schema.Int,
      synthetic: Schema.Boolean,
      workflow: Schema.String,
      source: Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed(""))),
      run: Schema.String
    })
  )
)

const index = "outputs"
const indexFiles = [`${index}.json`, `${index}.tsv`]

/** The index while its files are not yet all there: should the run be killed, they are its own all the same. */
const draftOf = (folder: string): string => join(folder, `.${index}.json.tmp`)

/** Files that earlier runs put there, with what the index says of them; undefined where there is no index. */
const filesIn = (folder: string): ReadonlyMap<string, Row> | undefined => {
  let files: Map<string, Row> | undefined
  for (const path of [join(folder, `${index}.json`), draftOf(folder)]) {
    try {
      const entries = Schema.decodeSync(IndexJson)(readFileSync(path, "utf8"))
      files ??= new Map()
      for (const entry of entries) if (basename(entry.file) === entry.file) files.set(entry.file, entry)
    } catch {
      // There is none, or it is nobody's.
    }
  }
  return files
}

/** A workflow is known by its file: two that are called the same are two. From the folder, so that both may move together. */
const sourceOf = (folder: string, { workflow: { file } }: RunResult): string =>
  relative(realpath(folder), realpath(file))

const realpath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}

/** Fails where no outputs could be put, before anything runs. */
export const check = (folder: string): Effect.Effect<void, InputError> => {
  if (folder === "")
    return Effect.fail(new InputError({ message: "--outdir is given no folder", hint: "write --outdir FOLDER" }))
  return existsSync(folder) && !statSync(folder).isDirectory()
    ? Effect.fail(new InputError({ message: "this is a file, where a folder is expected", file: folder }))
    : Effect.void
}

/**
 * Puts the outputs of a run that succeeded into the folder, in the place of those of the workflow's earlier runs; the files
 * of these that it no longer gives, which are removed. What is another workflow's stays. A file that is there already and is
 * not of an earlier run of this workflow is left alone: nothing at all is written then.
 */
export const publish = Effect.fnUntraced(function* (result: RunResult, folder: string) {
  const source = sourceOf(folder, result)
  const workflow = result.workflow.name
  const rows = result.outputs.flatMap(({ name, item, stage, port, artifact, path }) =>
    artifact.files.map(({ suffix, sha256, bytes }): Row => ({
      name,
      file: `${basename(path)}${suffix}`,
      item,
      stage,
      port,
      sha256,
      bytes,
      synthetic: artifact.synthetic,
      workflow,
      source,
      run: result.folder.id
    }))
  )
  const there = filesIn(folder)
  const isOwn = (row: Row) => row.source === source || (row.source === "" && row.workflow === workflow)
  const names = new Set(rows.map(({ file }) => file))
  const others = [...(there?.values() ?? [])].filter((row) => !isOwn(row) && existsSync(join(folder, row.file)))
  const foreign = others.find(({ file }) => names.has(file))
  if (foreign !== undefined) {
    return yield* new InputError({
      message: `${foreign.file} is there already: it is an output of the workflow '${foreign.workflow}'${foreign.source === "" ? "" : ` (${foreign.source})`}`,
      file: folder,
      hint: "nothing was written there: give each workflow an --outdir of its own, or its outputs other names"
    })
  }
  const taken = [...names, ...indexFiles].filter(
    (file) =>
      existsSync(join(folder, file)) &&
      !(there?.has(file) ?? false) &&
      !(there !== undefined && indexFiles.includes(file))
  )
  if (taken.length > 0) {
    return yield* new InputError({
      message: `${taken.join(", ")} ${taken.length === 1 ? "is" : "are"} there already, and not from an earlier run`,
      file: folder,
      hint: "nothing was written there: move what is in the way, or give --outdir another folder"
    })
  }
  const all = [...others, ...rows]
  const removed = yield* Effect.try({
    try: () => {
      Disk.makeFolder(folder)
      writeFileSync(draftOf(folder), `${JSON.stringify(all, null, 2)}\n`)
      for (const { file } of rows) {
        // By rename, so that a reader never sees half a file.
        const draft = join(folder, `.${file}.${process.pid}.tmp`)
        try {
          copyFileSync(join(result.folder.results, file), draft, constants.COPYFILE_FICLONE)
          renameSync(draft, join(folder, file))
        } catch (cause) {
          rmSync(draft, { force: true })
          throw cause
        }
      }
      return [...(there?.values() ?? [])].flatMap((row) => {
        if (!isOwn(row) || names.has(row.file) || !existsSync(join(folder, row.file))) return []
        rmSync(join(folder, row.file), { force: true })
        return [row.file]
      })
    },
    catch: (cause) => new InputError({ message: `cannot publish the outputs: ${messageOf(cause)}`, file: folder })
  })
  yield* Table.write(join(folder, `${index}.tsv`), table, all)
  renameSync(draftOf(folder), join(folder, `${index}.json`))
  return removed
})
