/** One folder for all that the tests of a run leave behind, removed when they have ended. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export const setup = (): void => {
  process.env["TMPDIR"] = mkdtempSync(join(tmpdir(), "agflow-tests-"))
}

export const teardown = (): void => {
  rmSync(process.env["TMPDIR"]!, { recursive: true, force: true })
}
