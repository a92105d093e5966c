import { assert, describe, it } from "vitest"
import * as Machine from "../../src/core/Machine.ts"

const gib = 2 ** 30

const make = (
  files: Readonly<Record<string, string>>,
  { env = {}, limits = {}, gpus = "" }: { env?: Record<string, string>; limits?: Machine.Limits; gpus?: string } = {}
) => {
  let asked = 0
  const machine = Machine.make(limits, {
    env,
    read: (path) => files[path],
    cpus: 16,
    memory: 64 * gib,
    listGpus: () => {
      asked++
      return gpus
    }
  })
  return { machine, asked: () => asked }
}

const amounts = ({ machine: { cpus, memory } }: { readonly machine: Machine.Machine }) => [cpus, memory / gib]

describe("Machine", () => {
  it("has what the system has, where nothing limits it", () => {
    assert.deepStrictEqual(amounts(make({})), [16, 64])
    const unlimited = {
      "/proc/self/cgroup": "5:memory:/\n1:cpu:/\n0::/\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/memory.max": "max\n"
    }
    assert.deepStrictEqual(amounts(make(unlimited)), [16, 64])
  })

  it("takes the tightest limit of its control group, version 2, and of those above", () => {
    const files = {
      "/proc/self/cgroup": "0::/user.slice/job\n",
      "/sys/fs/cgroup/user.slice/job/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/user.slice/cpu.max": "350000 100000\n",
      "/sys/fs/cgroup/user.slice/job/memory.max": `${8 * gib}\n`,
      "/sys/fs/cgroup/user.slice/memory.max": `${16 * gib}\n`
    }
    assert.deepStrictEqual(amounts(make(files)), [3, 8])
  })

  it("takes those of version 1, of a container too, which sees its own group at the root", () => {
    const files = {
      "/proc/self/cgroup": "4:memory:/docker/abc\n1:cpu,cpuacct:/docker/abc\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": `${4 * gib}\n`
    }
    assert.deepStrictEqual(amounts(make(files)), [1, 4])
  })

  it("takes those of a SLURM job", () => {
    const env = { SLURM_CPUS_PER_TASK: "4", SLURM_MEM_PER_NODE: "8192", SLURM_JOB_GPUS: "2,3" }
    assert.deepStrictEqual(amounts(make({}, { env })), [4, 8])
    assert.deepStrictEqual(amounts(make({}, { env: { SLURM_CPUS_PER_TASK: "4", SLURM_MEM_PER_CPU: "1024" } })), [4, 4])
    assert.deepStrictEqual(amounts(make({}, { env: { SLURM_CPUS_ON_NODE: "2", SLURM_MEM_PER_CPU: "512" } })), [2, 1])
    assert.deepStrictEqual(amounts(make({}, { env: { SLURM_MEM_PER_NODE: "0" } })), [16, 64])
    const job = make({}, { env })
    assert.deepStrictEqual(
      job.machine.devices.map(({ id }) => id),
      ["2", "3"]
    )
    // The job's own numbers, and the machine's.
    const own = make({}, { env: { ...env, CUDA_VISIBLE_DEVICES: "0,1" } })
    assert.deepStrictEqual(own.machine.devices, [
      { id: "0", name: "2" },
      { id: "1", name: "3" }
    ])
  })

  it("takes what the user allows, never more than there is", () => {
    assert.deepStrictEqual(amounts(make({}, { limits: { cpus: 2, memory: gib } })), [2, 1])
    assert.deepStrictEqual(amounts(make({}, { limits: { cpus: 99, memory: 999 * gib } })), [16, 64])
  })

  it("counts GPUs by CUDA_VISIBLE_DEVICES, or asks the driver, once and only when it must", () => {
    const driver =
      "GPU 0: NVIDIA H200 (UUID: GPU-1)\n  MIG 1g.18gb Device 0: (UUID: MIG-2)\nGPU 1: NVIDIA H200 (UUID: GPU-3)\n"
    const { machine, asked } = make({}, { gpus: driver })
    assert.strictEqual(asked(), 0)
    assert.strictEqual(machine.gpus, 2)
    assert.deepStrictEqual(machine.devices, [
      { id: "GPU-1", name: "0" },
      { id: "GPU-3", name: "1" }
    ])
    assert.strictEqual(asked(), 1)
    const visible = (text: string) => make({}, { env: { CUDA_VISIBLE_DEVICES: text }, gpus: driver })
    assert.strictEqual(visible("").machine.gpus, 0)
    assert.strictEqual(visible("-1").machine.gpus, 0)
    assert.strictEqual(visible("NoDevFiles").machine.gpus, 0)
    assert.strictEqual(visible("GPU-8932f937-d72c, 3").machine.gpus, 2)
    assert.strictEqual(visible("3").asked(), 0)
    assert.strictEqual(visible("0, 1,0").machine.gpus, 2, "one that is named twice is one")
    assert.deepStrictEqual(
      visible("GPU-3,MIG-2").machine.devices,
      [
        { id: "GPU-3", name: "1" },
        { id: "MIG-2", name: "MIG-2" }
      ],
      "the same for a job that calls it by its number"
    )
    assert.strictEqual(make({}, { limits: { gpus: 1 }, gpus: driver }).machine.gpus, 1)
    const none = make({}, { limits: { gpus: 0 }, gpus: driver })
    assert.deepStrictEqual([none.machine.gpus, none.asked()], [0, 0])
  })
})
