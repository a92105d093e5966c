/** One execution of a TypeScript stage on given files: ports bound to paths, params decoded, outputs checked. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { cannot, type Failure, InputError } from "../core/Failure.ts"
import type { Format } from "../data/table/format/Columnar.ts"
import * as Table from "../data/Table.ts"
import * as FileKind from "../dsl/FileKind.ts"
import * as Port from "../dsl/Port.ts"
import * as Requirement from "../dsl/Requirement.ts"
import type { Stage, StageServices } from "../dsl/Stage.ts"

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

const writeFile = Effect.fnUntraced(function* (path: string, content: string | Uint8Array) {
  const fs = yield* FileSystem.FileSystem
  yield* (typeof content === "string" ? fs.writeFileString(path, content) : fs.writeFile(path, content)).pipe(
    Effect.mapError(cannot("write", path))
  )
})

const bindOutput = (port: Port.OutputPort, stem: string): unknown => {
  const as = (extension: string) => `${stem}.${extension}`
  const path = as(FileKind.get(Port.kindOf(port)).extensions[0])
  return port._tag === "Table"
    ? { path, write: (rows: Iterable<never>, format: Format = "tsv") => Table.write(as(format), port.columns, rows) }
    : { path, as, write: (content: string | Uint8Array) => writeFile(path, content) }
}

/** The file written for a port: `<port>.<extension of its kind>`, exactly one. */
const findOutput = (port: Port.OutputPort, name: string, written: ReadonlyArray<string>): string | undefined => {
  const kind = Port.kindOf(port)
  return written.find((file) =>
    kind === "file"
      ? file.startsWith(`${name}.`)
      : FileKind.get(kind).extensions.some((extension) => file === `${name}.${extension}`)
  )
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
  yield* stage.run({
    params: decoded,
    inputs: Object.fromEntries(
      Object.entries(stage.inputs).map(([name, port]) => [name, bindInput(port, inputs[name])])
    ) as never,
    outputs: Object.fromEntries(
      Object.entries(stage.outputs).map(([name, port]) => [name, bindOutput(port, path.join(outputFolder, name))])
    ) as never
  })
  const written = yield* fs.readDirectory(outputFolder)
  const found: Record<string, string> = {}
  for (const [name, port] of Object.entries(stage.outputs)) {
    const file = findOutput(port, name, written)
    if (file === undefined) {
      return yield* new InputError({
        message: `stage '${stage.name}' ended without writing its output '${name}'`,
        hint: `it wrote: ${written.join(", ") || "nothing"}`
      })
    }
    found[name] = path.join(outputFolder, file)
  }
  return found
})
