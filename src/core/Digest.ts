/** Content identity: sha256, hexadecimal, lower case. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { createHash, hash as hashOnce } from "node:crypto"
import { createReadStream, readFileSync, statSync } from "node:fs"
import { pipeline } from "node:stream/promises"
import { cannot, type InputError } from "./Failure.ts"

export const sha256Pattern = /^[0-9a-f]{64}$/u

export const Sha256 = Schema.String.pipe(
  Schema.check(Schema.isPattern(sha256Pattern, { message: "a sha256 is 64 hexadecimal digits" })),
  Schema.brand("agflow/Sha256")
)
export type Sha256 = typeof Sha256.Type

export const ofBytes = (bytes: Uint8Array | string): Sha256 => hashOnce("sha256", bytes, "hex") as Sha256

const chunk = 1 << 20

/** Reads the file in chunks of 1 MiB: files of any size, constant memory. */
export const ofFile = (path: string): Effect.Effect<Sha256, InputError> =>
  Effect.tryPromise({
    try: async () => {
      // For one chunk a stream costs many times what the hash does.
      if (statSync(path).size <= chunk) return ofBytes(readFileSync(path))
      const hash = createHash("sha256")
      await pipeline(createReadStream(path, { highWaterMark: chunk }), hash)
      return hash.digest("hex") as Sha256
    },
    catch: cannot("read", path)
  })

/** Whether all keys stand in order: then plain JSON is canonical, and that is made in one go. */
const isOrdered = (value: unknown): boolean => {
  if (value === null || typeof value !== "object") return true
  if (Array.isArray(value)) return value.every(isOrdered)
  // It would say for itself what it is.
  if ("toJSON" in value) return false
  let last = ""
  for (const key in value) {
    if (key < last || !isOrdered((value as Readonly<Record<string, unknown>>)[key])) return false
    last = key
  }
  return true
}

const inOrder = (value: unknown): string => {
  if (value === null || typeof value !== "object") return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => inOrder(item === undefined ? null : item)).join(",")}]`
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${inOrder(member)}`)
    .join(",")}}`
}

/** JSON with sorted object keys and no space: one text for one value. `undefined` members are left out. */
export const canonicalJson = (value: unknown): string => (isOrdered(value) ? JSON.stringify(value) : inOrder(value))

export const ofJson = (value: unknown): Sha256 => ofBytes(canonicalJson(value))

/** Enough of a digest to tell two apart by eye. */
export const short = (digest: string): string => digest.slice(0, 8)
