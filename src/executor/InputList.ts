/** An input of a script that is a list: a variable with its paths, one a line, and a file with the same. */
import { join } from "node:path"

/** The variable that says where the file is, unless the stage declares another of that name. */
export const variable = (name: string): string => `${name}_list`

export const path = (folder: string, name: string): string => join(folder, "inputs", `${name}.list`)

/** What the variable holds. */
export const joined = (paths: ReadonlyArray<string>): string => paths.join("\n")

/** What the file holds. */
export const lines = (paths: ReadonlyArray<string>): string => paths.map((each) => `${each}\n`).join("")
