/**
 * A workflow, checked and typed: every reference resolved, every edge between ports fitting, every param decoded, the
 * stages in an order in which they can run.
 */
import * as Effect from "effect/Effect"
import * as Path from "effect/Path"
import type { Diagnostic } from "../core/Diagnostic.ts"
import { needs, type CheckedStage } from "./check/CheckedStage.ts"
import { report, type Seen } from "./check/CheckContext.ts"
import * as ContentCheck from "./check/ContentCheck.ts"
import * as FileCheck from "./file/FileCheck.ts"
import * as Params from "./check/Params.ts"
import type { Param } from "./check/WorkflowParam.ts"
import * as ProfileCheck from "./check/ProfileCheck.ts"
import * as ScriptCheck from "./check/ScriptCheck.ts"
import type { Capacity } from "./stage/Stage.ts"
import * as WorkflowCheck from "./check/WorkflowCheck.ts"
import * as WorkflowUnit from "./check/WorkflowUnit.ts"

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
  readonly params: ReadonlyArray<Param>
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
  readonly machine: Capacity
  /** Checks each profile of the file too, by itself. */
  readonly everyProfile?: boolean
  /** Keeps the type and value of every expression, for a listing. */
  readonly listing?: boolean
}

export type Loaded =
  | { readonly _tag: "Workflow"; readonly workflow: Workflow; readonly expressions: ReadonlyArray<Seen> }
  | { readonly _tag: "Faults"; readonly diagnostics: ReadonlyArray<Diagnostic> }

/**
 * Reads and checks a workflow file, and where that is asked for each of its profiles. Fails only when a file cannot be
 * read; all else is in the Diagnostics.
 */
export const load = Effect.fn("Workflow.load")(function* (file: string, options: LoadOptions) {
  const documents = new Map<string, WorkflowUnit.Parsed>()
  const reader = ContentCheck.makeReader()
  const loaded = yield* loadOne(file, { ...options, documents, reader })
  if (options.everyProfile !== true) return loaded
  const known = loaded._tag === "Faults" ? loaded.diagnostics : []
  const own = loaded._tag === "Workflow" ? loaded.workflow.profiles : options.profiles
  const others = yield* ProfileCheck.check(WorkflowUnit.profileNames(documents.get(file)), own, known, (profiles) =>
    loadOne(file, { ...options, profiles, listing: false, elsewhere: true, documents, reader })
  )
  return others.length === 0 ? loaded : faults([...known, ...others])
})

const nowhere: Capacity = { cpus: Infinity, memory: Infinity, gpus: Infinity, deviceGpus: Infinity }

interface OneOptions extends LoadOptions {
  /** It is to run elsewhere, with files and params that are not known here. */
  readonly elsewhere?: boolean
  /** Files that are read already. */
  readonly documents: Map<string, WorkflowUnit.Parsed>
  readonly reader: ContentCheck.ContentReader
}

const loadOne = Effect.fnUntraced(function* (file: string, options: OneOptions) {
  const path = yield* Path.Path
  const elsewhere = options.elsewhere === true
  const opened = yield* WorkflowUnit.open(file, options.profiles, {
    trail: [],
    opened: new Map(),
    documents: options.documents
  })
  if (opened._tag === "Faults") return faults(opened.diagnostics)
  const { unit } = opened
  const { document, declaration } = unit
  const diagnostics: Array<Diagnostic> = [...opened.diagnostics]

  const given: Array<Params.GivenParam> = []
  if (options.paramsFile !== undefined) {
    const values = yield* WorkflowUnit.readYaml(options.paramsFile, "a YAML or JSON file with values for params")
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
  const checked = WorkflowCheck.check(
    unit,
    given,
    { machine: elsewhere ? nowhere : options.machine, listing: options.listing === true },
    // Who runs it with the profile may give more params.
    elsewhere ? () => undefined : undefined
  )
  diagnostics.push(...checked.diagnostics)

  const { diagnostics: ofFiles, missing } = yield* FileCheck.check(checked.files)
  // A profile for another machine names files that are there.
  if (!elsewhere) diagnostics.push(...ofFiles)
  diagnostics.push(...(yield* ContentCheck.check(checked.files, checked.looks, missing, options.reader)))
  diagnostics.push(...ScriptCheck.check(checked.scripts))
  const stages = new Map(checked.stages.map((each) => [each.stage.id, each]))
  diagnostics.push(...cycles(stages))
  if (unit.placed.size === 0 && diagnostics.length === 0) {
    const hint = "give them under 'stages:', or choose a profile that has some"
    report({ document, diagnostics }, document.locateKey(["name"]), "no-stages", "there are no stages", hint)
  }
  if (diagnostics.length > 0) return faults(diagnostics)
  const workflow: Workflow = {
    name: declaration.name,
    description: declaration.description ?? "",
    file,
    text: document.source.text,
    profiles: unit.profiles,
    params: [...checked.params.values()],
    stages: order(stages),
    // Outputs of stages that are switched off are not there.
    outputs: [...unit.outputs]
      .map(([name, { stage, port }]) => ({ name, stage, port }))
      .filter(({ stage }) => stages.has(stage))
  }
  return { _tag: "Workflow", workflow, expressions: checked.expressions } satisfies Loaded as Loaded
})

const faults = (diagnostics: ReadonlyArray<Diagnostic>): Loaded => ({ _tag: "Faults", diagnostics })

/** A stage that waits for itself, by whatever way: one Diagnostic for each such ring. */
const cycles = (stages: ReadonlyMap<string, WorkflowCheck.PlacedCheck>): ReadonlyArray<Diagnostic> => {
  const diagnostics: Array<Diagnostic> = []
  const done = new Set<string>()
  const visit = (id: string, trail: ReadonlyArray<string>): void => {
    const placed = stages.get(id)
    if (placed === undefined) return
    const at = trail.indexOf(id)
    if (at !== -1) {
      const ring = [...trail.slice(at), id].join(" <- ")
      const { document, range } = placed
      report({ document, diagnostics }, range, "cycle", `stage '${id}' waits for itself: ${ring}`)
      return
    }
    if (done.has(id)) return
    for (const next of needs(placed.stage)) visit(next, [...trail, id])
    done.add(id)
  }
  for (const id of stages.keys()) visit(id, [])
  return diagnostics
}

/** Depth first in the order of the file: every stage after what it needs. */
const order = (stages: ReadonlyMap<string, WorkflowCheck.PlacedCheck>): ReadonlyArray<CheckedStage> => {
  const ordered = new Map<string, CheckedStage>()
  const visit = (id: string): void => {
    const stage = stages.get(id)?.stage
    if (stage === undefined || ordered.has(id)) return
    needs(stage).forEach(visit)
    ordered.set(id, stage)
  }
  for (const id of stages.keys()) visit(id)
  return [...ordered.values()]
}
