/** Runs a stage by itself in a temporary folder, as a worker would. */
import * as NodeFileSystem from "@effect/platform-node-shared/NodeFileSystem"
import * as NodePath from "@effect/platform-node-shared/NodePath"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdirSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Settings, type SettingsValue } from "../../src/core/Settings.ts"
import * as Tally from "../../src/core/Tally.ts"
import type { Provenance } from "../../src/core/Provenance.ts"
import { Task, type Checkpoint } from "../../src/core/Task.ts"
import type { Stage, StageServices } from "../../src/dsl/stage/Stage.ts"
import * as StageCall from "../../src/executor/StageCall.ts"

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "agflow-test-"))

/** The mirror of public files that data tests read, where there is one. */
export const mirror: string | undefined = process.env["AGFLOW_MIRROR"]

/** What the engine tells a task of its inputs. */
export type Known = Partial<Pick<Context.Service.Shape<typeof Task>, "synthetic" | "lineage">>

export const stageLayer = (
  folder: string,
  settings: Partial<SettingsValue> = {},
  notes: Array<Provenance> = [],
  checkpoint: Checkpoint = { read: Effect.succeed([]), append: () => Effect.void },
  ledger: Tally.Ledger = Tally.makeLedger(),
  known: Known = {}
): Layer.Layer<StageServices> => {
  const scratch = join(folder, "scratch")
  mkdirSync(scratch, { recursive: true })
  return Layer.mergeAll(
    NodeFileSystem.layer,
    NodePath.layer,
    Layer.succeed(Settings)({
      mirrors: mirror === undefined ? [] : [mirror],
      acceptedLicences: [],
      device: "cpu",
      downloads: join(folder, "downloads"),
      threads: 2,
      ...settings
    }),
    Layer.succeed(Task)({
      progress: () => Effect.void,
      log: () => Effect.void,
      note: (provenance) => Effect.sync(() => void notes.push(provenance)),
      ledger,
      synthetic: known.synthetic ?? false,
      lineage: known.lineage ?? {},
      scratch,
      checkpoint
    })
  )
}

/** Runs an effect that fails with what a user would read. */
export const runPromise = <A, E>(effect: Effect.Effect<A, E, StageServices>, settings?: Partial<SettingsValue>) =>
  Effect.runPromise(Effect.provide(effect, stageLayer(temporaryFolder(), settings)))

export interface StageResult {
  readonly account: ReadonlyArray<Tally.Tally>
  readonly outputs: StageCall.OutputPaths
  readonly notes: ReadonlyArray<Provenance>
}

export const runStage = (
  stage: Stage,
  params: unknown,
  inputs: StageCall.InputPaths = {},
  settings: Partial<SettingsValue> = {},
  checkpoint?: Checkpoint,
  known?: Known
): Promise<StageResult> => {
  const folder = temporaryFolder()
  const outputFolder = join(folder, "outputs")
  mkdirSync(outputFolder)
  const notes: Array<Provenance> = []
  const ledger = Tally.makeLedger()
  return StageCall.run(stage, params, inputs, outputFolder).pipe(
    Effect.provide(stageLayer(folder, settings, notes, checkpoint, ledger, known)),
    Effect.map((outputs) => {
      // What a worker refuses.
      const lost = Tally.imbalance(ledger.tallies())
      if (lost !== undefined) throw new Error(lost.message)
      return { outputs, notes, account: ledger.tallies() }
    }),
    Effect.runPromise
  )
}
