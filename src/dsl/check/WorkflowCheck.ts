/** Checks a workflow file with the values of its params, and the workflows that it uses with theirs. */
import type { Diagnostic, Range } from "../../core/Diagnostic.ts"
import { groupBy } from "../../core/GroupBy.ts"
import type { CheckedStage, Level, SkippedKey } from "./CheckedStage.ts"
import type { NamedFile } from "../file/FileCheck.ts"
import type { CheckContext, Seen } from "./CheckContext.ts"
import { Collections } from "./Keys.ts"
import type { Look } from "../stage/Look.ts"
import * as Params from "./Params.ts"
import * as PartParams from "./PartParams.ts"
import type { Param } from "./WorkflowParam.ts"
import * as Reference from "./Reference.ts"
import type { Capacity } from "../stage/Stage.ts"
import type { WrittenScript } from "./ScriptCheck.ts"
import * as ScatterCheck from "./ScatterCheck.ts"
import * as StageCheck from "./StageCheck.ts"
import * as WorkflowUnit from "./WorkflowUnit.ts"
import type { YamlDocument } from "../text/YamlDocument.ts"

/** A stage, and where it is written. */
export interface PlacedCheck {
  readonly stage: CheckedStage
  readonly document: YamlDocument
  readonly range: Range
}

export interface WorkflowCheck {
  /** Of this workflow and of those that it uses, these under `<id of the stage that uses it>/`. */
  readonly stages: ReadonlyArray<PlacedCheck>
  readonly params: ReadonlyMap<string, Param>
  readonly files: ReadonlyArray<NamedFile>
  readonly looks: ReadonlyArray<Look>
  readonly scripts: ReadonlyArray<WrittenScript>
  readonly diagnostics: ReadonlyArray<Diagnostic>
  readonly expressions: ReadonlyArray<Seen>
}

export interface CheckOptions {
  readonly machine: Capacity
  /** Of the workflow that this one is a part of. */
  readonly tally?: CheckContext["tally"]
  readonly listing: boolean
  /** Scatters within scatters multiply: `counting` adds up their tasks and checks nothing else, `counted` follows it. */
  readonly pass?: "counting" | "counted"
}

/**
 * `prefix` stands before the ids of the stages: `scoring/` for a workflow that the stage `scoring` uses; `levels` are the
 * scatters of such stages.
 */
export const check = (
  unit: WorkflowUnit.WorkflowUnit,
  given: ReadonlyArray<Params.GivenParam>,
  options: CheckOptions,
  lack: Params.Lack = Params.lackOf(unit.document),
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
  const seen: CheckContext["seen"] = options.listing ? new Map() : undefined
  const resolved = Params.resolve(document, declared, [...own, ...given], { broken, folder, lack, seen })
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
    tools: declaration.tools ?? {},
    parts: unit.parts,
    ports: unit.ports,
    off: new Set(),
    absent: new Set(),
    items: new Map(),
    collections: new Collections(),
    library: unit.library,
    libraryNames: unit.libraryNames,
    machine: options.machine,
    tally: options.tally ?? { tasks: 0 },
    diagnostics,
    files: [],
    looks: [],
    scripts: [],
    seen
  }
  const off = new Set([...placed.keys()].filter((id) => !StageCheck.isOn(everything, id)))
  const context: CheckContext = { ...everything, off }
  const checks = new Map<string, ReadonlyArray<PlacedCheck>>()
  const inParts: Array<NamedFile> = []
  const checkStage = (id: string): ReadonlyArray<PlacedCheck> => {
    const { stage, path, faulty } = placed.get(id)!
    const part = unit.parts.get(id)
    if (part !== undefined) {
      const inner = checkPart(context, part, id, options)
      for (const file of inner.files) inParts.push(file)
      for (const look of inner.looks) context.looks.push(look)
      context.scripts.push(...inner.scripts)
      return inner.stages
    }
    if (stage.uses !== undefined && WorkflowUnit.isWorkflowFile(stage.uses)) return []
    if (options.pass === "counting") {
      if (!faulty.has("scatter")) ScatterCheck.read(context, stage, path)
      return []
    }
    const checked = StageCheck.check(context, id)
    return checked === undefined ? [] : [{ stage: checked, document, range: document.locateKey(path) }]
  }
  // What a stage gives, and by which keys, is known when it is checked: it comes before those who read it.
  for (const id of inOrder(placed)) {
    if (off.has(id)) continue
    const found = checkStage(id)
    checks.set(id, found)
    for (const each of found) context.collections.add(each.stage)
  }
  // Of a stage that is switched off it is said what would be wrong with it in any case.
  for (const id of options.pass === "counting" ? [] : off) {
    if (unit.parts.has(id)) continue
    const found: Array<Diagnostic> = []
    StageCheck.check(
      { ...context, diagnostics: found, files: [], looks: [], scripts: [], seen: undefined, off: new Set() },
      id
    )
    diagnostics.push(...found.filter(({ code }) => inAnyCase.has(code)))
  }
  const stages = [...placed.keys()].flatMap((id) => checks.get(id) ?? [])
  const files = [...inParts, ...context.files]
  if (context.seen !== undefined) {
    WorkflowUnit.readOutputs({ ...context, diagnostics: [] }, declaration, unit.profiles)
  }
  const expressions = [...(context.seen?.values() ?? [])].sort((a, b) => a.range.start - b.range.start)
  const { looks, scripts } = context
  return { stages, params: resolved.params, files, looks, scripts, diagnostics, expressions }
}

const inAnyCase = new Set([
  "unknown-stage",
  "unknown-output",
  "unknown-param",
  "unknown-key",
  "unknown-kind",
  "stage-body",
  "invalid-name"
])

