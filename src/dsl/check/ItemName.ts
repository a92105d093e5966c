/** What the items of a scatter are called: in the names of tasks, and in those of the files that they give. */
import { basename } from "node:path"
import * as Digest from "../../core/Digest.ts"
import { report, type CheckContext, type Item } from "./CheckContext.ts"
import { show, type Value } from "../text/Expression.ts"
import * as FileKind from "../stage/FileKind.ts"
import * as ParamTable from "../param/ParamTable.ts"
import type { YamlPath } from "../text/YamlDocument.ts"

export interface ItemName {
  /** Letters, digits, `_`, `.`, `+`, `-`: unlike that of any other item. */
  readonly word: string
  /** The item's own id, where that has other characters. */
  readonly label: string | undefined
  /** Where it is called by its place: in which list. */
  readonly axis?: string
}

const longest = 60

const isMapping = (value: Value): value is { readonly [name: string]: Value } =>
  value !== null && typeof value === "object" && !Array.isArray(value)

/** A row, or another mapping, is called by its `id`, else by its `name`; a file by its own name; a value by itself. */
const textOf = (item: Item, isFiles: boolean): string | undefined => {
  if (item._tag === "Output") return item.stage
  if (item._tag !== "Value") return undefined
  const value = isMapping(item.value) ? (item.value["id"] ?? item.value["name"] ?? null) : item.value
  if (value === null || typeof value === "object" || value === "") return undefined
  return isFiles ? stemOf(show(value)) : show(value)
}

const isPath = (item: Item): boolean =>
  item._tag === "Value" && typeof item.value === "string" && item.value.includes("/")

/** Of a file, without its folder and what tells its kind. */
export const stemOf = (path: string): string => {
  const name = basename(path)
  const extension = FileKind.extensionOf("file", name)
  const stem = extension === undefined ? name : name.slice(0, -extension.length - 1)
  return stem === "" ? name : stem
}

const word = /^[\w.+-]+$/u

const safe = (text: string): string =>
  text.length <= longest && word.test(text) ? text : text.replaceAll(/[^\w.+-]+/gu, "_").slice(0, longest)

/** The names of texts, each of which is one item's; their places, where the texts do not tell them apart. */
export const ofTexts = (texts: ReadonlyArray<string | undefined>): ReadonlyArray<ItemName> => {
  const called = texts.filter((text) => text !== undefined)
  if (called.length < texts.length || new Set(called).size < called.length)
    return texts.map((_, index) => ({ word: String(index), label: undefined, axis: "" }))
  const words = called.map(safe)
  // As a rule each is a word as it stands.
  if (words.every((each, index) => each === called[index]))
    return words.map((each) => ({ word: each, label: undefined }))
  const count = new Map<string, number>()
  for (const each of words) count.set(each, (count.get(each) ?? 0) + 1)
  return called.map((text, index) => {
    const each = words[index]!
    // By what it stands for, so that it stays when others come before it.
    const own = count.get(each) === 1 ? each : `${each}-${Digest.ofBytes(text).slice(0, 8)}`
    return { word: own, label: own === text ? undefined : text }
  })
}

/** Two rows of one id: nothing would distinguish what they give. */
const checkIds = (context: CheckContext, items: ReadonlyArray<Item>, path: YamlPath): boolean => {
  const rows = new Map<string, number>()
  for (const [index, item] of items.entries()) {
    if (item._tag !== "Value" || !isMapping(item.value) || !ParamTable.isRow(item.value)) continue
    const id = item.value["id"] ?? null
    if (id === null || typeof id === "object") continue
    const text = show(id)
    const before = rows.get(text)
    rows.set(text, index)
    if (before === undefined) continue
    const place = ParamTable.placeOf(item.value)
    const message = `id '${text}' stands in two rows: ${before + 1} and ${index + 1}`
    const hint =
      "what the stage gives for each is called by its id: make them different, or give the column another name"
    if (place === undefined) report(context, context.document.locate(path), "duplicate-id", message, hint)
    else context.diagnostics.push({ code: "duplicate-id", message, hint, ...place })
    return false
  }
  return true
}

/** Undefined, with a Diagnostic at `path` or in the sheet, where two rows have one id. */
export const of = (
  context: CheckContext,
  items: ReadonlyArray<Item>,
  path: YamlPath
): ReadonlyArray<ItemName> | undefined => {
  if (!checkIds(context, items, path)) return undefined
  const isFiles = items.some(isPath)
  const names = ofTexts(items.map((item) => textOf(item, isFiles)))
  if (names[0]?.axis === undefined) return names
  const axis = Digest.ofJson(items.map((item) => (item._tag === "Value" ? item.value : item._tag)))
  return names.map((name) => ({ ...name, axis }))
}
