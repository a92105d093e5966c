/** Loads workflow texts against a small library of stages, without the command line. */
import * as NodeFileSystem from "@effect/platform-node-shared/NodeFileSystem"
import * as NodePath from "@effect/platform-node-shared/NodePath"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Diagnostic from "../../src/core/Diagnostic.ts"
import * as Table from "../../src/data/Table.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import { StageLibrary } from "../../src/dsl/typescript/StageLibrary.ts"
import * as Workflow from "../../src/dsl/Workflow.ts"
import { temporaryFolder } from "./stage.ts"

const variants = { variant_id: Table.string("id"), pos: Table.integer("position") }

export const makeVariants = Stage.make({
  name: "make-variants",
  version: 1,
  summary: "Makes variants.",
  params: {
    count: Schema.Int.pipe(
      Schema.check(Schema.isBetween({ minimum: 1, maximum: 100 })),
      Schema.withDecodingDefaultKey(Effect.succeed(10))
    ),
    genome: Schema.Literals(["hg38", "hg19"])
  },
  inputs: { reference: Port.optional(Port.file("fasta", "reference")) },
  outputs: { variants: Port.table(variants, "variants"), log: Port.file("text", "log") },
  run: () => Effect.void
})

const definitions: ReadonlyArray<Stage.Stage> = [
  makeVariants,
  Stage.make({
    name: "score",
    version: 1,
    summary: "Scores variants.",
    params: { groups: Schema.optionalKey(Schema.Array(Schema.String)) },
    inputs: {
      variants: Port.table({ ...variants, effect: Table.nullable(Table.number("effect")) }, "variants"),
      reference: Port.file("fasta", "reference"),
      extra: Port.optional(Port.list(Port.file("tsv", "more tables")))
    },
    outputs: { scores: Port.table({ variant_id: Table.string("id"), score: Table.number("score") }, "scores") },
    run: () => Effect.void
  })
]

const library = Layer.succeed(StageLibrary)({
  names: definitions.map(({ name }) => name),
  load: (name) => Effect.succeed({ stage: definitions.find((stage) => stage.name === name)!, code: "code" }),
  import: (file) => Effect.die(`nothing is imported here, not ${file}`)
})

/** agflow's own stages, from their sources. */
export const ownStages = Layer.sync(StageLibrary, () => {
  const modules = join(import.meta.dirname, "../../modules")
  const load = async (name: string) => {
    const { default: own } = (await import(join(modules, name, "stage.ts"))) as { readonly default: Stage.Stage }
    return { stage: own, code: "code" }
  }
  return {
    names: readdirSync(modules).filter((name) => existsSync(join(modules, name, "stage.ts"))),
    load: (name) => Effect.promise(() => load(name)),
    import: (file) => Effect.die(`nothing is imported here, not ${file}`)
  }
})

export interface LoadedText {
  readonly workflow: Workflow.Workflow | undefined
  /** `line:column code`, in the order of the text. */
  readonly places: ReadonlyArray<string>
  readonly diagnostics: ReadonlyArray<Diagnostic.Diagnostic>
  readonly folder: string
}

export const load = async (
  text: string,
  options: Partial<Workflow.LoadOptions> & {
    readonly files?: Readonly<Record<string, string | Uint8Array>>
    readonly library?: Layer.Layer<StageLibrary>
  } = {}
): Promise<LoadedText> => {
  const folder = temporaryFolder()
  const file = join(folder, "workflow.yaml")
  for (const [name, content] of Object.entries(options.files ?? {})) writeFileSync(join(folder, name), content)
  writeFileSync(file, text)
  const loaded = await Workflow.load(file, {
    profiles: [],
    params: [],
    paramsFile: undefined,
    machine: { cpus: 2, memory: 8e9, gpus: 0 },
    ...options
  }).pipe(
    Effect.provide(Layer.mergeAll(options.library ?? library, NodeFileSystem.layer, NodePath.layer)),
    Effect.runPromise
  )
  const diagnostics = loaded._tag === "Faults" ? Diagnostic.sort(loaded.diagnostics) : []
  return {
    workflow: loaded._tag === "Workflow" ? loaded.workflow : undefined,
    diagnostics,
    places: diagnostics.map(({ source, range, code }) => {
      const { line, column } = Diagnostic.position(source.text, range.start)
      return `${line}:${column} ${code}`
    }),
    folder
  }
}
