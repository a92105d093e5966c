/** Files by key: one of a collection, `${{ map.bam[sample] }}`, and collections that a stage reads side by side. */
import * as Suggest from "../../core/Suggest.ts"
import { report, type CheckContext, type ItemKey } from "./CheckContext.ts"
import type { Binding, KeyText } from "./CheckedStage.ts"
import { fill } from "./Fill.ts"
import * as Keys from "./Keys.ts"
import * as Port from "../stage/Port.ts"
import * as Reference from "./Reference.ts"
import { show, type Expression, type Value } from "../text/Expression.ts"
import { expressionRange, type YamlPath } from "../text/YamlDocument.ts"

type Index = NonNullable<ReturnType<typeof Reference.indexIn>>
type Output = Binding & { readonly _tag: "Output" }

/** An item of the stage's scatter by itself stands for its key; any other value is one. */
const keyOf = (context: CheckContext, by: Expression, text: string, path: YamlPath): ItemKey | undefined => {
  const item = by._tag === "Name" && by.path.length === 1 ? context.items.get(by.path[0]!) : undefined
  // Asked for as a value, an item that is a file has none.
  if (item !== undefined && item._tag !== "Unknown" && item.key !== undefined) return item.key
  if (item?._tag === "Unknown") return undefined
  const { start, end } = by.range
  const { value, broken } = fill(context, `\${{ ${text.slice(start, end)} }}`, path)
  if (broken) return undefined
  if (value !== null && typeof value !== "object") return { text: show(value as Value), axis: "" }
  const range = expressionRange(context.document, path, text, by)
  const message = "a key is an item of the scatter, a text or a number"
  report(context, range, "invalid-expression", message, "STAGE.OUTPUT[ITEM], or by a column: STAGE.OUTPUT[ITEM.COLUMN]")
  return undefined
}

/** One file of a collection, or those whose keys begin so. Undefined, with a Diagnostic, where there is none. */
export const one = (
  context: CheckContext,
  text: string,
  { of, by, range }: Index,
  path: YamlPath
): { readonly binding: Output; readonly port: Port.GivenPort } | undefined => {
  const { document, collections } = context
  const at = (part: Pick<Expression, "range">) => expressionRange(document, path, text, part)
  const found = Reference.lookUp(context, of, at(of))
  const stage = found === undefined ? undefined : collections.get(found.stage)
  if (found === undefined || stage === undefined) return undefined
  const name = of.path.join(".")
  const keys = collections.keysOf(stage, found.depth)
  const fault = (message: string, hint?: string) => void report(context, at({ range }), "invalid-key", message, hint)
  if (keys === undefined) return fault(`'${name}' is no collection: its stage is not scattered`, `write ${name}`)
  if (stage.instances.every(({ levels }) => levels[found.depth]?.empty === true)) {
    context.skipKey?.({ item: "", from: found.stage })
    return context.skipKey === undefined ? fault(`'${name}' is empty: it has no files`) : undefined
  }
  if (by.length > keys.axes.length)
    return fault(`'${name}' has ${keys.axes.length} ${keys.axes.length === 1 ? "key" : "keys"}, not ${by.length}`)
  const given: Array<ItemKey> = []
  for (const each of by) {
    const key = keyOf(context, each, text, path)
    if (key === undefined) return undefined
    given.push(key)
  }
  const other = given.findIndex(({ axis }, index) => axis !== keys.axes[index])
  if (other >= 0) {
    const item = text.slice(by[other]!.range.start, by[other]!.range.end)
    const message = `'${item}' is no key of '${name}': they come from different lists`
    return fault(message, "give what is scattered over ids: a column 'id' in the sheet, or an 'id' in each mapping")
  }
  const texts = given.map(({ text }) => text)
  const isText = (each: KeyText): each is string => typeof each === "string"
  if (keys.known !== undefined && texts.every(isText) && !Keys.has(keys.known, texts)) {
    if (context.skipKey !== undefined) return void context.skipKey({ item: Keys.shown(texts), from: found.stage })
    const known = keys.known.map(Keys.shown)
    return fault(
      `'${name}' has nothing for '${Keys.shown(texts)}'`,
      Suggest.closest(Keys.shown(texts), known) === undefined
        ? "'missing: skip' leaves out what has no such file"
        : Suggest.hint(Keys.shown(texts), known, "keys")
    )
  }
  const { given: port } = found
  return {
    binding: { _tag: "Output", stage: found.stage, port: found.port, depth: found.depth, at: texts },
    port: port._tag === "List" && by.length === keys.axes.length ? port.item : port
  }
}

/** The keys of what an input is given, where that is a list of files; a list that is put together says itself what is in it. */
const keysIn = (collections: Keys.Collections, binding: Binding): Keys.Keys | undefined => {
  if (binding._tag === "List") return binding.items.length === 1 ? keysIn(collections, binding.items[0]!) : undefined
  if (binding._tag !== "Output") return undefined
  const { at = [], depth } = binding
  const stage = collections.get(binding.stage)
  // Tables are one.
  if (stage === undefined || Port.kindOf(stage.outputs[binding.port]!) === "tsv") return undefined
  const keys = collections.keysOf(stage, depth)
  return keys === undefined || (at.length > 0 && keys.axes.length === at.length) ? undefined : Keys.within(keys, at)
}

/** Inputs that are lists by key: of all of them the keys must be the same, unless the stage says what else. */
export const together = (
  context: CheckContext,
  id: string,
  inputs: ReadonlyMap<string, Binding>
): ReadonlyArray<string> => {
  const { stage, path } = context.placed.get(id)!
  const keyed = [...inputs].flatMap(([name, binding]) => {
    const keys = keysIn(context.collections, binding)
    return keys === undefined ? [] : [{ name, keys }]
  })
  const [first, ...others] = keyed
  if (first === undefined || others.length === 0) return []
  for (const { name, keys } of others) {
    const difference = Keys.difference(first.keys, keys)
    const isEmpty = first.keys.known?.length === 0 || keys.known?.length === 0
    const cannotMatch = !isEmpty && first.keys.axes.join(";") !== keys.axes.join(";")
    if (difference === undefined || (stage.missing !== undefined && !(cannotMatch && stage.missing !== "ignore")))
      continue
    const group = stage.run === undefined ? "with" : "inputs"
    report(
      context,
      context.document.locate([...path, group, name]),
      "different-keys",
      `'${first.name}' and '${name}' may have different keys: ${difference}`,
      cannotMatch
        ? "'missing: ignore' takes each list as it is, where they have nothing to do with each other"
        : "'missing: skip' takes the keys that all of them have, 'missing: fail' fails where one is missing, 'missing: ignore' takes each list as it is"
    )
    return []
  }
  return stage.missing === "ignore" ? [] : keyed.map(({ name }) => name)
}
