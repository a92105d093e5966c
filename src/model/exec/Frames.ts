/** Lines of JSON, each followed by as many bytes as it says, out of a stream that is cut anywhere. */
export interface Frame {
  readonly head: unknown
  readonly body: Uint8Array<ArrayBuffer>
}

/** Longer than this is no head. */
const longest = 2 ** 26

/** Takes pieces of the stream and gives the frames that they complete. Throws on what is no frame. */
export const reader = (): ((piece: Uint8Array) => ReadonlyArray<Frame>) => {
  let line: Array<Uint8Array> = []
  let lineBytes = 0
  let head: unknown
  let body: Uint8Array<ArrayBuffer> | undefined
  let filled = 0
  return (piece) => {
    const frames: Array<Frame> = []
    let at = 0
    const finish = (whole: Uint8Array<ArrayBuffer>) => {
      frames.push({ head, body: whole })
      body = undefined
    }
    while (at < piece.length) {
      if (body === undefined) {
        const end = piece.indexOf(10, at)
        const part = piece.subarray(at, end === -1 ? piece.length : end)
        line.push(part)
        lineBytes += part.length
        if (lineBytes > longest) throw new Error("a line has no end")
        if (end === -1) break
        at = end + 1
        const text = Buffer.concat(line).toString("utf8")
        line = []
        lineBytes = 0
        if (text.trim() === "") continue
        head = parse(text)
        const bytes = bytesOf(head)
        filled = 0
        body = new Uint8Array(bytes)
        if (bytes === 0) finish(body)
      } else {
        const part = piece.subarray(at, at + body.length - filled)
        body.set(part, filled)
        filled += part.length
        at += part.length
        if (filled === body.length) finish(body)
      }
    }
    return frames
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`it said '${text.slice(0, 80)}' where a message in JSON was due`)
  }
}

const bytesOf = (head: unknown): number => {
  const bytes = typeof head === "object" && head !== null && "bytes" in head ? head.bytes : 0
  if (typeof bytes === "number" && Number.isSafeInteger(bytes) && bytes >= 0 && bytes < 2 ** 32) return bytes
  throw new Error(`it announced ${String(bytes)} bytes`)
}
