/**
 * Results on their way to another machine: an archive, or a folder, of
 *
 *   agflow.json                  what it is, and the digests of the run's own files
 *   run/...                      the run's own small files
 *   records/<k>/<key>.json       what its tasks gave
 *   store/<s>/<sha256>           the files that these records name
 *
 * What comes in is unpacked aside, and every name, record and file is checked before any of it is taken: a bundle that is
 * damaged, or made up, changes nothing. A record's key is the digest of what it was made from; that it was truly made
 * from it cannot be seen from here, so a bundle is as good as where it comes from.
 */
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import {
  closeSync,
  constants,
  copyFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync
} from "node:fs"
import { dirname, join, relative } from "node:path"
import { pipeline } from "node:stream/promises"
import { createGunzip, createGzip } from "node:zlib"
import * as Digest from "../core/Digest.ts"
import * as Disk from "../core/Disk.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import { ContentStore } from "./ContentStore.ts"
import { Home } from "./Home.ts"
import * as Inventory from "./Inventory.ts"
import type { Record } from "./Record.ts"
import { Records } from "./Records.ts"
import * as Tar from "./Tar.ts"
import * as TaskKey from "./TaskKey.ts"

const format = "agflow bundle 2"

export interface BundleSize {
  readonly records: number
  readonly files: number
  readonly bytes: number
}

const failing =
  (file: string) =>
  (cause: unknown): InputError =>
    cause instanceof InputError ? cause : new InputError({ message: messageOf(cause), file })

const isArchive = (path: string): boolean => /\.(?:tar\.gz|tgz)$/u.test(path)

/** A name by which a folder would be mistaken for an archive. */
const isOtherArchive = (path: string): boolean => /\.(?:tar|tar\.\w+|tbz2?|txz|tzst|zip|gz|7z|rar)$/iu.test(path)

/** The run's files that travel: not its results, which are in the store, and not the folders of failed tasks. */
const runFile = /^run\/(?!(?:logs|scripts|results)$)(?:(?:logs|scripts)\/)?(?!\.)[\w.,+~-]+$/u

const objectName = /^store\/([0-9a-f]{2})\/(\1[0-9a-f]{62})$/u
const recordName = /^records\/([0-9a-f]{2})\/(\1[0-9a-f]{62})\.json$/u

const fileOf = (name: string, path: string) => ({ name, bytes: lstatSync(path).size, content: { path } })

const filesOfRun = (folder: string) =>
  Inventory.filesBelow(folder)
    .filter(({ path }) => lstatSync(path).isFile())
    .map(({ path }) => fileOf(`run/${relative(folder, path)}`, path))
    .filter(({ name }) => runFile.test(name))

