/** Checks one stage of a workflow: what it uses, what feeds its inputs, what its params are. */
import * as Schema from "effect/Schema"
import * as Suggest from "../core/Suggest.ts"
import * as Units from "../core/Units.ts"
import * as Table from "../data/Table.ts"
import { report, type CheckContext, type GivenPorts } from "./CheckContext.ts"
import type { Binding, Body, CheckedStage, Instance } from "./CheckedStage.ts"
import * as Edge from "./Edge.ts"
import * as FileKind from "./FileKind.ts"
import { fill } from "./Fill.ts"
import * as InputCheck from "./InputCheck.ts"
import { nearest } from "./NameCheck.ts"
import * as PolicyCheck from "./PolicyCheck.ts"
import * as Port from "./Port.ts"
import * as ScatterCheck from "./ScatterCheck.ts"
import * as SchemaFault from "./SchemaFault.ts"
import type { Resources } from "./Stage.ts"
import * as Template from "./Template.ts"
import * as WorkflowFile from "./WorkflowFile.ts"
import type { YamlPath } from "./YamlDocument.ts"

type InputPorts = { readonly [name: string]: Port.InputPort }

/** The half of a stage that depends on whether it uses a stage or runs a script. */
interface Half {
  readonly body: Body
  readonly inputs: ReadonlyMap<string, Binding>
  readonly inputPorts: InputPorts
  readonly proposed: Resources
  readonly description: string
}

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

/** What one task of the stage writes; undefined where faults hide it. */
const outputPorts = (
  { library }: Pick<CheckContext, "library">,
  stage: WorkflowFile.StageDeclaration
): OutputPorts | undefined => {
  if (stage.uses !== undefined) return library.get(stage.uses)?.stage.outputs
  const ports = Object.entries(stage.outputs ?? {}).map(([name, it]) => [name, scriptOutput(it)] as const)
  return ports.some(([, port]) => port === undefined) ? undefined : (Object.fromEntries(ports) as OutputPorts)
}

export const givenPorts = (context: Pick<CheckContext, "placed" | "library">): GivenPorts =>
  new Map(
    [...context.placed].map(([id, { stage }]) => {
      const ports = outputPorts(context, stage)
      if (ports === undefined || stage.scatter === undefined) return [id, ports]
      return [id, Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, Port.gathered(port)]))]
    })
  )

/** Whether the stage's `if` leaves it in. */
export const isOn = (context: CheckContext, id: string): boolean => {
  const { stage, path } = context.placed.get(id)!
  if (stage.if === undefined) return true
  const at = [...path, "if"]
  const { value, broken } = fill(context, stage.if, at)
  if (broken || typeof value === "boolean") return value !== false
  report(
    context,
    context.document.locate(at),
    "invalid-value",
    `'if' must be true or false, not ${JSON.stringify(value)}`
  )
  return true
}

/** Undefined, with Diagnostics in the context, when the stage has faults. */
export const check = (context: CheckContext, id: string): CheckedStage | undefined => {
  const { stage, path } = context.placed.get(id)!
  const before = context.diagnostics.length
  checkShape(context, id)
  if (stage.run !== undefined)
    context.scripts.push({ text: stage.run, document: context.document, path: [...path, "run"] })
  const scatter = ScatterCheck.read(context, stage, path)
  const instances: Array<Instance> = []
  let half: Half | undefined
  for (const { chosen, items } of scatter?.combinations ?? [ScatterCheck.unknown(stage)]) {
    const scoped = { ...context, items }
    half =
      stage.uses !== undefined
        ? checkUses(scoped, id, stage.uses)
        : stage.run !== undefined
          ? checkScript(scoped, id, stage.run)
          : undefined
    // What is wrong with one is as a rule wrong with all: it is told once.
    if (half === undefined || context.diagnostics.length > before) break
    const own = stage.scatter === undefined ? [] : [{ chosen, shards: scatter!.shards }]
    instances.push({ levels: [...context.levels, ...own], body: half.body, inputs: half.inputs })
  }
  const resources = checkResources(context, id, half?.proposed ?? defaultResources)
  const policy = PolicyCheck.check(context, id)
  const outputs = outputPorts(context, stage)
  if (half === undefined || outputs === undefined || context.diagnostics.length > before) return undefined
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
    synthetic: instances.some(({ body }) => body._tag === "Uses" && body.stage.synthetic(body.params))
  }
}

