/**
 * A task's cache identity: the sha256 of a structured key, which is kept with the record so that it can be read and
 * compared. What is not in it (paths, ids, names, times, resources, executor) cannot make a task run again.
 */
import * as Schema from "effect/Schema"
import * as Digest from "../core/Digest.ts"
import { Lineage } from "../core/Lineage.ts"

/** Raised when the meaning of a key, or what the engine does for every stage, changes. */
export const keyVersion = 2

/** An input as the stage sees it: its content, and the extension by which it tells the format. */
const KeyInput = Schema.Struct({
  digest: Schema.String,
  extension: Schema.String,
  /** Of one file of a list, the item that it belongs to: a script sees it. */
  key: Schema.optionalKey(Schema.Array(Schema.String))
})

/** Its members stand in the order of canonical JSON. */
export const TaskKey = Schema.Struct({
  /** Digest of the stage's code and version; of the script's text. */
  code: Schema.String,
  /** The image that a script runs in: its digest, or its name where none is known. */
  container: Schema.optionalKey(Schema.String),
  inputs: Schema.Record(Schema.String, Schema.Union([KeyInput, Schema.Array(KeyInput)])),
  /** Where the inputs come from, of a stage whose outputs state it. */
  lineage: Schema.optionalKey(Schema.Record(Schema.String, Schema.Array(Lineage))),
  /** Names and kinds of the outputs of a script. */
  outputs: Schema.Record(Schema.String, Schema.String),
  params: Schema.Record(Schema.String, Schema.Unknown),
  /** The name of the stage; `script` for a `run:` stage. */
  stage: Schema.String,
  /** There where an input is synthetic: the outputs then bear the mark. */
  synthetic: Schema.optionalKey(Schema.Literal(true)),
  /** Digests of what the tools that a script names say of themselves, by name. */
  tools: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  version: Schema.Int
})
export type TaskKey = typeof TaskKey.Type

export const digest = (key: TaskKey): string => Digest.ofJson(key)

const show = (value: unknown): string => {
  const text = typeof value === "string" ? value : Digest.canonicalJson(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

const inputDigest = (input: TaskKey["inputs"][string]): string =>
  "digest" in input ? input.digest : Digest.ofJson(input.map(({ digest }) => digest))

const inputNames = (input: TaskKey["inputs"][string]): unknown =>
  "digest" in input ? input.extension : input.map(({ extension }) => extension)

const inputChange = (name: string, before: TaskKey["inputs"][string], after: TaskKey["inputs"][string]): string => {
  const [a, b] = [inputDigest(before), inputDigest(after)]
  return a === b
    ? `input ${name} name ${show(inputNames(before))} -> ${show(inputNames(after))}`
    : `input ${name} content ${Digest.short(a)} -> ${Digest.short(b)}`
}

/** One thing in which two keys differ. */
export interface Change {
  readonly what:
    | "agflow"
    | "stage"
    | "code"
    | "param"
    | "input"
    | "output"
    | "container"
    | "lineage"
    | "synthetic"
    | "tool"
  /** Of the param, the input or the output; else empty. */
  readonly name: string
  /** In words: `params.width 131072 -> 524288`. */
  readonly text: string
}

const prefixes: { readonly [what: string]: string } = { param: "params.", lineage: "origin of input " }

const differences = <A>(
  what: Change["what"],
  before: Readonly<Record<string, A>>,
  after: Readonly<Record<string, A>>,
  text: (name: string, before: A, after: A) => string
): ReadonlyArray<Change> => {
  const called = prefixes[what] ?? `${what} `
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => Digest.canonicalJson(before[name] ?? null) !== Digest.canonicalJson(after[name] ?? null))
    .map((name) => {
      const [a, b] = [before[name], after[name]]
      const line =
        a === undefined ? `${called}${name} is new` : b === undefined ? `${called}${name} is gone` : undefined
      return { what, name, text: line ?? text(name, a!, b!) }
    })
}

/** How `after` is another task than `before`. */
export const changes = (before: TaskKey, after: TaskKey): ReadonlyArray<Change> => {
  const image = ({ container }: TaskKey) => show(container ?? "none")
  const one = (what: Change["what"], same: boolean, text: string) => (same ? [] : [{ what, name: "", text }])
  return [
    ...one("agflow", before.version === after.version, "agflow changed how it keys tasks"),
    ...one("stage", before.stage === after.stage, `stage ${before.stage} -> ${after.stage}`),
    ...one("code", before.code === after.code, after.stage === "script" ? "script changed" : "stage code changed"),
    ...differences("param", before.params, after.params, (name, a, b) => `params.${name} ${show(a)} -> ${show(b)}`),
    ...differences("input", before.inputs, after.inputs, inputChange),
    ...differences("lineage", before.lineage ?? {}, after.lineage ?? {}, (name) => `origin of input ${name} changed`),
    ...one(
      "synthetic",
      before.synthetic === after.synthetic,
      after.synthetic === true ? "an input is synthetic now" : "no input is synthetic any more"
    ),
    ...differences("output", before.outputs, after.outputs, (name) => `output ${name} changed`),
    ...differences("tool", before.tools ?? {}, after.tools ?? {}, (name) => `tool ${name} changed`),
    ...one("container", before.container === after.container, `container ${image(before)} -> ${image(after)}`)
  ]
}

/** Why `after` is another task than `before`, in words: `params.width 131072 -> 524288`, `stage code changed`. */
export const explain = (before: TaskKey, after: TaskKey): ReadonlyArray<string> =>
  changes(before, after).map(({ text }) => text)
