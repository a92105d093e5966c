/**
 * A task's checkpoint as files: one for each attempt, so that one that is slow to die writes into no other's. A file is
 * frames of length, checksum and value, each written at once; what follows a torn frame is passed over.
 */
import * as Effect from "effect/Effect"
import { appendFileSync, mkdirSync, readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { deserialize, serialize } from "node:v8"
import { crc32 } from "node:zlib"
import type { Checkpoint } from "../core/Checkpoint.ts"

const headerBytes = 8

const frame = (value: unknown): Buffer => {
  const body = serialize(value)
  const header = Buffer.alloc(headerBytes)
  header.writeUInt32LE(body.length, 0)
  header.writeUInt32LE(crc32(body), 4)
  return Buffer.concat([header, body])
}

const framesOf = (bytes: Buffer): ReadonlyArray<unknown> => {
  const values: Array<unknown> = []
  for (let at = 0; at + headerBytes <= bytes.length;) {
    const body = bytes.subarray(at + headerBytes, at + headerBytes + bytes.readUInt32LE(at))
    if (body.length < bytes.readUInt32LE(at) || crc32(body) !== bytes.readUInt32LE(at + 4)) break
    values.push(deserialize(body))
    at += headerBytes + body.length
  }
  return values
}

const readAll = (folder: string): ReadonlyArray<unknown> => {
  try {
    return readdirSync(folder)
      .sort()
      .flatMap((name) => framesOf(readFileSync(join(folder, name))))
  } catch {
    // None, or of another version of the runtime: all is done anew.
    return []
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
