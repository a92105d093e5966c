/** What the digests of files are remembered in: by inode, since one can have no more than one content. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { readFileSync, type BigIntStats } from "node:fs"
import * as Journal from "./Journal.ts"

export interface DigestJournal {
  readonly find: (stat: BigIntStats) => string | undefined
  /** What is not `synced` is forgotten when the machine is started again. */
  readonly keep: (stat: BigIntStats, sha256: string, synced: boolean) => void
  /** Writes down what was not yet. */
  readonly flush: () => void
}

const inodeOf = ({ dev, ino }: BigIntStats): string => `${dev}.${ino}`

const stateOf = ({ size, mtimeNs, ctimeNs }: BigIntStats): string => `${size}.${mtimeNs}.${ctimeNs}`

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

/** A value is the state, a tab and the digest; then, of what is not synced, a tab and the boot. */
const counts = (value: string): boolean => {
  const end = value.indexOf("\t") + 65
  return value.length === end || (value[end] === "\t" && value.slice(end + 1) === boot)
}

/** What was kept is written when the scope ends. */
export const open = (path: string): Effect.Effect<DigestJournal, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync((): DigestJournal => {
      const journal = Journal.open(path, counts)
      return {
        find: (stat) => {
          const found = journal.find(inodeOf(stat))
          if (found === undefined) return undefined
          const state = stateOf(stat)
          return found.startsWith(state) && found[state.length] === "\t"
            ? found.slice(state.length + 1, state.length + 65)
            : undefined
        },
        keep: (stat, sha256, synced) => {
          if (!synced && boot === undefined) return
          journal.keep(inodeOf(stat), `${stateOf(stat)}\t${sha256}${synced ? "" : `\t${boot}`}`)
        },
        flush: journal.flush
      }
    }),
    ({ flush }) => Effect.sync(flush)
  )
