/** Turns a checked stage and the artifacts that feed it into a task: its key, and whether its result is known. */
import * as Effect from "effect/Effect"
import * as Artifact from "../cache/Artifact.ts"
import type { Record as CacheRecord } from "../cache/Record.ts"
import { Records } from "../cache/Records.ts"
import * as TaskKey from "../cache/TaskKey.ts"
import * as Digest from "../core/Digest.ts"
import * as Lineage from "../core/Lineage.ts"
import type { Tally } from "../core/Tally.ts"
import { perObject } from "../core/Memo.ts"
import type { Body, CheckedStage } from "../dsl/check/CheckedStage.ts"
import * as Port from "../dsl/stage/Port.ts"
import * as ContainerImage from "../executor/ContainerImage.ts"
import * as ScriptTool from "../executor/ScriptTool.ts"
import type { Origins } from "./Event.ts"
import * as InputBinding from "./InputBinding.ts"
import * as KeyedInputs from "./KeyedInputs.ts"
import type { Reasons } from "./Reason.ts"
import {
  fileNameOf,
  flat,
  isList,
  type InputArtifact,
  type Made,
  type Site,
  type StageOutputs,
  type TaskInputs
} from "./Site.ts"

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
    if (!InputBinding.isThere(binding, site, upstream)) continue
    const given = yield* InputBinding.bindInput(binding, filePort(stage.inputPorts[name]!), site, upstream)
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