/** Writes the results of these tasks, with the run's own files, to an archive (`.tar.gz`) or a new folder. */
export const save = Effect.fnUntraced(function* (run: string, keys: ReadonlyArray<string>, to: string) {
  const home = yield* Home
  if (!isArchive(to) && isOtherArchive(to)) {
    return yield* new InputError({
      message: "archives are written as .tar.gz",
      file: to,
      hint: "--to FILE.tar.gz, or the name of a new folder"
    })
  }
  const inventory = yield* Inventory.take
  const chosen = [...Inventory.withHelpers(inventory, keys)].sort()
  const lost = keys.filter((key) => !inventory.records.has(key))
  if (lost.length > 0) {
    return yield* new InputError({
      message: `${lost.length} of the run's ${keys.length} results are no longer in the cache`,
      hint: "run the workflow again, then export that run"
    })
  }
  const objects = [...Inventory.namedBy(inventory, chosen)].sort().map((sha256) => {
    const short = join(sha256.slice(0, 2), sha256)
    return { sha256, name: `store/${short}`, path: join(home.store, short) }
  })
  let bytes = 0
  for (const { sha256, path } of objects) {
    const found = yield* Digest.ofFile(path).pipe(Effect.orElseSucceed(() => undefined))
    if (found !== sha256) {
      return yield* new InputError({
        message: `a stored file is ${found === undefined ? "missing" : "damaged"}`,
        file: path,
        hint: "agflow verify --remove, run the workflow again, then export that run"
      })
    }
    bytes += inventory.objects.get(sha256)!.bytes
  }
  const size: BundleSize = { records: chosen.length, files: objects.length, bytes }
  const runFiles = yield* Effect.try({ try: () => filesOfRun(run), catch: failing(run) })
  const digests = yield* Effect.forEach(runFiles, ({ name, content }) =>
    Effect.map(Digest.ofFile(content.path), (sha256) => [name, sha256] as const)
  )
  const about = `${JSON.stringify({ format, ...size, run: Object.fromEntries(digests) }, null, 1)}\n`
  const draft = `${to}.${process.pid}.tmp`
  return yield* Effect.tryPromise({
    try: async () => {
      if (existsSync(to) && (isArchive(to) || readdirSync(to).length > 0)) throw new Error("it is there already")
      const entries: ReadonlyArray<Tar.TarFile> = [
        { name: "agflow.json", bytes: Buffer.byteLength(about), content: { text: about } },
        ...runFiles,
        ...chosen.map((key) => {
          const path = inventory.records.get(key)!.path
          return fileOf(`records/${relative(home.records, path)}`, path)
        }),
        ...objects.map(({ name, path }) => fileOf(name, path))
      ]
      Disk.makeFolder(dirname(to))
      if (isArchive(to)) {
        await pipeline(Tar.write(entries), createGzip({ level: 6 }), createWriteStream(draft))
        renameSync(draft, to)
        return size
      }
      for (const { name, content } of entries) {
        const target = join(to, name)
        mkdirSync(dirname(target), { recursive: true })
        if ("text" in content) writeFileSync(target, content.text)
        else copyFileSync(content.path, target, constants.COPYFILE_FICLONE)
      }
      return size
    },
    catch: failing(to)
    // Also where it is interrupted, which the promise would hear of too late.
  }).pipe(Effect.ensuring(Effect.sync(() => rmSync(draft, { force: true }))))
})

/** A bundle, unpacked and found whole. */
export interface Opened {
  readonly folder: string
  readonly records: ReadonlyArray<Record>
  readonly size: BundleSize
}

/** Puts a bundle's files into `folder` under their names; their digests, by name. */
const unpack = async (from: string, folder: string): Promise<ReadonlyMap<string, string>> => {
  const seen = new Set<string>()
  const digests = new Map<string, string>()
  const open = (name: string) => {
    const sha256 = objectName.exec(name)?.[2]
    if (sha256 === undefined && !recordName.test(name) && !runFile.test(name) && name !== "agflow.json") {
      throw new Error(`'${name}' in it has no place in a bundle`)
    }
    if (seen.has(name)) throw new Error(`'${name}' is in it twice`)
    seen.add(name)
    const target = join(folder, name)
    mkdirSync(dirname(target), { recursive: true })
    const handle = openSync(target, "wx")
    const hash = createHash("sha256")
    return {
      data: (chunk: Buffer) => {
        hash.update(chunk)
        for (let at = 0; at < chunk.length;) at += writeSync(handle, chunk, at)
      },
      end: () => {
        closeSync(handle)
        const found = hash.digest("hex")
        if (sha256 !== undefined && found !== sha256) throw new Error(`'${name}' in it is damaged`)
        digests.set(name, found)
      }
    }
  }
  if (lstatSync(from).isDirectory()) {
    for (const { path } of Inventory.filesBelow(from)) {
      const name = relative(from, path)
      if (!lstatSync(path).isFile()) throw new Error(`'${name}' in it is not a plain file`)
      const file = open(name)
      for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) file.data(chunk as Buffer)
      file.end()
    }
    return digests
  }
  const packed = createReadStream(from)
  const gunzip = packed.pipe(createGunzip())
  packed.on("error", (cause) => gunzip.destroy(cause))
  try {
    // Not through a pipeline, which would report that it was cut off rather than why.
    await Tar.read(gunzip, { open })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw code === "Z_BUF_ERROR"
      ? new Error("it breaks off before its end")
      : code?.startsWith("Z_") === true
        ? new Error(`it is no .tar.gz archive, or damaged: ${messageOf(cause)}`)
        : cause
  } finally {
    packed.destroy()
  }
  return digests
}

