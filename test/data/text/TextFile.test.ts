import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { deflateRawSync, gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import { InputError } from "../../../src/core/Failure.ts"
import * as TextFile from "../../../src/data/text/TextFile.ts"
import { temporaryFolder } from "../../support/stage.ts"

const file = (content: string | Uint8Array, name = "x.txt") => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

/** As a stream and at once; both must say the same. */
const read = async (content: string | Uint8Array, encoding?: TextFile.Encoding) => {
  const path = file(content)
  const attempt = async (act: () => Promise<Buffer> | Buffer) => {
    try {
      return (await act()).toString()
    } catch (cause) {
      if (!(cause instanceof InputError)) throw cause
      assert.strictEqual(cause.file, path)
      const { message, line, hint = "" } = cause
      return { message, hint, ...(line === undefined ? {} : { line }) }
    }
  }
  const streamed = await attempt(async () => {
    const chunks: Array<Buffer> = []
    for await (const chunk of TextFile.chunks(path, encoding)) chunks.push(chunk)
    return Buffer.concat(chunks)
  })
  assert.deepStrictEqual(await attempt(() => TextFile.whole(path, encoding)), streamed)
  return streamed
}

/** One bgzip block, and the one that ends a file. */
const block = (text: string) => {
  const deflated = deflateRawSync(text)
  const whole = gzipSync(text)
  const header = Buffer.from("1f8b08040000000000ff0600424302000000", "hex")
  header.writeUInt16LE(18 + deflated.length + 8 - 1, 16)
  return Buffer.concat([header, deflated, whole.subarray(-8)])
}
const end = Buffer.from("1f8b08040000000000ff0600424302001b0003000000000000000000", "hex")

const utf16 = (text: string, big = false) => {
  const bytes = Buffer.from(`\uFEFF${text}`, "utf16le")
  return big ? bytes.swap16() : bytes
}

describe("the door for text", () => {
  const text = "größe\tb\n1\t2\n"

  it.each([
    ["plain", text],
    ["with a byte order mark", `\uFEFF${text}`],
    ["UTF-16, little end first", utf16(text)],
    ["UTF-16, big end first", utf16(text, true)],
    ["with line ends of old Macintosh", text.replaceAll("\n", "\r")],
    ["gzip", gzipSync(text)],
    ["gzip of several members", Buffer.concat([gzipSync(text.slice(0, 3)), gzipSync(text.slice(3))])],
    ["gzip with zeros behind it", Buffer.concat([gzipSync(text), Buffer.alloc(100)])],
    ["bgzip", Buffer.concat([block(text.slice(0, 4)), block(text.slice(4)), end])],
    ["UTF-16 within gzip", gzipSync(utf16(text))]
  ])("reads text that is %s", async (_, bytes) => assert.strictEqual(await read(bytes), text))

  it("keeps line ends of Windows, and bytes where they are asked for", async () => {
    assert.strictEqual(await read("a\r\nb\r\n"), "a\r\nb\r\n")
    assert.strictEqual(await read("\uFEFFa\rb\r", "bytes"), "\uFEFFa\rb\r")
  })

  it("decodes Latin-1 where it is told so", async () =>
    assert.strictEqual(await read(Buffer.from("gr\xf6\xdfe \x80\n", "latin1"), "latin1"), "größe €\n"))

  it("names the byte and the line of what is not UTF-8", async () => {
    const found = await read(
      Buffer.concat([Buffer.from("a\n".repeat(700_000)), Buffer.from("gr\xf6\xdfe\n", "latin1")])
    )
    assert.deepInclude(found, { line: 700_001, message: "not UTF-8: the line holds the byte 0xF6 ('ö' in Latin-1)" })
  })

  it.each([
    ["a NUL", "a\nb\0c\n", /the line holds a NUL byte/u, 2],
    ["zstd", Buffer.from("28b52ffd0458", "hex"), /it is compressed with zstd/u, undefined],
    ["bzip2", "BZh91AY&SY", /compressed with bzip2/u, undefined],
    ["xz", Buffer.from("fd377a585a0000", "hex"), /compressed with xz/u, undefined],
    ["BCF", gzipSync("BCF\x02\x02 and more"), /a BCF file within gzip/u, undefined],
    ["BAM", Buffer.concat([block("BAM\x01 and more"), end]), /a BAM file within gzip/u, undefined],
    ["CRAM", "CRAM\x03\x00", /a CRAM file/u, undefined],
    ["Parquet", "PAR1\x15\x04", /a Parquet file/u, undefined],
    ["Parquet within gzip", gzipSync("PAR1\x15\x04"), /a Parquet file within gzip/u, undefined],
    ["a workbook", "PK\x03\x04\x14\0\x06\0[Content_Types].xml", /an Excel workbook \(xlsx\)/u, undefined],
    ["zip", "PK\x03\x04\x14\0\x06\0table.tsv", /a zip archive/u, undefined],
    ["a web page", "\n<!DOCTYPE html><html>", /a web page/u, undefined],
    [
      "UTF-16 without its mark",
      Buffer.from("chrom\tpos\n", "utf16le"),
      /UTF-16LE without a byte order mark/u,
      undefined
    ],
    ["cut gzip", gzipSync("abc\n".repeat(99)).subarray(0, 20), /not a whole gzip file/u, undefined],
    [
      "gzip cut in a later member",
      Buffer.concat([gzipSync("a\n"), gzipSync("b\n").subarray(0, 7)]),
      /not a whole gzip/u,
      undefined
    ],
    [
      "gzip with other bytes behind it",
      Buffer.concat([gzipSync("a\n"), Buffer.from("more")]),
      /not a whole gzip/u,
      undefined
    ],
    [
      "bgzip without its last block",
      Buffer.concat([block("a\n"), block("b\n")]),
      /the block that ends it is missing/u,
      undefined
    ]
  ])("says what is no text: %s", async (_, bytes, message, line) => {
    const found = await read(bytes)
    if (typeof found === "string") assert.fail(found)
    assert.match(found.message, message)
    assert.strictEqual(found.line, line)
    assert.isAbove(found.hint.length, 5)
    // oxlint-disable-next-line no-control-regex -- what a terminal must not see
    assert.notMatch(found.message + found.hint, /[\0-\x1f\x7f-\x9f]/u)
  })

  it("cuts at line ends, also lines that are longer than what is read at once", async () => {
    const long = "x".repeat(3_000_000)
    assert.strictEqual(await read(`a\n${long}\nb`), `a\n${long}\nb`)
  })
})
