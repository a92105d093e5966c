/**
 * A workflow, checked and typed: every reference resolved, every edge between ports fitting, every param decoded, the
 * stages in an order in which they can run.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { Diagnostic } from "../core/Diagnostic.ts"
import { InputError } from "../core/Failure.ts"
import * as Suggest from "../core/Suggest.ts"
import * as NameCheck from "./NameCheck.ts"
import * as Imports from "./Imports.ts"
import * as Params from "./Params.ts"
import * as Reference from "./Reference.ts"
import { needs, type CheckedStage } from "./CheckedStage.ts"
import { report, type CheckContext, type PlacedStage, type Seen } from "./CheckContext.ts"
import type { Resources } from "./Stage.ts"
import * as StageCheck from "./StageCheck.ts"
import { StageLibrary, type LoadedStage } from "./StageLibrary.ts"
import * as TypedSource from "./TypedSource.ts"
import * as WorkflowFile from "./WorkflowFile.ts"
import * as YamlDocument from "./YamlDocument.ts"

export interface WorkflowOutput {
  readonly name: string
  readonly stage: string
  readonly port: string
}

export interface Workflow {
  readonly name: string
  readonly description: string
  readonly file: string
  readonly text: string
  readonly profiles: ReadonlyArray<string>
  readonly params: ReadonlyArray<Params.Param>
  /** Every stage after those it reads from. */
  readonly stages: ReadonlyArray<CheckedStage>
  readonly outputs: ReadonlyArray<WorkflowOutput>
}

export interface LoadOptions {
  readonly profiles: ReadonlyArray<string>
  /** `name=value`, as on the command line. */
  readonly params: ReadonlyArray<string>
  readonly paramsFile: string | undefined
  /** What this machine has: a stage that asks for more is a fault. */
  readonly machine: Resources
  /** Keeps the type and value of every expression, for a listing. */
  readonly listing?: boolean
}

export type Loaded =
  | { readonly _tag: "Workflow"; readonly workflow: Workflow; readonly expressions: ReadonlyArray<Seen> }
  | { readonly _tag: "Faults"; readonly diagnostics: ReadonlyArray<Diagnostic> }

const readYaml = Effect.fnUntraced(function* (file: string, what = "a workflow's YAML") {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs
    .readFileString(file)
    .pipe(
      Effect.mapError(
        () => new InputError({ message: "cannot read this file", file, hint: `give the path of ${what}` })
      )
    )
  return YamlDocument.parse({ file, text })
})

