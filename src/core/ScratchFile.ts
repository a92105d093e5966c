/** A file without a name: nothing is left of it, however the process ends. */
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from "node:fs"
import { dirname } from "node:path"

export interface ScratchFile {
  /** All the bytes, from this place of the file on. Throws what the file system says. */
  readonly write: (bytes: Uint8Array, place: number) => void
  /** Fills the bytes from there; throws where the file ends before. */
  readonly read: (bytes: Uint8Array, place: number) => void
  readonly close: () => void
}

/** More than about 2 GiB are not moved by one call. */
const most = 1 << 28

type Step = (file: number, bytes: Uint8Array, from: number, length: number, place: number) => number

/** Under a name that nobody else has, and loses at once; its folder is made if it is not there. */
export const open = (path: string): ScratchFile => {
  mkdirSync(dirname(path), { recursive: true })
  // One that was killed just here has left it.
  rmSync(path, { force: true })
  const file = openSync(path, "wx+", 0o600)
  rmSync(path)
  const whole = (step: Step) => (bytes: Uint8Array, place: number) => {
    for (let done = 0; done < bytes.length;) {
      const moved = step(file, bytes, done, Math.min(bytes.length - done, most), place + done)
      if (moved === 0) throw new Error("the scratch file ends too early")
      done += moved
    }
  }
  return { write: whole(writeSync), read: whole(readSync), close: () => closeSync(file) }
}
