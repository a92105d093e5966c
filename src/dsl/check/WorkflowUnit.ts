/**
 * A workflow file read, with all that it uses: the stages of the library, those of its imports, and other workflow files.
 * Nothing of it depends on the values of params.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { Diagnostic } from "../../core/Diagnostic.ts"
import { groupBy } from "../../core/GroupBy.ts"
import { InputError } from "../../core/Failure.ts"
import * as PipeFile from "../../core/PipeFile.ts"
import * as Suggest from "../../core/Suggest.ts"
import { report, type CheckContext, type GivenPorts, type PlacedStage } from "./CheckContext.ts"
import * as FileCheck from "../file/FileCheck.ts"
import * as Imports from "../typescript/Imports.ts"
import * as NameCheck from "../file/NameCheck.ts"
import * as ParamCheck from "../param/ParamCheck.ts"
import * as Port from "../stage/Port.ts"
import * as Reference from "./Reference.ts"
import * as StageCheck from "./StageCheck.ts"
import { StageLibrary, type LoadedStage } from "../typescript/StageLibrary.ts"
import * as TypedSource from "../typescript/TypedSource.ts"
import * as WorkflowFile from "../file/WorkflowFile.ts"
import * as YamlDocument from "../text/YamlDocument.ts"

export interface WorkflowUnit {
  readonly document: YamlDocument.YamlDocument
  readonly declaration: WorkflowFile.WorkflowDeclaration
  readonly folder: string
  readonly profiles: ReadonlyArray<string>
  readonly placed: ReadonlyMap<string, PlacedStage>
  readonly library: ReadonlyMap<string, LoadedStage>
  readonly libraryNames: ReadonlyArray<string>
  /** The workflows that stages of this one use, by the stage's id. */
  readonly parts: ReadonlyMap<string, WorkflowUnit>
  readonly ports: GivenPorts
  /** Stages in it and in the workflows that it uses, each as often as it is used; scatters are not counted. */
  readonly size: number
  /** Its outputs, by name: whose output each is, within this file. */
  readonly outputs: ReadonlyMap<string, Reference.Reference>
}

export type Opened =
  | { readonly _tag: "Unit"; readonly unit: WorkflowUnit; readonly diagnostics: ReadonlyArray<Diagnostic> }
  | { readonly _tag: "Faults"; readonly diagnostics: ReadonlyArray<Diagnostic> }

/** `uses: ./other.yaml` or `./other.ts` is a workflow; anything else is the name of a stage. */
export const isWorkflowFile = (uses: string): boolean => /\.ya?ml$/u.test(uses) || TypedSource.isTypedSource(uses)

export const readYaml = Effect.fnUntraced(function* (file: string, what = "a workflow's YAML") {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const text = yield* PipeFile.is(file)
    ? PipeFile.read(file)
    : fs.readFileString(file).pipe(
        Effect.catch(() =>
          Effect.gen(function* () {
            const names = yield* fs
              .readDirectory(path.dirname(file))
              .pipe(Effect.orElseSucceed((): Array<string> => []))
            const near = Suggest.closest(path.basename(file), names)
            const meant = near === undefined || near === path.basename(file) ? "" : `: did you mean '${near}'?`
            return yield* new InputError({
              message: "cannot read this file",
              file,
              hint: `give the path of ${what}${meant}`
            })
          })
        )
      )
  return YamlDocument.parse({ file, text })
})

const parse = (file: string) => (TypedSource.isTypedSource(file) ? TypedSource.read(file) : readYaml(file))

/** A file as it was read. */
export type Parsed = ReturnType<typeof YamlDocument.parse>

/** The profiles that a file declares, as far as they can be read. */
export const profileNames = (parsed: Parsed | undefined): ReadonlyArray<string> =>
  parsed?.document === undefined ? [] : Object.keys(WorkflowFile.read(parsed.document).declaration?.profiles ?? {})

const faults = (diagnostics: ReadonlyArray<Diagnostic>): Opened => ({ _tag: "Faults", diagnostics })

/** What the opening of a file shares with that of those it uses. */
interface Within {
  /** The files that use this one, the outermost first. */
  readonly trail: ReadonlyArray<string>
  /** By absolute path, each opened once however often it is used. */
  readonly opened: Map<string, Opened>
  /** As written, what is read already. */
  readonly documents: Map<string, Parsed>
}

type Open = (
  file: string,
  asked: ReadonlyArray<string>,
  within: Within
) => Effect.Effect<Opened, InputError, FileSystem.FileSystem | Path.Path | StageLibrary>

/** A workflow of more stages is a mistake: files that use others twice, and these others again, double at each step. */
const mostStages = 20_000

/** Workflows within workflows: no more levels than these. */
const mostLevels = 50