const checkShape = (context: CheckContext, id: string): void => {
  const { document } = context
  const { stage, path } = context.placed.get(id)!
  if (id === "params" || Schema.decodeUnknownResult(WorkflowFile.Name)(id)._tag === "Failure") {
    const near = id === "params" ? undefined : nearest(id)
    const message = `'${id}' cannot name a stage: lower-case letters, digits and '_', a letter first, not 'params'`
    report(context, document.locateKey(path), "invalid-name", message, near && `write '${near}'`)
  }
  if ((stage.uses === undefined) === (stage.run === undefined)) {
    report(context, document.locateKey(path), "stage-body", `stage '${id}' needs either 'uses' or 'run'`)
    return
  }
  const [own, foreign, hint] =
    stage.uses === undefined
      ? ["run", ["with"], "give a script its files under 'inputs' and values under 'env'"]
      : ["uses", ["inputs", "outputs", "env", "container", "network"], "give it under 'with'"]
  for (const key of foreign as ReadonlyArray<keyof typeof stage>) {
    if (stage[key] === undefined) continue
    report(
      context,
      document.locateKey([...path, key]),
      "stage-body",
      `'${key}' does not go with '${own}'`,
      hint as string
    )
  }
}

const checkUses = (context: CheckContext, id: string, name: string): Half | undefined => {
  const { document } = context
  const { stage, path } = context.placed.get(id)!
  const usesRange = document.locate([...path, "uses"])
  const loaded = context.library.get(name)
  if (loaded === undefined) {
    const hint = Suggest.hint(name, context.libraryNames, "stages")
    report(context, usesRange, "unknown-stage", `there is no stage named '${name}'`, hint)
    return undefined
  }
  const definition = loaded.stage
  const given = stage.with ?? {}
  const inputs = new Map<string, Binding>()
  const values: Record<string, unknown> = {}
  const broken = new Set<string>()
  for (const [key, value] of Object.entries(given)) {
    const at = [...path, "with", key]
    const port = Object.hasOwn(definition.inputs, key) ? definition.inputs[key] : undefined
    if (port !== undefined) {
      const binding = InputCheck.bind(context, value, at, port)
      if (binding !== undefined) inputs.set(key, binding)
    } else if (Object.hasOwn(definition.params.fields, key)) {
      const filled = fill(context, value, at)
      if (filled.broken) broken.add(key)
      // A param of the workflow without a value is as if it were not written here.
      else if (filled.value !== null || value === null) values[key] = filled.value
    } else {
      const names = [...Object.keys(definition.inputs), ...Object.keys(definition.params.fields)]
      const hint = Suggest.hint(key, names, "inputs and params")
      report(context, document.locateKey(at), "unknown-key", `stage '${name}' has no input or param '${key}'`, hint)
    }
  }
  for (const [key, port] of Object.entries(definition.inputs)) {
    if (port._tag === "Optional" || Object.hasOwn(given, key)) continue
    const hint = `under 'with': ${key}: \${{ STAGE.OUTPUT }} (${Edge.show(port)})`
    report(context, usesRange, "missing-input", `input '${key}' of '${name}' is not given`, hint)
  }
  const decoded = Schema.decodeUnknownResult(definition.params, {
    errors: "all",
    onExcessProperty: "error",
    reportInput: true
  })(values)
  if (decoded._tag === "Failure") {
    for (const fault of SchemaFault.from(decoded.failure.issue)) {
      const at = [...path, "with", ...fault.path]
      if (fault.code === "missing-key" && fault.path.length === 0) {
        if (![...broken].some((key) => fault.message.includes(`'${key}'`))) {
          report(context, usesRange, "missing-param", `param of '${name}': ${fault.message}`, "give it under 'with'")
        }
        continue
      }
      const range = fault.atKey ? document.locateKey(at) : document.locate(at)
      report(context, range, fault.code, `param '${fault.path.join(".")}': ${fault.message}`, fault.hint)
    }
    return undefined
  }
  return {
    body: { _tag: "Uses", ...loaded, params: decoded.success },
    inputs,
    inputPorts: definition.inputs,
    proposed: definition.resources,
    description: definition.summary
  }
}

const variable = /^[A-Za-z_][A-Za-z0-9_]*$/u

