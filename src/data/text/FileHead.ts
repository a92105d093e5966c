/** How a file begins, and what it is by that, whatever it is called. */
import { constants, gunzipSync } from "node:zlib"
import * as Magic from "./Magic.ts"
import * as TextFile from "./TextFile.ts"

export interface FileHead {
  /** `text`, `empty`, `binary`, or the name of what it is; of what is compressed with gzip, what is in it. */
  readonly content: string
  readonly hint: string | undefined
  readonly gzip: boolean
  /** Of text, what it begins with. */
  readonly start: string
}

/** A header of JSON, behind its length. */
const isSafetensors = (bytes: Buffer): boolean =>
  bytes.length > 9 && bytes[8] === 0x7b && bytes.readUInt32LE(4) === 0 && bytes.readUInt32LE(0) < 1 << 28

const isUtf16 = (bytes: Buffer): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)

const contentOf = (bytes: Buffer): Pick<FileHead, "content" | "hint"> => {
  if (bytes.length === 0) return { content: "empty", hint: "was it written to the end?" }
  const known = Magic.kindOf(bytes)
  if (known !== undefined) return { content: known.name, hint: known.hint }
  if (isSafetensors(bytes)) return { content: "a safetensors file", hint: undefined }
  return { content: !isUtf16(bytes) && bytes.includes(0) ? "binary" : "text", hint: undefined }
}

const gunzipped = (bytes: Buffer): Buffer | undefined => {
  try {
    // The end may be missing: only the beginning was read.
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return undefined
  }
}

/** Undefined of a file that cannot be read. No more than the beginning is read. */
export const read = (path: string): FileHead | undefined => {
  try {
    const bytes = TextFile.headOf(path)
    const gzip = Magic.isGzip(bytes)
    const inner = gzip ? gunzipped(bytes) : bytes
    if (inner === undefined) return { content: "damaged gzip", hint: "copy or compress it again", gzip, start: "" }
    const found = contentOf(inner)
    const start = found.content !== "text" || isUtf16(inner) ? "" : inner.toString("utf8").replace(/^\uFEFF/u, "")
    return { ...found, gzip, start }
  } catch {
    return undefined
  }
}
