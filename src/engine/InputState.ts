/**
 * What the file system says of a task's inputs. A file that was replaced while the task ran, and put back, has the content
 * that the key names: that the task read another tells its ctime, which nobody can put back, or that of a link on the way.
 */
import { lstatSync, readlinkSync, statSync, type BigIntStats } from "node:fs"
import { dirname, resolve } from "node:path"
import type { InputArtifact, TaskInputs } from "./TaskResolution.ts"

const signature = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `${dev}.${ino}.${size}.${mtimeNs}.${ctimeNs}`

/** As many links as the system itself follows. */
const mostLinks = 40

/** The links on the way to a file, the last first, each as it is; `known` has what was found of folders. */
const linksTo = (path: string, known: Map<string, string>, left = mostLinks): string => {
  const found = known.get(path)
  if (found !== undefined) return found
  const above = dirname(path)
  const rest = above === path ? "" : linksTo(above, known, left)
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  const own =
    stat?.isSymbolicLink() === true && left > 0
      ? ` ${signature(stat)}${linksTo(resolve(above, readlinkSync(path)), known, left - 1)}`
      : ""
  known.set(path, own + rest)
  return own + rest
}

/** Undefined where there is none. */
const stateOf = (path: string, known: Map<string, string>): string | undefined => {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? undefined : `${signature(stat)}${linksTo(path, known)}`
}

/** Of the user's own files: what lies in the store is written once, and gets names besides while it is read. */
const ownFiles = (inputs: TaskInputs): ReadonlyArray<string> =>
  Array.from(inputs.values(), (input): ReadonlyArray<InputArtifact> => ("artifact" in input ? [input] : input))
    .flat()
    .filter(({ fileName }) => fileName !== undefined)
    .flatMap(({ artifact, pathOf }) => artifact.files.map(({ suffix }) => pathOf(suffix)))

export type InputState = ReadonlyMap<string, string | undefined>

export const take = (inputs: TaskInputs): InputState => {
  const known = new Map<string, string>()
  return new Map(ownFiles(inputs).map((path) => [path, stateOf(path, known)]))
}

/** A file that is not what it was. */
export const changed = (before: InputState): string | undefined => {
  const known = new Map<string, string>()
  for (const [path, state] of before) if (stateOf(path, known) !== state) return path
  return undefined
}
