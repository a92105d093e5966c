/** Getting files to where they belong. */
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { dirname } from "node:path"

/**
 * Makes the folder and those above it that are not there. Node's own way to do so does not end where the file system says of
 * a folder that is there that it is not, as /proc and automounted ones do.
 */
export const makeFolder = (path: string): void => {
  try {
    mkdirSync(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === "EEXIST" && statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
    const above = dirname(path)
    if (code !== "ENOENT" || existsSync(above)) throw cause
    makeFolder(above)
    makeFolder(path)
  }
}

/** Puts a file into its folder, which is made if it is not there: it mostly is. */
export const inFolder = (path: string, put: () => void): void => {
  try {
    put()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause
    makeFolder(dirname(path))
    put()
  }
}

/**
 * Writes a file that is this process's alone, in a folder that others may write to: a link that somebody has put in its
 * place is taken away, never followed.
 */
export const writeNew = (path: string, text: string): void => {
  try {
    writeFileSync(path, text, { flag: "wx" })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause
    rmSync(path)
    writeFileSync(path, text, { flag: "wx" })
  }
}

/** Adds to a file of such a folder; fails where the name is a link. */
export const append = (path: string, content: string | Uint8Array): void => {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants
  const handle = openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o666)
  try {
    writeFileSync(handle, content)
  } finally {
    closeSync(handle)
  }
}

/** Makes what was written to a file, or the names in a folder, survive a power cut. */
export const sync = (path: string): void => {
  const handle = openSync(path, "r")
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
