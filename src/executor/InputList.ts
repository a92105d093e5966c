/**
 * An input of a script that is a list: a variable with its paths, one a line, a file with the same, and of a list that has
 * keys a table of them.
 */
import { join } from "node:path"
import type { ScriptSpec } from "./TaskSpec.ts"

/** What is written of a list, by the ending of the variable that says where, unless the stage declares one of that name. */
const files = { list: "list", keys: "keys.tsv" } as const

type Named = readonly [name: string, value: string]

const path = (folder: string, name: string, what: keyof typeof files): string =>
  join(folder, "inputs", `${name}.${files[what]}`)

const lists = ({ inputs }: Pick<ScriptSpec, "inputs">): ReadonlyArray<readonly [string, ReadonlyArray<string>]> =>
  Object.entries(inputs).flatMap(([name, given]) => (typeof given === "string" ? [] : [[name, given] as const]))

/** What the variable of a list holds. */
export const joined = (paths: ReadonlyArray<string>): string => paths.join("\n")

/** The variable that says where the paths of a list are. */
export const variable = (name: string): string => `${name}_list`

/** `$xs_list`, and of lists that have keys `$xs_keys`. */
export const variables = (folder: string, spec: Pick<ScriptSpec, "inputs" | "keys">): ReadonlyArray<Named> =>
  lists(spec).flatMap(([name]): ReadonlyArray<Named> => [
    [variable(name), path(folder, name, "list")],
    ...(spec.keys[name] === undefined ? [] : [[`${name}_keys`, path(folder, name, "keys")] as const])
  ])

/** As in tables: a cell with a tab, a quote or a line break is quoted. */
const cell = (text: string): string => (/["\t\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** The files behind the variables: paths, one a line; a table with the key, one column for each of its texts, and the path. */
export const texts = (
  folder: string,
  spec: Pick<ScriptSpec, "inputs" | "keys">
): ReadonlyArray<readonly [path: string, text: string]> =>
  lists(spec).flatMap(([name, paths]) => {
    const list = [path(folder, name, "list"), paths.map((each) => `${each}\n`).join("")] as const
    const keys = spec.keys[name]
    if (keys === undefined) return [list]
    const width = Math.max(1, ...keys.map(({ length }) => length))
    const head = Array.from({ length: width }, (_, at) => (at === 0 ? "key" : `key${at + 1}`))
    const rows = paths.map((each, at) => [...head.map((_, column) => keys[at]![column] ?? ""), each])
    const text = [[...head, "path"], ...rows].map((row) => `${row.map(cell).join("\t")}\n`).join("")
    return [list, [path(folder, name, "keys"), text] as const]
  })
