import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Tar from "../../src/cache/Tar.ts"
import { temporaryFolder } from "../support/stage.ts"

const text = (name: string, content: string): Tar.TarFile => ({
  name,
  bytes: Buffer.byteLength(content),
  content: { text: content }
})

const bytesOf = async (files: ReadonlyArray<Tar.TarFile>) => {
  const chunks: Array<Uint8Array> = []
  for await (const chunk of Tar.write(files)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Reads in pieces of so many bytes. */
const contentOf = async (tar: Buffer, piece: number) => {
  const found: Array<readonly [name: string, content: string]> = []
  async function* pieces() {
    for (let at = 0; at < tar.length; at += piece) yield tar.subarray(at, at + piece)
  }
  await Tar.read(pieces(), {
    open: (name) => {
      const chunks: Array<Buffer> = []
      return {
        data: (chunk) => void chunks.push(Buffer.from(chunk)),
        end: () => void found.push([name, Buffer.concat(chunks).toString("utf8")])
      }
    }
  })
  return found
}

const long = `${"d".repeat(120)}/${"f".repeat(90)}`
const files: ReadonlyArray<readonly [name: string, content: string]> = [
  ["a", "x".repeat(511)],
  ["b/empty", ""],
  ["c", "y".repeat(512)],
  [long, "z".repeat(513)],
  ["last", "end"]
]

const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "",
    (cause: unknown) => String(cause)
  )

describe("tar", () => {
  it("is read back, however it is cut into pieces", async () => {
    const tar = await bytesOf(files.map(([name, content]) => text(name, content)))
    assert.strictEqual(tar.length % 512, 0)
    for (const piece of [1, 7, 511, 512, 513, 1 << 20]) assert.deepStrictEqual(await contentOf(tar, piece), [...files])
  })

  it("is what other programs read and write", async () => {
    const folder = temporaryFolder()
    const archive = join(folder, "a.tar")
    writeFileSync(archive, await bytesOf(files.map(([name, content]) => text(name, content))))
    mkdirSync(join(folder, "out"))
    execFileSync("tar", ["-xf", archive, "-C", join(folder, "out")])
    for (const [name, content] of files) assert.strictEqual(readFileSync(join(folder, "out", name), "utf8"), content)

    for (const [name, content] of files) {
      mkdirSync(dirname(join(folder, "in", name)), { recursive: true })
      writeFileSync(join(folder, "in", name), content)
    }
    const names = files.map(([name]) => name)
    execFileSync("tar", ["--format=ustar", "-cf", archive, "-C", join(folder, "in"), ...names])
    assert.deepStrictEqual(await contentOf(readFileSync(archive), 4096), [...files])
  })

  it("tells sizes beyond 8 GiB, as GNU tar does", async () => {
    const huge = { name: "huge", bytes: 20 * 2 ** 30, content: { text: "" } }
    const header = (await Tar.write([huge]).next()).value as Uint8Array
    const folder = temporaryFolder()
    writeFileSync(join(folder, "a.tar"), header)
    const listed = execFileSync("bash", ["-c", `tar -tvf '${join(folder, "a.tar")}' 2>/dev/null || true`])
    assert.match(listed.toString(), /\b21474836480\b.*huge/u)
    assert.match(await failure(bytesOf([huge])), /huge has 0 bytes, not 21474836480/u)
  })

  it("refuses what is cut short, damaged, or no plain file", async () => {
    const tar = await bytesOf(files.map(([name, content]) => text(name, content)))
    for (const end of [0, 100, 512, 1000, 2048, tar.length - 1024, tar.length - 512]) {
      assert.match(await failure(contentOf(tar.subarray(0, end), 4096)), /breaks off/u, `cut at ${end}`)
    }
    for (const at of [0, 100, 124, 148, 156, 345]) {
      const flipped = Buffer.from(tar)
      flipped[at]! ^= 1
      assert.match(await failure(contentOf(flipped, 4096)), /damaged|plain file/u, `byte ${at}`)
    }
    const folder = temporaryFolder()
    execFileSync("ln", ["-s", "/etc/passwd", join(folder, "link")])
    execFileSync("tar", ["-cf", join(folder, "a.tar"), "-C", folder, "link"])
    assert.match(
      await failure(contentOf(readFileSync(join(folder, "a.tar")), 4096)),
      /'link' in it is not a plain file/u
    )
  })
})
