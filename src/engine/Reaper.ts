/** Clears up after runs that were killed: their tasks' processes, then their tasks' folders. */
import * as Effect from "effect/Effect"
import { readFileSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Home } from "../cache/Home.ts"
import * as Process from "../core/Process.ts"

const identity = (path: string): Process.ProcessIdentity | undefined => {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Process.ProcessIdentity
  } catch {
    return undefined
  }
}

export const reap = Effect.gen(function* () {
  const { work } = yield* Home
  yield* Effect.sync(() => {
    for (const name of readdirSync(work)) {
      const folder = join(work, name)
      const owner = identity(join(folder, "owner.json"))
      // A folder without an owner was being made when its maker was killed, or is being made now: its name tells by whom.
      const maker = owner ?? Process.identify(Number(name.split("-")[1]))
      if (Process.isAlive(maker) !== false) continue
      const child = identity(join(folder, "child.json"))
      if (child !== undefined && Process.isAlive(child) === true) {
        try {
          process.kill(-child.pid, "SIGKILL")
        } catch {
          // It ended by itself.
        }
      }
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
