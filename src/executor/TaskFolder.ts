/**
 * The task protocol, the same for every executor. A task is a folder:
 *
 *   task.json      what to run: a stage by name with params, or a script; paths of inputs and outputs
 *   run.sh         runs it, from anywhere, with nothing but this folder
 *   inputs/        links to the input files, named after their ports; of lists, files with their paths
 *   outputs/       what it writes
 *   scratch/       its working folder
 *   stdout.log, stderr.log
 *   tmp/           for temporary files
 *   exit.json      written whole at the very end: alone it says whether the task succeeded
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import { InputError, messageOf } from "../core/Failure.ts"
import * as InputList from "./InputList.ts"
import * as ScriptCommand from "./ScriptCommand.ts"
import { TaskSpec, type ScriptSpec } from "./TaskSpec.ts"

const SpecJson = Schema.fromJsonString(TaskSpec)

/** A file to be linked into `inputs/` (or, for a script, into its working folder). */
export interface StagedFile {
  readonly from: string
  readonly name: string
}

/** Others may look into it, in a shared state folder, and write nothing: it holds what is executed. */
const folderMode = 0o755
const fileMode = 0o644

const writeSpec = (folder: string, spec: TaskSpec): void =>
  writeFileSync(join(folder, "task.json"), `${JSON.stringify(spec, null, 1)}\n`, { mode: fileMode })

const writeLists = (folder: string, spec: ScriptSpec): void => {
  for (const [path, text] of InputList.texts(folder, spec)) writeFileSync(path, text, { mode: fileMode })
}

export interface Prepared {
  readonly folder: string
  readonly spec: TaskSpec
}

/** What every task's folder has, and where what the task before left of it may not be seen. */
const lasting = ["inputs", "outputs", "tmp"] as const
const fleeting = "scratch"
const scriptName = "script.sh"

const textOf = (path: string): string | undefined => {
  try {
    return existsSync(path) ? readFileSync(path, "utf8") : undefined
  } catch {
    return undefined
  }
}

/** Makes the folder, with what every task's folder has. */
export const make = (folder: string): void => {
  mkdirSync(folder, folderMode)
  for (const name of [...lasting, fleeting]) mkdirSync(join(folder, name), folderMode)
}

/**
 * Makes of the folder of a task that has ended what {@link make} makes, under another name; false where it is not worth it,
 * for a script that changed the folder itself. The working folder is a new one: what a script left running in its own
 * writes into none of the next.
 */
export const renew = (folder: string, target: string): boolean => {
  try {
    renameSync(folder, target)
    mkdirSync(join(target, fleeting), folderMode)
    return true
  } catch {
    return false
  }
}

/** Removes what a task has put into its folder; false where there is more to it than that. */
export const clear = (folder: string): boolean => {
  try {
    let found = 0
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      // The next task is as a rule one of the same stage.
      if (entry.name === scriptName && entry.isFile()) continue
      if (!entry.isDirectory()) unlinkSync(path)
      else if (!(lasting as ReadonlyArray<string>).includes(entry.name)) removeQuickly(path)
      else if ((statSync(path).mode & 0o700) === 0o700) {
        found++
        removeWithin(path)
      }
    }
    return found === lasting.length
  } catch {
    return false
  }
}

/** Puts into the folder what the task needs. */
export const prepare = (
  folder: string,
  spec: TaskSpec,
  staged: ReadonlyArray<StagedFile>
): Effect.Effect<Prepared, InputError> =>
  Effect.try({
    try: () => {
      for (const { from, name } of staged) {
        if (!/^[a-z]+\/[^/]*$/u.test(name)) mkdirSync(dirname(join(folder, name)), { recursive: true })
        symlinkSync(from, join(folder, name))
      }
      if (spec.kind === "script") {
        ScriptCommand.checkVariables(folder, spec)
        const path = join(folder, scriptName)
        if (textOf(path) !== spec.script) {
          rmSync(path, { force: true })
          writeFileSync(path, spec.script, { mode: fileMode })
        }
        writeLists(folder, spec)
      } else writeSpec(folder, spec)
      return { folder, spec }
    },
    catch: (cause) =>
      cause instanceof InputError
        ? cause
        : new InputError({ message: `cannot prepare the task: ${messageOf(cause)}`, file: folder })
  })

/** Writes `run.sh`. `worker` is the program that runs a stage's task by itself. */
export const writeRunner = ({ folder, spec }: Prepared, worker: string): void =>
  writeFileSync(
    join(folder, "run.sh"),
    spec.kind === "script"
      ? ScriptCommand.runner(folder, spec)
      : `#!/usr/bin/env bash\n${spec.devices === undefined ? "" : `export CUDA_VISIBLE_DEVICES=${ScriptCommand.quote(spec.devices)}\n`}exec ${ScriptCommand.quote(process.execPath)} ${ScriptCommand.quote(worker)} ${ScriptCommand.quote(folder)}\n`,
    { mode: 0o755 }
  )

/** The code of an imported stage goes with the folder. */
const withModule = (folder: string, spec: TaskSpec, module: string): TaskSpec => {
  const own = join(folder, "stage.mjs")
  copyFileSync(module, own)
  return { ...spec, module: own } as TaskSpec
}

/** Moves a task's folder to where a person can look at it, and run it again by its `run.sh`. */
export const keep = (folder: string, spec: TaskSpec | undefined, target: string, worker: string): void => {
  renameSync(folder, target)
  if (spec === undefined) return
  try {
    // Nothing runs in it any more: who shares the state folder may clear it away.
    for (const name of ["", ...lasting, fleeting]) chmodSync(join(target, name), 0o777 & ~process.umask())
    // Its files are named by their full paths.
    const [from, to] = [folder, target].map((path) => JSON.stringify(path).slice(1, -1)) as [string, string]
    const named = JSON.parse(JSON.stringify(spec).replaceAll(from, to)) as TaskSpec
    const moved = named.kind === "stage" && named.module !== undefined ? withModule(target, named, named.module) : named
    writeSpec(target, moved)
    if (moved.kind === "script") writeLists(target, moved)
    writeRunner({ folder: target, spec: moved }, worker)
  } catch {
    // On a full disk: what there is to look at is there.
  }
}

/** Removes the folder and all in it. */
export const remove = (folder: string): void => {
  try {
    removeQuickly(folder)
  } catch {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** What rmSync does, without asking about each file what readdir has told already. */
const removeQuickly = (folder: string): void => {
  removeWithin(folder)
  rmdirSync(folder)
}

const removeWithin = (folder: string): void => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) removeQuickly(path)
    else unlinkSync(path)
  }
}

export const readSpec = (folder: string): Effect.Effect<TaskSpec, InputError> =>
  Effect.try(() => readFileSync(join(folder, "task.json"), "utf8")).pipe(
    Effect.flatMap(Schema.decodeEffect(SpecJson)),
    Effect.mapError((cause) => new InputError({ message: `not a task: ${messageOf(cause)}`, file: folder }))
  )
