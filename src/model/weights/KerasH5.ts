/** Weights of a Keras 2 model in HDF5: `model_weights/<layer>/<layer>/.../<weight>:0`. */
import * as Effect from "effect/Effect"
import { readFile } from "node:fs/promises"
import { messageOf } from "../../core/Failure.ts"
import { ModelError } from "../ModelError.ts"
import type { Tensor, Tensors } from "../Tensor.ts"

/** `model_weights/dense/dense/kernel:0` is known as `dense/kernel`. */
const nameOf = (path: string): string =>
  path
    .replace(/:0$/u, "")
    .split("/")
    .filter((part, index, parts) => part !== "model_weights" && part !== parts[index - 1])
    .join("/")

const signature = Buffer.from("\x89HDF\r\n\x1a\n", "latin1")

let opened = 0

/** Every float32 weight of the file. */
export const readAll = (path: string): Effect.Effect<Tensors, ModelError> =>
  Effect.tryPromise({
    try: async () => {
      const bytes = await readFile(path)
      if (!bytes.subarray(0, signature.length).equals(signature)) throw new Error("not an HDF5 file")
      const h5wasm = await import("h5wasm")
      const { FS } = await h5wasm.ready
      const name = `weights_${opened++}.h5`
      FS.writeFile(name, bytes)
      try {
        const file = new h5wasm.File(name, "r")
        try {
          const root = file.get("model_weights")
          if (!(root instanceof h5wasm.Group)) throw new Error("no group 'model_weights': not a Keras model file")
          const tensors = new Map<string, Tensor>()
          for (const path of root.paths()) {
            const dataset = root.get(path)
            if (!(dataset instanceof h5wasm.Dataset)) continue
            const { shape, value } = dataset
            if (value instanceof Float32Array) tensors.set(nameOf(path), { shape: shape ?? [], data: value })
          }
          return tensors
        } finally {
          file.close()
        }
      } finally {
        FS.unlink(name)
      }
    },
    catch: (cause) =>
      new ModelError({ message: `cannot read the weights: ${messageOf(cause)}`, file: path, hint: "a Keras .h5 file" })
  })