const readAbout = (folder: string): BundleSize & { readonly run: { readonly [name: string]: unknown } } => {
  let about: unknown
  try {
    about = JSON.parse(readFileSync(join(folder, "agflow.json"), "utf8"))
  } catch {
    // Told below.
  }
  const {
    format: found,
    records,
    files,
    bytes,
    run
  } = (about ?? {}) as Partial<ReturnType<typeof readAbout>> & {
    readonly format?: unknown
  }
  if (found !== format || records === undefined || files === undefined || bytes === undefined || !run) {
    throw new Error("it is not a bundle that this version of agflow can read")
  }
  return { records, files, bytes, run }
}

/** Unpacks into `folder`, which must be empty, and checks; nothing is taken yet. */
export const open = (from: string, folder: string): Effect.Effect<Opened, InputError> =>
  Effect.tryPromise({
    try: async (): Promise<Opened> => {
      mkdirSync(folder, { recursive: true })
      const digests = await unpack(from, folder)
      const { run, ...size } = readAbout(folder)
      for (const name of new Set([...digests.keys(), ...Object.keys(run)])) {
        if (!name.startsWith("run/") || digests.get(name) === run[name]) continue
        throw new Error(`'${name}' in it is damaged, or missing`)
      }
      const paths = Inventory.filesBelow(join(folder, "records")).map(({ path }) => path)
      const records = paths.map((path) => {
        const key = recordName.exec(relative(folder, path))![2]!
        const record = Inventory.readRecord(path, key)
        const isSound = record !== undefined && Object.values(record.outputs).every(({ files }) => files.length > 0)
        if (!isSound || TaskKey.digest(record.structure) !== key) {
          throw new Error(`the record ${key} in it is damaged`)
        }
        return record
      })
      const objects = Inventory.filesBelow(join(folder, "store"))
      if (records.length !== size.records || objects.length !== size.files) {
        throw new Error(
          `it should hold ${size.records} records and ${size.files} files, and holds ${records.length} and ${objects.length}`
        )
      }
      for (const { sha256, bytes } of records.flatMap(Inventory.filesOf)) {
        const found = Inventory.fileAt(join(folder, "store", sha256.slice(0, 2), sha256))
        if (found?.bytes !== bytes) throw new Error(`the file ${sha256}, which a record names, is not in it`)
      }
      return { folder, records, size }
    },
    catch: failing(from)
  }).pipe(
    Effect.mapError((failure) =>
      existsSync(from)
        ? new InputError({ message: failure.message, file: from, hint: "nothing was imported; export it again" })
        : new InputError({ message: "there is no such file or folder", file: from })
    )
  )

/** Takes what is not here yet: files first, then the records that name them. Returns how many records were new. */
export const takeIn = Effect.fnUntraced(function* ({ folder, records }: Opened) {
  const store = yield* ContentStore
  const cached = yield* Records
  let taken = 0
  for (const record of records) {
    if ((yield* cached.find(record.key, record.structure)) !== undefined) continue
    for (const { sha256 } of Inventory.filesOf(record)) {
      const path = join(folder, "store", sha256.slice(0, 2), sha256)
      // Of two records that name it the first has taken it.
      if (existsSync(path)) yield* store.put(path, { known: sha256 })
    }
    yield* cached.write(record)
    taken++
  }
  return taken
})
