/**
 * What the digests of files are remembered in: a text file to which any number of processes append. Of one inode the last
 * line counts, since it can have no more than one content; when most lines are of that kind, the file is written anew.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { appendFileSync, readFileSync, renameSync, statSync, writeFileSync, type BigIntStats } from "node:fs"

export interface DigestJournal {
  readonly find: (stat: BigIntStats) => string | undefined
  /** What is not `synced` is forgotten when the machine is started again. */
  readonly keep: (stat: BigIntStats, sha256: string, synced: boolean) => void
  /** Writes down what was not yet. */
  readonly flush: () => void
}

/** Characters that are gathered before they are written: what a crash loses of it is read again. */
const flushAt = 1 << 15

/** So many lines too many are put up with. */
const slack = 10_000

const inodeOf = ({ dev, ino }: BigIntStats): string => `${dev.toString(36)}.${ino.toString(36)}`

const stateOf = ({ size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `${size.toString(36)}.${mtimeNs.toString(36)}.${ctimeNs.toString(36)}`

export const isSame = (a: BigIntStats, b: BigIntStats): boolean =>
  inodeOf(a) === inodeOf(b) && stateOf(a) === stateOf(b)

/** Differs after each start of the machine; undefined where the system does not tell. */
export const boot = ((): string | undefined => {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
  } catch {
    return undefined
  }
})()

const readText = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    // None yet: nothing is remembered.
    return ""
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** A line is the inode, a dot, its state, a tab and the digest; then, of what is not synced, a tab and the boot. */
const parse = (text: string): { readonly known: Map<string, string>; readonly lines: number } => {
  const known = new Map<string, string>()
  let lines = 0
  for (let at = 0, end = text.indexOf("\n"); end !== -1; at = end + 1, end = text.indexOf("\n", at)) {
    lines++
    const tab = text.indexOf("\t", at)
    const inodeEnd = text.indexOf(".", text.indexOf(".", at) + 1)
    // A line cut short by a crash is no digest, and is passed over.
    if (tab === -1 || inodeEnd === -1 || inodeEnd > tab || tab > end) continue
    const rest = end - tab - 1
    if (rest !== 64 && (text[tab + 65] !== "\t" || text.slice(tab + 66, end) !== boot)) continue
    known.set(text.slice(at, inodeEnd), text.slice(inodeEnd + 1, end))
  }
  return { known, lines }
}

/** What was kept is written when the scope ends. */
export const open = (path: string): Effect.Effect<DigestJournal, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync((): DigestJournal => {
      const text = readText(path)
      const { known, lines } = parse(text)
      if (lines > 2 * known.size + slack) compact(path, text.length, known)
      let pending = ""
      const flush = () => {
        if (pending === "") return
        try {
          appendFileSync(path, pending)
        } catch {
          // Not remembered (a full disk): the files are read again the next time.
        }
        pending = ""
      }
      return {
        find: (stat) => {
          const found = known.get(inodeOf(stat))
          if (found === undefined) return undefined
          const state = stateOf(stat)
          return found.startsWith(state) && found[state.length] === "\t"
            ? found.slice(state.length + 1, state.length + 65)
            : undefined
        },
        keep: (stat, sha256, synced) => {
          if (!synced && boot === undefined) return
          const inode = inodeOf(stat)
          const value = `${stateOf(stat)}\t${sha256}${synced ? "" : `\t${boot}`}`
          if (known.get(inode) === value) return
          known.set(inode, value)
          pending += `${inode}.${value}\n`
          if (pending.length > flushAt) flush()
        },
        flush
      }
    }),
    ({ flush }) => Effect.sync(flush)
  )

/** Whole or not at all; what another process has appended meanwhile is left for later, or is read again. */
const compact = (path: string, size: number, known: ReadonlyMap<string, string>): void => {
  const draft = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(draft, Array.from(known, ([inode, value]) => `${inode}.${value}\n`).join(""))
    if (sizeOf(path) === size) renameSync(draft, path)
  } catch {
    // It stays as long as it is.
  }
}
