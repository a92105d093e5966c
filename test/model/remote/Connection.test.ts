import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { createConnection, createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "vitest"
import * as Announcement from "../../../src/model/remote/Announcement.ts"
import * as Connection from "../../../src/model/remote/Connection.ts"
import * as ModelServer from "../../../src/model/remote/ModelServer.ts"
import * as Reading from "../../../src/model/remote/Reading.ts"
import type { RemoteError } from "../../../src/model/remote/RemoteError.ts"
import * as RemoteModel from "../../../src/model/remote/RemoteModel.ts"
import * as Server from "../../../src/model/remote/Server.ts"
import type { Prediction } from "../../../src/model/SequenceModel.ts"
import { countingModel } from "../../support/countingModel.ts"
import { randomSequence } from "../../support/synthetic.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

const options = { plaintext: true, key: undefined, workers: 2, perMinute: undefined, timeout: 20 }

const model = countingModel()
const handlers = ModelServer.make(model, { reference: undefined, scoring: undefined, chunkBytes: 500 })
const listen = (own: Partial<Server.Handlers>) =>
  Server.listen(
    { ...handlers, ...own },
    {
      host: "127.0.0.1",
      port: 0,
      headers: { [Announcement.header]: Announcement.encode(ModelServer.announcement(model)) }
    }
  )

const connect = (port: number, own: Partial<Connection.Options> = {}) =>
  Connection.open({ address: `127.0.0.1:${port}`, ...options, ...own })

const request = { sequence: randomSequence(1024), organism: 9606, ontologies: [], outputs: [4], modelVersion: "" }

const ask = (connection: Connection.Connection, sequence = request.sequence) =>
  connection.call("PredictSequence", { ...request, sequence }, ({ next }) =>
    Reading.all(next, ({ output }) => (output == null ? undefined : [output, output.tracks?.values]))
  )

/** What a client makes of a server whose predictions are this. */
const failureOf = (
  PredictSequence: Server.Handlers["PredictSequence"],
  own: Partial<Connection.Options> = {}
): Promise<RemoteError> =>
  run(
    Effect.flatMap(listen({ PredictSequence }), (port) =>
      Effect.flatMap(connect(port, own), (to) => Effect.flip(ask(to)))
    )
  )

/** With a clock of its own, moved on by 50 ms whenever 3 ms have gone by: waits cost nothing. */
const withMovingClock = <A, E>(body: (now: () => number) => Effect.Effect<A, E, Scope.Scope>) => {
  let now = 0
  return Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(body(() => now))
    while (fiber.pollUnsafe() === undefined) {
      yield* TestClock.withLive(Effect.sleep("3 millis"))
      yield* TestClock.adjust("50 millis")
      now += 50
    }
    return yield* Fiber.join(fiber)
  }).pipe(Effect.provide(TestClock.layer()))
}

