/**
 * What the file system says of a task's inputs. A file that was replaced while the task ran, and put back, has the content
 * that the key names: that the task read another tells its ctime, which nobody can put back, or that of a link on the way.
 */
import { lstatSync, readlinkSync, statSync, type BigIntStats } from "node:fs"
import { dirname, resolve } from "node:path"
import type { InputArtifact, TaskInputs } from "./Site.ts"

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

interface FileState {
  readonly stat: BigIntStats
  readonly links: string
}

/** Undefined where there is none. */
const stateOf = (path: string, known: Map<string, string>): FileState | undefined => {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? undefined : { stat, links: linksTo(path, known) }
}

/**
 * A further hard link (a backup's, a task's own output), another mode or owner change the ctime too: where one of these is
 * seen, the content says whether the file is what it was, and that is asked for besides.
 */
const isSame = (before: FileState | undefined, after: FileState | undefined): boolean => {
  if (before === undefined || after === undefined) return before === after
  const [a, b] = [before.stat, after.stat]
  const written = a.dev !== b.dev || a.ino !== b.ino || a.size !== b.size || a.mtimeNs !== b.mtimeNs
  const relabelled = a.nlink !== b.nlink || a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid
  return !written && (a.ctimeNs === b.ctimeNs || relabelled) && before.links === after.links
}

/** Of the user's own files: what lies in the store is written once, and gets names besides while it is read. */
const ownFiles = (inputs: TaskInputs): ReadonlyArray<string> =>
  Array.from(inputs.values(), (input): ReadonlyArray<InputArtifact> => ("artifact" in input ? [input] : input))
    .flat()
    .filter(({ fileName }) => fileName !== undefined)
    .flatMap(({ artifact, pathOf }) => artifact.files.map(({ suffix }) => pathOf(suffix)))

export type InputState = ReadonlyMap<string, FileState | undefined>

export const take = (inputs: TaskInputs): InputState => {
  const known = new Map<string, string>()
  return new Map(ownFiles(inputs).map((path) => [path, stateOf(path, known)]))
}

/** A file that is not what it was. */
export const changed = (before: InputState): string | undefined => {
  const known = new Map<string, string>()
  for (const [path, state] of before) if (!isSame(state, stateOf(path, known))) return path
  return undefined
}
