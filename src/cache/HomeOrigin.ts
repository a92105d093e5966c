/**
 * Who made a state folder. Its records are taken as they are: their digests say that nothing of them was lost, not who
 * wrote them. So a state folder bears an id, each user remembers those that he has made, and of any other, which came with a
 * project, from another machine or from another member of a group, the user is warned once.
 */
import { randomUUID } from "node:crypto"
import { existsSync, linkSync, lstatSync, readFileSync, rmSync, statSync } from "node:fs"
import { userInfo } from "node:os"
import { join } from "node:path"
import * as Disk from "../core/Disk.ts"
import { InputError } from "../core/Failure.ts"
import * as Printable from "../core/Printable.ts"
import * as Process from "../core/Process.ts"
import * as Remembered from "../core/Remembered.ts"

const fileName = "made.json"

interface Maker {
  readonly id: string
  readonly user: string
  readonly host: string
}

const user = (): string => {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? "?"}`
  }
}

const makerOf = (root: string): Maker | undefined => {
  try {
    const path = join(root, fileName)
    const { id, user, host } = JSON.parse(lstatSync(path).isFile() ? readFileSync(path, "utf8") : "") as Maker
    return [id, user, host].every((text) => typeof text === "string" && text !== "")
      ? { id, user: Printable.line(user), host: Printable.line(host) }
      : undefined
  } catch {
    return undefined
  }
}

/** Gives the folder an id; that of another process, where it was faster. */
const sign = (root: string): string => {
  const id = randomUUID()
  // Known before it can be read: a run that starts at the same moment is none of somebody else's.
  Remembered.add("state-folders", id)
  const draft = join(root, `${fileName}.${id}.tmp`)
  Disk.writeNew(draft, `${JSON.stringify({ id, user: user(), host: Process.host } satisfies Maker)}\n`)
  try {
    linkSync(draft, join(root, fileName))
  } catch {
    // It has one.
  } finally {
    rmSync(draft, { force: true })
  }
  return id
}

/** The warning about a state folder; undefined of one of his own. `names` are the folders that it has. */
export const check = (root: string, names: ReadonlyArray<string>): string | undefined => {
  if (!existsSync(join(root, fileName)) && !names.some((name) => existsSync(join(root, name)))) {
    sign(root)
    return undefined
  }
  const maker = makerOf(root)
  const { uid } = statSync(root)
  const isOwn = uid === process.getuid?.()
  const isKnown = maker !== undefined && Remembered.has("state-folders", maker.id)
  for (const name of names) {
    const path = join(root, name)
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat?.isSymbolicLink() !== true || (isKnown && (stat.uid === process.getuid?.() || stat.uid === uid))) continue
    // What is cleared away below it would be cleared away wherever it leads.
    throw new InputError({
      message: `'${name}' of the state folder is a link, and the folder is not one that you made`,
      file: path,
      hint: "delete the state folder, or set AGFLOW_HOME to another"
    })
  }
  if (isKnown) return undefined
  let id = maker?.id
  try {
    id ??= sign(root)
  } catch {
    // It may only be read.
  }
  const isKept = id !== undefined && Remembered.add("state-folders", id)
  // Where nothing can be remembered, its own word has to do.
  if (!isKept && isOwn && maker?.user === user() && maker.host === Process.host) return undefined
  const by =
    maker !== undefined
      ? `by ${maker.user} on ${maker.host}`
      : isOwn
        ? "by an earlier version of agflow, or by somebody else"
        : `by user ${uid}`
  return `this state folder was made ${by}, not by you here: ${root}\n  results and container images that lie in it are taken as they are, whoever wrote them${isKept ? " (this is said once)" : ""}\n  hint: if you do not trust where it comes from, delete it, or set AGFLOW_HOME to another folder, and run again`
}
