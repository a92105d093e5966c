/**
 * Weights as a runtime needs them in files, so that it can map them into memory and processes can share them: tensors
 * that are stored in another order, under other names or with other numbers than the program's are written once.
 */
import * as Effect from "effect/Effect"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { mkdir, rename, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Digest from "../../core/Digest.ts"
import { messageOf } from "../../core/Failure.ts"
import { ModelError } from "../ModelError.ts"
import * as Tensor from "../Tensor.ts"
import type { WeightSource } from "../WeightSource.ts"
import type { Initializer, Use } from "./OnnxGraph.ts"

/** Fewer bytes than this stay in memory. */
const smallest = 1 << 20

let ownFolder: string | undefined

/** A folder of this process alone, removed at its end. */
const temporary = (): string => {
  if (ownFolder === undefined) {
    const folder = mkdtempSync(join(tmpdir(), "agflow-weights-"))
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
    ownFolder = folder
  }
  return ownFolder
}

let anonymous = 0

/** The numbers of one weight, in memory or in a file. */
export const place = Effect.fnUntraced(function* (
  source: WeightSource,
  { weight, order }: Use,
  cache: string | undefined
): Effect.fn.Return<Initializer, ModelError> {
  const { shape } = source.tensors.get(weight)!
  const stored = order === undefined ? source.place(weight) : undefined
  if (stored !== undefined) return { shape, place: stored }
  const turn = (tensor: Tensor.Tensor) => (order === undefined ? tensor : Tensor.transpose(tensor, order))
  const turnedShape = order === undefined ? shape : order.map((axis) => shape[axis]!)
  const read = Effect.map(source.read(weight), (data) => turn({ shape, data }))
  if (4 * Tensor.size(shape) < smallest) return yield* read
  const name = Digest.ofJson([source.identity ?? `${process.pid}/${anonymous++}`, weight, order ?? null])
  const folder = (source.identity === undefined ? undefined : cache) ?? temporary()
  const path = join(folder, `${name}.f32`)
  if (!existsSync(path)) {
    const { data } = yield* read
    yield* Effect.tryPromise({
      try: async () => {
        await mkdir(folder, { recursive: true })
        const partial = `${path}.${process.pid}`
        await writeFile(partial, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
        await rename(partial, path)
      },
      catch: (cause) => new ModelError({ message: `cannot keep weight '${weight}': ${messageOf(cause)}`, file: path })
    })
  }
  return { shape: turnedShape, place: { path, offset: 0, dtype: "F32" } }
})
