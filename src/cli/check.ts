/** `agflow check`: all faults of a workflow, or its types, without running anything. */
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { licencesOf } from "../dsl/check/CheckedStage.ts"
import * as TypeListing from "../dsl/TypeListing.ts"
import * as Options from "./Options.ts"
import { stdout } from "./Quit.ts"
import * as Trust from "./Trust.ts"

const count = ({ length }: ReadonlyArray<unknown>, what: string) => `${length} ${what}${length === 1 ? "" : "s"}`

export const check = Command.make(
  "check",
  {
    workflow: Options.file,
    ...Options.workflowFlags,
    trust: Trust.flag,
    format: Options.format,
    types: Flag.Boolean("types").pipe(
      Flag.withDescription("show the type of every input, param, output and expression"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* (options) {
    const { workflow, expressions } = yield* Options.sound(options.workflow, options, options.format, {
      listing: options.types,
      everyProfile: true
    })
    if (options.types) {
      const listing = TypeListing.make(workflow, expressions)
      return yield* stdout(options.format === "json" ? JSON.stringify(listing, null, 2) : TypeListing.render(listing))
    }
    if (options.format === "json") return yield* stdout("[]")
    if (options.format === "editor") return
    const { name, stages, outputs } = workflow
    yield* stdout(`${options.workflow}: '${name}' is sound: ${count(stages, "stage")}, ${count(outputs, "output")}`)
    const licences = [...new Set(stages.flatMap(licencesOf))]
    const flags = licences.map((licence) => `--accept-licence ${licence}`).join(" ")
    if (licences.length > 0)
      yield* stdout(`it fetches data under ${licences.join(", ")}: if you accept that, run with ${flags}`)
  })
).pipe(
  Command.withDescription("Check a workflow without running it: every fault at its place, or with --types its types")
)
