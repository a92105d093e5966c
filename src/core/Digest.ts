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

/** JSON with sorted object keys and no space: one text for one value. `undefined` members are left out. */
export const canonicalJson = (value: unknown): string => {
  if (value === null || typeof value !== "object") return JSON.stringify(value)
  let text = ""
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === "" ? "" : ","}${canonicalJson(item === undefined ? null : item)}`
    return `[${text}]`
  }
  for (const key of Object.keys(value).sort()) {
    const member = (value as Readonly<Record<string, unknown>>)[key]
    if (member !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(member)}`
  }
  return `{${text}}`
}

export const ofJson = (value: unknown): Sha256 => ofBytes(canonicalJson(value))

/** Enough of a digest to tell two apart by eye. */
export const short = (digest: string): string => digest.slice(0, 8)
