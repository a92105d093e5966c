/**
 * What addresses gave of which no digest is stated: the digest of the last time, one small file for each address. Without it
 * nobody could tell that the same address gives other content now.
 */
import * as Effect from "effect/Effect"
import { lstatSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Digest from "../core/Digest.ts"
import * as Disk from "../core/Disk.ts"

/** In the folder of downloads; of the files there only these are no download. */
export const folderName = "addresses"

/** Keeps the digest; the one of before, where that was another. */
export const keep = (downloads: string, address: string, sha256: string): Effect.Effect<string | undefined> =>
  Effect.sync(() => {
    const file = join(downloads, folderName, Digest.ofBytes(address))
    const before = read(file)
    if (before === sha256) return undefined
    try {
      Disk.inFolder(file, () => Disk.writeNew(file, sha256))
    } catch {
      // Another user's folder, or a full disk: it is not remembered.
    }
    return before
  })

/** Others may write to the folder: what is no plain file with one digest in it says nothing. */
const read = (file: string): string | undefined => {
  const stat = lstatSync(file, { throwIfNoEntry: false })
  if (stat?.isFile() !== true || stat.size !== 64) return undefined
  try {
    const text = readFileSync(file, "utf8")
    return Digest.sha256Pattern.test(text) ? text : undefined
  } catch {
    // It cannot be read, or another run has just written it anew.
    return undefined
  }
}
