/** What a stage is scattered over: values known now make instances, files known later make shards. */
import { note, report, type CheckContext, type Item } from "./CheckContext.ts"
import type { Shards } from "./CheckedStage.ts"
import * as Edge from "./Edge.ts"
import { show, type Value } from "./Expression.ts"
import { fill } from "./Fill.ts"
import * as InputCheck from "./InputCheck.ts"
import * as Port from "./Port.ts"
import * as Reference from "./Reference.ts"
import type { StageDeclaration } from "./WorkflowFile.ts"
import { expressionRange, type YamlPath } from "./YamlDocument.ts"

/** One combination of the values that a stage is scattered over. */
export interface Combination {
  readonly label: string
  readonly items: ReadonlyMap<string, Item>
}

export interface Scatter {
  readonly combinations: ReadonlyArray<Combination>
  readonly shards: ReadonlyArray<Shards>
}

const none: Scatter = { combinations: [{ label: "", items: new Map() }], shards: [] }

/** More tasks of one stage than this are a mistake. */
const maxCombinations = 1_000_000

/** Undefined, with Diagnostics, when the scatter has faults. */
export const read = (context: CheckContext, { scatter }: StageDeclaration, path: YamlPath): Scatter | undefined => {
  if (scatter === undefined) return none
  const { document } = context
  const before = context.diagnostics.length
  const dimensions = Array.isArray(scatter) ? scatter : [scatter]
  const values: Array<{ readonly name: string; readonly items: ReadonlyArray<Item> }> = []
  const fixed = new Map<string, Item>()
  const shards: Array<Shards> = []
  for (const [index, { over, rows, as: name = "item" }] of dimensions.entries()) {
    const at = Array.isArray(scatter) ? [...path, "scatter", index] : [...path, "scatter"]
    if (fixed.has(name) || values.some((each) => each.name === name)) {
      report(context, document.locate(at), "scatter", `two scatters are called '${name}'`, "name them apart with 'as'")
      continue
    }
    const given = typeof over === "string" ? InputCheck.givenBy(context, over, [...at, "over"]) : undefined
    if (given === "unknown") continue
    if (rows !== undefined || given !== undefined) {
      const shard = readShards(context, over, rows, given, [...at, "over"])
      if (shard === undefined) continue
      shards.push({ name, of: shard.of, rows })
      fixed.set(name, { _tag: "Shard", given: shard.given })
      continue
    }
    const items = readItems(context, over, [...at, "over"])
    if (items !== undefined) values.push({ name, items })
  }
  if (context.diagnostics.length > before) return undefined
  const count = values.reduce((product, { items }) => product * items.length, 1)
  if (count > maxCombinations) {
    report(
      context,
      document.locateKey([...path, "scatter"]),
      "scatter",
      `${count.toLocaleString("en")} combinations are too many`
    )
    return undefined
  }
  return { combinations: label(cross(values, fixed)), shards }
}

/** What shards are made of: a table that is cut by rows, or a list of files. */
const readShards = (
  context: CheckContext,
  over: unknown,
  rows: number | undefined,
  given: InputCheck.GivenFile | undefined,
  path: YamlPath
): { readonly of: Shards["of"]; readonly given: Port.OutputPort } | undefined => {
  const fault = (message: string, hint?: string) =>
    void report(context, context.document.locate(path), "scatter", message, hint)
  if (rows === undefined) {
    if (given?.port._tag === "List") return { of: given.binding as Shards["of"], given: given.port.item }
    return fault(`${String(over)} is one file, not a list`, "cut a table into pieces with 'rows: N'")
  }
  if (given === undefined) {
    if (typeof over !== "string") return fault("'rows' cuts a table: over: ${{ STAGE.OUTPUT }}, or the path of one")
    const tsv = Port.file("tsv", "a table")
    const file = InputCheck.bind(context, over, path, tsv)
    return file === undefined ? undefined : { of: file as Shards["of"], given: tsv }
  }
  return given.port._tag === "List" || Port.kindOf(given.port) !== "tsv"
    ? fault(`${String(over)} is not a table: it cannot be cut by rows`)
    : { of: given.binding as Shards["of"], given: given.port }
}

const readItems = (context: CheckContext, over: unknown, path: YamlPath): ReadonlyArray<Item> | undefined => {
  const list = Array.isArray(over) ? over : fill(context, over, path)
  if (!Array.isArray(list)) {
    const { value, broken } = list as { readonly value: unknown; readonly broken: boolean }
    if (broken) return undefined
    if (Array.isArray(value) && value.length > 0) return value.map((each: Value) => ({ _tag: "Value", value: each }))
    report(
      context,
      context.document.locate(path),
      "scatter",
      Array.isArray(value) ? "the list is empty" : "a list is expected"
    )
    return undefined
  }
  if (list.length === 0) {
    report(context, context.document.locate(path), "scatter", "the list is empty")
    return undefined
  }
  const items = list.map((each: unknown, index): Item | undefined => {
    const at = [...path, index]
    const reference = typeof each === "string" ? Reference.nameIn(each) : undefined
    if (reference !== undefined && reference.path[0] !== "params") {
      const found = Reference.lookUp(
        context,
        reference,
        expressionRange(context.document, at, each as string, reference)
      )
      if (found === undefined) return undefined
      note(context, at, each as string, reference, Edge.show(found.given))
      return { _tag: "Output", ...found }
    }
    const filled = fill(context, each, at)
    return filled.broken ? undefined : { _tag: "Value", value: filled.value as Value }
  })
  return items.every((item) => item !== undefined) ? items : undefined
}

/** Stands for the items of a scatter that has faults. */
export const unknown = ({ scatter }: StageDeclaration): Combination => ({
  label: "",
  items: new Map(
    (Array.isArray(scatter) ? scatter : scatter === undefined ? [] : [scatter]).map(({ as = "item" }) => [
      as,
      { _tag: "Unknown" }
    ])
  )
})

/** Every combination, the last dimension running fastest. */
const cross = (
  dimensions: ReadonlyArray<{ readonly name: string; readonly items: ReadonlyArray<Item> }>,
  fixed: ReadonlyMap<string, Item>
): ReadonlyArray<ReadonlyMap<string, Item>> =>
  dimensions.reduce<ReadonlyArray<ReadonlyMap<string, Item>>>(
    (combinations, { name, items }) =>
      combinations.flatMap((combination) => items.map((item) => new Map([...combination, [name, item]]))),
    [fixed]
  )

const short = /^[\w.+-]{1,40}$/u

const wordOf = (item: Item): string | undefined => {
  if (item._tag === "Output") return item.stage
  const text = item._tag === "Value" ? show(item.value) : undefined
  return text !== undefined && short.test(text) ? text : undefined
}

/** `chr1,2` where that tells all apart, else numbers. */
const label = (combinations: ReadonlyArray<ReadonlyMap<string, Item>>): ReadonlyArray<Combination> => {
  const words = combinations.map((items) => [...items.values()].filter(({ _tag }) => _tag !== "Shard").map(wordOf))
  const labels = words.map((each) => each.join(","))
  const readable = words.every((each) => !each.includes(undefined)) && new Set(labels).size === labels.length
  return combinations.map((items, index) => ({
    label: combinations.length === 1 ? "" : readable ? labels[index]! : String(index),
    items
  }))
}