/** Fails when `file` itself cannot be read. */
export const open: Open = Effect.fnUntraced(function* (file, asked, { trail, opened, documents }) {
  const path = yield* Path.Path
  const library = yield* StageLibrary
  const parsed: Parsed = documents.get(file) ?? (yield* parse(file))
  documents.set(file, parsed)
  const diagnostics: Array<Diagnostic> = [...parsed.diagnostics]
  if (parsed.document === undefined) return faults(diagnostics)
  const document = parsed.document
  const read = WorkflowFile.read(document)
  diagnostics.push(...read.diagnostics)
  if (read.declaration === undefined) return faults(diagnostics)
  const declaration = read.declaration
  diagnostics.push(...NameCheck.check(document, declaration), ...ParamCheck.check(document, declaration))

  const folder = path.dirname(path.resolve(file))
  const imported = yield* Imports.read(document, folder)
  // Without its stages there is little to check a workflow against.
  if (imported.diagnostics.length > 0) return faults([...diagnostics, ...imported.diagnostics])

  const chosen = chooseProfiles(document, declaration, asked, read.faulty)
  diagnostics.push(...chosen.diagnostics)
  // Of a profile that cannot run, that is all there is to say.
  if (chosen.diagnostics.some(({ code }) => code === "unavailable-profile")) return faults(chosen.diagnostics)

  // Without its profiles a workflow may lack stages, of which nothing is said.
  if (chosen.diagnostics.some(({ code }) => code === "unknown-profile")) return faults(diagnostics)

  const placed = placeStages(declaration, chosen.names, read.faulty)
  const loaded = new Map<string, LoadedStage>(imported.stages)
  const parts = new Map<string, WorkflowUnit>()
  for (const [id, { stage, path: at }] of placed) {
    const { uses } = stage
    if (uses === undefined) continue
    if (!loaded.has(uses) && library.names.includes(uses)) loaded.set(uses, yield* library.load(uses))
    if (!isWorkflowFile(uses)) continue
    const fault = (message: string, hint?: string) =>
      report({ document, diagnostics }, document.locate([...at, "uses"]), "workflow-in-workflow", message, hint)
    const target = path.resolve(folder, uses)
    const here = [...trail, path.resolve(file)]
    if (here.includes(target)) {
      fault(`'${uses}' uses itself: ${[...here, target].map((each) => path.basename(each)).join(" -> ")}`)
      continue
    }
    if (here.length > mostLevels) {
      fault(`workflows within workflows: more than ${mostLevels} levels`, "use stages of one workflow side by side")
      continue
    }
    const known = opened.get(target)
    const part =
      known ??
      (yield* open(path.join(path.dirname(file), uses), [], { trail: here, opened, documents }).pipe(
        Effect.catchTag("InputError", () => Effect.succeed(undefined))
      ))
    if (part === undefined) {
      const missing = yield* FileCheck.faultOf(target.replace(/#.*$/u, ""))
      fault(missing?.message ?? `${target} cannot be read`, missing?.hint)
    } else {
      opened.set(target, part)
      // What is wrong with it is reported once.
      if (known === undefined) diagnostics.push(...part.diagnostics)
      if (part._tag === "Unit") parts.set(id, part.unit)
    }
  }
  let size = placed.size - parts.size
  for (const [id, part] of parts) {
    size += part.size
    if (size <= mostStages) continue
    const { stage, path: at } = placed.get(id)!
    const most = mostStages.toLocaleString("en")
    const message = `with '${stage.uses}' the workflow has more than ${most} stages`
    const hint = "each use of a workflow has all its stages again: use it once, and scatter it"
    report({ document, diagnostics }, document.locate([...at, "uses"]), "too-many-stages", message, hint)
    return faults(diagnostics)
  }
  const ports = new Map([
    // Of a stage that could not be read it is not known what it gives.
    ...stageIdsIn(read.faulty, chosen.names).map((id) => [id, undefined] as const),
    ...StageCheck.givenPorts({ placed, library: loaded })
  ])
  for (const [id, part] of parts) {
    // With an output that has faults, told in its own file, nothing is said of those who use it.
    const whole = outputNames(part).every((name) => part.outputs.has(name))
    const scattered = placed.get(id)!.stage.scatter !== undefined
    const given = [...part.outputs].map(
      ([name, { given: port }]) => [name, scattered ? Port.gathered(port) : port] as const
    )
    ports.set(id, whole ? Object.fromEntries(given) : undefined)
  }
  const outputs = readOutputs({ document, diagnostics, ports, parts }, declaration, chosen.names)
  const unit: WorkflowUnit = {
    document,
    declaration,
    folder,
    profiles: chosen.names,
    placed,
    library: loaded,
    libraryNames: [...library.names, ...imported.stages.keys()],
    parts,
    ports,
    size,
    outputs
  }
  return { _tag: "Unit", unit, diagnostics } satisfies Opened as Opened
})

/** The profiles that are asked for, each after those that it extends. */
const chooseProfiles = (
  document: YamlDocument.YamlDocument,
  declaration: WorkflowFile.WorkflowDeclaration,
  asked: ReadonlyArray<string>,
  faulty: ReadonlyArray<YamlDocument.YamlPath>
): { readonly names: ReadonlyArray<string>; readonly diagnostics: ReadonlyArray<Diagnostic> } => {
  const profiles = declaration.profiles ?? {}
  const unread = new Set(faulty.filter((path) => path.length === 2 && path[0] === "profiles").map(([, name]) => name))
  const names = new Set<string>()
  const diagnostics: Array<Diagnostic> = []
  const inFile = (path: YamlDocument.YamlPath) => ({ source: document.source, range: document.locate(path) })
  const choose = (name: string, place: Pick<Diagnostic, "source" | "range">, by: ReadonlyArray<string>): void => {
    const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined
    // One that could not be read has been told.
    if (profile === undefined && unread.has(name)) return
    if (profile === undefined) {
      const hint = Suggest.hint(name, Object.keys(profiles), "profiles")
      diagnostics.push({
        code: "unknown-profile",
        message: `the workflow has no profile '${name}'`,
        hint,
        ...place
      })
      return
    }
    if (by.includes(name)) {
      diagnostics.push({
        code: "profile-cycle",
        message: `profile '${name}' extends itself`,
        hint: [...by.slice(by.indexOf(name)), name].join(" extends "),
        ...place
      })
      return
    }
    if (profile.unavailable !== undefined) {
      diagnostics.push({
        code: "unavailable-profile",
        message: `profile '${name}' cannot run in this version`,
        hint: profile.unavailable.trim(),
        source: document.source,
        range: document.locateKey(["profiles", name])
      })
    }
    for (const [at, base] of (profile.extends ?? []).entries()) {
      choose(base, inFile(["profiles", name, "extends", at]), [...by, name])
    }
    names.add(name)
  }
  for (const name of asked) {
    choose(name, { source: { file: "--profile", text: name }, range: { start: 0, end: name.length } }, [])
  }
  if (asked.length === 0 && declaration.profile !== undefined) choose(declaration.profile, inFile(["profile"]), [])
  return { names: [...names], diagnostics }
}

/** The stages of the file, then those of each profile in turn; a profile's stage replaces one of the same id. */
const placeStages = (
  declaration: WorkflowFile.WorkflowDeclaration,
  profiles: ReadonlyArray<string>,
  faulty: ReadonlyArray<YamlDocument.YamlPath>
): ReadonlyMap<string, PlacedStage> => {
  const placed = new Map<string, PlacedStage>()
  const place = (stages: Readonly<Record<string, WorkflowFile.StageDeclaration>>, path: YamlDocument.YamlPath) => {
    const keys = groupBy(
      faulty.filter((each) => each.length > path.length + 1 && isWithin(each, path)),
      (each) => String(each[path.length])
    )
    for (const [id, stage] of Object.entries(stages)) {
      const own = (keys.get(id) ?? []).map((each) => String(each[path.length + 1]))
      placed.set(id, { stage, path: [...path, id], faulty: new Set(own) })
    }
  }
  for (const path of stagePaths(profiles)) {
    const of = path.length === 1 ? declaration : declaration.profiles?.[path[1]!]
    place(of?.stages ?? {}, path)
  }
  return placed
}

/** Where stages stand: in the file, and in each of the profiles. */
const stagePaths = (profiles: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => [
  ["stages"],
  ...profiles.map((name) => ["profiles", name, "stages"])
]

const isWithin = (path: YamlDocument.YamlPath, outer: YamlDocument.YamlPath): boolean =>
  outer.every((key, at) => path[at] === key)

/** Ids of the stages that were left out whole. */
const stageIdsIn = (faulty: ReadonlyArray<YamlDocument.YamlPath>, profiles: ReadonlyArray<string>) =>
  stagePaths(profiles).flatMap((outer) =>
    faulty
      .filter((path) => path.length === outer.length + 1 && isWithin(path, outer))
      .map((path) => String(path.at(-1)))
  )

const outputNames = ({ declaration, profiles }: WorkflowUnit): ReadonlyArray<string> =>
  [declaration, ...profiles.map((name) => declaration.profiles?.[name])].flatMap((each) =>
    Object.keys(each?.outputs ?? {})
  )

/** Outputs of the file and of its profiles; of one name, the last counts. */
export const readOutputs = (
  context: Pick<CheckContext, "document" | "diagnostics" | "ports" | "parts"> & Partial<Pick<CheckContext, "seen">>,
  declaration: WorkflowFile.WorkflowDeclaration,
  profiles: ReadonlyArray<string>
): ReadonlyMap<string, Reference.Reference> => {
  const outputs = new Map<string, Reference.Reference>()
  const add = (values: Readonly<Record<string, string>>, path: YamlDocument.YamlPath) => {
    for (const [name, text] of Object.entries(values)) {
      const found = Reference.read({ seen: undefined, ...context, off: new Set() }, [...path, name], text)
      if (found !== undefined) outputs.set(name, found)
    }
  }
  add(declaration.outputs ?? {}, ["outputs"])
  for (const name of profiles) add(declaration.profiles?.[name]?.outputs ?? {}, ["profiles", name, "outputs"])
  return outputs
}
