/** Turns a checked stage and the artifacts that feed it into a task: its key, and whether its result is known. */
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { basename } from "node:path"
import * as Artifact from "../cache/Artifact.ts"
import { ContentStore } from "../cache/ContentStore.ts"
import { FileDigests } from "../cache/FileDigests.ts"
import type { Record as CacheRecord } from "../cache/Record.ts"
import { Records } from "../cache/Records.ts"
import * as TaskKey from "../cache/TaskKey.ts"
import * as Digest from "../core/Digest.ts"
import { InputError } from "../core/Failure.ts"
import * as Lineage from "../core/Lineage.ts"
import type { Tally } from "../core/Tally.ts"
import { perObject } from "../core/Memo.ts"
import { shown, type Key } from "../dsl/check/Keys.ts"
import {
  sources,
  type Binding,
  type Body,
  type CheckedStage,
  type Chosen,
  type Instance
} from "../dsl/check/CheckedStage.ts"
import * as FileKind from "../dsl/stage/FileKind.ts"
import type { ItemName } from "../dsl/check/ItemName.ts"
import * as Port from "../dsl/stage/Port.ts"
import * as ContainerImage from "../executor/ContainerImage.ts"
import * as ScriptTool from "../executor/ScriptTool.ts"
import type { Origins } from "./Event.ts"
import * as KeyedInputs from "./KeyedInputs.ts"
import * as PublishedMark from "./PublishedMark.ts"
import type { Reasons } from "./Reason.ts"

/** An artifact with where it comes from in this run: a record knows its content only. */
export interface Made extends Artifact.Artifact {
  readonly lineage: Lineage.Lineage
  /** Of one file of a list, what it is of: who scatters over the list calls its tasks the same. */
  readonly item?: ItemName
  /** Of one file of a list, its texts from the outside in. */
  readonly key?: Key
  /** What its file is called where a script reads it, without what tells its kind. */
  readonly name?: string
}

/** An artifact with where its files are: in the store, or where the user has them. */
export interface InputArtifact {
  readonly artifact: Made
  readonly pathOf: (suffix: string) => string
  /** For messages: `windows.windows`, or the user's path. */
  readonly origin: string
  /** The user's own file name, which a script can see. */
  readonly fileName: string | undefined
}

/** What scatters give: files or, nested as they are, lists. */
export type Nested<A> = A | ReadonlyArray<Nested<A>>

const isList = <A>(nested: Nested<A>): nested is ReadonlyArray<Nested<A>> => Array.isArray(nested)

/** In order. */
export const flat = <A>(nested: Nested<A>): ReadonlyArray<A> => (isList(nested) ? nested.flatMap(flat) : [nested])

export type TaskInputs = ReadonlyMap<string, InputArtifact | ReadonlyArray<InputArtifact>>

/** One task of a stage: the only one, or one of those that it is scattered into. */
export interface Site {
  /** `scores`, or `scores/chr1` for one of many. */
  readonly id: string
  readonly stage: CheckedStage
  /** Of one of many, what it is of: `chr1`, a sample's id; else empty. */
  readonly item: string
  /** What the innermost scatter calls it; undefined where that has no word for it. */
  readonly called: ItemName | undefined
  readonly instance: Instance
  /** One word for each of the scattered workflows around the stage, the outermost first. */
  readonly lane: ReadonlyArray<string>
  /** What each of the stage's shards gives to this task: a file, or the list that a scatter around it made. */
  readonly items: ReadonlyMap<string, Item>
  /** What tells it from others at each level, from the outside in. */
  readonly keys: ReadonlyArray<ReadonlyArray<KeyPart>>
  /** What its files are called: `HG00099`, `HG00099.chr1`; undefined where it is told from others by its place only. */
  readonly name: string | undefined
}

/** What one of the lists that a stage is scattered over calls the item that a task has. */
export type KeyPart = Pick<Chosen, "name" | "word" | "label" | "axis">

/** What a shard gives to a task. */
export interface Item {
  readonly given: Nested<InputArtifact>
  readonly key: string
}

/** The only task of a stage that is not scattered. */
export const only = (stage: CheckedStage): Site => ({
  id: stage.id,
  stage,
  item: "",
  called: undefined,
  instance: stage.instances[0]!,
  lane: [],
  items: new Map(),
  keys: [],
  name: undefined
})

