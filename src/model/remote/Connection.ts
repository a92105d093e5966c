/** Calls of AlphaGenome's service over gRPC: paced, tried again, never waited for in vain. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type * as Grpc from "@grpc/grpc-js"
import { messageOf } from "../../core/Failure.ts"
import * as Protocol from "./Protocol.ts"
import { RemoteError, type Reason } from "./RemoteError.ts"

export interface Options {
  /** `host:port` or any other name that gRPC resolves. */
  readonly address: string
  /** Without TLS: for a server of one's own. */
  readonly plaintext: boolean
  readonly key: Redacted.Redacted | undefined
  /** Calls at a time. */
  readonly workers: number
  /** Calls that are begun in a minute, at most. */
  readonly perMinute: number | undefined
  /** Seconds that pass without a word from the server before it counts as stalled. */
  readonly timeout: number
}

export const defaults = { workers: 5, timeout: 300 } as const

/** The answers of a call, one after the other. */
export interface Answers<M extends Protocol.Method> {
  /** Undefined when the call has ended. */
  readonly next: Effect.Effect<Protocol.Response<M> | undefined, RemoteError>
  /** What the server sent ahead under this name; known once there was an answer. */
  readonly header: (name: string) => string | undefined
}

export interface Connection {
  /** Calls and reads the answers; both again where the failure is one that may pass. */
  readonly call: <M extends Protocol.Method, A>(
    method: M,
    request: Protocol.Request<M>,
    read: (answers: Answers<M>) => Effect.Effect<A, RemoteError>
  ) => Effect.Effect<A, RemoteError>
}

/**
 * Five attempts, as the service's own client makes them: 1.25 s, then half as long again each time, and up to a fifth
 * more or less.
 */
export const backOff = Schedule.exponential("1250 millis", 1.5).pipe(Schedule.jittered, Schedule.upTo({ times: 4 }))

const mayPass = ({ reason }: RemoteError): boolean => reason === "unavailable" || reason === "exhausted"

interface Fault {
  readonly reason: Reason
  readonly words: string
  readonly hint?: string
}

/** By status code of gRPC; what is not here is the other side's failure. */
const faults: Readonly<Record<number, Fault>> = {
  3: { reason: "refused", words: "refuses the request" },
  4: { reason: "stalled", words: "did not answer in time" },
  5: { reason: "refused", words: "does not know what is asked for" },
  7: { reason: "key", words: "does not admit this key" },
  8: {
    reason: "exhausted",
    words: "gives no more for now",
    hint: "ask less at once (workers, calls a minute), or wait for your quota"
  },
  9: { reason: "refused", words: "refuses the request" },
  11: { reason: "refused", words: "refuses the request" },
  12: { reason: "refused", words: "does not offer this" },
  14: { reason: "unavailable", words: "cannot be reached", hint: "is the address right, and does the server run?" },
  15: { reason: "truncated", words: "lost a part of the answer" },
  16: { reason: "key", words: "does not admit this key" }
}

const keyHint = "set AGFLOW_ALPHAGENOME_API_KEY to a valid key"

const faultOf = (code: number, details: string): Fault => {
  // The hosted service calls a wrong key an invalid argument.
  if (/api[ _]key/iu.test(details)) return faults[16]!
  if (code === 13 && /parsing error/iu.test(details)) return { reason: "garbled", words: "answers what is no message" }
  // A stream that is reset has lost its server, or a proxy on the way.
  if (/RST_STREAM|GOAWAY|ECONNRESET|EPIPE|socket hang up/u.test(details)) return faults[14]!
  return faults[code] ?? { reason: "failed", words: "failed" }
}

/** Opens a channel until the scope ends. Nothing is sent before the first call. */
export const open = Effect.fnUntraced(function* (
  options: Options
): Effect.fn.Return<Connection, RemoteError, Scope.Scope> {
  const { address, plaintext, key, workers, perMinute, timeout } = options
  const who = `the server ${address}`

  /** Whatever a server says, the key is not said again. */
  const hide = (text: string): string => (key === undefined ? text : text.replaceAll(Redacted.value(key), "(the key)"))

  const failureOf = (cause: unknown): RemoteError => {
    if (cause instanceof RemoteError) return cause
    const { code, details } = cause as Partial<Grpc.ServiceError>
    const text = details ?? messageOf(cause)
    const { reason, words, hint } = faultOf(code ?? 2, text)
    const advice = reason === "key" ? keyHint : hint
    return new RemoteError({
      message: hide(`${who} ${words}${text === "" ? "" : `: ${text}`}`),
      reason,
      ...(advice === undefined ? {} : { hint: advice })
    })
  }

  const { grpc, service } = yield* Effect.tryPromise({
    try: async () => ({ grpc: await import("@grpc/grpc-js"), service: await Protocol.service() }),
    catch: failureOf
  })
  const client = yield* Effect.acquireRelease(
    Effect.try({
      try: () =>
        new grpc.Client(address, plaintext ? grpc.credentials.createInsecure() : grpc.credentials.createSsl(), {
          "grpc.max_receive_message_length": -1,
          "grpc.max_send_message_length": -1,
          // As often as a server with default settings lets itself be asked.
          "grpc.keepalive_time_ms": 300_000,
          "grpc.keepalive_timeout_ms": 20_000,
          // A server of one's own is not beyond a proxy.
          "grpc.enable_http_proxy": plaintext ? 0 : 1
        }),
      catch: failureOf
    }),
    (client) => Effect.sync(() => client.close())
  )

  const begin = <M extends Protocol.Method>(method: M, request: Protocol.Request<M>) => {
    const { path, requestSerialize, responseDeserialize } = service[method]
    const metadata = new grpc.Metadata()
    if (key !== undefined) metadata.set("x-goog-api-key", Redacted.value(key))
    if (!Protocol.streamsRequests(method)) {
      return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata)
    }
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata)
    call.end(request)
    return call
  }

  const attempt = <M extends Protocol.Method, A>(
    method: M,
    request: Protocol.Request<M>,
    read: (answers: Answers<M>) => Effect.Effect<A, RemoteError>
  ): Effect.Effect<A, RemoteError> =>
    Effect.acquireUseRelease(
      Effect.try({ try: () => begin(method, request), catch: failureOf }),
      (call) => {
        let headers: Grpc.Metadata | undefined
        call.on("metadata", (metadata) => (headers = metadata))
        const answers = (call as AsyncIterable<Protocol.Response<M>>)[Symbol.asyncIterator]()
        const next = Effect.tryPromise({ try: () => answers.next(), catch: failureOf }).pipe(
          Effect.map((result) => (result.done === true ? undefined : result.value)),
          Effect.timeoutOrElse({
            duration: `${timeout} seconds`,
            orElse: () =>
              Effect.fail(new RemoteError({ message: `${who} said nothing for ${timeout} s`, reason: "stalled" }))
          })
        )
        return read({ next, header: (name) => headers?.get(name)[0]?.toString() })
      },
      (call) =>
        Effect.sync(() => {
          // One that is cancelled says so, to nobody.
          call.on("error", () => undefined)
          call.cancel()
        })
    )

  const turns = Semaphore.makeUnsafe(workers)
  let free = 0
  const pace = Effect.gen(function* () {
    if (perMinute === undefined) return
    const now = yield* Clock.currentTimeMillis
    const at = Math.max(now, free)
    free = at + 60_000 / perMinute
    yield* Effect.sleep(at - now)
  })

  return {
    call: (method, request, read) =>
      Effect.andThen(pace, attempt(method, request, read)).pipe(
        turns.withPermits(1),
        Effect.retry({ schedule: backOff, while: mayPass })
      )
  }
})
