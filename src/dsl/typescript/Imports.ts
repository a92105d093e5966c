/** `imports:` of a workflow: files of the lab whose stages it can use. */
import * as Effect from "effect/Effect"
import * as Path from "effect/Path"
import type { Diagnostic } from "../../core/Diagnostic.ts"
import * as FileCheck from "../file/FileCheck.ts"
import { StageLibrary, type LoadedStage } from "./StageLibrary.ts"
import * as TypedWorkflow from "./TypedWorkflow.ts"
import type { YamlDocument } from "../text/YamlDocument.ts"

export const isStageFile = (path: string): boolean => /\.m?[jt]s$/u.test(path)

export interface Imports {
  readonly stages: ReadonlyMap<string, LoadedStage>
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

/** `folder` is where relative paths in the workflow start. */
export const read = Effect.fnUntraced(function* (document: YamlDocument, folder: string) {
  const path = yield* Path.Path
  const library = yield* StageLibrary
  const stages = new Map<string, LoadedStage>()
  const diagnostics: Array<Diagnostic> = []
  // As written: what is no text among them is told elsewhere.
  const { imports } = document.value as { readonly imports?: unknown }
  for (const [index, name] of Array.isArray(imports) ? imports.entries() : []) {
    if (typeof name !== "string") continue
    const fault = (message: string, hint?: string) =>
      diagnostics.push({
        code: "import",
        message,
        hint,
        source: document.source,
        range: document.locate(["imports", index])
      })
    if (!isStageFile(name)) {
      const hint = /\.ya?ml$/u.test(name)
        ? `a workflow is used in the place of a stage: { uses: ${name} }`
        : "its name must end in .ts, .mts, .js or .mjs"
      fault(`'${name}' is not a file of stages`, hint)
      continue
    }
    const file = path.resolve(folder, name)
    const missing = yield* FileCheck.faultOf(file)
    if (missing !== undefined) {
      fault(missing.message, missing.hint)
      continue
    }
    const imported = yield* library.import(file, path.join(path.dirname(document.source.file), name))
    if (imported._tag === "Faults") {
      diagnostics.push(...imported.diagnostics)
      continue
    }
    if (imported.stages.length === 0) fault(`'${name}' exports no stage`, "export const mine = Stage.make({ ... })")
    for (const loaded of imported.stages) {
      const own = loaded.stage.name
      const other = stages.get(own)
      // A workflow that is written in TypeScript has the stages that it uses, wherever they come from.
      const borrowed =
        imported.workflow !== undefined && TypedWorkflow.stagesIn(imported.workflow).includes(loaded.stage)
      if (borrowed && other !== undefined) continue
      if (library.names.includes(own)) {
        if (borrowed && (yield* library.load(own)).stage === loaded.stage) continue
        fault(`'${name}' has a stage '${own}', as agflow itself has`, "give yours another name")
      } else if (other !== undefined && other.code !== loaded.code) {
        fault(`'${name}' has a stage '${own}', as an import before it has`, "give one of them another name")
      } else stages.set(own, loaded)
    }
  }
  return { stages, diagnostics } satisfies Imports as Imports
})
