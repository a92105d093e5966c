/** Getting files to where they belong. */
import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs"
import { dirname } from "node:path"

/** Puts a file into its folder, which is made if it is not there: it mostly is. */
export const inFolder = (path: string, put: () => void): void => {
  try {
    put()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause
    mkdirSync(dirname(path), { recursive: true })
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
