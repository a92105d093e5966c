/** `agflow doctor`: what this machine can run models and tasks with. */
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as Machine from "../core/Machine.ts"
import { formatBytes } from "../core/Units.ts"
import * as RuntimeCheck from "../model/RuntimeCheck.ts"
import { runtimeIds } from "../model/Runtime.ts"
import * as Checkup from "./Checkup.ts"
import { columns } from "./Columns.ts"
import * as Options from "./Options.ts"
import { codes, Quit, stdout } from "./Quit.ts"

const runtimeRow = (finding: RuntimeCheck.RuntimeFinding): ReadonlyArray<string> => {
  const { runtime, refused, hint, device, version, numerics, memory, gflops } = finding
  if (refused !== null) {
    const why = hint === null ? refused : `${refused} (${hint})`
    return [runtime, "refused", "", why.replaceAll(/\s+/gu, " ")]
  }
  const room = memory === null ? "" : `, up to ${formatBytes(memory)}`
  return [runtime, "found", `${(gflops ?? 0).toFixed(1)} GFLOP/s`, `${device}, ${numerics}, ${version}${room}`]
}

const toolRow = ({ name, path, version, refused }: Checkup.Tool): ReadonlyArray<string> => {
  if (path === null) return [name, "not found", ""]
  const found = version === null ? path : `${path}, ${version}`
  return refused === null ? [name, "found", found] : [name, "refused", `${found}: ${refused}`]
}

const text = ({ agflow, node, platform, machine, runtimes, tools, state, problems }: Checkup.Checkup): string => {
  const room = state.free === null ? "" : `, ${formatBytes(state.free)} free`
  const use = !state.writable ? "cannot be written to" : state.exists ? "is there" : "will be made"
  const gpus = machine.gpus === 0 ? "no GPU" : `${machine.gpus} GPU${machine.gpus === 1 ? "" : "s"}`
  return [
    `agflow ${agflow}, Node.js ${node}, ${platform}`,
    `machine: ${machine.cpus} CPUs, ${formatBytes(machine.memory)} memory, ${gpus}`,
    `state: ${state.path} ${use}${room}`,
    "",
    "runtimes of models (speed: a small convolution for a second)",
    ...columns(runtimes.map(runtimeRow)).map((line) => `  ${line}`),
    "",
    "containers and batch systems",
    ...columns(tools.map(toolRow)).map((line) => `  ${line}`),
    "",
    ...(problems.length === 0
      ? ["the main job can run here"]
      : ["the main job cannot run here:", ...problems.map((problem) => `  ${problem}`)])
  ].join("\n")
}

export const doctor = Command.make(
  "doctor",
  {
    format: Flag.Literals("format", ["text", "json"]).pipe(
      Flag.withDescription("how it is told"),
      Flag.withDefault("text")
    ),
    runtime: Flag.Literals("runtime", runtimeIds).pipe(
      Flag.withDescription("check this runtime alone, in this very process, and print JSON"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ format, runtime }) {
    if (Option.isSome(runtime)) {
      return yield* stdout(JSON.stringify(yield* RuntimeCheck.check(runtime.value, Machine.make({ gpus: 0 }).cpus)))
    }
    const checkup = yield* Checkup.make(Options.home(), (id) => [
      process.execPath,
      process.argv[1]!,
      "doctor",
      "--runtime",
      id
    ])
    yield* stdout(format === "json" ? JSON.stringify(checkup, null, 2) : text(checkup))
    if (checkup.problems.length > 0) return yield* new Quit({ code: codes.failed })
  })
).pipe(
  Command.withDescription(
    "Show which runtimes, containers and batch systems are found here or refused, and whether the main job can run: exit code 0 when it can, else 1"
  )
)
