/** What feeds the inputs of a task: files of the user's, and what the tasks before it made. */
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { basename } from "node:path"
import { ContentStore } from "../cache/ContentStore.ts"
import { FileDigests } from "../cache/FileDigests.ts"
import { InputError } from "../core/Failure.ts"
import * as Lineage from "../core/Lineage.ts"
import { sources, type Binding } from "../dsl/check/CheckedStage.ts"
import { shown, type Key } from "../dsl/check/Keys.ts"
import * as FileKind from "../dsl/stage/FileKind.ts"
import * as Port from "../dsl/stage/Port.ts"
import * as PublishedMark from "./PublishedMark.ts"
import {
  flat,
  isList,
  placeOf,
  type InputArtifact,
  type Made,
  type Nested,
  type Site,
  type StageOutputs
} from "./Site.ts"

type OutputBinding = Binding & { readonly _tag: "Output" }

/** As this task reads it. */
const atOf = ({ at = [] }: OutputBinding, { items }: Pick<Site, "items">): Key =>
  at.map((text) => (typeof text === "string" ? text : items.get(text.item)!.key))

const placeFor = (binding: OutputBinding, reader: Reader): string =>
  placeOf(binding.stage, reader.lane.slice(0, binding.depth), atOf(binding, reader))

const checkExtension = (extension: string, port: Port.FilePort | Port.TablePort, origin: string) => {
  const kind = Port.kindOf(port)
  return FileKind.extensionOf(kind, `x.${extension}`) === undefined
    ? Effect.fail(
        new InputError({
          message: `${origin} is a .${extension} file, where ${kind} is expected`,
          hint: `${kind} files end in .${FileKind.get(kind).extensions.join(", .")}`
        })
      )
    : Effect.void
}

/** A script takes a file of any kind: its name then tells what may stand beside it. */
const companionsOf = (kind: FileKind.FileKindName, path: string): ReadonlyArray<string> =>
  kind === "file" ? FileKind.companionsOf(path) : (FileKind.get(kind).companions ?? [])

const bindFile = Effect.fnUntraced(function* (path: string, port: Port.FilePort | Port.TablePort) {
  const digests = yield* FileDigests
  const kind = Port.kindOf(port)
  const extension = FileKind.extensionOf(kind, path)
  if (extension === undefined) return yield* new InputError({ message: `not a ${kind} file`, file: path })
  const suffixes = ["", ...companionsOf(kind, path).filter((suffix) => existsSync(`${path}${suffix}`))]
  const files = yield* Effect.forEach(suffixes, (suffix) =>
    Effect.map(digests.of(`${path}${suffix}`), (identity) => ({ suffix, ...identity }))
  )
  const synthetic = PublishedMark.isSynthetic(path, files[0]!.sha256)
  return {
    artifact: { extension, files, synthetic, lineage: { ...Lineage.ofFile(basename(path)), synthetic } },
    pathOf: (suffix: string) => `${path}${suffix}`,
    origin: path,
    fileName: basename(path)
  } satisfies InputArtifact
})

/** An artifact of the store as an input. */
export const stored = Effect.fnUntraced(function* (artifact: Made, origin: string) {
  const store = yield* ContentStore
  const bySuffix = new Map(artifact.files.map((file) => [file.suffix, file.sha256]))
  const input: InputArtifact = {
    artifact,
    pathOf: (suffix) => store.path(bySuffix.get(suffix)!),
    origin,
    fileName: undefined
  }
  return input
})

/** `windows.table`; in a lane `scoring/windows.table of chr1`. */
const originOf = ({ stage, port }: { readonly stage: string; readonly port: string }, lane: ReadonlyArray<string>) =>
  `${stage}.${port}${lane.length === 0 ? "" : ` of ${lane.join(",")}`}`

/** What feeds a task, and what it calls by name. */
type Reader = Pick<Site, "lane" | "items">

/** Whether what a binding reads from has been made; of a list, any of its items. Only an ignored failure leaves gaps. */
export const isThere = (binding: Binding, reader: Reader, upstream: ReadonlyMap<string, StageOutputs>): boolean =>
  binding._tag === "Output"
    ? upstream.has(placeFor(binding, reader))
    : binding._tag !== "List" ||
      binding.items.length === 0 ||
      binding.items.some((item) => isThere(item, reader, upstream))

/** The stages that a task cannot do without and that gave it nothing. */
export const missing = (
  site: Pick<Site, "stage" | "instance" | "lane" | "items">,
  upstream: ReadonlyMap<string, StageOutputs>
): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (const [name, binding] of site.instance.inputs) {
    if (site.stage.inputPorts[name]!._tag === "Optional" || isThere(binding, site, upstream)) continue
    found.push(...sources(binding))
  }
  return found
}

/** Files that a task asks for by a key which none of them has: an error, unless the stage skips such. */
export const missingKey = (
  { stage, instance, ...reader }: Site,
  upstream: ReadonlyMap<string, StageOutputs>
): InputError | undefined => {
  if (stage.missing === "skip") return undefined
  for (const [name, binding] of instance.inputs) {
    if (binding._tag !== "Output" || binding.at === undefined || isThere(binding, reader, upstream)) continue
    const key = shown(atOf(binding, reader))
    return new InputError({
      message: `input '${name}': '${binding.stage}' gave no '${binding.port}' for '${key}'`,
      hint: "its task failed and that was ignored, or it was left out; 'missing: skip' leaves this one out too"
    })
  }
  return undefined
}

/** The artifacts of a finished stage as inputs. */
const storedAll: (
  given: Nested<Made>,
  port: Port.FilePort | Port.TablePort,
  origin: string
) => Effect.Effect<Nested<InputArtifact>, InputError, ContentStore> = Effect.fnUntraced(
  function* (given, port, origin) {
    if (isList(given)) return yield* Effect.forEach(given, (each) => storedAll(each, port, origin))
    yield* checkExtension(given.extension, port, origin)
    return yield* stored(given, origin)
  }
)

/** What a binding brings: one file, or those of a list. */
export const bindInput: (
  binding: Binding,
  port: Port.FilePort | Port.TablePort,
  reader: Reader,
  upstream: ReadonlyMap<string, StageOutputs>
) => Effect.Effect<Nested<InputArtifact>, InputError, FileDigests | ContentStore> = Effect.fnUntraced(
  function* (binding, port, reader, upstream) {
    switch (binding._tag) {
      case "File":
        return yield* bindFile(binding.path, port)
      case "List": {
        const there = binding.items.filter((item) => isThere(item, reader, upstream))
        return flat(yield* Effect.forEach(there, (item) => bindInput(item, port, reader, upstream)))
      }
      case "Item":
        return reader.items.get(binding.name)!.given
      case "Output": {
        const given = upstream.get(placeFor(binding, reader))![binding.port]!
        const origin = originOf(binding, [...reader.lane.slice(0, binding.depth), ...atOf(binding, reader)])
        return yield* storedAll(given, port, origin)
      }
    }
  }
)