/** Reads and checks a workflow file. Fails only when a file cannot be read; all else is in the Diagnostics. */
export const load = Effect.fn("Workflow.load")(function* (file: string, options: LoadOptions) {
  const path = yield* Path.Path
  const fs = yield* FileSystem.FileSystem
  const library = yield* StageLibrary
  const parsed = yield* Imports.isStageFile(file) ? TypedSource.read(file) : readYaml(file)
  const diagnostics: Array<Diagnostic> = [...parsed.diagnostics]
  if (parsed.document === undefined) return faults(diagnostics)
  const document = parsed.document
  const read = WorkflowFile.read(document)
  diagnostics.push(...read.diagnostics)
  if (read.declaration === undefined) return faults(diagnostics)
  const declaration = read.declaration
  diagnostics.push(...NameCheck.check(document, declaration))

  const folder = path.dirname(path.resolve(file))
  const imported = yield* Imports.read(document, declaration.imports ?? [], folder)
  // Without its stages there is little to check a workflow against.
  if (imported.diagnostics.length > 0) return faults([...diagnostics, ...imported.diagnostics])

  const chosen = chooseProfiles(document, declaration, options.profiles)
  diagnostics.push(...chosen.diagnostics)
  // Of a profile that cannot run, that is all there is to say.
  if (chosen.diagnostics.some(({ code }) => code === "unavailable-profile")) return faults(chosen.diagnostics)

  const given: Array<Params.GivenParam> = []
  for (const name of chosen.names) {
    const values = declaration.profiles?.[name]?.params ?? {}
    given.push(...Params.fromDocument(document, ["profiles", name, "params"], values, "profile", folder))
  }
  if (options.paramsFile !== undefined) {
    const values = yield* readYaml(options.paramsFile, "a YAML or JSON file with values for params")
    diagnostics.push(...values.diagnostics)
    if (values.document !== undefined) {
      const mapping = values.document.value ?? {}
      const from = path.dirname(path.resolve(options.paramsFile))
      if (typeof mapping === "object" && !Array.isArray(mapping)) {
        given.push(...Params.fromDocument(values.document, [], { ...mapping }, "file", from))
      } else {
        const range = values.document.locate([])
        report({ document: values.document, diagnostics }, range, "invalid-value", "expected a mapping: NAME: VALUE")
      }
    }
  }
  given.push(...options.params.map((flag) => Params.fromFlag(flag, path.resolve("."))))
  const written = (document.value as { params?: Record<string, unknown> }).params ?? {}
  const declared = declaration.params ?? {}
  const broken = new Set(Object.keys(written).filter((name) => !Object.hasOwn(declared, name)))
  const resolved = Params.resolve(document, declared, given, broken, folder)
  diagnostics.push(...resolved.diagnostics)

  const placed = placeStages(declaration, chosen.names)
  const loaded = new Map<string, LoadedStage>(imported.stages)
  for (const name of new Set([...placed.values()].flatMap(({ stage }) => stage.uses ?? []))) {
    if (library.names.includes(name)) loaded.set(name, yield* library.load(name))
  }
  const everything: CheckContext = {
    document,
    folder,
    params: resolved.params,
    // Declared but without a usable value: reported above, so references to them are passed over.
    silent: new Set([...Object.keys(written), ...Object.keys(declared)].filter((name) => !resolved.params.has(name))),
    placed,
    ports: StageCheck.givenPorts({ placed, library: loaded }),
    off: new Set(),
    items: new Map(),
    library: loaded,
    libraryNames: [...library.names, ...imported.stages.keys()],
    machine: options.machine,
    diagnostics,
    files: [],
    seen: options.listing === true ? new Map() : undefined
  }
  const off = new Set([...placed.keys()].filter((id) => !StageCheck.isOn(everything, id)))
  const context: CheckContext = { ...everything, off }
  const stages = new Map<string, CheckedStage>()
  for (const id of placed.keys()) {
    if (off.has(id)) continue
    const checked = StageCheck.check(context, id)
    if (checked !== undefined) stages.set(id, checked)
  }
  const there = new Map<string, boolean>()
  for (const { path: named, range } of context.files) {
    const known = there.get(named) ?? (yield* fs.exists(named).pipe(Effect.orElseSucceed(() => false)))
    there.set(named, known)
    if (known) continue
    const hint = "a relative path starts from the folder of the file it is written in"
    report(context, range, "missing-file", `there is no file ${named}`, hint)
  }
  checkCycles(context, stages)
  const outputs = checkOutputs(context, declaration, chosen.names)
  if (placed.size === 0 && diagnostics.length === 0) {
    diagnostics.push({
      code: "no-stages",
      message: "there are no stages",
      hint: "give them under 'stages:', or choose a profile that has some",
      source: document.source,
      range: document.locateKey(["name"])
    })
  }
  if (diagnostics.length > 0) return faults(diagnostics)
  const workflow: Workflow = {
    name: declaration.name,
    description: declaration.description ?? "",
    file,
    text: document.source.text,
    profiles: chosen.names,
    params: [...resolved.params.values()],
    stages: order(stages),
    outputs
  }
  const expressions = [...(context.seen?.values() ?? [])].sort((a, b) => a.range.start - b.range.start)
  return { _tag: "Workflow", workflow, expressions } satisfies Loaded as Loaded
})

const faults = (diagnostics: ReadonlyArray<Diagnostic>): Loaded => ({ _tag: "Faults", diagnostics })

