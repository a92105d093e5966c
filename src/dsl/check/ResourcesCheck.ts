/** What a stage may use while it runs: asked for in the YAML, or proposed by what it runs. */
import * as Units from "../../core/Units.ts"
import { report, type CheckContext } from "./CheckContext.ts"
import type { Proposal, Resources } from "../stage/Stage.ts"

/** Where nobody says anything. */
export const standard: Resources = { cpus: 1, memory: 1 << 30, gpus: 0 }

const showAmount = (name: keyof Resources, amount: number): string =>
  name === "memory" ? Units.formatBytes(amount) : `${amount} ${amount === 1 ? name.slice(0, -1) : name}`

/** What the YAML asks for must exist here; what a stage proposes by itself is cut to what there is. */
export const check = (context: CheckContext, id: string, proposal: Proposal): Resources => {
  const { document, machine } = context
  const { gpus } = proposal
  const proposed: Resources = { ...proposal, gpus: gpus === "device" ? (machine.deviceGpus ?? 0) : gpus }
  const { stage, path } = context.placed.get(id)!
  const asked = stage.resources ?? {}
  const memory = asked.memory === undefined ? undefined : Units.parseBytes(asked.memory)
  if (asked.memory !== undefined && memory === undefined) {
    const range = document.locate([...path, "resources", "memory"])
    report(context, range, "invalid-value", `'${asked.memory}' is not an amount of memory`, "write 4 GB or 512 MiB")
  }
  if (memory !== undefined && memory < 1000) {
    const range = document.locate([...path, "resources", "memory"])
    report(context, range, "invalid-value", `${memory} bytes are too little for any script`, "write 4 GB or 512 MiB")
  }
  const wanted: Partial<Resources> = {
    ...(asked.cpus === undefined ? {} : { cpus: asked.cpus }),
    ...(memory === undefined ? {} : { memory }),
    ...(asked.gpus === undefined ? {} : { gpus: asked.gpus })
  }
  const amount = (name: keyof Resources): number => {
    const value = wanted[name]
    // What a machine has is looked up when a stage wants some of it: to find GPUs takes a second.
    if ((value ?? proposed[name]) === 0) return 0
    if (value === undefined) return Math.min(proposed[name], machine[name])
    if (value > machine[name]) {
      const range = document.locate([...path, "resources", name])
      const message = `stage '${id}' asks for ${showAmount(name, value)}; this run may use ${showAmount(name, machine[name])}`
      const hint = `that is what the machine has, or the share of it that its container, its batch job or --max-${name} allows`
      report(context, range, "impossible-resources", message, hint)
    }
    return value
  }
  return { cpus: amount("cpus"), memory: amount("memory"), gpus: amount("gpus") }
}
