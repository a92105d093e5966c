/** The YAML of a workflow that is written in TypeScript: from here on it is like any other. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { stringify } from "yaml"
import { InputError } from "../core/Failure.ts"
import { StageLibrary } from "./StageLibrary.ts"
import type { Stage } from "./Stage.ts"
import * as YamlDocument from "./YamlDocument.ts"

/** Faults are told in the YAML, which is part of the message. */
export const read = Effect.fnUntraced(function* (file: string) {
  const path = yield* Path.Path
  const fs = yield* FileSystem.FileSystem
  const library = yield* StageLibrary
  const absolute = path.resolve(file)
  if (!(yield* fs.exists(absolute).pipe(Effect.orElseSucceed(() => false)))) {
    return yield* new InputError({ message: "cannot read this file", file, hint: "give the path of a workflow" })
  }
  const imported = yield* library.import(absolute, file)
  if (imported._tag === "Faults") return { document: undefined, diagnostics: imported.diagnostics }
  if (imported.workflow === undefined) {
    const source = { file, text: "" }
    const message = "this file has no workflow as its default export"
    const hint = "export default Workflow.make({ ... })"
    const fault = { code: "stage-file", message, hint, source, range: { start: 0, end: 1 } }
    return { document: undefined, diagnostics: [fault] }
  }
  const { declaration, uses } = imported.workflow
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
  const { agflow, name, description, ...rest } = declaration
  const text = stringify(
    {
      agflow,
      name,
      ...(description === undefined ? {} : { description }),
      ...(imports.length === 0 ? {} : { imports }),
      ...rest
    },
    { lineWidth: 0 }
  )
  return YamlDocument.parse({ file: `${file} as YAML`, text })
})
