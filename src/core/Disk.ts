/** Getting files to where they belong. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from "node:fs"
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

/** Makes what was written to a file, or the names in a folder, survive a power cut. */
export const sync = (path: string): void => {
  const handle = openSync(path, "r")
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