describe("a server that does not do as it should", () => {
  it("is stalled when it says nothing for the time allowed, also in the middle", async () => {
    const silent = await failureOf(() => Effect.never, { timeout: 0.2 })
    assert.deepInclude(silent, { reason: "stalled" })
    assert.match(silent.message, /^the server 127\.0\.0\.1:\d+ said nothing for 0\.2 s$/u)
    const half = await failureOf(
      (asked, send) => {
        let chunks = 0
        return handlers.PredictSequence(asked, (answer) =>
          answer.chunk != null && ++chunks > 2 ? Effect.never : send(answer)
        )
      },
      { timeout: 0.2 }
    )
    assert.deepInclude(half, { reason: "stalled" })
  })

  it("has truncated its answer when it ends before all chunks", async () => {
    const failure = await failureOf((asked, send) => {
      let chunks = 0
      return handlers.PredictSequence(asked, (answer) =>
        answer.chunk != null && ++chunks > 20 ? Effect.void : send(answer)
      )
    })
    assert.deepInclude(failure, { reason: "truncated", message: "the server's answer ended 5 chunks too early" })
  })

  const output = (values: object) => ({ output: { type: 4, tracks: { values, metadata: [] } } }) as never
  const garbage: ReadonlyArray<readonly [string, object | undefined, string]> = [
    ["a chunk that belongs to nothing", undefined, "a chunk belongs to no output"],
    ["an unknown type of number", { shape: [1], type: 77, chunks: 1 }, "its type 77 is not known"],
    [
      "an unknown compression",
      { shape: [1], type: 2, whole: { data: Buffer.alloc(4), compression: 9 } },
      "its compression 9"
    ],
    ["what is no zstd", { shape: [1], type: 2, whole: { data: Buffer.from("no"), compression: 1 } }, "a tensor: "],
    [
      "too many bytes",
      { shape: [1], type: 2, whole: { data: Buffer.alloc(8), compression: 0 } },
      "more than the 4 bytes"
    ],
    ["too few bytes", { shape: [3], type: 2, whole: { data: Buffer.alloc(8), compression: 0 } }, "8 of the 12 bytes"],
    ["a shape that nobody can hold", { shape: [2 ** 31 - 1, 2 ** 31 - 1], type: 2, chunks: 1 }, "a tensor: "],
    ["an output without numbers", undefined, "an answer holds no output"]
  ]
  it.each(garbage)("has garbled its answer with %s", async (what, values, words) => {
    const failure = await failureOf((_, send) =>
      send(
        values === undefined
          ? what.startsWith("a chunk")
            ? { chunk: { data: Buffer.alloc(4), compression: 0 } }
            : {}
          : output(values)
      )
    )
    assert.deepInclude(failure, { reason: "garbled" })
    assert.include(failure.message, words)
  })

  it("is unavailable when it is no gRPC server, or none at all", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined)
      socket.write("HTTP/1.1 200 OK\r\n\r\nhello", () => socket.destroy())
    })
    const port = await new Promise<number>((done) =>
      server.listen(0, "127.0.0.1", () => done((server.address() as AddressInfo).port))
    )
    const failure = () =>
      run(withMovingClock(() => Effect.flatMap(connect(port, { timeout: 1e6 }), (to) => Effect.flip(ask(to)))))
    assert.deepInclude(await failure(), { reason: "unavailable" })
    await new Promise((done) => server.close(done))
    const gone = await failure()
    assert.deepInclude(gone, { reason: "unavailable", hint: "is the address right, and does the server run?" })
    assert.include(gone.message, "ECONNREFUSED")
  })

  it("is asked again when its connection breaks half-way, and is unavailable when that does not help", async () => {
    /** Lets `bytes` of the server's through, then cuts; the first `cuts` times. */
    const outcome = (cuts: number) =>
      run(
        withMovingClock(() =>
          Effect.gen(function* () {
            const behind = yield* listen({})
            let connections = 0
            const proxy = createServer((client) => {
              const cut = ++connections <= cuts
              const server = createConnection(behind, "127.0.0.1")
              const end = () => [client, server].forEach((each) => each.destroy())
              let passed = 0
              client.on("data", (data) => server.write(data))
              server.on("data", (data) => {
                passed += data.length
                if (cut && passed > 3000) end()
                else client.write(data)
              })
              for (const each of [client, server]) each.on("error", end).on("close", end)
            })
            yield* Effect.addFinalizer(() => Effect.sync(() => void proxy.close()))
            const port = yield* Effect.promise(
              () =>
                new Promise<number>((done) =>
                  proxy.listen(0, "127.0.0.1", () => done((proxy.address() as AddressInfo).port))
                )
            )
            return yield* Effect.result(ask(yield* connect(port, { timeout: 1e6 })))
          })
        )
      )
    const once = await outcome(1)
    assert.deepEqual(once._tag === "Success" ? once.success[0]!.array.shape : once.failure, [1024, 3])
    const always = await outcome(99)
    assert.deepInclude(always._tag === "Failure" ? always.failure : {}, { reason: "unavailable" })
  })

  it("admits no wrong key, however it says so, and the key is not repeated", async () => {
    const key = Redacted.make("s3cret-key")
    for (const [code, message] of [
      [16, "bad credentials s3cret-key"],
      [7, "forbidden"],
      [3, "API key not valid. Please pass a valid API key."]
    ] as const) {
      const failure = await failureOf(() => Effect.fail({ code, message }), { key })
      assert.deepInclude(failure, { reason: "key", hint: "set AGFLOW_ALPHAGENOME_API_KEY to a valid key" })
      assert.notInclude(JSON.stringify(failure) + String(failure.stack), "s3cret")
    }
  })

  it("refuses one question: others are answered", async () => {
    const bad = randomSequence(1024, 5)
    const outcomes = await run(
      Effect.gen(function* () {
        const port = yield* listen({
          PredictSequence: (asked, send) =>
            asked.sequence === bad
              ? Effect.fail({ code: 3, message: "not this one" })
              : handlers.PredictSequence(asked, send)
        })
        const connection = yield* connect(port)
        return yield* Effect.forEach([1, 5, 2], (seed) => Effect.result(ask(connection, randomSequence(1024, seed))))
      })
    )
    assert.deepEqual(
      outcomes.map(({ _tag }) => _tag),
      ["Success", "Failure", "Success"]
    )
  })
})

