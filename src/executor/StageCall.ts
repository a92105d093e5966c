/** One execution of a TypeScript stage on given files: ports bound to paths, params decoded, outputs checked. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { type Failure, InputError } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"
import type * as Port from "../dsl/stage/Port.ts"
import * as Requirement from "../dsl/stage/Requirement.ts"
import type { Stage, StageServices } from "../dsl/stage/Stage.ts"
import * as StageOutput from "./StageOutput.ts"

/** Paths by port name: one for a file or table, a list for a list port, none for an optional port left out. */
export type InputPaths = { readonly [port: string]: string | ReadonlyArray<string> }

/** The main file that a stage wrote for each output port. */
export type OutputPaths = { readonly [port: string]: string }

const bindInput = (port: Port.InputPort, path: string | ReadonlyArray<string> | undefined): unknown => {
  if (path === undefined) return undefined
  switch (port._tag) {
    case "Optional":
      return bindInput(port.port, path)
    case "List":
      return (typeof path === "string" ? [path] : path).map((item) => bindInput(port.item, item))
    case "Table": {
      const file = path as string
      return { path: file, rows: Table.read(file, port.columns) }
    }
    case "File":
      return path
  }
}

/** Decodes params as written in YAML; the message names the param. */
export const decodeParams = (stage: Stage, params: unknown): Effect.Effect<unknown, InputError> => {
  const result = Schema.decodeUnknownResult(stage.params, {
    errors: "all",
    onExcessProperty: "error",
    reportInput: true
  })(params)
  if (result._tag === "Success") return Effect.succeed(result.success)
  const issues = SchemaIssue.makeFormatterStandardSchemaV1()(result.failure.issue).issues
  const message = issues.map((issue) => `${(issue.path ?? []).join(".")}: ${issue.message}`).join("; ")
  return Effect.fail(new InputError({ message: `${stage.name}: ${message}` }))
}

/** Said before the run too; but which inputs there are may be known only now. */
const checkRequirements = (stage: Stage, params: unknown, inputs: InputPaths): Effect.Effect<void, InputError> => {
  const counts = Object.entries(inputs).map(
    ([name, paths]) => [name, typeof paths === "string" ? 1 : paths.length] as const
  )
  const unmet = stage.check(params, Requirement.given(counts))
  if (unmet.length === 0) return Effect.void
  const message = `${stage.name}: ${unmet.map((each) => each.message).join("; ")}`
  const hint = unmet.find((each) => each.hint !== undefined)?.hint
  return Effect.fail(new InputError({ message, ...(hint === undefined ? {} : { hint }) }))
}

/** Runs the stage; its outputs are written into `outputFolder`. */
export const run = Effect.fnUntraced(function* (
  stage: Stage,
  params: unknown,
  inputs: InputPaths,
  outputFolder: string
): Effect.fn.Return<OutputPaths, Failure, StageServices> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const decoded = yield* decodeParams(stage, params)
  yield* checkRequirements(stage, decoded, inputs)
  const outputs = Object.entries(stage.outputs).map(
    ([name, port]) => [name, StageOutput.make(port, name, outputFolder)] as const
  )
  yield* stage.run({
    params: decoded,
    inputs: Object.fromEntries(
      Object.entries(stage.inputs).map(([name, port]) => [name, bindInput(port, inputs[name])])
    ) as never,
    outputs: Object.fromEntries(outputs.map(([name, { bound }]) => [name, bound])) as never
  })
  const written = yield* fs.readDirectory(outputFolder)
  const found: Record<string, string> = {}
  for (const [name, output] of outputs) {
    const file = output.find(written)
    if (file === undefined) {
      return yield* new InputError({
        message: `stage '${stage.name}' ended without writing its output '${name}'`,
        hint: `it wrote: ${written.join(", ") || "nothing"}`
      })
    }
    found[name] = path.join(outputFolder, file)
    yield* output.check(found[name])
  }
  return found
})
