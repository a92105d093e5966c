/** The stages that were built into a folder: `stages.json` names them, `modules/<name>.js` holds each. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { InputError, messageOf } from "../core/Failure.ts"
import * as Digest from "../core/Digest.ts"
import * as StageModule from "./StageModule.ts"
import { CodeTrust } from "../dsl/typescript/CodeTrust.ts"
import type { Stage } from "../dsl/stage/Stage.ts"
import { StageLibrary, type Imported, type LoadedStage } from "../dsl/typescript/StageLibrary.ts"

export const layer = (folder: string): Layer.Layer<StageLibrary, InputError> =>
  Layer.effect(
    StageLibrary,
    Effect.try({
      try: () => {
        const digests = JSON.parse(readFileSync(join(folder, "stages.json"), "utf8")) as Readonly<
          Record<string, string>
        >
        const imported = new Map<string, Promise<Imported>>()
        const loaded = new Map<string, Promise<LoadedStage>>()
        const load = async (name: string): Promise<LoadedStage> => {
          const file = pathToFileURL(join(folder, "modules", `${name}.js`)).href
          const { default: stage } = (await import(file)) as { readonly default: Stage }
          return { stage, code: Digest.ofJson([stage.version, digests[name]]) }
        }
        return StageLibrary.of({
          names: Object.keys(digests).sort(),
          load: (name) =>
            Effect.tryPromise({
              // Many stages of a workflow, and each of its profiles, use the same.
              try: () => {
                const loading = loaded.get(name) ?? load(name)
                loaded.set(name, loading)
                return loading
              },
              catch: (cause) => new InputError({ message: `stage '${name}' does not load: ${messageOf(cause)}` })
            }),
          import: (file, shown) =>
            Effect.flatMap(CodeTrust, ({ allows }) =>
              Effect.promise(() => {
                const reading = imported.get(file) ?? StageModule.read(file, shown, folder, allows)
                imported.set(file, reading)
                return reading
              })
            )
        })
      },
      catch: (cause) =>
        new InputError({ message: `agflow is not built: ${messageOf(cause)}`, hint: "run: npm run build" })
    })
  )
