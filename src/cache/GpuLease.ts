/** One task per GPU, among all runs of the machine, whatever their state folders. */
import * as Effect from "effect/Effect"
import { chmodSync, mkdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { InputError, messageOf } from "../core/Failure.ts"
import type { Gpu } from "../core/Machine.ts"
import * as Lease from "./Lease.ts"

/** For all users of the machine. */
const folder = (): string => process.env["AGFLOW_GPU_LEASES"] ?? join(tmpdir(), "agflow-gpu-leases")

/** Waits until so many of the GPUs are free, then holds them for the scope; their ids for CUDA_VISIBLE_DEVICES. */
export const hold = Effect.fnUntraced(function* (gpus: ReadonlyArray<Gpu>, count: number, onWait: Lease.OnWait) {
  const path = folder()
  yield* Effect.try({
    try: () => {
      if (mkdirSync(path, { recursive: true }) !== undefined) chmodSync(path, 0o777)
    },
    catch: (cause) =>
      new InputError({
        message: `cannot make the folder for leases of GPUs: ${messageOf(cause)}`,
        file: path,
        hint: "set AGFLOW_GPU_LEASES to a folder that all who use the GPUs may write to"
      })
  })
  // A name may be that of a part of a GPU: MIG-GPU-1/2/0.
  const fileOf = ({ name }: Gpu) => encodeURIComponent(name)
  const held = yield* Lease.holdSome(path, gpus.map(fileOf), count, onWait)
  return gpus.filter((gpu) => held.includes(fileOf(gpu))).map(({ id }) => id)
})
