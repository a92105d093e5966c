/** `agflow init`: a small project that runs. */
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import * as Disk from "../core/Disk.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import { stdout } from "./Quit.ts"
import * as Trust from "./Trust.ts"

/** Without their dot, which packages of npm do not keep. */
const hidden = new Set(["gitignore"])

/** Whether a program in the folder finds agflow by its name. */
const isInstalled = (folder: string): boolean =>
  existsSync(join(folder, "node_modules/agflow")) || (folder !== dirname(folder) && isInstalled(dirname(folder)))

/** Makes this installation the project's, for its editor and for npx; a real one takes its place. */
const link = (folder: string, installation: string): void => {
  if (isInstalled(folder)) return
  const modules = join(folder, "node_modules")
  mkdirSync(join(modules, ".bin"), { recursive: true })
  symlinkSync(installation, join(modules, "agflow"))
  symlinkSync("../agflow/dist/cli.js", join(modules, ".bin/agflow"))
}

export const init = (distribution: URL) =>
  Command.make(
    "init",
    { folder: Argument.String("folder").pipe(Argument.withDescription("made if need be"), Argument.withDefault(".")) },
    Effect.fnUntraced(function* ({ folder }) {
      const installation = resolve(fileURLToPath(distribution), "..")
      const templates = join(installation, "templates")
      const target = resolve(folder)
      const made = yield* Effect.try({
        try: () => {
          const files = readdirSync(templates).map((name) => ({ name, as: hidden.has(name) ? `.${name}` : name }))
          const there = files.filter(({ as }) => existsSync(join(target, as)))
          if (there.length > 0) {
            throw new InputError({
              message: `nothing is overwritten: ${there.map(({ as }) => as).join(", ")} ${there.length === 1 ? "is" : "are"} there already`,
              file: folder,
              hint: "give another folder: agflow init NAME"
            })
          }
          Disk.makeFolder(target)
          for (const { name, as } of files) {
            copyFileSync(join(templates, name), join(target, as), constants.COPYFILE_EXCL)
          }
          link(target, installation)
          Trust.add(target)
          return files.map(({ as }) => as)
        },
        catch: (cause) =>
          cause instanceof InputError
            ? cause
            : new InputError({ message: `cannot make the project: ${messageOf(cause)}`, file: folder })
      })
      const way = relative(process.cwd(), target)
      yield* stdout(`made ${made.join(", ")} in ${way === "" ? "this folder" : folder}`)
      yield* stdout(`next: ${way === "" ? "" : `cd ${folder} && `}npx agflow run motifs.yaml`)
    })
  ).pipe(Command.withDescription("Make a small project: a workflow, a stage in TypeScript, a script in Python"))
