/** Names that the file gives to params and outputs: they become variables, flags and file names. */
import * as Schema from "effect/Schema"
import type { Diagnostic } from "../../core/Diagnostic.ts"
import { Name, type WorkflowDeclaration } from "./WorkflowFile.ts"
import type { YamlDocument, YamlPath } from "../text/YamlDocument.ts"

const isName = Schema.is(Name)

/** What a name would be without what it may not hold; undefined where nothing is left. */
export const nearest = (text: string): string | undefined => {
  const near = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, "_")
    .replace(/^[^a-z]+|_+$/gu, "")
  return near === "" || !isName(near) ? undefined : near
}

const inMapping = (
  document: YamlDocument,
  path: YamlPath,
  members: object | undefined,
  what: string
): ReadonlyArray<Diagnostic> =>
  Object.keys(members ?? {})
    .filter((name) => !isName(name))
    .map((name) => {
      const near = nearest(name)
      return {
        code: "invalid-name",
        message: `'${name}' cannot name ${what}: lower-case letters, digits and '_', a letter first`,
        ...(near === undefined ? {} : { hint: `write '${near}'` }),
        source: document.source,
        range: document.locateKey([...path, name])
      }
    })

/** Beside the outputs lies their index, `outputs.json`. */
const outputsIn = (document: YamlDocument, path: YamlPath, members: object | undefined): ReadonlyArray<Diagnostic> => [
  ...inMapping(document, path, members, "an output"),
  ...(Object.hasOwn(members ?? {}, "outputs")
    ? [
        {
          code: "invalid-name",
          message: "'outputs' cannot name an output: the index of all is called that",
          hint: "give it another name",
          source: document.source,
          range: document.locateKey([...path, "outputs"])
        }
      ]
    : [])
]

export const check = (document: YamlDocument, declaration: WorkflowDeclaration): ReadonlyArray<Diagnostic> => [
  ...inMapping(document, ["params"], declaration.params, "a param"),
  ...outputsIn(document, ["outputs"], declaration.outputs),
  ...Object.entries(declaration.profiles ?? {}).flatMap(([name, { outputs }]) =>
    outputsIn(document, ["profiles", name, "outputs"], outputs)
  )
]
