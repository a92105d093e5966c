/** The mark of a file that an earlier run published: what is synthetic stays so when it is given to another workflow. */
import { readFileSync, statSync } from "node:fs"
import { basename, dirname, join } from "node:path"

interface Entry {
  readonly sha256: string
  readonly synthetic: boolean
}

const isEntry = (value: unknown): value is Entry => {
  const { sha256, synthetic } = (value ?? {}) as Partial<Entry>
  return typeof sha256 === "string" && typeof synthetic === "boolean"
}

/** Digests of synthetic outputs by the index that lists them; read again when it changes. */
const known = new Map<string, { readonly changed: number; readonly digests: ReadonlySet<string> }>()

const none: ReadonlySet<string> = new Set()

/** The outputs that the index of a published folder, or the record of a run, lists. */
const entriesOf = (index: string): ReadonlyArray<unknown> => {
  const value: unknown = JSON.parse(readFileSync(index, "utf8"))
  const list = Array.isArray(value) ? value : (value as { readonly outputs?: unknown }).outputs
  return Array.isArray(list) ? list : []
}

const syntheticIn = (index: string): ReadonlySet<string> => {
  try {
    // Most files have none beside them, and an error costs more than a look.
    const changed = statSync(index, { throwIfNoEntry: false })?.mtimeMs
    if (changed === undefined) return none
    const before = known.get(index)
    if (before?.changed === changed) return before.digests
    const digests = new Set(entriesOf(index).flatMap((each) => (isEntry(each) && each.synthetic ? [each.sha256] : [])))
    known.set(index, { changed, digests })
    return digests
  } catch {
    // It is nobody's.
    return none
  }
}

/** Whether an index beside the file, or the run whose result it is, says that a file of this content is synthetic. */
export const isSynthetic = (file: string, sha256: string): boolean => {
  const folder = dirname(file)
  const run = basename(folder) === "results" ? [join(dirname(folder), "run.json")] : []
  return [join(folder, "outputs.json"), ...run].some((index) => syntheticIn(index).has(sha256))
}
