/** What a run may use at once: what the machine has, or the share of it that a container or a batch job was given. */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { availableParallelism, totalmem } from "node:os"

/** A GPU as a program names it, and as all programs of the machine name it. */
export interface Gpu {
  /** For CUDA_VISIBLE_DEVICES. */
  readonly id: string
  /** The same for every job on the machine, where a batch system gives each job numbers of its own. */
  readonly name: string
}

export interface Machine {
  readonly cpus: number
  /** Bytes. */
  readonly memory: number
  readonly gpus: number
  readonly devices: ReadonlyArray<Gpu>
}

/** Where the limits are read; a test gives its own. */
export interface Source {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The text of a file; undefined where there is none. */
  readonly read: (path: string) => string | undefined
  readonly cpus: number
  readonly memory: number
  /** What `nvidia-smi -L` prints. */
  readonly listGpus: () => string
}

const local: Source = {
  env: process.env,
  read: (path) => {
    try {
      return readFileSync(path, "utf8")
    } catch {
      return undefined
    }
  },
  cpus: availableParallelism(),
  memory: totalmem(),
  listGpus: () => spawnSync("nvidia-smi", ["-L"], { encoding: "utf8", timeout: 10_000 }).stdout ?? ""
}

/** A folder and those above it, up to the root: a limit of any of them holds. */
const upwards = (path: string): ReadonlyArray<string> => {
  const parts = path.split("/").filter((part) => part !== "" && part !== "..")
  return parts.map((_, index) => `/${parts.slice(0, parts.length - index).join("/")}`).concat("")
}

const mount = "/sys/fs/cgroup"

/** Limits of the control groups that this process is in, versions 1 and 2 (cgroups(7), kernel cgroup-v2.rst). */
const cgroupLimits = ({ read }: Source): { readonly cpus: number; readonly memory: number } => {
  let cpus = Infinity
  let memory = Infinity
  const amount = (text: string | undefined) => (/^\d+$/u.test(text?.trim() ?? "") ? Number(text) : Infinity)
  const share = (quota: string | undefined, period: string | undefined) =>
    amount(quota) / (amount(period) === Infinity ? 1e5 : amount(period))
  for (const line of (read("/proc/self/cgroup") ?? "").split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/u.exec(line) ?? []
    if (controllers === undefined || path === undefined) continue
    for (const folder of upwards(path)) {
      if (controllers === "") {
        const [quota, period] = (read(`${mount}${folder}/cpu.max`) ?? "").trim().split(" ")
        cpus = Math.min(cpus, share(quota, period))
        memory = Math.min(memory, amount(read(`${mount}${folder}/memory.max`)))
      }
      for (const controller of controllers.split(",")) {
        const at = `${mount}/${controller}${folder}`
        if (controller === "cpu")
          cpus = Math.min(cpus, share(read(`${at}/cpu.cfs_quota_us`), read(`${at}/cpu.cfs_period_us`)))
        if (controller === "memory") memory = Math.min(memory, amount(read(`${at}/memory.limit_in_bytes`)))
      }
    }
  }
  return { cpus, memory }
}

/** Limits of a SLURM job, from the variables of sbatch(1). */
const slurmLimits = ({ env }: Source): { readonly cpus: number; readonly memory: number } => {
  const number = (name: string) => (/^\d+$/u.test(env[name] ?? "") ? Number(env[name]) : Infinity)
  // The first only where it was asked for.
  const perTask = number("SLURM_CPUS_PER_TASK")
  const cpus = perTask === Infinity ? number("SLURM_CPUS_ON_NODE") : perTask
  const perCpu = number("SLURM_MEM_PER_CPU") * cpus
  // Megabytes; 0 asks for all that the node has.
  const memory = Math.min(number("SLURM_MEM_PER_NODE") || Infinity, perCpu) * 2 ** 20
  return { cpus, memory: Number.isNaN(memory) ? Infinity : memory }
}

/** Each once: a GPU that is named twice is one all the same. */
const listed = (text: string): ReadonlyArray<string> => [
  ...new Set(
    text
      .split(",")
      .map((id) => id.trim())
      .filter((id) => /^(?:\d+|(?:GPU|MIG)-[\w/-]+)$/u.test(id))
  )
]

const devicesOf = ({ env, listGpus }: Source): ReadonlyArray<Gpu> => {
  const ofJob = listed(env["SLURM_JOB_GPUS"] ?? "")
  const visible = env["CUDA_VISIBLE_DEVICES"]
  const ids = visible !== undefined ? listed(visible) : ofJob.length > 0 ? ofJob : undefined
  const driven = (): ReadonlyArray<Gpu> =>
    [...listGpus().matchAll(/^GPU (\d+): .*\(UUID: ([^)]+)\)/gmu)].map(([, name, id]) => ({ id: id!, name: name! }))
  // CUDA may count in another order than the driver: the driver's own are named by what they are.
  if (ids === undefined) return driven()
  // The beginning of what one is may stand for it.
  const known = ids.some((id) => id.startsWith("GPU-")) ? driven() : []
  const nameOf = (id: string) => known.find((gpu) => gpu.id.startsWith(id))?.name ?? id
  return ids.map((id, index) => ({ id, name: ofJob.length === ids.length ? ofJob[index]! : nameOf(id) }))
}

/** What the user allows at most. */
export interface Limits {
  readonly cpus?: number | undefined
  readonly memory?: number | undefined
  readonly gpus?: number | undefined
}

/** GPUs are looked for when they are first asked for: that may take a second. */
export const make = (limits: Limits = {}, source: Source = local): Machine => {
  const all = [cgroupLimits(source), slurmLimits(source), source]
  const least = (name: "cpus" | "memory") => Math.min(...all.map((each) => each[name]), limits[name] ?? Infinity)
  let found: ReadonlyArray<Gpu> | undefined
  const devices = () => (found ??= devicesOf(source).slice(0, limits.gpus ?? Infinity))
  return {
    cpus: Math.max(1, Math.floor(least("cpus"))),
    memory: least("memory"),
    get gpus() {
      return limits.gpus === 0 ? 0 : devices().length
    },
    get devices() {
      return devices()
    }
  }
}
