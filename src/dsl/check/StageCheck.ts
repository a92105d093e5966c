/** Checks one stage of a workflow: its name and keys, its scatter, and each way of running it. */
import * as Schema from "effect/Schema"
import * as Table from "../../data/Table.ts"
import { report, type CheckContext, type GivenPorts, type PlacedStage } from "./CheckContext.ts"
import type { CheckedStage, Instance, SkippedKey } from "./CheckedStage.ts"
import * as ExpressionParser from "../text/ExpressionParser.ts"
import * as FileKind from "../stage/FileKind.ts"
import { fill } from "./Fill.ts"
import * as KeyCheck from "./KeyCheck.ts"
import { nearest } from "../file/NameCheck.ts"
import * as ParamValue from "../param/ParamValue.ts"
import * as PolicyCheck from "./PolicyCheck.ts"
import * as Port from "../stage/Port.ts"
import * as Reference from "./Reference.ts"
import * as ResourcesCheck from "./ResourcesCheck.ts"
import * as RunCheck from "./RunCheck.ts"
import * as ScatterCheck from "./ScatterCheck.ts"
import type { StageBody } from "./StageBody.ts"
import * as UsesCheck from "./UsesCheck.ts"
import * as WorkflowFile from "../file/WorkflowFile.ts"

const columns = {
  string: Table.string(""),
  number: Table.number(""),
  integer: Table.integer(""),
  boolean: Table.boolean(""),
  "string?": Table.nullable(Table.string("")),
  "number?": Table.nullable(Table.number("")),
  "integer?": Table.nullable(Table.integer("")),
  "boolean?": Table.nullable(Table.boolean(""))
}

const scriptOutput = (declaration: WorkflowFile.OutputDeclaration): Port.OutputPort | undefined => {
  if (typeof declaration === "string") {
    return FileKind.isFileKindName(declaration) ? Port.file(declaration, "") : undefined
  }
  const typed = Object.entries(declaration.table).map(([name, type]) => [name, columns[type]] as const)
  return Port.table(Object.fromEntries(typed), "")
}

type OutputPorts = { readonly [name: string]: Port.OutputPort }

const isKey = (name: string): boolean => Object.hasOwn(WorkflowFile.StageDeclaration.fields, name)

/** Whether it is known what the stage runs: a key that is none may have been meant to say it. */
const isBodyKnown = ({ faulty }: PlacedStage): boolean =>
  ![...faulty].some((key) => key === "uses" || key === "run" || !isKey(key))

/** What one task of the stage writes; undefined where faults hide it. */
const outputPorts = ({ library }: Pick<CheckContext, "library">, placed: PlacedStage): OutputPorts | undefined => {
  const { stage, faulty } = placed
  if (!isBodyKnown(placed) || faulty.has("outputs")) return undefined
  if (stage.uses !== undefined) return library.get(stage.uses)?.stage.outputs
  const ports = Object.entries(stage.outputs ?? {}).map(([name, it]) => [name, scriptOutput(it)] as const)
  return ports.some(([, port]) => port === undefined) ? undefined : (Object.fromEntries(ports) as OutputPorts)
}

export const givenPorts = (context: Pick<CheckContext, "placed" | "library">): GivenPorts =>
  new Map(
    [...context.placed].map(([id, placed]) => {
      const { stage, faulty } = placed
      const ports = faulty.has("scatter") ? undefined : outputPorts(context, placed)
      if (ports === undefined || stage.scatter === undefined) return [id, ports]
      return [id, Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, Port.gathered(port)]))]
    })
  )

/** Whether its `if` looks at items of its scatter. */
const looksAtItems = (context: CheckContext, { stage }: PlacedStage): boolean => {
  if (stage.if === undefined || stage.scatter === undefined) return false
  const items = new Set(ScatterCheck.unknown(stage).items.map(([name]) => name))
  return Reference.namesIn(stage.if).some(({ path: [scope] }) => items.has(scope!) && !context.placed.has(scope!))
}

/** Whether the stage's `if` leaves it in; one that looks at items leaves out some of them, see {@link included}. */
export const isOn = (context: CheckContext, id: string): boolean =>
  looksAtItems(context, context.placed.get(id)!) || isTrue(context, id)

/** The combinations that its `if` leaves in. */
export const included = (
  context: CheckContext,
  id: string,
  { combinations }: ScatterCheck.Scatter
): ReadonlyArray<ScatterCheck.Combination> =>
  looksAtItems(context, context.placed.get(id)!)
    ? combinations.filter(({ items }) => isTrue({ ...context, items: new Map(items) }, id))
    : combinations

const isTrue = (context: CheckContext, id: string): boolean => {
  const { stage, path } = context.placed.get(id)!
  if (stage.if === undefined) return true
  const at = [...path, "if"]
  const { value, broken } = fill(context, stage.if, at)
  if (broken || typeof value === "boolean") return value !== false
  report(
    context,
    context.document.locate(at),
    "invalid-value",
    `'if' must be true or false, not ${JSON.stringify(value)}`,
    typeof value !== "string" || value !== stage.if
      ? undefined
      : (ParamValue.hint({ type: "boolean" }, value) ?? `write it as an expression: "\${{ ${value} }}"`)
  )
  return true
}

