/** What a stage is scattered over: values known now make instances, files known later make shards. */
import { note, report, type CheckContext, type Item } from "./CheckContext.ts"
import type { Chosen, Level, Shards } from "./CheckedStage.ts"
import * as Edge from "../stage/Edge.ts"
import type { Value } from "../text/Expression.ts"
import * as ExpressionParser from "../text/ExpressionParser.ts"
import { fill } from "./Fill.ts"
import * as InputCheck from "./InputCheck.ts"
import * as ItemName from "./ItemName.ts"
import * as Keys from "./Keys.ts"
import * as Port from "../stage/Port.ts"
import * as Reference from "./Reference.ts"
import type { StageDeclaration } from "../file/WorkflowFile.ts"
import { expressionRange, type YamlPath } from "../text/YamlDocument.ts"

type NamedItem = readonly [name: string, item: Item]

/** One combination of the values that a stage is scattered over. */
export interface Combination {
  readonly chosen: ReadonlyArray<Chosen>
  readonly items: ReadonlyArray<NamedItem>
}

export interface Scatter {
  readonly combinations: ReadonlyArray<Combination>
  readonly shards: ReadonlyArray<Shards>
}

/** Of what is not scattered. */
const none: Scatter = { combinations: [{ chosen: [], items: [] }], shards: [] }

/** A list of values, and where it stands among the scatters. */
interface Dimension {
  readonly at: number
  readonly name: string
  readonly items: ReadonlyArray<Item>
  readonly path: YamlPath
  readonly names: ReadonlyArray<ItemName.ItemName>
}

/** More tasks than this, of one stage or of all, are a mistake. */
const mostTasks = 1_000_000

/**
 * Undefined, with Diagnostics, when the scatter has faults. `prefix` stands before the names of shards, to tell those of
 * a workflow that is used as a stage from those within it.
 */
export const read = (
  context: CheckContext,
  { scatter }: StageDeclaration,
  path: YamlPath,
  prefix = ""
): Scatter | undefined => {
  if (scatter === undefined) return none
  const { document } = context
  const before = context.diagnostics.length
  let faulty = false
  const dimensions = Array.isArray(scatter) ? scatter : [scatter]
  const values: Array<Omit<Dimension, "names">> = []
  const fixed = new Map<string, Item>()
  const shards: Array<Shards> = []
  for (const [index, { over, rows, as: name = "item" }] of dimensions.entries()) {
    const at = Array.isArray(scatter) ? [...path, "scatter", index] : [...path, "scatter"]
    const key = `${prefix}${name}`
    if (ExpressionParser.reserved.has(name)) {
      const message = `'${name}' cannot name an item: it means something else`
      report(context, document.locate([...at, "as"]), "invalid-name", message, "give it another name with 'as'")
      continue
    }
    if (fixed.has(name) || values.some((each) => each.name === name)) {
      report(context, document.locate(at), "scatter", `two scatters are called '${name}'`, "name them apart with 'as'")
      continue
    }
    const absent = InputCheck.absence(context, over)
    if (absent !== undefined) {
      const hint = "give this stage an 'if' of its own"
      report(context, document.locate([...at, "over"]), "absent", `there is nothing to scatter over: ${absent}`, hint)
      continue
    }
    const given = typeof over === "string" ? InputCheck.givenBy(context, over, [...at, "over"]) : undefined
    if (given === "unknown") {
      faulty = true
      continue
    }
    if (rows !== undefined || given !== undefined) {
      const shard = readShards(context, over, rows, given, [...at, "over"])
      if (shard === undefined) faulty = true
      else {
        shards.push({ at: index, name: key, of: shard.of, rows })
        const { axes } = context.collections.ofShards(shards.at(-1)!)
        fixed.set(name, { _tag: "Shard", name: key, given: shard.given, key: { text: { item: key }, axis: axes[0]! } })
      }
      continue
    }
    const items = readItems(context, over, [...at, "over"])
    if (items === undefined) faulty = true
    else values.push({ at: index, name, items, path: [...at, "over"] })
  }
  if (!faulty) checkPairs(context, shards, path)
  // Without a word, too: of a param that has no value, that is told already.
  if (faulty || context.diagnostics.length > before) return undefined
  const count = values.reduce((product, { items }) => product * items.length, 1)
  const scattered = document.locateKey([...path, "scatter"])
  if (count > mostTasks) {
    report(context, scattered, "scatter", `${count.toLocaleString("en")} combinations are too many`)
    return undefined
  }
  if (!isWithinBounds(context, path, count)) return undefined
  const named = values.flatMap((each): ReadonlyArray<Dimension> => {
    const names = ItemName.of(context, each.items, each.path)
    return names === undefined ? [] : [{ ...each, names }]
  })
  return named.length < values.length ? undefined : { combinations: cross(named, [...fixed]), shards }
}

