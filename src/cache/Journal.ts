/**
 * What is remembered by name, in a text file to which any number of processes append. Of one name the last line counts;
 * when most lines are of that kind, the file is written anew. It is never the truth: what a crash loses of it, or what
 * several writers on a shared disk leave in pieces, is found out again.
 */
import { readFileSync, renameSync, statSync } from "node:fs"
import * as Disk from "../core/Disk.ts"

export interface Journal {
  readonly find: (name: string) => string | undefined
  /** Neither holds a line break, the name no tab. */
  readonly keep: (name: string, value: string) => void
  /** Writes down what was not yet. */
  readonly flush: () => void
}

/** Characters that are gathered before they are written. */
const flushAt = 1 << 15

/** So many lines too many are put up with. */
const slack = 200

const readText = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    // None yet: nothing is remembered.
    return ""
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

const lineOf = (name: string, value: string): string => `${name}\t${value}\n`

/** Of the lines only those whose value `counts`. */
export const open = (path: string, counts: (value: string) => boolean = () => true): Journal => {
  const text = readText(path)
  const known = new Map<string, string>()
  let lines = 0
  for (let at = 0, end = text.indexOf("\n"); end !== -1; at = end + 1, end = text.indexOf("\n", at)) {
    const tab = text.indexOf("\t", at)
    if (tab === -1) break
    lines++
    if (tab > end) continue
    const value = text.slice(tab + 1, end)
    if (counts(value)) known.set(text.slice(at, tab), value)
  }
  if (lines > 2 * known.size + slack) compact(path, Buffer.byteLength(text), known)
  let pending = ""
  const flush = () => {
    if (pending === "") return
    try {
      Disk.inFolder(path, () => Disk.append(path, pending))
    } catch {
      // Not remembered (a full disk, another user's file): found out again the next time.
    }
    pending = ""
  }
  return {
    find: (name) => known.get(name),
    keep: (name, value) => {
      if (known.get(name) === value) return
      known.set(name, value)
      pending += lineOf(name, value)
      if (pending.length > flushAt) flush()
    },
    flush
  }
}

/** Whole or not at all; what another process appends meanwhile is left for later, or is lost. */
const compact = (path: string, size: number, known: ReadonlyMap<string, string>): void => {
  const draft = `${path}.${process.pid}.tmp`
  try {
    Disk.writeNew(draft, Array.from(known, ([name, value]) => lineOf(name, value)).join(""))
    if (sizeOf(path) === size) renameSync(draft, path)
  } catch {
    // It stays as long as it is.
  }
}
