/** Checks a workflow file with the values of its params, and the workflows that it uses with theirs. */
import type { Diagnostic, Range } from "../core/Diagnostic.ts"
import { groupBy } from "../core/GroupBy.ts"
import * as Suggest from "../core/Suggest.ts"
import type { CheckedStage, Level } from "./CheckedStage.ts"
import { report, type CheckContext, type Seen } from "./CheckContext.ts"
import type { LookedFor } from "./FileCheck.ts"
import * as InputCheck from "./InputCheck.ts"
import { fill } from "./Fill.ts"
import * as Params from "./Params.ts"
import * as Reference from "./Reference.ts"
import type { Capacity } from "./Stage.ts"
import type { WrittenScript } from "./ScriptCheck.ts"
import * as ScatterCheck from "./ScatterCheck.ts"
import * as StageCheck from "./StageCheck.ts"
import * as WorkflowUnit from "./WorkflowUnit.ts"
import type { YamlDocument, YamlPath } from "./YamlDocument.ts"

/** A stage, and where it is written. */
export interface PlacedCheck {
  readonly stage: CheckedStage
  readonly document: YamlDocument
  readonly range: Range
}

export interface WorkflowCheck {
  /** Of this workflow and of those that it uses, these under `<id of the stage that uses it>/`. */
  readonly stages: ReadonlyArray<PlacedCheck>
  readonly params: ReadonlyMap<string, Params.Param>
  readonly files: ReadonlyArray<LookedFor>
  readonly scripts: ReadonlyArray<WrittenScript>
  readonly diagnostics: ReadonlyArray<Diagnostic>
  readonly expressions: ReadonlyArray<Seen>
}

export interface CheckOptions {
  readonly machine: Capacity
  readonly listing: boolean
}

/**
 * `prefix` stands before the ids of the stages: `scoring/` for a workflow that the stage `scoring` uses; `levels` are the
 * scatters of such stages.
 */
export const check = (
  unit: WorkflowUnit.WorkflowUnit,
  given: ReadonlyArray<Params.GivenParam>,
  options: CheckOptions,
  prefix = "",
  levels: ReadonlyArray<Level> = []
): WorkflowCheck => {
  const { document, declaration, folder, placed } = unit
  const diagnostics: Array<Diagnostic> = []
  const own = unit.profiles.flatMap((name) =>
    Params.fromDocument(
      document,
      ["profiles", name, "params"],
      declaration.profiles?.[name]?.params ?? {},
      "profile",
      folder
    )
  )
  const written = (document.value as { params?: Record<string, unknown> }).params ?? {}
  const declared = declaration.params ?? {}
  const broken = new Set(Object.keys(written).filter((name) => !Object.hasOwn(declared, name)))
  const resolved = Params.resolve(document, declared, [...own, ...given], broken, folder)
  diagnostics.push(...resolved.diagnostics)
  const everything: CheckContext = {
    document,
    folder,
    prefix,
    levels,
    params: resolved.params,
    // Declared but without a usable value: reported above, so references to them are passed over.
    silent: new Set([...Object.keys(written), ...Object.keys(declared)].filter((name) => !resolved.params.has(name))),
    placed,
    parts: unit.parts,
    ports: unit.ports,
    off: new Set(),
    items: new Map(),
    library: unit.library,
    libraryNames: unit.libraryNames,
    machine: options.machine,
    diagnostics,
    files: [],
    scripts: [],
    seen: options.listing ? new Map() : undefined
  }
  const off = new Set([...placed.keys()].filter((id) => !StageCheck.isOn(everything, id)))
  const context: CheckContext = { ...everything, off }
  const stages: Array<PlacedCheck> = []
  const inParts: Array<LookedFor> = []
  for (const [id, { stage, path }] of placed) {
    if (off.has(id)) continue
    const part = unit.parts.get(id)
    if (part !== undefined) {
      const inner = checkPart(context, part, id, options)
      stages.push(...inner.stages)
      for (const file of inner.files) inParts.push(file)
      context.scripts.push(...inner.scripts)
    } else if (stage.uses === undefined || !WorkflowUnit.isWorkflowFile(stage.uses)) {
      const checked = StageCheck.check(context, id)
      if (checked !== undefined) stages.push({ stage: checked, document, range: document.locateKey(path) })
    }
  }
  // Of a large scatter there are more than one call takes.
  const files = [...inParts, ...context.files.map((named) => ({ ...named, document }))]
  if (context.seen !== undefined) {
    WorkflowUnit.readOutputs({ ...context, diagnostics: [] }, declaration, unit.profiles)
  }
  const expressions = [...(context.seen?.values() ?? [])].sort((a, b) => a.range.start - b.range.start)
  return { stages, params: resolved.params, files, scripts: context.scripts, diagnostics, expressions }
}

