/** `agflow run`: checks a workflow and runs it. */
import * as NodeFileSystem from "@effect/platform-node-shared/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { render } from "../core/Failure.ts"
import * as Printable from "../core/Printable.ts"
import { reactions } from "../dsl/stage/Policy.ts"
import * as OutputFolder from "../engine/OutputFolder.ts"
import * as Run from "../engine/Run.ts"
import type { RunResult } from "../engine/RunResult.ts"
import * as ContainerEngine from "../executor/ContainerEngine.ts"
import * as ScriptTool from "../executor/ScriptTool.ts"
import * as LocalExecutor from "../executor/local/LocalExecutor.ts"
import * as RunSummary from "../report/RunSummary.ts"
import * as Display from "./Display.ts"
import * as Options from "./Options.ts"
import * as Trust from "./Trust.ts"
import { codes, Quit, stderr, stdout } from "./Quit.ts"
import { version } from "./version.ts"

const here = (path: string): string => {
  const shown = relative(process.cwd(), path)
  return shown.startsWith("..") ? path : shown || "."
}

export const run = (distribution: URL) =>
  Command.make(
    "run",
    {
      workflow: Options.file,
      ...Options.workflowFlags,
      ...Options.settingsFlags,
      format: Options.format,
      outdir: Flag.String("outdir").pipe(
        Flag.withDescription("folder for copies of the outputs, with an index (outputs.json, outputs.tsv)"),
        Flag.optional
      ),
      ...Options.containerFlags,
      verbose: Flag.Boolean("verbose").pipe(
        Flag.withAlias("v"),
        Flag.withDescription("show what tasks print while they run"),
        Flag.withDefault(false)
      ),
      onError: Flag.Literals("on-error", reactions).pipe(
        Flag.withDescription("after a failure: stop what runs, finish what runs, or ignore it and go on with the rest"),
        Flag.withDefault("finish")
      )
    },
    Effect.fnUntraced(function* (options) {
      const { workflow } = yield* Options.sound(options.workflow, { ...options, trust: true }, options.format)
      if (Option.isSome(options.outdir)) yield* OutputFolder.check(options.outdir.value)
      const display = Display.make({
        write: (text) => void process.stdout.write(text),
        // A terminal that does not tell its width says 0.
        columns: process.stdout.columns || 80,
        interactive: process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined
      })
      const worker = fileURLToPath(new URL("worker.js", distribution))
      const command = ["agflow", ...process.argv.slice(2)]
      let results: string | undefined
      let ended: RunResult | undefined
      let removed: ReadonlyArray<string> = []
      const status = yield* Run.run(workflow, {
        settings: Options.settings(options),
        machine: yield* Options.machine(options),
        onError: options.onError,
        verbose: options.verbose,
        worker,
        version,
        command,
        listen: display,
        finish: Effect.fnUntraced(function* (result) {
          const report = yield* RunSummary.write(result, command, version)
          if (result.outputs.length > 0) results = result.folder.results
          ended = result
          return here(report)
        })
      }).pipe(
        Effect.tap(
          Effect.fnUntraced(function* (status) {
            if (Option.isNone(options.outdir) || status !== "succeeded") return
            results = resolve(options.outdir.value)
            removed = yield* Effect.provide(OutputFolder.publish(ended!, results), NodeFileSystem.layer)
          })
        ),
        Effect.catch((failure) =>
          Effect.andThen(stderr(`error: ${render(failure)}`), Effect.fail(new Quit({ code: codes.failed })))
        ),
        Effect.provideService(ScriptTool.Asking, yield* Trust.asking(true, options.workflow)),
        Effect.provideService(ContainerEngine.Choice, Options.containers(options, true)),
        Effect.provide(Layer.provideMerge(LocalExecutor.layer(worker), Options.caches()))
      )
      if (removed.length > 0)
        yield* stdout(`removed there, as the workflow no longer gives it: ${Printable.line(removed.join(", "))}`)
      if (results !== undefined) yield* stdout(`results: ${here(results)}`)
      if (status === "failed") return yield* new Quit({ code: codes.failed })
    })
  ).pipe(
    Command.withDescription("Run a workflow; what is already done is taken from the cache"),
    Command.withExamples([
      { command: "agflow run workflows/gwas-benchmark.yaml", description: "the main job, on made-up data" },
      {
        command: "agflow run workflows/gwas-benchmark.yaml --profile mini --mirror /data/mirror",
        description: "on real data, with a folder of downloaded files"
      }
    ])
  )