/** Where what a stage gave lies in `upstream`: all of it together under its id, what it gave in a lane under both. */
export const placeOf = (stage: string, lane: ReadonlyArray<string>, at?: Key): string =>
  at === undefined || at.length === 0 ? [stage, ...lane].join("\0") : `${placeOf(stage, lane)}\0\0${at.join("\0")}`

type OutputBinding = Binding & { readonly _tag: "Output" }

/** As this task reads it. */
const atOf = ({ at = [] }: OutputBinding, { items }: Pick<Site, "items">): Key =>
  at.map((text) => (typeof text === "string" ? text : items.get(text.item)!.key))

const placeFor = (binding: OutputBinding, reader: Reader): string =>
  placeOf(binding.stage, reader.lane.slice(0, binding.depth), atOf(binding, reader))

export interface Task extends Site {
  readonly key: string
  readonly structure: TaskKey.TaskKey
  readonly inputs: TaskInputs
  readonly synthetic: boolean
  /** Its result, when it is in the cache. */
  readonly record: CacheRecord | undefined
  /** Why it has to run, or has not. */
  readonly reason: string
  /** Of the keys of the lists that it reads, where some may be left out. */
  readonly keyAccount: ReadonlyArray<Tally>
}

export const originsOf = ({ inputs }: Task): Origins =>
  Object.fromEntries(
    Array.from(inputs, ([name, input]) => {
      if ("artifact" in input) return [name, input.origin]
      const origins = input.map(({ origin }) => origin)
      return [name, new Set(origins).size === 1 ? origins[0]! : origins]
    })
  )

/** The artifacts of a finished stage, by output; lists where a scattered stage's files are gathered. */
export type StageOutputs = Readonly<Record<string, Nested<Made>>>

type Outputting = Pick<Task, "inputs" | "stage" | "instance" | "synthetic" | "name">

/** What a finished task gives, by output. */
export const outputsOf = (
  { inputs, stage, instance: { body }, synthetic, name: called }: Outputting,
  { outputs, provenance }: Pick<CacheRecord, "outputs" | "provenance">
): Readonly<Record<string, Made>> => {
  const from: Array<Lineage.Lineage> = []
  for (const input of inputs.values()) {
    if ("artifact" in input) from.push(input.artifact.lineage)
    else for (const { artifact } of input) from.push(artifact.lineage)
  }
  const maker = { stage: stage.id, uses: body._tag === "Uses" && body.module === undefined ? body.stage.name : null }
  const lineage = Lineage.through(maker, from, provenance, synthetic)
  const made: Record<string, Made> = {}
  for (const name in outputs) {
    const { extension, files } = outputs[name]!
    made[name] = { extension, files, synthetic, lineage, ...(called === undefined ? {} : { name: called }) }
  }
  return made
}

const filePort = (port: Port.InputPort): Port.FilePort | Port.TablePort =>
  port._tag === "Optional" ? filePort(port.port) : port._tag === "List" ? port.item : port

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

/** What a script's output is declared as, which it was held to when it ended. */
const declared = (port: Port.OutputPort): string =>
  port._tag === "File"
    ? port.kind
    : [
        "tsv",
        ...Object.entries(port.columns).map(([name, { type, nullable }]) => `${name}:${type}${nullable ? "?" : ""}`)
      ].join(" ")

const declaredOutputs = perObject((outputs: CheckedStage["outputs"]): TaskKey.TaskKey["outputs"] =>
  Object.fromEntries(Object.entries(outputs).map(([name, port]) => [name, declared(port)]))
)

/** Of the script of a stage that is many tasks, once. */
const scriptDigests = new Map<string, string>()

const scriptDigest = (script: string): string => {
  const known = scriptDigests.get(script)
  if (known !== undefined) return known
  const digest = Digest.ofBytes(script)
  scriptDigests.set(script, digest)
  return digest
}

/** Where the inputs come from, by port. */
export const lineageOf = (inputs: TaskInputs): Readonly<Record<string, ReadonlyArray<Lineage.Lineage>>> =>
  Object.fromEntries(Array.from(inputs, ([name, input]) => [name, flat(input).map(({ artifact }) => artifact.lineage)]))

