/** Reads what the service answers: items, each with the numbers that follow it in chunks. */
import * as Effect from "effect/Effect"
import { messageOf } from "../../core/Failure.ts"
import type { Message } from "./Protocol.ts"
import { RemoteError } from "./RemoteError.ts"
import * as Tensors from "./Tensors.ts"

/** Row-major. */
export interface NumberArray {
  readonly shape: ReadonlyArray<number>
  readonly values: Float32Array
}

export interface Read<Item> {
  readonly item: Item
  readonly array: NumberArray
}

const garbled = (message: string) =>
  new RemoteError({ message: `the server's answer makes no sense: ${message}`, reason: "garbled" })

const attempt = <A>(what: string, evaluate: () => A): Effect.Effect<A, RemoteError> =>
  Effect.try({ try: evaluate, catch: (cause) => garbled(`${what}: ${messageOf(cause)}`) })

/** All items of a call, in order. `pick` finds the item in an answer, and the tensor in the item. */
export const all = Effect.fnUntraced(function* <
  Response extends { readonly chunk?: Message<"Chunk"> | null | undefined },
  Item
>(
  next: Effect.Effect<Response | undefined, RemoteError>,
  pick: (response: Response) => readonly [Item, Message<"Tensor"> | null | undefined] | undefined
): Effect.fn.Return<ReadonlyArray<Read<Item>>, RemoteError> {
  const items: Array<Read<Item>> = []
  for (let response = yield* next; response !== undefined; response = yield* next) {
    const [item, tensor] = pick(response) ?? []
    if (item === undefined || tensor == null) {
      return yield* garbled(response.chunk == null ? "an answer holds no output" : "a chunk belongs to no output")
    }
    const decoder = yield* attempt("a tensor", () => Tensors.decoder(tensor))
    while (decoder.missing() > 0) {
      const answer = yield* next
      if (answer === undefined) {
        const message = `the server's answer ended ${decoder.missing()} chunks too early`
        return yield* new RemoteError({ message, reason: "truncated" })
      }
      const { chunk } = answer
      if (chunk == null) return yield* garbled(`${decoder.missing()} chunks of a tensor were left out`)
      yield* attempt("a tensor", () => decoder.add(chunk))
    }
    items.push({ item, array: { shape: tensor.shape, values: yield* attempt("a tensor", decoder.finish) } })
  }
  return items
})
