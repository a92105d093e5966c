/**
 * Results on their way to another machine: an archive, or a folder, of
 *
 *   agflow.json                  what it is
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
import { InputError, messageOf } from "../core/Failure.ts"
import { ContentStore } from "./ContentStore.ts"
import { Home } from "./Home.ts"
import * as Inventory from "./Inventory.ts"
import type { Record } from "./Record.ts"
import { Records } from "./Records.ts"
import * as Tar from "./Tar.ts"
import * as TaskKey from "./TaskKey.ts"

const format = "agflow bundle 1"

export interface BundleSize {
  readonly records: number
  readonly files: number
  readonly bytes: number
}

const failing =
  (file: string, hint?: string) =>
  (cause: unknown): InputError =>
    cause instanceof InputError
      ? cause
      : new InputError({ message: messageOf(cause), file, ...(hint === undefined ? {} : { hint }) })

const isArchive = (path: string): boolean => /\.(?:tar\.gz|tgz)$/u.test(path)

/** The run's files that travel: not its results, which are in the store, and not the folders of failed tasks. */
const runFile = /^run\/(?:(?:logs|scripts)\/)?(?!\.)[\w.,+-]+$/u

const objectName = /^store\/([0-9a-f]{2})\/(\1[0-9a-f]{62})$/u
const recordName = /^records\/([0-9a-f]{2})\/(\1[0-9a-f]{62})\.json$/u

const fileOf = (name: string, path: string): Tar.TarFile => ({ name, bytes: lstatSync(path).size, content: { path } })

const filesOfRun = (folder: string): ReadonlyArray<Tar.TarFile> =>
  Inventory.filesBelow(folder)
    .map(({ path }) => fileOf(`run/${relative(folder, path)}`, path))
    .filter(({ name }) => runFile.test(name) && name !== "run/results")

/** Writes the results of these tasks, with the run's own files, to an archive (`.tar.gz`) or a new folder. */
export const save = Effect.fnUntraced(function* (run: string, keys: ReadonlyArray<string>, to: string) {
  const home = yield* Home
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
  const about = `${JSON.stringify({ format, ...size }, null, 1)}\n`
  return yield* Effect.tryPromise({
    try: async () => {
      if (existsSync(to) && (isArchive(to) || readdirSync(to).length > 0)) throw new Error("it is there already")
      const entries: ReadonlyArray<Tar.TarFile> = [
        { name: "agflow.json", bytes: Buffer.byteLength(about), content: { text: about } },
        ...filesOfRun(run),
        ...chosen.map((key) => {
          const path = inventory.records.get(key)!.path
          return fileOf(`records/${relative(home.records, path)}`, path)
        }),
        ...objects.map(({ name, path }) => fileOf(name, path))
      ]
      mkdirSync(dirname(to), { recursive: true })
      if (isArchive(to)) {
        const draft = `${to}.${process.pid}.tmp`
        try {
          await pipeline(Tar.write(entries), createGzip({ level: 6 }), createWriteStream(draft))
          renameSync(draft, to)
        } finally {
          rmSync(draft, { force: true })
        }
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
  })
})

/** A bundle, unpacked and found whole. */
export interface Opened {
  readonly folder: string
  readonly records: ReadonlyArray<Record>
  readonly size: BundleSize
}

/** Puts a bundle's files into `folder` under their names, those of the store hashed on the way. */
const unpack = async (from: string, folder: string): Promise<void> => {
  const seen = new Set<string>()
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
        if (sha256 !== undefined && hash.digest("hex") !== sha256) throw new Error(`'${name}' in it is damaged`)
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
    return
  }
  const packed = createReadStream(from)
  const gunzip = packed.pipe(createGunzip())
  packed.on("error", (cause) => gunzip.destroy(cause))
  try {
    // Not through a pipeline, which would report that it was cut off rather than why.
    await Tar.read(gunzip, { open })
  } finally {
    packed.destroy()
  }
}

const readAbout = (folder: string): BundleSize => {
  const about: unknown = existsSync(join(folder, "agflow.json"))
    ? JSON.parse(readFileSync(join(folder, "agflow.json"), "utf8"))
    : undefined
  const { format: found, records, files, bytes } = (about ?? {}) as Partial<BundleSize> & { readonly format?: unknown }
  if (found !== format || records === undefined || files === undefined || bytes === undefined) {
    throw new Error("it is not a bundle that this version of agflow can read")
  }
  return { records, files, bytes }
}

/** Unpacks into `folder`, which must be empty, and checks; nothing is taken yet. */
export const open = (from: string, folder: string): Effect.Effect<Opened, InputError> =>
  Effect.tryPromise({
    try: async (): Promise<Opened> => {
      mkdirSync(folder, { recursive: true })
      await unpack(from, folder)
      const size = readAbout(folder)
      const paths = Inventory.filesBelow(join(folder, "records")).map(({ path }) => path)
      const records = paths.map((path) => {
        const key = recordName.exec(relative(folder, path))![2]!
        const record = Inventory.readRecord(path, key)
        if (record === undefined || TaskKey.digest(record.structure) !== key) {
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
    catch: failing(from, "nothing was imported; export it again")
  })

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
