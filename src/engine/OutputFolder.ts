/** `--outdir`: the outputs of a run in a folder of the user's, with an index as JSON and as a table. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { constants, copyFileSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import * as Disk from "../core/Disk.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"
import type { RunResult } from "./RunResult.ts"

const table = {
  name: Table.string("name of the output in the workflow"),
  file: Table.string("the file in this folder"),
  stage: Table.string("stage that wrote it"),
  port: Table.string("output of the stage"),
  sha256: Table.string("of the file"),
  bytes: Table.integer("size of the file"),
  synthetic: Table.boolean("whether it is made up from a seed"),
  workflow: Table.string("name of the workflow"),
  run: Table.string("id of the run")
}

const IndexJson = Schema.fromJsonString(Schema.Array(Schema.Struct({ file: Schema.String, workflow: Schema.String })))

const index = "outputs"

/** The index while its files are not yet all there: should the run be killed, they are its own all the same. */
const draftOf = (folder: string): string => join(folder, `.${index}.json.tmp`)

/** Files that earlier runs put there, these may be replaced, each with the workflow whose output it is. */
const ownFiles = (folder: string): ReadonlyMap<string, string> => {
  const own = new Map<string, string>()
  for (const path of [join(folder, `${index}.json`), draftOf(folder)]) {
    try {
      const entries = Schema.decodeSync(IndexJson)(readFileSync(path, "utf8"))
      for (const each of [`${index}.json`, `${index}.tsv`]) own.set(each, "")
      for (const { file, workflow } of entries) if (basename(file) === file) own.set(file, workflow)
    } catch {
      // There is none, or it is nobody's.
    }
  }
  return own
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
 * Puts the outputs of a run that succeeded into the folder, in the place of those of the workflow's earlier runs. A file
 * that is there already and is not of an earlier run is left alone: nothing at all is written then.
 */
export const publish = Effect.fnUntraced(function* (result: RunResult, folder: string) {
  const rows = result.outputs.flatMap(({ name, stage, port, artifact, path }) =>
    artifact.files.map(({ suffix, sha256, bytes }): Table.Row<typeof table> => ({
      name,
      file: `${basename(path)}${suffix}`,
      stage,
      port,
      sha256,
      bytes,
      synthetic: artifact.synthetic,
      workflow: result.workflow.name,
      run: result.folder.id
    }))
  )
  const own = ownFiles(folder)
  const taken = [...rows.map(({ file }) => file), `${index}.json`, `${index}.tsv`].filter(
    (file) => existsSync(join(folder, file)) && !own.has(file)
  )
  if (taken.length > 0) {
    return yield* new InputError({
      message: `${taken.join(", ")} ${taken.length === 1 ? "is" : "are"} there already, and not from an earlier run`,
      file: folder,
      hint: "nothing was written there: move what is in the way, or give --outdir another folder"
    })
  }
  yield* Effect.try({
    try: () => {
      Disk.makeFolder(folder)
      writeFileSync(draftOf(folder), `${JSON.stringify(rows, null, 2)}\n`)
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
      const names = new Set(rows.map(({ file }) => file))
      for (const [file, workflow] of own) {
        if (workflow === result.workflow.name && !names.has(file)) rmSync(join(folder, file), { force: true })
      }
    },
    catch: (cause) => new InputError({ message: `cannot publish the outputs: ${messageOf(cause)}`, file: folder })
  })
  yield* Table.write(join(folder, `${index}.tsv`), table, rows)
  renameSync(draftOf(folder), join(folder, `${index}.json`))
})