const structureOf = (
  body: Body,
  outputs: CheckedStage["outputs"],
  inputs: TaskInputs,
  container: string | undefined,
  tools: Readonly<Record<string, string>> | undefined
): TaskKey.TaskKey => {
  // A script sees the names of files and, of lists, their keys, so they are part of what it is given.
  const seen = (input: InputArtifact) => {
    const { artifact } = input
    const plain = { digest: Artifact.digest(artifact), extension: artifact.extension }
    if (body._tag === "Uses") return plain
    const named = { ...plain, extension: fileNameOf(input) ?? artifact.extension }
    return artifact.key === undefined ? named : { ...named, key: artifact.key }
  }
  const wantsLineage = body._tag === "Uses" && body.stage.lineage
  return {
    code: body._tag === "Uses" ? body.code : scriptDigest(body.script),
    ...(container === undefined ? {} : { container }),
    inputs: Object.fromEntries(
      Array.from(inputs, ([name, input]) => [name, "artifact" in input ? seen(input) : input.map(seen)])
    ),
    ...(wantsLineage ? { lineage: lineageOf(inputs) } : {}),
    outputs: body._tag === "Uses" ? {} : declaredOutputs(outputs),
    params: (body._tag === "Uses" ? body.stage.encodeParams(body.params) : body.env) as Readonly<
      Record<string, unknown>
    >,
    stage: body._tag === "Uses" ? body.stage.name : "script",
    ...(isSynthetic(inputs) ? { synthetic: true as const } : {}),
    ...(tools === undefined ? {} : { tools }),
    version: TaskKey.keyVersion
  }
}

/** What a script sees the file called; undefined where that is what the input is called. */
export const fileNameOf = ({ fileName, artifact: { name, extension } }: InputArtifact): string | undefined =>
  fileName ?? (name === undefined ? undefined : `${name}.${extension}`)

const isSynthetic = (inputs: TaskInputs): boolean => {
  for (const input of inputs.values())
    if ("artifact" in input ? input.artifact.synthetic : input.some(({ artifact }) => artifact.synthetic)) return true
  return false
}

/** A stage sees its inputs in this order, however the YAML has them. */
const byName = <A>(named: ReadonlyMap<string, A>): Iterable<readonly [string, A]> =>
  named.size < 2 ? named : [...named].sort(([a], [b]) => (a < b ? -1 : 1))

/** Every stage that feeds this one must be in `upstream`. */
export const resolve = Effect.fnUntraced(function* (
  site: Site,
  reasons: Reasons,
  upstream: ReadonlyMap<string, StageOutputs>
) {
  const records = yield* Records
  const { id, stage, item, called, instance, lane, items, keys, name: fileStem } = site
  const inputs = new Map<string, InputArtifact | ReadonlyArray<InputArtifact>>()
  for (const [name, binding] of byName(instance.inputs)) {
    // An optional input, where the failure of what it reads from is ignored.
    if (!isThere(binding, site, upstream)) continue
    const given = yield* bindInput(binding, filePort(stage.inputPorts[name]!), site, upstream)
    inputs.set(name, isList(given) ? flat(given) : given)
  }
  const keyAccount = yield* KeyedInputs.align(stage, inputs)
  const { body } = instance
  const image = body._tag === "Script" ? body.container?.image : undefined
  const container = image === undefined ? undefined : yield* ContainerImage.identify(image)
  const tools = body._tag !== "Script" || body.tools === undefined ? undefined : yield* ScriptTool.identify(body.tools)
  const structure = structureOf(body, stage.outputs, inputs, container, tools)
  const key = TaskKey.digest(structure)
  const record = yield* records.find(key, structure)
  const synthetic = (body._tag === "Uses" && body.stage.synthetic(body.params)) || isSynthetic(inputs)
  const keyed = { id, stage: stage.id, key, structure }
  const reason = yield* record === undefined ? reasons.toRun(keyed) : reasons.cached(keyed)
  // Not as `...site`: of ten thousand tasks that takes time and memory.
  return {
    id,
    stage,
    item,
    called,
    instance,
    lane,
    items,
    keys,
    name: fileStem,
    key,
    structure,
    inputs,
    synthetic,
    record,
    reason,
    keyAccount
  } satisfies Task as Task
})
