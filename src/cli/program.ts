/** The command line: its commands, its services, its signals. */
import * as NodeChildProcessSpawner from "@effect/platform-node-shared/NodeChildProcessSpawner"
import * as NodeFileSystem from "@effect/platform-node-shared/NodeFileSystem"
import * as NodePath from "@effect/platform-node-shared/NodePath"
import * as NodeStdio from "@effect/platform-node-shared/NodeStdio"
import * as NodeTerminal from "@effect/platform-node-shared/NodeTerminal"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import { fstatSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { render, type Failure } from "../core/Failure.ts"
import { CodeTrust } from "../dsl/typescript/CodeTrust.ts"
import * as BuiltStages from "../executor/BuiltStages.ts"
import { check } from "./check.ts"
import { init } from "./init.ts"
import { du } from "./du.ts"
import { exportRun } from "./export.ts"
import { gc } from "./gc.ts"
import { graph } from "./graph.ts"
import { importRun } from "./import.ts"
import { plan } from "./plan.ts"
import { codes, Quit, stderr } from "./Quit.ts"
import { run } from "./run.ts"
import { stages } from "./stages.ts"
import { runs } from "./runs.ts"
import { evaluations } from "./evaluations.ts"
import { explain } from "./explain.ts"
import { serveModel } from "./serve-model.ts"
import { show } from "./show.ts"
import { verify } from "./verify.ts"
import { logs } from "./logs.ts"
import { diff } from "./diff.ts"
import { doctor } from "./doctor.ts"
import * as Trust from "./Trust.ts"
import { version } from "./version.ts"

const agflow = (distribution: URL) =>
  Command.make("agflow").pipe(
    Command.withDescription("Typed, resumable genomics workflows that evaluate sequence-to-function models"),
    Command.withSubcommands([
      run(distribution),
      init(distribution),
      check,
      plan,
      graph,
      stages,
      evaluations,
      gc,
      du,
      verify,
      exportRun,
      importRun,
      runs,
      explain,
      show,
      logs,
      diff,
      doctor,
      serveModel
    ])
  )

/** What is wrong with a command is said in a few lines: all that there is to say of it is a flag away. */
const presenter = CliOutput.layerPresenter({
  present: (event) => {
    if (event._tag !== "InvalidInvocation") return CliOutput.defaultPresenter.present(event)
    const { commandPath, errors, helpDoc } = event
    // `agflow flow.yaml`: the file stands where the command is expected.
    const file = errors.find(
      (error) => error._tag === "UnknownSubcommand" && /\.(?:ya?ml|m?[jt]s)$/u.test(error.subcommand)
    )
    const hint =
      file?._tag === "UnknownSubcommand" ? `agflow run ${file.subcommand}` : `${commandPath.join(" ")} --help says more`
    return stderr(
      [...errors.map(({ message }) => `error: ${message}`), `  usage: ${helpDoc.usage}`, `  hint: ${hint}`].join("\n")
    )
  }
})

/** `-v` is `run --verbose`; the version is asked for by its whole name. */
const versionFlag = GlobalFlag.Action({
  flag: Flag.Boolean("version").pipe(Flag.withDescription("Show version information"), Flag.withDefault(false)),
  run: GlobalFlag.Version.run
})

const globalFlags = CliConfig.layer({
  builtIns: GlobalFlag.BuiltIns.map((flag) => (flag === GlobalFlag.Version ? versionFlag : flag))
})

const services = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, NodeTerminal.layer, NodeStdio.layer)

/** `distribution` is the folder that the build wrote. */
const program = (distribution: URL) =>
  Command.run(agflow(distribution), { version }).pipe(
    Effect.catchCause((cause) => {
      if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause)
      const failure = Option.getOrUndefined(Cause.findErrorOption(cause)) as Failure | undefined
      if (failure instanceof Quit) return Effect.fail(failure)
      // The command line's own complaints have been shown already, with the help.
      if (failure?._tag === "ShowHelp") return Effect.fail(new Quit({ code: codes.faults }))
      const text = failure === undefined ? `agflow broke: ${Cause.pretty(cause)}` : `error: ${render(failure)}`
      return Effect.andThen(
        stderr(text),
        Effect.fail(new Quit({ code: failure === undefined ? codes.failed : codes.faults }))
      )
    }),
    Effect.provideService(CodeTrust, Trust.remembered(distribution)),
    Effect.provide(
      Layer.mergeAll(
        services,
        presenter,
        globalFlags,
        Layer.provide(NodeChildProcessSpawner.layer, services),
        BuiltStages.layer(fileURLToPath(distribution))
      )
    )
  )

/**
 * Whether the run is to outlive its terminal, as under nohup. Node forgets at its start which signals were ignored; what is
 * left of nohup is where it lets a program write.
 */
const outlivesTerminal = (): boolean => {
  try {
    return process.env["_"]?.endsWith("/nohup") === true || [1, 2].every((stream) => fstatSync(stream).isFile())
  } catch {
    return false
  }
}

/**
 * Ctrl-C once ends the run in order; twice at once. A closed terminal and a batch system's TERM count the same; so does a
 * reader that goes away (`agflow stages | head`), but only once.
 */
const runMain = Runtime.makeRunMain(({ fiber, teardown }) => {
  let signals = 0
  const ending = outlivesTerminal() ? (["SIGINT", "SIGTERM"] as const) : (["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on("SIGHUP", () => undefined)
  for (const name of ending) {
    process.on(name, () => {
      if (++signals > 1) process.exit(codes.interrupted)
      fiber.interruptUnsafe(fiber.id)
    })
  }
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => fiber.interruptUnsafe(fiber.id))
  // What was written to a pipe is still on its way: leaving at once would cut it off.
  const leave = (code: number) => process.stdout.write("", () => process.stderr.write("", () => process.exit(code)))
  fiber.addObserver((exit) => teardown(exit, leave))
})

export const main = (distribution: URL): void =>
  runMain(program(distribution), {
    disableErrorReporting: true,
    teardown: (exit, onExit) => {
      if (Exit.isSuccess(exit)) return onExit(0)
      const failure: unknown = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
      onExit(failure instanceof Quit ? failure.code : codes.interrupted)
    }
  })