/**
 * A workflow that a stage uses, once for each combination of the values that the stage is scattered over; each of its
 * stages then has the instances of all.
 */
const checkPart = (
  context: CheckContext,
  part: WorkflowUnit.WorkflowUnit,
  id: string,
  options: CheckOptions
): Pick<WorkflowCheck, "stages" | "files" | "scripts"> => {
  const { diagnostics, prefix, levels } = context
  const { stage, path } = context.placed.get(id)!
  checkPartKeys(context, id)
  const before = diagnostics.length
  const scatter = ScatterCheck.read(context, stage, path, `${prefix}${id}.`)
  const lanes: Array<PlacedCheck> = []
  const files: Array<LookedFor> = []
  const scripts: Array<WrittenScript> = []
  for (const { chosen, items } of scatter?.combinations ?? []) {
    const used = new ScatterCheck.UsedItems(items)
    const given = givenTo({ ...context, items: used }, part, id)
    if (diagnostics.length === before) ScatterCheck.checkUse(context, used, stage, path)
    const own = stage.scatter === undefined ? [] : [{ chosen, shards: scatter!.shards }]
    const inner = check(part, given, { ...options, listing: false }, `${prefix}${id}/`, [...levels, ...own])
    lanes.push(...inner.stages)
    for (const file of inner.files) files.push(file)
    scripts.push(...inner.scripts)
    diagnostics.push(...inner.diagnostics)
    // What is wrong with one is as a rule wrong with all: it is told once.
    if (diagnostics.length > before) break
  }
  return { stages: [...groupBy(lanes, (each) => each.stage.id).values()].map(merged), files, scripts }
}

/** One stage in different lanes: it differs in what depends on their values. */
const merged = (lanes: ReadonlyArray<PlacedCheck>): PlacedCheck => {
  const stages = lanes.map(({ stage }) => stage)
  return {
    ...lanes[0]!,
    stage: {
      ...stages[0]!,
      instances: stages.flatMap(({ instances }) => instances),
      inputPorts: Object.assign({}, ...stages.map(({ inputPorts }) => inputPorts)) as CheckedStage["inputPorts"],
      synthetic: stages.some(({ synthetic }) => synthetic)
    }
  }
}

/** Keys that a stage has which uses a workflow; all else is said in that workflow. */
const partKeys = new Set(["uses", "with", "if", "scatter", "description"])

const checkPartKeys = (context: CheckContext, id: string): void => {
  const { stage, path } = context.placed.get(id)!
  for (const key of Object.keys(stage).filter((each) => !partKeys.has(each))) {
    const hint = "say it of that workflow's own stages"
    report(
      context,
      context.document.locateKey([...path, key]),
      "stage-body",
      `'${key}' does not go with a workflow`,
      hint
    )
  }
}

/** What a stage gives, under `with`, to the params of the workflow that it uses. */
const givenTo = (
  context: CheckContext,
  part: WorkflowUnit.WorkflowUnit,
  id: string
): ReadonlyArray<Params.GivenParam> => {
  const { document } = context
  const { stage, path } = context.placed.get(id)!
  const declared = part.declaration.params ?? {}
  return Object.entries(stage.with ?? {}).flatMap(([name, value]): ReadonlyArray<Params.GivenParam> => {
    const at = [...path, "with", name]
    const place = {
      name,
      from: "workflow" as const,
      source: document.source,
      nameRange: document.locateKey(at),
      valueRange: document.locate(at),
      folder: context.folder
    }
    if (!Object.hasOwn(declared, name)) {
      const hint = Suggest.hint(name, Object.keys(declared), "params")
      report(context, place.nameRange, "unknown-key", `'${stage.uses}' has no param '${name}'`, hint)
      return []
    }
    // A param without a value: what it has by itself holds, or that it must be given.
    if (InputCheck.absence(context, value) !== undefined) return []
    const bound = boundFile(context, value, at)
    if (bound !== undefined) return bound === "unknown" ? [] : [{ ...place, value: bound }]
    const filled = fill(context, value, at)
    if (filled.broken || (filled.value === null && value !== null)) return []
    // A path that comes from a param starts where that was written.
    const reference = typeof value === "string" ? Reference.nameIn(value) : undefined
    const from = reference?.path[0] === "params" ? context.params.get(reference.path[1] ?? "")?.folder : undefined
    return [{ ...place, value: filled.value, folder: from ?? place.folder }]
  })
}

/** A file that a stage gives, or that was given to a param of this workflow. */
const boundFile = (context: CheckContext, value: unknown, path: YamlPath): Params.BoundFile | "unknown" | undefined => {
  const given = typeof value === "string" ? InputCheck.givenBy(context, value, path) : undefined
  return given === undefined || given === "unknown" ? given : new Params.BoundFile(given.binding, given.port)
}
