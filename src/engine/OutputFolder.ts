/** `--outdir`: the outputs of a run in a folder of the user's, with an index as JSON and as a table. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { constants, copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
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

const IndexJson = Schema.fromJsonString(Schema.Array(Schema.Struct({ file: Schema.String })))

const index = "outputs"

/** Files that an earlier run put there: these may be replaced. */
const ownFiles = (folder: string): ReadonlySet<string> => {
  try {
    const entries = Schema.decodeSync(IndexJson)(readFileSync(join(folder, `${index}.json`), "utf8"))
    return new Set([...entries.map(({ file }) => file), `${index}.json`, `${index}.tsv`])
  } catch {
    return new Set()
  }
}

/**
 * Puts the outputs of a run that succeeded into the folder. A file that is there already and is not of an earlier run is
 * left alone: nothing at all is written then.
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
      writeFileSync(join(folder, `${index}.json`), `${JSON.stringify(rows, null, 2)}\n`)
    },
    catch: (cause) => new InputError({ message: `cannot publish the outputs: ${messageOf(cause)}`, file: folder })
  })
  yield* Table.write(join(folder, `${index}.tsv`), table, rows)
})
