/**
 * Whose code is run: that of folders which the user has run something of, has made with `agflow init` or has said `--trust`
 * of, and what lies below them. It is remembered in the user's own configuration: a project cannot bring it along.
 */
import * as Effect from "effect/Effect"
import * as Flag from "effect/cli/Flag"
import { realpathSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { dirname, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import * as Remembered from "../core/Remembered.ts"
import { CodeTrust } from "../dsl/typescript/CodeTrust.ts"

export const flag = Flag.Boolean("trust").pipe(
  Flag.withDescription("run the code of what it imports to check it, now and from now on; agflow run does so anyway"),
  Flag.withDefault(false)
)

const real = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}

const foldersAbove = (folder: string): ReadonlyArray<string> =>
  folder === dirname(folder) ? [folder] : [folder, ...foldersAbove(dirname(folder))]

/** What lies below these is anybody's: trust in one of them is trust in the files that lie in it, and in no others. */
const isBroad = (folder: string): boolean => ["/", real(homedir()), real(tmpdir())].includes(folder)

const isTrusted = (folder: string): boolean => {
  const trusted = new Set(Remembered.lines("trusted-folders"))
  return foldersAbove(folder).some((each) => trusted.has(each) && (each === folder || !isBroad(each)))
}

/** Trusts a folder from now on. */
export const add = (folder: string): void => void Remembered.add("trusted-folders", real(folder))

/** What the user has said so far; `distribution` is the folder that the build wrote. */
export const remembered = (distribution: URL): CodeTrust => {
  const installation = real(fileURLToPath(new URL("..", distribution)))
  return {
    allows: (file) => {
      const folder = dirname(real(file))
      return foldersAbove(folder).includes(installation) || isTrusted(folder)
    }
  }
}

/** With the trust of this moment, where it is given. */
export const during = <A, E, R>(
  isGiven: boolean,
  workflow: string,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => (isGiven ? Effect.provideService(effect, CodeTrust, given(workflow)) : effect)

/** He says it now, of all that this workflow imports. */
const given = (workflow: string): CodeTrust => {
  const root = dirname(real(workflow))
  return {
    allows: (file) => {
      const folder = dirname(real(file))
      if (!isTrusted(folder)) add(foldersAbove(folder).includes(root) ? root : folder)
      return true
    }
  }
}

/** Whether the commands that stand in a workflow may be run. */
export const asking = (isGiven: boolean, workflow: string) =>
  Effect.map(CodeTrust, (remembered) => {
    const trust = isGiven ? given(workflow) : remembered
    return { allows: () => trust.allows(resolve(workflow)) }
  })
