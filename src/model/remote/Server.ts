/** Answers the gRPC protocol of AlphaGenome's service: the transport, whatever gives the answers. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import type * as Grpc from "@grpc/grpc-js"
import { InputError, messageOf } from "../../core/Failure.ts"
import * as Protocol from "./Protocol.ts"
import type { Method, Request, Response } from "./Protocol.ts"

/** Status codes of gRPC that a handler may end a call with. */
export const codes = { invalid: 3, precondition: 9, unimplemented: 12, internal: 13, unavailable: 14 } as const

export interface Refusal {
  readonly code: number
  readonly message: string
}

/** Sends an answer, and goes on when there is room for the next. */
export type Send<M extends Method> = (response: Response<M>) => Effect.Effect<void>

export type Handlers = {
  readonly [M in Method]: (request: Request<M>, send: Send<M>) => Effect.Effect<void, Refusal>
}

export interface Options {
  /** Address to listen at: `127.0.0.1` for this machine alone. */
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** Sent ahead of every answer. */
  readonly headers: Readonly<Record<string, string>>
}

type Call<M extends Method> =
  | Grpc.ServerDuplexStream<Request<M>, Response<M>>
  | Grpc.ServerWritableStream<Request<M>, Response<M>>

const sender =
  <M extends Method>(call: Call<M>): Send<M> =>
  (response) =>
    Effect.callback((resume) => {
      if (call.write(response)) return resume(Effect.void)
      const go = () => resume(Effect.void)
      call.once("drain", go)
      return Effect.sync(() => call.off("drain", go))
    })

/** What a call that failed is told. */
const refusalOf = (cause: Cause.Cause<Refusal>): Refusal => {
  const refusal = Cause.findErrorOption(cause)
  if (refusal._tag === "Some") return refusal.value
  return Cause.hasInterruptsOnly(cause)
    ? { code: codes.unavailable, message: "the server is shutting down" }
    : { code: codes.internal, message: "the server broke" }
}

/** Listens until the scope ends; calls that are under way then are told to come again. Gives the port. */
export const listen = Effect.fnUntraced(function* (
  handlers: Handlers,
  { host, port, headers }: Options
): Effect.fn.Return<number, InputError, Scope.Scope> {
  const cannot = (cause: unknown) =>
    new InputError({ message: `cannot listen at ${host}:${port}: ${messageOf(cause)}`, hint: "try another --port" })
  const { grpc, service } = yield* Effect.tryPromise({
    try: async () => ({ grpc: await import("@grpc/grpc-js"), service: await Protocol.service() }),
    catch: cannot
  })
  const server = yield* Effect.acquireRelease(
    Effect.sync(() => new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 })),
    (server) =>
      Effect.callback<void>((resume) => server.tryShutdown(() => resume(Effect.void))).pipe(
        Effect.timeoutOrElse({ duration: "2 seconds", orElse: () => Effect.sync(() => server.forceShutdown()) })
      )
  )
  const run = yield* FiberSet.makeRuntime<never, void, never>()

  const answer = <M extends Method>(method: M, call: Call<M>, request: Request<M>) => {
    const ahead = new grpc.Metadata()
    for (const [name, value] of Object.entries(headers)) ahead.set(name, value)
    call.sendMetadata(ahead)
    const fiber = run(
      handlers[method](request, sender(call)).pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => {
            if (Exit.isSuccess(exit)) return void call.end()
            const { code, message } = refusalOf(exit.cause)
            call.emit("error", { code, details: message })
          })
        ),
        Effect.catchCause(() => Effect.void)
      )
    )
    call.on("cancelled", () => fiber.interruptUnsafe())
  }
  const streaming =
    <M extends Method>(method: M) =>
    (call: Grpc.ServerDuplexStream<Request<M>, Response<M>>) => {
      let answered = false
      call.on("data", (request: Request<M>) => {
        // A call is one question.
        if (answered) return
        answered = true
        answer(method, call, request)
      })
      call.on("end", () => {
        if (!answered) call.end()
      })
      call.on("error", () => undefined)
    }

  server.addService(service as unknown as Grpc.ServiceDefinition, {
    PredictSequence: streaming("PredictSequence"),
    PredictInterval: streaming("PredictInterval"),
    PredictVariant: streaming("PredictVariant"),
    ScoreVariant: streaming("ScoreVariant"),
    ScoreIsmVariant: streaming("ScoreIsmVariant"),
    ScoreInterval: streaming("ScoreInterval"),
    GetMetadata: (call: Grpc.ServerWritableStream<Request<"GetMetadata">, Response<"GetMetadata">>) =>
      answer("GetMetadata", call, call.request)
  })
  return yield* Effect.callback<number, InputError>((resume) =>
    server.bindAsync(`${host}:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) =>
      resume(error === null ? Effect.succeed(bound) : Effect.fail(cannot(error)))
    )
  )
})
