/** `agflow import`: takes in what `agflow export` wrote. */
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs"
import { basename, join, resolve } from "node:path"
import * as Bundle from "../cache/Bundle.ts"
import { Home } from "../cache/Home.ts"
import * as Inventory from "../cache/Inventory.ts"
import * as ResultSet from "../cache/ResultSet.ts"
import * as WorkFolder from "../cache/WorkFolder.ts"
import { cannot, InputError } from "../core/Failure.ts"
import * as Reaper from "../engine/Reaper.ts"
import * as RunRecord from "../engine/RunRecord.ts"
import * as Options from "./Options.ts"
import { stdout } from "./Quit.ts"

/** The record of the run in a bundle, whose names are safe to make files of, and whose outputs are in it. */
const runIn = Effect.fnUntraced(function* (from: string, folder: string, { records }: Bundle.Opened) {
  const record = yield* RunRecord.read(folder)
  const sizes = new Map(records.flatMap(Inventory.filesOf).map(({ sha256, bytes }) => [sha256, bytes]))
  const isSound =
    record !== undefined &&
    /^\d{4}-[\w-]+$/u.test(record.id) &&
    record.outputs.every(
      ({ name, path, files }) =>
        /^\w[\w.+~-]*$/u.test(name) &&
        path.startsWith(`results/${name}.`) &&
        files.every(
          ({ suffix, sha256, bytes }) =>
            /^[\w.]*$/u.test(path.slice(`results/${name}.`.length) + suffix) && sizes.get(sha256) === bytes
        )
    )
  if (isSound) {
    if (record.ended !== null) return record
    // It was killed before it could say that it had ended; from another machine nobody can see that.
    const last = RunRecord.events(folder).at(-1)?.time ?? record.started
    const ended = { ...record, status: "interrupted", ended: last } as const
    yield* RunRecord.write(folder, ended)
    return ended
  }
  return yield* new InputError({
    message: "the run's own record in it is damaged",
    file: from,
    hint: "nothing was imported; export it again"
  })
})

export const importRun = Command.make(
  "import",
  {
    bundle: Argument.String("bundle").pipe(
      Argument.withDescription("what agflow export wrote: FILE.tar.gz or a folder")
    )
  },
  Effect.fnUntraced(
    function* ({ bundle }) {
      const home = yield* Home
      yield* Reaper.reap
      const folder = join(home.work, WorkFolder.nameFor("import"))
      yield* Effect.gen(function* () {
        const opened = yield* Bundle.open(resolve(bundle), folder)
        const unpacked = join(folder, "run")
        const run = yield* runIn(bundle, unpacked, opened)
        const taken = yield* Bundle.takeIn(opened)
        const own = join(home.runs, run.id)
        if (!existsSync(own)) {
          yield* ResultSet.publish(
            unpacked,
            run.outputs.flatMap(({ path, files }) =>
              files.map(({ suffix, ...file }) => ({ name: `${basename(path)}${suffix}`, ...file }))
            )
          )
          yield* Effect.try({
            try: () => {
              mkdirSync(join(unpacked, "logs"), { recursive: true })
              renameSync(unpacked, own)
            },
            catch: cannot("write", own)
          })
        }
        const { records } = opened
        const before = records.length - taken
        yield* stdout(
          `run ${run.id} of '${run.workflow.name}': ${taken} results imported${before === 0 ? "" : `, ${before} were here already`}`
        )
      }).pipe(Effect.ensuring(Effect.sync(() => rmSync(folder, { recursive: true, force: true }))))
    },
    (effect) => Effect.provide(effect, Options.caches())
  )
).pipe(
  Command.withDescription(
    "Take in what agflow export wrote. Each file is checked against its digest first; a damaged bundle changes nothing. Import only from those whose results you would trust"
  )
)