export const isTooMany = ({ tasks }: CheckContext["tally"]): boolean => tasks > mostTasks

export const reportTooMany = (context: CheckContext, path: YamlPath): void => {
  const most = mostTasks.toLocaleString("en")
  const at = context.document.locateKey([...path, "scatter"])
  report(context, at, "scatter", `with this one the workflow has more than ${most} tasks`)
}

/** Counts tasks before they are laid out: scatters within a scatter multiply. That there are too many is reported once. */
export const isWithinBounds = (context: CheckContext, path: YamlPath, count: number): boolean => {
  if (isTooMany(context.tally)) return false
  context.tally.tasks += count
  if (!isTooMany(context.tally)) return true
  reportTooMany(context, path)
  return false
}

/** Two lists of files by the same keys, each file paired with every other: one is meant to be asked by the key of the other. */
const checkPairs = (context: CheckContext, shards: ReadonlyArray<Shards>, path: YamlPath): void => {
  const { stage } = context.placed.get(String(path.at(-1)))!
  if (stage.missing === "ignore") return
  const given = shards.flatMap((each) =>
    each.rows === undefined && each.of._tag === "Output" ? [{ each, keys: context.collections.ofShards(each) }] : []
  )
  for (const [index, { each, keys }] of given.entries()) {
    const other = given.slice(0, index).find((before) => Keys.difference(before.keys, keys) === undefined)
    if (other === undefined) continue
    const [a, b] = [other.each, each].map(({ of, name }) => ({
      of: `${(of as { stage: string }).stage}.${(of as { port: string }).port}`,
      name
    }))
    const message = `'${a!.of}' and '${b!.of}' have the same keys: each file of one would run with every file of the other`
    const hint = `scatter over '${a!.of}' alone and write \${{ ${b!.of}[${a!.name}] }}; for all pairs, 'missing: ignore'`
    report(context, context.document.locateKey([...path, "scatter"]), "scatter", message, hint)
  }
}