/** Undefined, with Diagnostics in the context, when the stage has faults. */
export const check = (context: CheckContext, id: string): CheckedStage | undefined => {
  const { stage, path, faulty } = context.placed.get(id)!
  const before = context.diagnostics.length
  checkShape(context, id)
  if (!isBodyKnown(context.placed.get(id)!) || faulty.has("scatter") || faulty.has("with")) return undefined
  if (stage.run !== undefined) {
    context.scripts.push({ text: stage.run, document: context.document, path: [...path, "run"] })
    RunCheck.checkDeclaration(context, id, stage.run)
  }
  const scatter = ScatterCheck.read(context, stage, path)
  const instances: Array<Instance> = []
  let half: StageBody | undefined
  const used = new ScatterCheck.UsedItems()
  const skipped: Array<SkippedKey> = []
  const skipKey = (key: SkippedKey) => void skipped.push(key)
  const scoped = { ...context, items: used, ...(stage.missing === "skip" ? { skipKey } : {}) }
  const those = scatter && included(context, id, scatter)
  for (const combination of ScatterCheck.checked(those, stage)) {
    const without = skipped.length
    used.take(combination.items)
    let found =
      stage.uses !== undefined
        ? UsesCheck.check(scoped, id, stage.uses)
        : stage.run !== undefined
          ? RunCheck.check(scoped, id, stage.run)
          : undefined
    if (skipped.length > without) {
      // Of what is left out nothing more is said.
      context.diagnostics.length = before
      continue
    }
    if (those?.length === 0 && context.diagnostics.length === before) found ??= unfilled(context, id)
    half = found
    // What is wrong with one is as a rule wrong with all: it is told once.
    if (half === undefined || scatter === undefined || context.diagnostics.length > before) break
    const own = stage.scatter === undefined ? [] : [ScatterCheck.levelOf(scatter, combination, those?.length === 0)]
    instances.push({ levels: [...context.levels, ...own], body: half.body, inputs: half.inputs })
  }
  if (skipped.length > 0 && instances.length === 0 && context.diagnostics.length === before) {
    const message = `no item of '${id}' has all that it reads: '${skipped[0]!.from}' has nothing for '${skipped[0]!.item}'`
    report(context, context.document.locate([...path, "missing"]), "missing-keys", message)
  }
  if (half !== undefined && scatter !== undefined && instances.length === 0 && stage.scatter !== undefined) {
    const empty = ScatterCheck.levelOf(scatter, ScatterCheck.unknown(stage), true)
    instances.push({ levels: [...context.levels, empty], body: half.body, inputs: half.inputs })
  }
  const isEmpty = instances.every(({ levels }) => levels.at(-1)?.empty === true)
  if (half !== undefined && scatter !== undefined && !isEmpty && context.diagnostics.length === before)
    ScatterCheck.checkUse(context, used, stage, path)
  const resources = ResourcesCheck.check(context, id, half?.proposed ?? ResourcesCheck.standard)
  const policy = PolicyCheck.check(context, id)
  const outputs = outputPorts(context, context.placed.get(id)!)
  const keyed = half === undefined ? [] : KeyCheck.together(context, id, half.inputs)
  if (half === undefined || scatter === undefined || outputs === undefined || context.diagnostics.length > before)
    return undefined
  return {
    id: `${context.prefix}${id}`,
    description: stage.description ?? half.description,
    instances,
    depth: context.levels.length,
    scattered: stage.scatter !== undefined || context.levels.length > 0,
    inputPorts: half.inputPorts,
    outputs,
    resources,
    policy,
    missing: stage.missing ?? "fail",
    // One item may lack several files.
    skipped: [...new Map(skipped.map((each) => [each.item, each])).values()],
    keyed,
    synthetic: !isEmpty && instances.some(({ body }) => body._tag === "Uses" && body.stage.synthetic(body.params))
  }
}

/** Of a stage whose params no item gives. */
const unfilled = ({ library, placed }: CheckContext, id: string): StageBody | undefined => {
  const loaded = library.get(placed.get(id)!.stage.uses ?? "")
  if (loaded === undefined) return undefined
  const { inputs: inputPorts, resources: proposed, summary: description } = loaded.stage
  return { body: { _tag: "Uses", ...loaded, params: {} }, inputs: new Map(), inputPorts, proposed, description }
}

const checkShape = (context: CheckContext, id: string): void => {
  const { document } = context
  const { stage, path } = context.placed.get(id)!
  if (ExpressionParser.reserved.has(id)) {
    report(context, document.locateKey(path), "invalid-name", `'${id}' cannot name a stage: it means something else`)
  } else if (Schema.decodeUnknownResult(WorkflowFile.Name)(id)._tag === "Failure") {
    const near = nearest(id)
    const message = `'${id}' cannot name a stage: lower-case letters, digits and '_', a letter first`
    report(context, document.locateKey(path), "invalid-name", message, near && `write '${near}'`)
  }
  if (stage.uses === undefined && stage.run === undefined) {
    if (isBodyKnown(context.placed.get(id)!))
      report(context, document.locateKey(path), "stage-body", `stage '${id}' needs either 'uses' or 'run'`)
    return
  }
  const [own, foreign, hint] =
    stage.uses === undefined
      ? ["run", ["with"], "give a script its files under 'inputs' and values under 'env'"]
      : ["uses", ["run", "inputs", "outputs", "env", "tools", "container", "network"], "give it under 'with'"]
  for (const key of foreign as ReadonlyArray<keyof typeof stage>) {
    if (stage[key] === undefined) continue
    report(
      context,
      document.locateKey([...path, key]),
      "stage-body",
      `'${key}' does not go with '${own}'`,
      key === "run" ? "a stage has one of the two" : (hint as string)
    )
  }
}
