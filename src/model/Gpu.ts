/** The NVIDIA GPU that a process uses. */
import { spawnSync } from "node:child_process"

export interface Gpu {
  readonly name: string
  /** Bytes. */
  readonly memory: number
}

const query = ["--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]

const ask = (): Gpu | undefined => {
  const visible = process.env["CUDA_VISIBLE_DEVICES"]?.split(",")[0]?.trim()
  const which = visible === undefined || visible === "" ? [] : [`--id=${visible}`]
  const { stdout } = spawnSync("nvidia-smi", [...query, ...which], { encoding: "utf8", timeout: 10_000 })
  const [, name, mebibytes] = /^(.+), (\d+)$/mu.exec(stdout ?? "") ?? []
  return name === undefined ? undefined : { name, memory: Number(mebibytes) * 2 ** 20 }
}

let found: { readonly gpu: Gpu | undefined } | undefined

/** The first that this process sees, as its driver describes it; undefined where no driver answers. */
export const first = (): Gpu | undefined => (found ??= { gpu: ask() }).gpu

const override = "NVIDIA_TF32_OVERRIDE"
const ofUser = process.env[override]

/**
 * Float32 is computed as such, not with the 10 bits of mantissa of TensorFloat-32, so that results do not depend on the
 * device. NVIDIA's libraries read this when they are loaded; it goes before what the user may have set, because a
 * result is remembered whatever device gave it.
 */
export const requireFloat32 = (): void => {
  process.env[override] = "0"
}

/** This process's environment as it was given: {@link requireFloat32} is for its own runtimes, not for a lab's programs. */
export const givenEnvironment = (): Readonly<Record<string, string | undefined>> => ({
  ...process.env,
  [override]: ofUser
})
