/** The YAML of a workflow that is written in TypeScript: from here on it is like any other. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { stringify } from "yaml"
import { InputError } from "../../core/Failure.ts"
import * as Suggest from "../../core/Suggest.ts"
import * as Imports from "./Imports.ts"
import { StageLibrary, type ImportedFile } from "./StageLibrary.ts"
import type { Stage } from "../stage/Stage.ts"
import * as TypedWorkflow from "./TypedWorkflow.ts"
import * as YamlDocument from "../text/YamlDocument.ts"

/** `other.ts`, or `other.ts#NAME` for a workflow that the one of the file uses. */
const place = /^(.+\.m?[jt]s)(?:#(.+))?$/u

export const isTypedSource = (file: string): boolean => place.test(file)

/** How each of the workflows that one uses is written: by the file that it is the default export of, else by its name. */
const partNames = Effect.fnUntraced(function* (
  workflow: TypedWorkflow.TypedWorkflow,
  { imports }: ImportedFile,
  absolute: string
) {
  const path = yield* Path.Path
  const library = yield* StageLibrary
  const text = ({ declaration }: TypedWorkflow.TypedWorkflow): string => JSON.stringify(declaration)
  const files = new Map<string, string>()
  for (const each of workflow.parts.length === 0 ? [] : imports.filter(Imports.isStageFile)) {
    const module = yield* library.import(each, each)
    if (module._tag === "Faults" || module.workflow === undefined) continue
    files.set(text(module.workflow), `./${path.relative(path.dirname(absolute), each)}`)
  }
  const own = `./${path.basename(absolute)}`
  return new Map(
    workflow.parts.map((part) => {
      const name = `#${part.declaration.name}`
      return [name, files.get(text(part)) ?? `${own}${name}`] as const
    })
  )
})

/** Faults are told in the YAML, which is part of the message. */
export const read = Effect.fnUntraced(function* (whole: string) {
  const path = yield* Path.Path
  const fs = yield* FileSystem.FileSystem
  const library = yield* StageLibrary
  const [, file, name] = place.exec(whole) as unknown as [string, string, string | undefined]
  const absolute = path.resolve(file)
  if (!(yield* fs.exists(absolute).pipe(Effect.orElseSucceed(() => false)))) {
    return yield* new InputError({ message: "cannot read this file", file, hint: "give the path of a workflow" })
  }
  const imported = yield* library.import(absolute, file)
  if (imported._tag === "Faults") return { document: undefined, diagnostics: imported.diagnostics }
  const fault = (message: string, hint?: string) => {
    const source = { file, text: "" }
    const fault = { code: "stage-file", message, hint, source, range: { start: 0, end: 1 } }
    return { document: undefined, diagnostics: [fault] }
  }
  if (imported.workflow === undefined) {
    return fault("this file has no workflow as its default export", "export default Workflow.make({ ... })")
  }
  const all = TypedWorkflow.withParts(imported.workflow)
  const workflow = name === undefined ? all[0]! : all.find((each) => each.declaration.name === name)
  if (workflow === undefined) {
    const names = all.map(({ declaration }) => declaration.name)
    return fault(`this file's workflow uses none that is called '${name}'`, Suggest.hint(name!, names, "workflows"))
  }
  const { declaration, uses } = workflow
  const parts = yield* partNames(workflow, imported, absolute)
  const open = new Set<Stage>()
  for (const stage of uses) {
    const own = library.names.includes(stage.name) ? (yield* library.load(stage.name)).stage : undefined
    if (own !== stage) open.add(stage)
  }
  // The file that a stage comes from stands for its code, as it does in YAML: editing the workflow re-runs nothing.
  const imports: Array<string> = []
  for (const each of [...imported.imports, absolute]) {
    if (open.size === 0) break
    const module = each === absolute ? imported : yield* library.import(each, each)
    if (module._tag === "Faults") continue
    const found = [...open].filter(({ name }) => module.stages.some(({ stage }) => stage.name === name))
    if (found.length === 0) continue
    found.forEach((stage) => open.delete(stage))
    const relative = path.relative(path.dirname(absolute), each)
    imports.push(relative.startsWith(".") ? relative : `./${relative}`)
  }
  const { agflow, name: title, description, stages = {}, ...rest } = declaration
  const text = stringify(
    {
      agflow,
      name: title,
      ...(description === undefined ? {} : { description }),
      ...(imports.length === 0 ? {} : { imports }),
      ...rest,
      stages: Object.fromEntries(
        Object.entries(stages).map(([id, stage]) => [id, { ...stage, uses: parts.get(stage.uses ?? "") ?? stage.uses }])
      )
    },
    { lineWidth: 0 }
  )
  return YamlDocument.parse({ file: `${whole} as YAML`, text })
})
