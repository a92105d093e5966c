/**
 * What agflow remembers of its user, wherever he works: lists of lines in his own configuration folder
 * (`$XDG_CONFIG_HOME/agflow`, or `~/.config/agflow`), which no project can bring along.
 */
import { appendFileSync, mkdirSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

/** Folders whose code is run before `agflow run` is asked for, and state folders that were made or accepted. */
export type List = "trusted-folders" | "state-folders"

const folder = (): string => join(process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config"), "agflow")

export const lines = (list: List): ReadonlyArray<string> => {
  try {
    return readFileSync(join(folder(), list), "utf8").split("\n")
  } catch {
    return []
  }
}

export const has = (list: List, line: string): boolean => lines(list).includes(line)

/** False where it cannot be kept: a home that is read only, or none. */
export const add = (list: List, line: string): boolean => {
  if (/[\r\n]/u.test(line)) return false
  if (has(list, line)) return true
  try {
    mkdirSync(folder(), { recursive: true, mode: 0o700 })
    appendFileSync(join(folder(), list), `${line}\n`, { mode: 0o600 })
    return true
  } catch {
    return false
  }
}
