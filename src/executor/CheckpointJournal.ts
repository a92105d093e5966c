/**
 * A task's checkpoint as files: one for each attempt, so that one that is slow to die writes into no other's. A file is
 * frames of length, checksum and value, each written at once; what follows a torn frame is passed over.
 */
import * as Effect from "effect/Effect"
import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { deserialize, serialize } from "node:v8"
import { crc32 } from "node:zlib"
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
    for (const name of readdirSync(folder).sort()) yield* framesOf(join(folder, name))
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
      appendFileSync(join(folder, attempt), frame(value))
    }).pipe(Effect.ignore)
})
