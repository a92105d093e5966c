/** `agflow verify`: reads everything again. */
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { join } from "node:path"
import { Home } from "../cache/Home.ts"
import * as Verification from "../cache/Verification.ts"
import { formatBytes } from "../core/Units.ts"
import * as RunRecord from "../engine/RunRecord.ts"
import * as RunUse from "../engine/RunUse.ts"
import * as Options from "./Options.ts"
import { codes, Quit, stdout } from "./Quit.ts"

export const verify = Command.make(
  "verify",
  {
    run: Argument.String("run").pipe(
      Argument.withDescription("only what this run needs, and the results that it published: an id, or latest"),
      Argument.optional
    ),
    remove: Flag.Boolean("remove").pipe(
      Flag.withDescription("take what is damaged out of the cache, so that the next run makes it again"),
      Flag.withDefault(false)
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("print what was found as JSON"), Flag.withDefault(false))
  },
  Effect.fnUntraced(
    function* ({ run, remove, json }) {
      const { runs } = yield* Home
      const chosen = Option.isNone(run) ? undefined : yield* RunRecord.choose(yield* RunRecord.list(runs), run.value)
      const published = chosen?.outputs.flatMap(({ path, files }) =>
        files.map(({ suffix, sha256 }) => ({ path: join(runs, chosen.id, `${path}${suffix}`), sha256 }))
      )
      const verified = yield* Verification.verify(chosen && RunUse.finishedKeys(chosen), published ?? [])
      const { files, bytes, records, findings } = verified
      if (remove) yield* Verification.remove(findings)
      if (json) yield* stdout(JSON.stringify(verified, null, 2))
      else {
        for (const { state, kind, path, of } of findings) {
          yield* stdout(`  ${state}  ${kind}  ${path}${of.length === 0 ? "" : `  (of ${of.join(", ")})`}`)
        }
        const read = `${files} files (${formatBytes(bytes)}) and ${records} records read`
        const found = findings.length === 0 ? "all is well" : `${findings.length} damaged or missing`
        const next =
          findings.length === 0
            ? ""
            : remove
              ? "; what was damaged is removed: run again to make it"
              : "; --remove takes what is damaged out of the cache, and the next run makes it again"
        yield* stdout(`${read}: ${found}${next}`)
      }
      if (findings.length > 0) return yield* new Quit({ code: codes.failed })
    },
    (effect) => Effect.provide(effect, Options.caches())
  )
).pipe(
  Command.withDescription(
    "Read and hash everything that is stored, or what one run needs; exit code 1 when something is damaged or missing"
  )
)