const checkScript = (context: CheckContext, id: string, script: string): Half => {
  const { document } = context
  const { stage, path } = context.placed.get(id)!
  const { inputs: given = {}, outputs = {}, env: values = {} } = stage
  // A value put into the text of a script could break out of its quotes.
  if (Template.has(script)) {
    const hint = "declare it under 'inputs' or 'env' and write \"$name\""
    report(context, document.locateKey([...path, "run"]), "expression-in-script", "a script takes no ${{ }}", hint)
  }
  const inputs = new Map<string, Binding>()
  const inputPorts: Record<string, Port.InputPort> = {}
  for (const [name, value] of Object.entries(given)) {
    const binding = InputCheck.bindAny(context, value, [...path, "inputs", name])
    if (binding === undefined) continue
    inputs.set(name, binding)
    inputPorts[name] = binding._tag === "List" ? Port.list(Port.file("file", "")) : Port.file("file", "")
  }
  if (Object.keys(outputs).length === 0) {
    report(
      context,
      document.locateKey([...path, "run"]),
      "stage-body",
      `stage '${id}' declares no outputs`,
      "under 'outputs': NAME: tsv"
    )
  }
  for (const [name, declaration] of Object.entries(outputs)) {
    if (typeof declaration !== "string" || FileKind.isFileKindName(declaration)) continue
    const near = FileKind.named(declaration)
    const hint =
      near === undefined
        ? Suggest.hint(declaration, Object.keys(FileKind.fileKinds), "kinds")
        : `write its kind: ${near}`
    report(
      context,
      document.locate([...path, "outputs", name]),
      "unknown-kind",
      `there is no file kind '${declaration}'`,
      hint
    )
  }
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(values))
    env[name] = String(fill(context, value, [...path, "env", name]).value)
  checkVariables(context, path, { inputs: given, outputs, env: values })
  return {
    body: { _tag: "Script", script, env, ...checkContainer(context, id) },
    inputs,
    inputPorts,
    proposed: defaultResources,
    description: "a script of this workflow"
  }
}

const checkContainer = (context: CheckContext, id: string): Partial<Body & { readonly _tag: "Script" }> => {
  const { stage, path } = context.placed.get(id)!
  if (stage.container === undefined) {
    if (stage.network !== undefined) {
      const range = context.document.locateKey([...path, "network"])
      report(context, range, "stage-body", "'network' goes with 'container': other scripts have it anyway")
    }
    return {}
  }
  const { value, broken } = fill(context, stage.container, [...path, "container"])
  const image = String(value).replace(/^docker:\/\//u, "")
  // A leading dash would be an option; anything but letters and these is no image's name.
  if (!broken && !/^[\w./][\w./:@+-]*$/u.test(image)) {
    const range = context.document.locate([...path, "container"])
    report(context, range, "invalid-value", `'${value}' is not a container image`, "write docker://python:3.12")
  }
  return { container: { image, network: stage.network ?? false } }
}

/** Inputs, outputs and env share one space of names: the script's variables. */
const checkVariables = (context: CheckContext, path: YamlPath, groups: Readonly<Record<string, object>>): void => {
  const seen = new Set<string>()
  for (const [group, members] of Object.entries(groups)) {
    for (const name of Object.keys(members)) {
      const problem = !variable.test(name)
        ? "cannot name a variable"
        : seen.has(name)
          ? "names two variables"
          : undefined
      seen.add(name)
      if (problem === undefined) continue
      const range = context.document.locateKey([...path, group, name])
      report(context, range, "invalid-name", `'${name}' ${problem} of the script`)
    }
  }
}

const defaultResources: Resources = { cpus: 1, memory: 1 << 30, gpus: 0 }

const showAmount = (name: keyof Resources, amount: number): string =>
  name === "memory" ? Units.formatBytes(amount) : `${amount} ${name}`

/** What the YAML asks for must exist here; what a stage proposes by itself is cut to what there is. */
const checkResources = (context: CheckContext, id: string, proposed: Resources): Resources => {
  const { document, machine } = context
  const { stage, path } = context.placed.get(id)!
  const asked = stage.resources ?? {}
  const memory = asked.memory === undefined ? undefined : Units.parseBytes(asked.memory)
  if (asked.memory !== undefined && memory === undefined) {
    const range = document.locate([...path, "resources", "memory"])
    report(context, range, "invalid-value", `'${asked.memory}' is not an amount of memory`, "write 4 GB or 512 MiB")
  }
  const wanted: Partial<Resources> = {
    ...(asked.cpus === undefined ? {} : { cpus: asked.cpus }),
    ...(memory === undefined ? {} : { memory }),
    ...(asked.gpus === undefined ? {} : { gpus: asked.gpus })
  }
  const amount = (name: keyof Resources): number => {
    const value = wanted[name]
    // What a machine has is looked up when a stage wants some of it: to find GPUs takes a second.
    if ((value ?? proposed[name]) === 0) return 0
    if (value === undefined) return Math.min(proposed[name], machine[name])
    if (value > machine[name]) {
      const range = document.locate([...path, "resources", name])
      const message = `stage '${id}' asks for ${showAmount(name, value)}; this machine has ${showAmount(name, machine[name])}`
      report(context, range, "impossible-resources", message)
    }
    return value
  }
  return { cpus: amount("cpus"), memory: amount("memory"), gpus: amount("gpus") }
}
