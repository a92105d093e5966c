/**
 * Named external files on this machine.
 *
 * A file is looked for among those already downloaded, then in the mirror folders, then at its URL. Wherever it comes
 * from, its bytes are hashed before anyone sees them: a damaged download is made again, a wrong mirror file is passed
 * over, and a wrong file from the network is removed and reported with both digests.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Digest from "../core/Digest.ts"
import { cannot, InputError } from "../core/Failure.ts"
import { Settings } from "../core/Settings.ts"
import { Task } from "../core/Task.ts"
import * as Dataset from "./Dataset.ts"
import * as DatasetRegistry from "./DatasetRegistry.ts"
import * as PartialFile from "./PartialFile.ts"
import * as Transfer from "./Transfer.ts"
import * as UnpinnedAddress from "./UnpinnedAddress.ts"

export { DownloadError } from "./Transfer.ts"

export class ChecksumMismatch extends Schema.TaggedError<ChecksumMismatch>()("ChecksumMismatch", {
  message: Schema.String,
  hint: Schema.String,
  expected: Schema.String,
  actual: Schema.String
}) {}

export class LicenceNotAccepted extends Schema.TaggedError<LicenceNotAccepted>()("LicenceNotAccepted", {
  message: Schema.String,
  hint: Schema.String,
  licence: Schema.String
}) {}

export type Failure =
  | DatasetRegistry.UnknownDataset
  | LicenceNotAccepted
  | ChecksumMismatch
  | Transfer.DownloadError
  | InputError

export interface Located {
  /** A file to read, never to write: it may be a mirror's own. */
  readonly path: string
  readonly origin: "downloads" | "mirror" | "network"
  readonly sha256: string
  readonly bytes: number
}

/** What is known of a file before it is looked for. */
interface Wanted {
  readonly what: string
  readonly url: URL | null
  readonly mirror: string
  readonly sha256: string | undefined
  readonly bytes: number | undefined
  /** What to do where it can be had nowhere. */
  readonly hint: string
}

const inMirror = (mirror: string): string =>
  `put the file at ${mirror} in a folder and name the folder: AGFLOW_MIRROR=<folder>`

