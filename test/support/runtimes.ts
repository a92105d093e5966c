import { runtimeIds, type RuntimeId } from "../../src/model/Runtime.ts"

const isRuntime = (id: string): id is RuntimeId => runtimeIds.includes(id as RuntimeId)

/**
 * What models are tested on. On a machine with a GPU:
 * `AGFLOW_TEST_RUNTIMES=onnxruntime-cpu,onnxruntime-cuda npx vitest run test/model test/real`.
 */
export const runtimes: ReadonlyArray<RuntimeId> = (process.env["AGFLOW_TEST_RUNTIMES"] ?? "onnxruntime-cpu,tfjs-wasm")
  .split(",")
  .map((id) => {
    if (!isRuntime(id)) throw new Error(`AGFLOW_TEST_RUNTIMES: there is no runtime '${id}'`)
    return id
  })
