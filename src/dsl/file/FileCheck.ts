/** Whether the files that a workflow names are there. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { Diagnostic } from "../../core/Diagnostic.ts"
import * as Suggest from "../../core/Suggest.ts"
import type { FilePort, TablePort } from "../stage/Port.ts"
import type { Origin } from "../text/Origin.ts"

/** A file named by the user, to be looked for. */
export interface NamedFile extends Omit<Origin, "folder"> {
  readonly path: string
  /** What may have been meant, should it not be there. */
  readonly hint: string | undefined
  /** What its content is held to. */
  readonly port?: FilePort | TablePort
}

type Fault = Pick<Diagnostic, "message" | "hint">

/** Why a path is not that of a file; undefined where it is. */
export const faultOf = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const found = yield* Effect.result(fs.stat(file))
  if (found._tag === "Success") {
    const { type } = found.success
    if (type === "File") return undefined
    if (type === "Directory")
      return { message: `${file} is a folder, where a file is expected` } satisfies Fault as Fault
    return {
      message: `${file} is a pipe or a device, where a file is expected`,
      hint: "write what it gives to a file: an input is read more than once"
    } satisfies Fault as Fault
  }
  if (found.failure.reason._tag === "PermissionDenied") {
    return {
      message: `${file} may not be looked at`,
      hint: "ask for the right to read it and the folders above it"
    } satisfies Fault as Fault
  }
  const names = yield* fs.readDirectory(path.dirname(file)).pipe(Effect.orElseSucceed((): Array<string> => []))
  const name = path.basename(file)
  if (names.includes(name)) return { message: `${file} is a link to a file that is not there` } satisfies Fault as Fault
  const near = Suggest.closest(name, names)
  return {
    message: `there is no file ${file}`,
    hint:
      near === undefined
        ? "a relative path starts from the folder of the file it is written in"
        : `did you mean '${near}'?`
  } satisfies Fault as Fault
})

/** One Diagnostic for each place that names what is no file, and the paths of all such. */
export const check = Effect.fnUntraced(function* (files: ReadonlyArray<NamedFile>) {
  const known = new Map<string, Fault | undefined>()
  const told = new Map<string, Diagnostic>()
  for (const { path: file, range, source, hint } of files) {
    const fault = known.has(file) ? known.get(file) : yield* faultOf(file)
    known.set(file, fault)
    if (fault === undefined) continue
    // Of a scattered stage, each instance names it.
    const place = `${source.file} ${range.start} ${file}`
    told.set(place, {
      code: "missing-file",
      message: fault.message,
      hint: hint ?? fault.hint,
      source,
      range
    })
  }
  const missing = new Set([...known].flatMap(([file, fault]) => (fault === undefined ? [] : [file])))
  return { diagnostics: [...told.values()], missing }
})