/** Each stage after those that it reads from; those of a cycle, which has no order, as they are written. */
const inOrder = (placed: WorkflowUnit.WorkflowUnit["placed"]): ReadonlyArray<string> => {
  const begun = new Set<string>()
  const order: Array<string> = []
  // Without recursion: a chain may have twenty thousand stages.
  const open = [...placed.keys()].toReversed()
  const ended = new Set<string>()
  while (open.length > 0) {
    const id = open.at(-1)!
    if (begun.has(id)) {
      open.pop()
      if (!ended.has(id)) order.push(id)
      ended.add(id)
      continue
    }
    begun.add(id)
    for (const { path } of Reference.namesIn(placed.get(id)!.stage))
      if (placed.has(path[0]!) && !begun.has(path[0]!)) open.push(path[0]!)
  }
  return order
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
): Pick<WorkflowCheck, "stages" | "files" | "looks" | "scripts"> => {
  const { diagnostics, prefix, levels } = context
  const { stage, path, faulty } = context.placed.get(id)!
  PartParams.checkKeys(context, id)
  if (faulty.has("scatter") || faulty.has("with")) return { stages: [], files: [], looks: [], scripts: [] }
  const before = diagnostics.length
  const scatter = ScatterCheck.read(context, stage, path, `${prefix}${id}.`)
  const lanes: Array<PlacedCheck> = []
  const files: Array<NamedFile> = []
  const looks: Array<Look> = []
  const scripts: Array<WrittenScript> = []
  const used = new ScatterCheck.UsedItems()
  const included = scatter && StageCheck.included(context, id, scatter)
  const combinations = included === undefined ? [] : ScatterCheck.checked(included, stage)
  if (!ScatterCheck.isWithinBounds(context, path, combinations.length * part.size)) {
    return { stages: [], files: [], looks: [], scripts: [] }
  }
  const skipped = new Map<string, SkippedKey>()
  const checkLane = (combination: ScatterCheck.Combination, within: CheckContext, how: CheckOptions) => {
    used.take(combination.items)
    const without = skipped.size
    const skipKey = (key: SkippedKey) => void skipped.set(key.item, key)
    const scoped = { ...within, items: used, ...(stage.missing === "skip" ? { skipKey } : {}) }
    const { values, lack } = PartParams.givenTo(scoped, part, id)
    if (skipped.size > without) return undefined
    const own = stage.scatter === undefined ? [] : [ScatterCheck.levelOf(scatter!, combination, included?.length === 0)]
    return check(part, values, { ...how, listing: false }, lack, `${prefix}${id}/`, [...levels, ...own])
  }
  const isCounted = options.pass === undefined && combinations.length > 1 && hasScatters(part)
  if (isCounted) {
    const tally = { ...context.tally }
    const silent: CheckContext = { ...context, diagnostics: [], files: [], absent: new Set(), seen: undefined }
    for (const combination of combinations) {
      const found = checkLane(combination, silent, { ...options, tally, pass: "counting" })
      if (found !== undefined && found.diagnostics.length > 0) break
    }
    skipped.clear()
    if (ScatterCheck.isTooMany(tally)) {
      context.tally.tasks = tally.tasks
      ScatterCheck.reportTooMany(context, path)
      return { stages: [], files: [], looks: [], scripts: [] }
    }
  }
  const how: CheckOptions = { ...options, tally: context.tally, ...(isCounted ? { pass: "counted" } : {}) }
  for (const combination of combinations) {
    const inner = checkLane(combination, context, how)
    if (inner === undefined) continue
    lanes.push(...inner.stages)
    for (const file of inner.files) files.push(file)
    for (const look of inner.looks) looks.push(look)
    scripts.push(...inner.scripts)
    diagnostics.push(...inner.diagnostics)
    // What is wrong with one is as a rule wrong with all: it is told once.
    if (diagnostics.length > before) break
  }
  // Of stages that were only counted nothing is known.
  if (options.pass === "counting") return { stages: [], files: [], looks: [], scripts: [] }
  if (scatter !== undefined && included!.length > 0 && diagnostics.length === before)
    ScatterCheck.checkUse(context, used, stage, path)
  const whole = [...groupBy(lanes, (each) => each.stage.id).values()].map(merged)
  const stages =
    skipped.size === 0
      ? whole
      : whole.map((each) => ({
          ...each,
          stage: { ...each.stage, skipped: [...each.stage.skipped, ...skipped.values()] }
        }))
  // With faults it is not known what it gives.
  if (scatter !== undefined && diagnostics.length === before) {
    const there = new Set(stages.map((each) => each.stage.id))
    for (const [name, { stage: inner }] of part.outputs) {
      if (!there.has(`${prefix}${id}/${inner}`)) context.absent.add(`${id}.${name}`)
    }
  }
  return { stages, files, looks, scripts }
}

const hasScatters = ({ placed, parts }: WorkflowUnit.WorkflowUnit): boolean =>
  [...placed.values()].some(({ stage }) => stage.scatter !== undefined) || [...parts.values()].some(hasScatters)

/** One stage in different lanes: it differs in what depends on their values. */
const merged = (lanes: ReadonlyArray<PlacedCheck>): PlacedCheck => {
  const stages = lanes.map(({ stage }) => stage)
  return {
    ...lanes[0]!,
    stage: {
      ...stages[0]!,
      instances: stages.flatMap(({ instances }) => instances),
      inputPorts: Object.assign({}, ...stages.map(({ inputPorts }) => inputPorts)) as CheckedStage["inputPorts"],
      skipped: stages.flatMap(({ skipped }) => skipped),
      keyed: [...new Set(stages.flatMap(({ keyed }) => keyed))],
      synthetic: stages.some(({ synthetic }) => synthetic)
    }
  }
}