const chooseProfiles = (
  document: YamlDocument.YamlDocument,
  declaration: WorkflowFile.WorkflowDeclaration,
  asked: ReadonlyArray<string>
): { readonly names: ReadonlyArray<string>; readonly diagnostics: ReadonlyArray<Diagnostic> } => {
  const profiles = declaration.profiles ?? {}
  const fromFlag = asked.length > 0
  const names = fromFlag ? asked : declaration.profile === undefined ? [] : [declaration.profile]
  const diagnostics: Array<Diagnostic> = []
  for (const name of names) {
    const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined
    if (profile === undefined) {
      diagnostics.push({
        code: "unknown-profile",
        message: `the workflow has no profile '${name}'`,
        hint: Suggest.hint(name, Object.keys(profiles), "profiles"),
        ...(fromFlag
          ? { source: { file: "--profile", text: name }, range: { start: 0, end: name.length } }
          : { source: document.source, range: document.locate(["profile"]) })
      })
    } else if (profile.unavailable !== undefined) {
      diagnostics.push({
        code: "unavailable-profile",
        message: `profile '${name}' cannot run in this version`,
        hint: profile.unavailable.trim(),
        source: document.source,
        range: document.locateKey(["profiles", name])
      })
    }
  }
  return { names: names.filter((name) => Object.hasOwn(profiles, name)), diagnostics }
}

/** The stages of the file, then those of each profile in turn; a profile's stage replaces one of the same id. */
const placeStages = (
  declaration: WorkflowFile.WorkflowDeclaration,
  profiles: ReadonlyArray<string>
): ReadonlyMap<string, PlacedStage> => {
  const placed = new Map<string, PlacedStage>()
  const place = (stages: Readonly<Record<string, WorkflowFile.StageDeclaration>>, path: YamlDocument.YamlPath) => {
    for (const [id, stage] of Object.entries(stages)) placed.set(id, { stage, path: [...path, id] })
  }
  place(declaration.stages ?? {}, ["stages"])
  for (const name of profiles) place(declaration.profiles?.[name]?.stages ?? {}, ["profiles", name, "stages"])
  return placed
}

const checkOutputs = (
  context: CheckContext,
  declaration: WorkflowFile.WorkflowDeclaration,
  profiles: ReadonlyArray<string>
): ReadonlyArray<WorkflowOutput> => {
  const outputs = new Map<string, WorkflowOutput>()
  const add = (values: Readonly<Record<string, string>>, path: YamlDocument.YamlPath) => {
    for (const [name, text] of Object.entries(values)) {
      const found = Reference.read(context, [...path, name], text)
      if (found !== undefined) outputs.set(name, { name, stage: found.stage, port: found.port })
    }
  }
  add(declaration.outputs ?? {}, ["outputs"])
  for (const name of profiles) add(declaration.profiles?.[name]?.outputs ?? {}, ["profiles", name, "outputs"])
  return [...outputs.values()]
}

/** A stage that waits for itself, by whatever way: one Diagnostic for each such ring. */
const checkCycles = (context: CheckContext, stages: ReadonlyMap<string, CheckedStage>): void => {
  const done = new Set<string>()
  const visit = (id: string, trail: ReadonlyArray<string>): void => {
    const at = trail.indexOf(id)
    if (at !== -1) {
      const ring = [...trail.slice(at), id].join(" <- ")
      const range = context.document.locateKey(context.placed.get(id)!.path)
      report(context, range, "cycle", `stage '${id}' waits for itself: ${ring}`)
      return
    }
    const stage = stages.get(id)
    if (done.has(id) || stage === undefined) return
    for (const next of needs(stage)) visit(next, [...trail, id])
    done.add(id)
  }
  for (const id of stages.keys()) visit(id, [])
}

/** Depth first in the order of the file: every stage after what it needs. */
const order = (stages: ReadonlyMap<string, CheckedStage>): ReadonlyArray<CheckedStage> => {
  const ordered = new Map<string, CheckedStage>()
  const visit = (id: string): void => {
    const stage = stages.get(id)
    if (stage === undefined || ordered.has(id)) return
    needs(stage).forEach(visit)
    ordered.set(id, stage)
  }
  for (const id of stages.keys()) visit(id)
  return [...ordered.values()]
}
