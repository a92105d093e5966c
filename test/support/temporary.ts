/** One folder for all that the tests of a run leave behind, removed when they have ended. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export const setup = (): void => {
  const folder = mkdtempSync(join(tmpdir(), "agflow-tests-"))
  // Some tests run as another user, who must be let through.
  chmodSync(folder, 0o711)
  process.env["TMPDIR"] = folder
}

export const teardown = (): void => {
  rmSync(process.env["TMPDIR"]!, { recursive: true, force: true })
}
