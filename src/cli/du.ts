/** `agflow du`: where the bytes are. */
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Home } from "../cache/Home.ts"
import * as Usage from "../cache/Usage.ts"
import { formatBytes } from "../core/Units.ts"
import * as RunRecord from "../engine/RunRecord.ts"
import * as RunUse from "../engine/RunUse.ts"
import * as Options from "./Options.ts"
import { stdout } from "./Quit.ts"

const size = (bytes: number): string => formatBytes(bytes).padStart(9)

export const du = Command.make(
  "du",
  { json: Flag.Boolean("json").pipe(Flag.withDescription("print bytes as JSON"), Flag.withDefault(false)) },
  Effect.fnUntraced(
    function* ({ json }) {
      const { root, runs: folder } = yield* Home
      const runs = yield* RunRecord.list(folder)
      // Scripts have no name of their own: they go by what the last run that needed them called their stage.
      const stages = new Map(runs.toReversed().flatMap(({ tasks }) => tasks.map(({ key, stage }) => [key, stage])))
      const usage = yield* Usage.measure(
        runs.map((run) => ({ id: run.id, keys: RunUse.keysOf(run) })),
        ({ key, record: { structure } }) =>
          structure.stage === "script" ? `run: ${stages.get(key) ?? "(of no run)"}` : structure.stage
      )
      if (json) return yield* stdout(JSON.stringify({ root, ...usage }, null, 2))
      const lines = [
        `${size(usage.total)}  ${root}`,
        ...Object.entries(usage.folders).map(([name, bytes]) => `${size(bytes)}    ${name}`),
        ...(usage.unnamed === 0 ? [] : [`${size(usage.unnamed)}    of the store is named by no record: agflow gc`]),
        ...(usage.stages.length === 0 ? [] : ["", "results by stage (a file that two stages gave counts once)"]),
        ...usage.stages.map(
          ({ stage, tasks, bytes }) => `${size(bytes)}  ${stage}, ${tasks} task${tasks === 1 ? "" : "s"}`
        ),
        ...(usage.runs.length === 0 ? [] : ["", "    needs      alone     folder  run"]),
        ...usage.runs.map(({ id, needs, alone, folder: own }) => `${size(needs)}  ${size(alone)}  ${size(own)}  ${id}`)
      ]
      yield* stdout(lines.join("\n"))
    },
    (effect) => Effect.provide(effect, Options.caches())
  )
).pipe(
  Command.withDescription(
    "Show where disk space is: by stage, and by run what its results take in all and without those that other runs share"
  )
)