/** What shards are made of: a table that is cut by rows, or a list of files. */
const readShards = (
  context: CheckContext,
  over: unknown,
  rows: number | undefined,
  given: InputCheck.GivenFile | undefined,
  path: YamlPath
): { readonly of: Shards["of"]; readonly given: Port.GivenPort } | undefined => {
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

/** What a text was meant to be where a list is expected. */
const meant = (context: CheckContext, text: string): string => {
  const [scope] = text.split(".")
  if (/[*?]/u.test(text)) return "a pattern stands for no file: name the files one by one, in a list"
  return scope === "params" || context.ports.has(scope!)
    ? `write "\${{ ${text} }}"`
    : "write [A, B, ...]; a table is cut into pieces with 'rows: N'"
}

const readItems = (context: CheckContext, over: unknown, path: YamlPath): ReadonlyArray<Item> | undefined => {
  const list = Array.isArray(over) ? over : fill(context, over, path)
  if (!Array.isArray(list)) {
    const { value, broken } = list as { readonly value: unknown; readonly broken: boolean }
    if (broken) return undefined
    if (Array.isArray(value)) {
      const origin = InputCheck.originOf(context, over, path)
      return value.map((each: Value) => ({ _tag: "Value", value: each, origin }))
    }
    report(
      context,
      context.document.locate(path),
      "scatter",
      "a list is expected",
      typeof value === "string" && value === over ? meant(context, value) : undefined
    )
    return undefined
  }
  if (list.length === 0) {
    report(context, context.document.locate(path), "scatter", "the list is empty")
    return undefined
  }
  const there = list.flatMap((each: unknown, index) =>
    // As lists of files do, it does without what is switched off.
    InputCheck.absence(context, each) === undefined ? [{ each, at: [...path, index] }] : []
  )
  if (there.length === 0) {
    const message = `there is nothing to scatter over: ${InputCheck.absence(context, list[0])}`
    report(context, context.document.locate(path), "absent", message, "give this stage an 'if' of its own")
    return undefined
  }
  const items = there.map(({ each, at }): Item | undefined => {
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
    return filled.broken
      ? undefined
      : { _tag: "Value", value: filled.value as Value, origin: InputCheck.originOf(context, each, at) }
  })
  return items.every((item) => item !== undefined) ? items : undefined
}

/** Stands for the items of a scatter that has faults. */
export const unknown = ({ scatter }: StageDeclaration): Combination => ({
  chosen: [],
  items: (Array.isArray(scatter) ? scatter : scatter === undefined ? [] : [scatter]).map(({ as = "item" }) => [
    as,
    { _tag: "Unknown" }
  ])
})

/** The items of one combination after another, and which of them somebody asked for. */
export class UsedItems extends Map<string, Item> {
  readonly asked = new Set<string>()
  take(items: ReadonlyArray<NamedItem>): void {
    for (const [name, item] of items) this.set(name, item)
  }
  override get(name: string): Item | undefined {
    if (this.has(name)) this.asked.add(name)
    return super.get(name)
  }
}

/** Tasks of a scatter whose item is read in none of its combinations would be one and the same. */
export const checkUse = (
  context: CheckContext,
  items: UsedItems,
  { scatter, uses }: StageDeclaration,
  path: YamlPath
): void => {
  const unused = [...items.keys()].find((name) => !items.asked.has(name))
  if (unused === undefined) return
  const index = Array.isArray(scatter) ? scatter.findIndex(({ as = "item" }) => as === unused) : undefined
  const at = index === undefined ? [...path, "scatter"] : [...path, "scatter", index]
  const where = uses !== undefined ? "with" : items.get(unused)?._tag === "Value" ? "env" : "inputs"
  report(
    context,
    context.document.locate(at),
    "scatter",
    `nothing in the stage reads '${unused}': all its tasks would be the same`,
    `under '${where}': { ${uses === undefined ? unused : "NAME"}: "\${{ ${unused} }}" }`
  )
}

/** What a stage is checked with: each combination, or, where there is none, what would hold for any. */
export const checked = (
  combinations: ReadonlyArray<Combination> | undefined,
  stage: StageDeclaration
): ReadonlyArray<Combination> =>
  combinations === undefined || combinations.length === 0 ? [unknown(stage)] : combinations

/** The level that a combination is, of a stage that is scattered. */
export const levelOf = ({ shards }: Scatter, { chosen }: Combination, isEmpty: boolean): Level =>
  isEmpty ? { chosen, shards, empty: true } : { chosen, shards }

/** Every combination of the values, the last list running fastest. */
const cross = (dimensions: ReadonlyArray<Dimension>, fixed: ReadonlyArray<NamedItem>): ReadonlyArray<Combination> =>
  dimensions.reduce<ReadonlyArray<Combination>>(
    (combinations, { at, name, items, names }) => {
      const choices = items.map((item, index) => {
        const called = names[index]!
        const key = { text: Keys.textOf(called), axis: called.axis ?? "" }
        return { chosen: { at, index, name, ...called }, item: item._tag === "Unknown" ? item : { ...item, key } }
      })
      return combinations.flatMap((each) =>
        choices.map(({ chosen, item }) => ({
          chosen: [...each.chosen, chosen],
          items: [...each.items, [name, item]]
        }))
      )
    },
    [{ chosen: [], items: fixed }]
  )
