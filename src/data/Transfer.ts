/** One file over HTTP, resumed where it broke off and tried again while there is hope. */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import { messageOf } from "../core/Failure.ts"
import { Task } from "../core/Task.ts"

export class DownloadError extends Schema.TaggedError<DownloadError>()("DownloadError", {
  message: Schema.String,
  hint: Schema.optionalKey(Schema.String),
  /** True where the same request may succeed later: a cut connection, a busy server. */
  transient: Schema.Boolean
}) {}

export interface PatienceValue {
  /** A server that sends nothing for so long has stalled. */
  readonly stall: Duration.Input
  /** How many times in a row a transfer may fail without having got any further. */
  readonly attempts: number
  /** Milliseconds before the second attempt; doubled each time, at most 30 s. */
  readonly pause: number
}

export const Patience = Context.Reference<PatienceValue>("agflow/data/Transfer/Patience", {
  defaultValue: () => ({ stall: "30 seconds", attempts: 5, pause: 1000 })
})

/** The URL as it may be shown: without credentials, and without a query, which may hold a signature. */
export const shown = (url: URL): string => `${url.origin}${url.pathname}${url.search === "" ? "" : "?..."}`

/** What one attempt knows from those before it. */
interface Progress {
  /** Bytes that may be kept. */
  offset: number
  /** Names one version of the file on the server, so that two versions are never joined. */
  validator: string | undefined
}

const reading = 1 << 20

const validatorOf = (headers: { readonly [name: string]: string | undefined }): string | undefined => {
  const tag = headers["etag"]
  return tag !== undefined && !tag.startsWith("W/") ? tag : headers["last-modified"]
}

const integer = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/u.test(text) ? Number(text) : undefined

/**
 * Writes the body of `url` into the file `part`, with which it starts if that exists and `resume` is true: then the
 * caller checks the whole by its digest. Answers whether any of it was resumed.
 */
export const toFile = Effect.fnUntraced(function* (options: {
  readonly url: URL
  readonly part: string
  readonly resume: boolean
  /** For progress, until the server says. */
  readonly bytes: number | undefined
}): Effect.fn.Return<boolean, DownloadError, FileSystem.FileSystem | Task> {
  const fs = yield* FileSystem.FileSystem
  const patience = yield* Patience
  const size = fs.stat(options.part).pipe(
    Effect.map((info) => Number(info.size)),
    Effect.orElseSucceed(() => 0)
  )
  const progress: Progress = { offset: options.resume ? yield* size : 0, validator: undefined }
  let resumed = progress.offset > 0
  let furthest = progress.offset
  let failures = 0
  while (true) {
    const outcome = yield* Effect.result(attempt(options, progress, patience))
    if (outcome._tag === "Success") return resumed
    if (!outcome.failure.transient) return yield* outcome.failure
    // Without a validator or a digest to check by, what is there cannot be trusted to fit what comes.
    progress.offset = options.resume || progress.validator !== undefined ? yield* size : 0
    resumed = resumed || progress.offset > 0
    failures = progress.offset > furthest ? 1 : failures + 1
    furthest = Math.max(furthest, progress.offset)
    if (failures >= patience.attempts) {
      return yield* new DownloadError({
        message: `${outcome.failure.message} (${failures} attempts)`,
        transient: true
      })
    }
    yield* Effect.sleep(Math.min(patience.pause * 2 ** (failures - 1), 30_000))
  }
})

const attempt = Effect.fnUntraced(
  function* (
    options: { readonly url: URL; readonly part: string; readonly bytes: number | undefined },
    progress: Progress,
    patience: PatienceValue
  ): Effect.fn.Return<void, DownloadError, FileSystem.FileSystem | HttpClient.HttpClient | Scope.Scope | Task> {
    const fs = yield* FileSystem.FileSystem
    const task = yield* Task
    const client = yield* HttpClient.HttpClient
    const name = shown(options.url)
    const failed = (message: string, transient = true) =>
      new DownloadError({ message: `${name}: ${message}`, transient })
    const unwritable = (error: { readonly message: string }) =>
      failed(`cannot write ${options.part}: ${error.message}`, false)
    const stalled = () => failed(`the server sent nothing for ${String(patience.stall)}`)

    const asked = progress.offset
    const response = yield* client
      .get(options.url, {
        headers: {
          // The bytes as they are stored: a length and a range mean nothing for a body compressed on the way.
          "accept-encoding": "identity",
          ...(asked > 0 && { range: `bytes=${asked}-` }),
          ...(asked > 0 && progress.validator !== undefined && { "if-range": progress.validator })
        }
      })
      .pipe(
        Effect.mapError((error) => failed(reasonOf(error))),
        Effect.timeoutOrElse({ duration: patience.stall, orElse: () => Effect.fail(stalled()) })
      )
    const { start, total } = yield* placeOf(response, asked, failed)
    if (start === undefined) return
    progress.validator = validatorOf(response.headers)

    const file = yield* fs.open(options.part, { flag: start === 0 ? "w" : "a" }).pipe(Effect.mapError(unwritable))
    let done = start
    let reported = start
    const expected = total ?? options.bytes ?? 0
    yield* response.stream.pipe(
      Stream.mapError((error) => failed(reasonOf(error))),
      Stream.timeoutOrElse({ duration: patience.stall, orElse: () => Stream.fail(stalled()) }),
      Stream.runForEach((chunk) =>
        Effect.gen(function* () {
          yield* file.writeAll(chunk).pipe(Effect.mapError(unwritable))
          done += chunk.byteLength
          if (done - reported < reading) return
          reported = done
          yield* task.progress(done, Math.max(done, expected), "bytes")
        })
      )
    )
    yield* file.sync.pipe(Effect.mapError(unwritable))
    if (total !== undefined && done !== total) {
      return yield* failed(`the connection ended after ${done} of ${total} bytes`)
    }
    yield* task.progress(done, done, "bytes")
  },
  Effect.scoped,
  Effect.provide(FetchHttpClient.layer)
)

const reasonOf = (error: { readonly message: string; readonly reason?: { readonly cause?: unknown } }): string => {
  const cause = error.reason?.cause
  // `fetch failed` hides what failed one level down.
  const inner = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause
  return inner === undefined ? error.message : `the connection failed: ${messageOf(inner)}`
}

/** Where the body starts in the file; `undefined` start: the file was whole already. */
const placeOf = Effect.fnUntraced(function* (
  response: HttpClientResponse,
  asked: number,
  failed: (message: string, transient?: boolean) => DownloadError
): Effect.fn.Return<{ readonly start: number | undefined; readonly total: number | undefined }, DownloadError> {
  const { status, headers } = response
  const encoded = (headers["content-encoding"] ?? "identity") !== "identity"
  if (status === 200) return { start: 0, total: encoded ? undefined : integer(headers["content-length"]) }
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/u.exec(headers["content-range"] ?? "")
  const total = integer(range?.[2])
  if (status === 206 && !encoded && integer(range?.[1]) === asked) return { start: asked, total }
  if (status === 416 && total === asked) return { start: undefined, total }
  if (status === 206 || status === 416) {
    return yield* failed(`the server does not resume at byte ${asked} (status ${status})`)
  }
  return yield* failed(`the server answered ${status}`, HttpClient.isTransientResponse(response))
})