describe("a failure that may pass", () => {
  /** Says how often the server was asked. */
  const attemptsOf = (code: number, failures: number) => {
    let attempts = 0
    return run(
      withMovingClock(() =>
        Effect.gen(function* () {
          const port = yield* listen({
            PredictSequence: (asked, send) =>
              ++attempts > failures
                ? handlers.PredictSequence(asked, send)
                : Effect.fail({ code, message: "come again" })
          })
          const result = yield* Effect.result(ask(yield* connect(port, { timeout: 1e6 })))
          return { attempts, result }
        })
      )
    )
  }

  it.each([
    ["UNAVAILABLE", 14],
    ["RESOURCE_EXHAUSTED", 8]
  ])("%s is tried again until it has passed", async (_, code) => {
    const { attempts, result } = await attemptsOf(code, 2)
    assert.strictEqual(attempts, 3)
    assert.strictEqual(result._tag, "Success")
  })

  it("is given up after the fifth attempt", async () => {
    const { attempts, result } = await attemptsOf(14, 9)
    assert.strictEqual(attempts, 5)
    assert.deepInclude(result._tag === "Failure" ? result.failure : {}, { reason: "unavailable" })
  })

  it("anything else is not tried again", async () => {
    assert.strictEqual((await attemptsOf(3, 9)).attempts, 1)
    assert.strictEqual((await attemptsOf(13, 9)).attempts, 1)
  })

  it("waits 1.25 s, then half as long again each time, a fifth more or less", async () => {
    const times: Array<number> = []
    await Effect.runPromise(
      Effect.gen(function* () {
        const attempt = Effect.tap(Clock.currentTimeMillis, (now) => Effect.sync(() => times.push(now)))
        const all = Effect.retry(Effect.andThen(attempt, Effect.fail("no")), Connection.backOff)
        const asked = yield* Effect.forkChild(Effect.flip(all))
        yield* TestClock.adjust("1 minute")
        yield* Fiber.join(asked)
      }).pipe(Effect.provide(TestClock.layer()))
    )
    assert.strictEqual(times.length, 5)
    const delays = times.slice(1).map((time, at) => time - times[at]!)
    for (const [attempt, expected] of [1250, 1875, 2812.5, 4218.75].entries()) {
      assert.isAtLeast(delays[attempt]!, expected * 0.8)
      assert.isAtMost(delays[attempt]!, expected * 1.2)
    }
  })
})

describe("calls", () => {
  it("are never more at a time than there are workers", async () => {
    let busy = 0
    let most = 0
    await run(
      Effect.gen(function* () {
        const port = yield* listen({
          PredictSequence: (asked, send) =>
            Effect.suspend(() => {
              most = Math.max(most, ++busy)
              return Effect.andThen(Effect.sleep("30 millis"), handlers.PredictSequence(asked, send))
            }).pipe(Effect.ensuring(Effect.sync(() => void busy--)))
        })
        const connection = yield* connect(port, { workers: 2 })
        yield* Effect.forEach([1, 2, 3, 4, 5, 6], () => ask(connection), { concurrency: "unbounded" })
      })
    )
    assert.strictEqual(most, 2)
  })

  it("are begun no faster than the pace allows", async () => {
    const starts: Array<number> = []
    await run(
      withMovingClock((now) =>
        Effect.gen(function* () {
          const port = yield* listen({
            PredictSequence: (asked, send) => {
              starts.push(now())
              return handlers.PredictSequence(asked, send)
            }
          })
          const connection = yield* connect(port, { workers: 4, perMinute: 60, timeout: 1e6 })
          yield* Effect.forEach([0, 1, 2, 3], () => ask(connection), { concurrency: "unbounded" })
        })
      )
    )
    assert.strictEqual(starts.length, 4)
    starts.forEach((start, at) => assert.isAtLeast(start, at * 1000))
  })

  it("under way when the server ends are told to come again", async () => {
    const failure = await run(
      withMovingClock(() =>
        Effect.gen(function* () {
          const inner = yield* Scope.make()
          let busy = false
          const port = yield* Scope.provide(
            listen({
              PredictSequence: () => {
                busy = true
                return Effect.never
              }
            }),
            inner
          )
          const asked = yield* Effect.forkChild(Effect.flip(ask(yield* connect(port, { timeout: 1e6 }))))
          while (!busy) yield* Effect.sleep("50 millis")
          yield* Scope.close(inner, Exit.void)
          return yield* Fiber.join(asked)
        })
      )
    )
    assert.deepInclude(failure, { reason: "unavailable" })
  })

  it("that are given up are given up by the server too", async () => {
    let stopped = false
    await run(
      Effect.gen(function* () {
        const port = yield* listen({
          PredictSequence: () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => void (stopped = true)))
        })
        const connection = yield* connect(port, { timeout: 0.1 })
        yield* Effect.flip(ask(connection))
        while (!stopped) yield* Effect.sleep("5 millis")
      })
    )
    assert.isTrue(stopped)
  })

  it("finish what they can when one of several sequences fails: the finished are kept by who asks one by one", async () => {
    const bad = randomSequence(1024, 7)
    const kept: Array<Prediction> = []
    await run(
      Effect.gen(function* () {
        const port = yield* listen({
          PredictSequence: (asked, send) =>
            asked.sequence === bad
              ? Effect.fail({ code: 13, message: "broken" })
              : handlers.PredictSequence(asked, send)
        })
        const model = yield* RemoteModel.make(yield* connect(port), { modelVersion: "", workers: 2 })
        for (const seed of [1, 7, 2]) {
          const outcome = yield* Effect.result(
            model.predict("human", [randomSequence(1024, seed)], [{ output: "RNA_SEQ" }])
          )
          if (outcome._tag === "Success") kept.push(outcome.success[0]!)
        }
      })
    )
    assert.strictEqual(kept.length, 2)
  })
})