/** The dataset's file, checked, and noted in the task's provenance. */
export const dataset = Effect.fnUntraced(function* (
  name: string
): Effect.fn.Return<
  Located & { readonly dataset: Dataset.Dataset },
  Failure,
  Settings | Task | FileSystem.FileSystem | Path.Path
> {
  const found = yield* DatasetRegistry.find(name)
  const settings = yield* Settings
  if (found.licenceAcceptance && !settings.acceptedLicences.includes(found.licence)) {
    return yield* new LicenceNotAccepted({
      message: `dataset '${name}' is under the licence ${found.licence}${found.licenceUrl === null ? "" : ` (${found.licenceUrl})`}, which restricts its use`,
      hint: `if you accept it, run with --accept-licence ${found.licence}`,
      licence: found.licence
    })
  }
  const located = yield* locate({
    what: `dataset '${name}'`,
    url: found.url === null ? null : new URL(found.url),
    mirror: found.mirror,
    sha256: found.sha256 ?? undefined,
    bytes: found.bytes ?? undefined,
    hint: `${found.recipe === null ? "" : `make the file with \`${found.recipe}\`, `}${inMirror(found.mirror)}`
  })
  const task = yield* Task
  yield* task.note({
    kind: "dataset",
    name,
    url: found.url,
    sha256: located.sha256,
    ...(found.sha256 === null ? yield* unpinned(found.url ?? found.mirror, located) : {}),
    bytes: located.bytes,
    licence: found.licence,
    citation: found.citation
  })
  return { ...located, dataset: found }
})

/** Why nothing is downloaded from an address. */
export const addressProblem = (text: string): { readonly message: string; readonly hint: string } | undefined => {
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  if (parsed === undefined || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) {
    return {
      message: `'${text}' is not a web address`,
      hint: "an address starts with https:// or http://; a file on this machine needs no download: name its path"
    }
  }
  return parsed.username === "" && parsed.password === ""
    ? undefined
    : {
        message: `the address of ${Transfer.shown(parsed)} holds a user name or password`,
        hint: "download the file yourself and name its path, or put it into a mirror folder (AGFLOW_MIRROR)"
      }
}

/** A user's own file. Without a sha256 it is taken as it comes, and downloaded each time it is asked for. */
export const url = Effect.fnUntraced(function* (options: {
  readonly url: string
  readonly sha256?: string | undefined
  /** As the user states it, for the report. */
  readonly licence?: string | undefined
}): Effect.fn.Return<Located, Failure, Settings | Task | FileSystem.FileSystem | Path.Path> {
  const problem = addressProblem(options.url)
  if (problem !== undefined) return yield* new InputError(problem)
  const parsed = new URL(options.url)
  const mirror = Dataset.mirrorPath(parsed)
  const located = yield* locate({
    what: Transfer.shown(parsed),
    url: parsed,
    mirror,
    sha256: options.sha256,
    bytes: undefined,
    hint: inMirror(mirror)
  })
  const task = yield* Task
  yield* task.note({
    kind: "dataset",
    name: parsed.pathname.slice(parsed.pathname.lastIndexOf("/") + 1) || parsed.host,
    url: Transfer.shown(parsed),
    sha256: located.sha256,
    ...(options.sha256 === undefined ? yield* unpinned(parsed.href, located) : {}),
    bytes: located.bytes,
    licence: options.licence ?? "not stated",
    citation: ""
  })
  return located
})

/** For the note of a file of which no digest is stated. */
const unpinned = Effect.fnUntraced(function* (address: string, { sha256 }: Located) {
  const { downloads } = yield* Settings
  const before = yield* UnpinnedAddress.keep(downloads, address, sha256)
  return before === undefined ? { pinned: false } : { pinned: false, before }
})

const locate = Effect.fnUntraced(function* (wanted: Wanted) {
  const settings = yield* Settings
  const path = yield* Path.Path
  const task = yield* Task
  const refused: Array<ChecksumMismatch> = []

  if (wanted.sha256 !== undefined) {
    const file = path.join(settings.downloads, wanted.sha256)
    const found = yield* measure(file)
    if (found?.sha256 === wanted.sha256) return { path: file, origin: "downloads", ...found } satisfies Located
    if (found !== undefined) yield* task.log(`${file} is damaged; it is downloaded again`)
  }

  for (const folder of settings.mirrors) {
    const file = path.join(folder, wanted.mirror)
    const found = yield* measure(file)
    if (found === undefined) continue
    if (wanted.sha256 === undefined || found.sha256 === wanted.sha256) {
      return { path: file, origin: "mirror", ...found } satisfies Located
    }
    const mismatch = mismatchOf(wanted, wanted.sha256, found, file)
    refused.push(mismatch)
    yield* task.log(mismatch.message)
  }

  if (wanted.url === null) {
    if (refused[0] !== undefined) return yield* refused[0]
    return yield* new Transfer.DownloadError({
      message: `${wanted.what} has no public address, and no mirror folder holds ${wanted.mirror}`,
      hint: wanted.hint,
      transient: false
    })
  }
  return yield* fromNetwork(wanted, wanted.url).pipe(
    Effect.catchTag("DownloadError", ({ message, transient }) =>
      Effect.fail(
        new Transfer.DownloadError({
          message,
          transient,
          hint: `${transient ? "run again to go on where it broke off" : "check the address"}; without a network, ${wanted.hint}`
        })
      )
    )
  )
})

const fromNetwork = Effect.fnUntraced(function* (
  wanted: Wanted,
  address: URL
): Effect.fn.Return<
  Located,
  Transfer.DownloadError | ChecksumMismatch | InputError,
  FileSystem.FileSystem | Path.Path | Scope.Scope | Settings | Task
> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const settings = yield* Settings
  const unwritable = cannot("write", settings.downloads)
  yield* fs.makeDirectory(settings.downloads, { recursive: true }).pipe(Effect.mapError(unwritable))

  const checkable = wanted.sha256 !== undefined
  const part = yield* PartialFile.claim(settings.downloads, wanted.sha256 ?? Digest.ofBytes(address.href), checkable)
  const transfer = (resume: boolean) =>
    Transfer.toFile({ url: address, part, resume, bytes: wanted.bytes }).pipe(
      Effect.flatMap((resumed) => Effect.map(measure(part), (found) => ({ found: found!, resumed })))
    )
  let { found, resumed } = yield* transfer(checkable)
  if (checkable && found.sha256 !== wanted.sha256 && resumed) {
    // The first half may be of another version of the file: only a whole download shows what the server has.
    yield* fs.remove(part, { force: true }).pipe(Effect.mapError(unwritable))
    found = (yield* transfer(false)).found
  }
  if (wanted.sha256 !== undefined && found.sha256 !== wanted.sha256) {
    yield* fs.remove(part, { force: true }).pipe(Effect.mapError(unwritable))
    return yield* mismatchOf(wanted, wanted.sha256, found, undefined)
  }
  const file = path.join(settings.downloads, found.sha256)
  yield* fs.rename(part, file).pipe(Effect.mapError(unwritable))
  return { path: file, origin: "network", ...found }
}, Effect.scoped)

/** Digest and size of a file that is there. */
const measure = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const info = yield* fs.stat(file).pipe(Effect.orElseSucceed(() => undefined))
  if (info?.type !== "File") return undefined
  return { sha256: (yield* Digest.ofFile(file)) as string, bytes: Number(info.size) }
})

const mismatchOf = (
  wanted: Wanted,
  expected: string,
  found: { readonly sha256: string; readonly bytes: number },
  mirrorFile: string | undefined
): ChecksumMismatch => {
  const where = mirrorFile ?? (wanted.url === null ? wanted.what : Transfer.shown(wanted.url))
  const sizes =
    wanted.bytes === undefined || wanted.bytes === found.bytes ? "" : ` (${found.bytes} bytes, not ${wanted.bytes})`
  return new ChecksumMismatch({
    message: `${where} is not the file expected${wanted.what === where ? "" : ` for ${wanted.what}`}: its sha256 is ${found.sha256}, not ${expected}${sizes}`,
    hint:
      mirrorFile === undefined
        ? "the download was removed; the file at this address has changed, or a proxy answered in its place: if the change is meant, state the new sha256"
        : "replace the mirror's file, or remove it so that the file is downloaded",
    expected,
    actual: found.sha256
  })
}
