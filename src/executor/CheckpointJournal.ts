/**
 * A task's checkpoint as files: one for each attempt, so that one that is slow to die writes into no other's. A file is
 * frames of length, checksum and value, each written at once; what follows a torn frame is passed over.
 */
import * as Effect from "effect/Effect"
import { closeSync, fstatSync, lstatSync, mkdirSync, openSync, readSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { deserialize, serialize } from "node:v8"
import { crc32 } from "node:zlib"
import * as Disk from "../core/Disk.ts"
import type { Checkpoint } from "../core/Task.ts"

const headerBytes = 8

const frame = (value: unknown): Buffer => {
  const body = serialize(value)
  const header = Buffer.alloc(headerBytes)
  header.writeUInt32LE(body.length, 0)
  header.writeUInt32LE(crc32(body), 4)
  return Buffer.concat([header, body])
}

/** As many bytes as there are from that place on, up to `length`. */
const bytesAt = (file: number, at: number, length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length)
  let done = 0
  while (done < length) {
    const count = readSync(file, bytes, done, Math.min(length - done, 2 ** 30), at + done)
    if (count === 0) break
    done += count
  }
  return bytes.subarray(0, done)
}

function* framesOf(path: string): Iterable<unknown> {
  const file = openSync(path, "r")
  try {
    const { size } = fstatSync(file)
    for (let at = 0; at + headerBytes <= size;) {
      const header = bytesAt(file, at, headerBytes)
      const length = header.readUInt32LE(0)
      if (at + headerBytes + length > size) break
      const body = bytesAt(file, at + headerBytes, length)
      if (body.length < length || crc32(body) !== header.readUInt32LE(4)) break
      yield deserialize(body)
      at += headerBytes + length
    }
  } finally {
    closeSync(file)
  }
}

function* readAll(folder: string): Iterable<unknown> {
  try {
    // What others may have written is not for this runtime's own format: it is done again.
    const own = readdirSync(folder)
      .map((name) => join(folder, name))
      .filter((path) => {
        const stat = lstatSync(path)
        return stat.isFile() && stat.nlink === 1 && stat.uid === process.getuid?.()
      })
    for (const path of own.sort()) yield* framesOf(path)
  } catch {
    // None, or of another version of the runtime: all is done anew.
  }
}

/** `attempt` names the file that this attempt writes. */
export const make = (folder: string, attempt: string): Checkpoint => ({
  read: Effect.sync(() => readAll(folder)),
  append: (value) =>
    // What cannot be kept (a full disk) is done again after a kill: no reason to fail now.
    Effect.try(() => {
      mkdirSync(folder, { recursive: true })
      Disk.append(join(folder, attempt), frame(value))
    }).pipe(Effect.ignore)
})
