import * as Effect from "effect/Effect"
import { execFileSync, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { type AddressInfo } from "node:net"
import { join } from "node:path"
import { afterEach, assert, describe, it } from "vitest"
import type { Failure } from "../../src/core/Failure.ts"
import type { SettingsValue } from "../../src/core/Settings.ts"
import type { Provenance } from "../../src/core/Provenance.ts"
import * as Download from "../../src/data/Download.ts"
import * as Transfer from "../../src/data/Transfer.ts"
import { stageLayer, temporaryFolder } from "../support/stage.ts"

const body = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7919 + (i >> 8)) & 255))
const sha256 = createHash("sha256").update(body).digest("hex")

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void

/** A server on a free port of this machine, and what it was asked. */
const serve = async (handle: Handler) => {
  const requests: Array<IncomingMessage> = []
  server = createServer((request, response) => {
    requests.push(request)
    handle(request, response, requests.length)
  })
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve))
  return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/file.bin` }
}

const whole = (response: ServerResponse, headers: Record<string, string> = {}) =>
  response.writeHead(200, { "content-length": String(body.length), ...headers }).end(body)

/** Sends what was asked for, or the whole where the validator is another. */
const ranged = (request: IncomingMessage, response: ServerResponse, etag: string) => {
  const start = /^bytes=(\d+)-$/u.exec(request.headers.range ?? "")?.[1]
  if (start === undefined || (request.headers["if-range"] ?? etag) !== etag) return whole(response, { etag })
  return response
    .writeHead(206, { "content-range": `bytes ${start}-${body.length - 1}/${body.length}`, etag })
    .end(body.subarray(Number(start)))
}

/** Sends the first bytes of the whole and cuts the connection. */
const cut = (response: ServerResponse, bytes: number, headers: Record<string, string> = {}) => {
  response.writeHead(200, { "content-length": String(body.length), ...headers })
  response.write(body.subarray(0, bytes), () => setTimeout(() => response.destroy(), 50))
}

const download = (
  options: Parameters<typeof Download.url>[0],
  {
    folder = temporaryFolder(),
    settings = {},
    notes = []
  }: { folder?: string; settings?: Partial<SettingsValue>; notes?: Array<Provenance> } = {}
) =>
  Download.url(options).pipe(
    Effect.provideService(Transfer.Patience, { stall: "400 millis", attempts: 3, pause: 1 }),
    Effect.provide(stageLayer(folder, { mirrors: [], ...settings }, notes)),
    Effect.result,
    Effect.runPromise
  )

const succeeded = async (...args: Parameters<typeof download>) => {
  const result = await download(...args)
  if (result._tag === "Failure") return assert.fail(result.failure.message)
  assert.isTrue(readFileSync(result.success.path).equals(body), "the bytes are those of the server")
  return result.success
}

const failed = async (...args: Parameters<typeof download>): Promise<Failure> => {
  const result = await download(...args)
  return result._tag === "Failure" ? result.failure : assert.fail("should fail")
}

const left = (folder: string) => readdirSync(join(folder, "downloads"))

describe("Download from a server", () => {
  it("stores the file under its digest, notes where it is from, and asks no second time", async () => {
    const { requests, url } = await serve((_, response) => whole(response))
    const folder = temporaryFolder()
    const notes: Array<Provenance> = []
    const first = await succeeded({ url: `${url}?token=secret`, sha256, licence: "MIT" }, { folder, notes })
    assert.deepStrictEqual(first, {
      path: join(folder, "downloads", sha256),
      origin: "network",
      sha256,
      bytes: 3_000_000
    })
    assert.deepStrictEqual(notes, [
      { kind: "dataset", name: "file.bin", url: `${url}?...`, sha256, bytes: 3_000_000, licence: "MIT", citation: "" }
    ])
    assert.strictEqual((await succeeded({ url, sha256 }, { folder })).origin, "downloads")
    assert.strictEqual(requests.length, 1)
    assert.strictEqual(requests[0]!.headers["accept-encoding"], "identity")
    assert.deepStrictEqual(left(folder), [sha256])
  })

  it("notes that no digest is stated, and what the address gave before where that was other content", async () => {
    const other = Buffer.from("other content")
    const { url } = await serve((_, response, count) => (count < 3 ? whole(response) : response.end(other)))
    const folder = temporaryFolder()
    const notes: Array<Provenance> = []
    for (let times = 0; times < 3; times++) await download({ url }, { folder, notes })
    assert.deepStrictEqual(
      notes.map((note) => note.kind === "dataset" && [note.sha256, note.pinned, note.before]),
      [
        [sha256, false, undefined],
        [sha256, false, undefined],
        [createHash("sha256").update(other).digest("hex"), false, sha256]
      ]
    )
  })

  it("does not believe what somebody put in place of the digest of last time", async () => {
    const { url } = await serve((_, response) => whole(response))
    const folder = temporaryFolder()
    const addresses = join(folder, "downloads", "addresses")
    await download({ url }, { folder })
    const [file] = readdirSync(addresses)
    const plants: ReadonlyArray<(path: string) => void> = [
      (path) => void execFileSync("mkfifo", [path]),
      (path) => symlinkSync("/dev/zero", path),
      (path) => writeFileSync(path, "<script>".padEnd(64)),
      (path) => mkdirSync(path)
    ]
    for (const plant of plants) {
      rmSync(join(addresses, file!), { recursive: true })
      plant(join(addresses, file!))
      const notes: Array<Provenance> = []
      await download({ url }, { folder, notes })
      assert.deepStrictEqual(
        notes.map((note) => note.kind === "dataset" && [note.sha256, note.pinned, note.before]),
        [[sha256, false, undefined]]
      )
    }
  })

  it("downloads again what was damaged on disk", async () => {
    const { url } = await serve((_, response) => whole(response))
    const folder = temporaryFolder()
    mkdirSync(join(folder, "downloads"))
    writeFileSync(join(folder, "downloads", sha256), "damaged")
    assert.strictEqual((await succeeded({ url, sha256 }, { folder })).origin, "network")
  })

  it("resumes after a cut connection", async () => {
    const { requests, url } = await serve((request, response, count) =>
      count === 1 ? cut(response, 1_000_000, { etag: '"a"' }) : ranged(request, response, '"a"')
    )
    await succeeded({ url })
    assert.strictEqual(requests.length, 2)
    assert.match(requests[1]!.headers.range ?? "", /^bytes=[1-9]\d*-$/u)
    assert.strictEqual(requests[1]!.headers["if-range"], '"a"')
  })

  it("starts anew when the file changed on the server in between", async () => {
    const { requests, url } = await serve((request, response, count) =>
      count === 1 ? cut(response, 1_000_000, { etag: '"old"' }) : ranged(request, response, '"new"')
    )
    await succeeded({ url })
    assert.strictEqual(requests.length, 2)
  })

  it("starts anew where the server knows no ranges", async () => {
    const { requests, url } = await serve((_, response, count) =>
      count === 1 ? cut(response, 1_000_000, { etag: '"a"' }) : whole(response, { etag: '"a"' })
    )
    await succeeded({ url, sha256 })
    assert.strictEqual(requests.length, 2)
  })

  it("joins nothing that neither a validator nor a digest vouches for", async () => {
    const { requests, url } = await serve((_, response, count) =>
      count === 1 ? cut(response, 1_000_000) : whole(response)
    )
    await succeeded({ url })
    assert.isUndefined(requests[1]!.headers.range)
  })

  it("goes on as long as each attempt gets further", async () => {
    const { requests, url } = await serve((request, response) => {
      const start = Number(/\d+/u.exec(request.headers.range ?? "0")![0])
      response.writeHead(start === 0 ? 200 : 206, {
        "content-length": String(body.length - start),
        ...(start > 0 && { "content-range": `bytes ${start}-${body.length - 1}/${body.length}` })
      })
      const end = start + 600_000
      response.write(body.subarray(start, end), () =>
        end >= body.length ? response.end() : setTimeout(() => response.destroy(), 50)
      )
    })
    await succeeded({ url, sha256 })
    assert.isAtLeast(requests.length, 5)
  })

  it("tries again after 503", async () => {
    const { requests, url } = await serve((_, response, count) =>
      count < 3 ? response.writeHead(503).end() : whole(response)
    )
    await succeeded({ url, sha256 })
    assert.strictEqual(requests.length, 3)
  })

  it("gives up at once on 404", async () => {
    const { requests, url } = await serve((_, response) => response.writeHead(404).end("no"))
    const folder = temporaryFolder()
    const failure = await failed({ url, sha256 }, { folder })
    assert.strictEqual(failure._tag, "DownloadError")
    assert.strictEqual(failure.message, `${url}: the server answered 404`)
    assert.match(failure.hint!, /AGFLOW_MIRROR/u)
    assert.strictEqual(requests.length, 1)
    assert.deepStrictEqual(left(folder), [])
  })

  it("names a server that stalls", async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { "content-length": String(body.length) })
      response.write(body.subarray(0, 1000))
    })
    assert.strictEqual((await failed({ url })).message, `${url}: the server sent nothing for 400 millis (3 attempts)`)
  })

  it("names a server that is not there", async () => {
    const { url } = await serve(() => {})
    server!.close()
    const failure = await failed({ url })
    assert.match(failure.message, /the connection failed: connect ECONNREFUSED 127\.0\.0\.1/u)
    assert.match(failure.hint!, /AGFLOW_MIRROR/u)
  })

  it("removes a wrong file and names both digests", async () => {
    const { url } = await serve((_, response) => response.writeHead(200).end("<html>please log in</html>"))
    const folder = temporaryFolder()
    const failure = await failed({ url, sha256 }, { folder })
    assert.strictEqual(failure._tag, "ChecksumMismatch")
    const actual = createHash("sha256").update("<html>please log in</html>").digest("hex")
    assert.strictEqual(failure.message, `${url} is not the file expected: its sha256 is ${actual}, not ${sha256}`)
    assert.deepStrictEqual(left(folder), [])
  })

  it("makes up for a partial file of another version", async () => {
    const { requests, url } = await serve((request, response) => ranged(request, response, '"a"'))
    const folder = temporaryFolder()
    mkdirSync(join(folder, "downloads"))
    writeFileSync(join(folder, "downloads", `${sha256}.part`), "another version")
    await succeeded({ url, sha256 }, { folder })
    assert.deepStrictEqual(
      requests.map((request) => request.headers.range),
      ["bytes=15-", undefined]
    )
    assert.deepStrictEqual(left(folder), [sha256])
  })

  it("resumes what a killed process left", async () => {
    const { requests, url } = await serve((request, response, count) => {
      if (count > 1) return ranged(request, response, '"a"')
      response.writeHead(200, { "content-length": String(body.length) })
      return response.write(body.subarray(0, 2_000_000))
    })
    const folder = temporaryFolder()
    const source = (path: string) => new URL(`../../${path}`, import.meta.url).href
    const { build } = await import("esbuild")
    const script = join(folder, "download.mjs")
    await build({
      stdin: {
        contents: `
          import * as Effect from "effect/Effect"
          import * as Download from "${new URL(source("src/data/Download.ts")).pathname}"
          import { stageLayer } from "${new URL(source("test/support/stage.ts")).pathname}"
          Effect.runPromise(Effect.provide(Download.url({ url: "${url}", sha256: "${sha256}" }), stageLayer("${folder}")))
        `,
        resolveDir: new URL(source(".")).pathname
      },
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: script,
      packages: "bundle",
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url)' }
    })
    const child = spawn(process.execPath, [script], { stdio: "ignore" })
    const part = () =>
      existsSync(join(folder, "downloads"))
        ? left(folder).find((name) => statSync(join(folder, "downloads", name)).size >= 1_000_000)
        : undefined
    while (part() === undefined) await new Promise((resolve) => setTimeout(resolve, 20))
    const ended = new Promise((resolve) => child.once("exit", resolve))
    child.kill("SIGKILL")
    await ended
    await succeeded({ url, sha256 }, { folder })
    assert.strictEqual(requests.length, 2)
    assert.isAtLeast(Number(/\d+/u.exec(requests[1]!.headers.range ?? "0")![0]), 1_000_000)
    assert.deepStrictEqual(left(folder), [sha256])
  })

  it("serves two at once without mixing them", async () => {
    const { url } = await serve((request, response) => ranged(request, response, '"a"'))
    const folder = temporaryFolder()
    await Promise.all([1, 2, 3].map(() => succeeded({ url, sha256 }, { folder })))
    assert.deepStrictEqual(left(folder), [sha256])
  })
})

describe("Download from a mirror", () => {
  const mirrored = (content: Buffer | string) => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, "example.invalid/data"), { recursive: true })
    writeFileSync(join(folder, "example.invalid/data/file.bin"), content)
    return folder
  }

  it("takes the file under host and path", async () => {
    const mirror = mirrored(body)
    const found = await succeeded(
      { url: "https://example.invalid/data/file.bin", sha256 },
      { settings: { mirrors: [temporaryFolder(), mirror] } }
    )
    assert.strictEqual(found.origin, "mirror")
    assert.strictEqual(found.path, join(mirror, "example.invalid/data/file.bin"))
  })

  it("passes over a wrong one", async () => {
    const found = await succeeded(
      { url: "https://example.invalid/data/file.bin", sha256 },
      { settings: { mirrors: [mirrored("wrong"), mirrored(body)] } }
    )
    assert.strictEqual(found.origin, "mirror")
  })

  it("cannot be led out of its folder", async () => {
    const mirror = mirrored(body)
    writeFileSync(join(mirror, "outside"), body)
    const failure = await failed(
      { url: "http://127.0.0.1:1/../../outside" },
      { settings: { mirrors: [join(mirror, "example.invalid")] } }
    )
    assert.match(failure.message, /^http:\/\/127\.0\.0\.1:1\/outside: the connection failed/u)
  })
})

describe("Download of a dataset", () => {
  const dataset = (name: string, settings: Partial<SettingsValue>) =>
    Download.dataset(name).pipe(
      Effect.provide(stageLayer(temporaryFolder(), { mirrors: [], ...settings })),
      Effect.flip,
      Effect.runPromise
    )

  it("needs the licence to be named", async () => {
    const failure: Failure = await dataset("spliceai-1", {})
    assert.deepStrictEqual(
      [failure._tag, failure.message, failure.hint],
      [
        "LicenceNotAccepted",
        "dataset 'spliceai-1' is under the licence CC-BY-NC-4.0 (https://creativecommons.org/licenses/by-nc/4.0/), which restricts its use",
        "if you accept it, run with --accept-licence CC-BY-NC-4.0"
      ]
    )
  })

  it("says how to make a file that nobody serves", async () => {
    const failure: Failure = await dataset("hg38-chr17-snippet", {})
    assert.match(failure.message, /has no public address, and no mirror folder holds derived\/chr17/u)
    assert.match(failure.hint!, /samtools faidx hg38\.fa chr17:42425000-43600000.*AGFLOW_MIRROR/u)
  })

  it("suggests the name that was meant", async () => {
    const failure: Failure = await dataset("mini-borzio", {})
    assert.strictEqual(failure.message, "no dataset is named 'mini-borzio'")
    assert.strictEqual(failure.hint, "did you mean 'mini-borzoi'?")
  })

  it("refuses what is no web address, and shows no password", async () => {
    assert.match((await failed({ url: "data/file.bin" })).hint!, /name its path/u)
    const failure = await failed({ url: "https://me:hush@example.invalid/x" })
    assert.notInclude(failure.message + failure.hint, "hush")
  })
})
