/** Checks one stage of a workflow: what it uses, what feeds its inputs, what its params are. */
import * as Schema from "effect/Schema"
import { resolve as resolvePath } from "node:path"
import type { Diagnostic, Range } from "../core/Diagnostic.ts"
import * as Suggest from "../core/Suggest.ts"
import * as Units from "../core/Units.ts"
import * as Table from "../data/Table.ts"
import * as Edge from "./Edge.ts"
import * as Expression from "./Expression.ts"
import * as FileKind from "./FileKind.ts"
import type { Param } from "./Params.ts"
import * as Port from "./Port.ts"
import * as SchemaFault from "./SchemaFault.ts"
import type { Resources } from "./Stage.ts"
import type { LoadedStage } from "./StageLibrary.ts"
import type { Binding, Body, CheckedStage } from "./CheckedStage.ts"
import * as WorkflowFile from "./WorkflowFile.ts"
import type { YamlDocument, YamlPath } from "./YamlDocument.ts"

export interface PlacedStage {
  readonly stage: WorkflowFile.StageDeclaration
  readonly path: YamlPath
}

export interface Context {
  readonly document: YamlDocument
  /** Where relative paths in the file start. */
  readonly folder: string
  readonly params: ReadonlyMap<string, Param>
  /** Params that have faults of their own: nothing is said of references to them. */
  readonly silent: ReadonlySet<string>
  readonly placed: ReadonlyMap<string, PlacedStage>
  readonly library: ReadonlyMap<string, LoadedStage>
  readonly libraryNames: ReadonlyArray<string>
  readonly machine: Resources
}

/** The output ports of every stage; undefined where the stage has faults that hide them. */
export type OutputPorts = ReadonlyMap<string, { readonly [name: string]: Port.OutputPort } | undefined>

interface Checked {
  readonly stage: CheckedStage | undefined
  readonly diagnostics: ReadonlyArray<Diagnostic>
  /** Files named in the YAML, to be looked for. */
  readonly files: ReadonlyArray<{ readonly path: string; readonly range: Range }>
}

const columns = { string: Table.string, number: Table.number, integer: Table.integer, boolean: Table.boolean }

const scriptOutput = (declaration: WorkflowFile.OutputDeclaration): Port.OutputPort | undefined => {
  if (typeof declaration === "string") {
    return FileKind.isFileKindName(declaration) ? Port.file(declaration, "") : undefined
  }
  const typed = Object.entries(declaration.table).map(([name, type]) => [name, columns[type]("")] as const)
  return Port.table(Object.fromEntries(typed), "")
}

export const outputPorts = (context: Context): OutputPorts =>
  new Map(
    [...context.placed].map(([id, { stage }]) => {
      if (stage.uses !== undefined) return [id, context.library.get(stage.uses)?.stage.outputs]
      const ports = Object.entries(stage.outputs ?? {}).map(([name, it]) => [name, scriptOutput(it)] as const)
      return [id, ports.some(([, port]) => port === undefined) ? undefined : Object.fromEntries(ports as never)]
    })
  )

/** Where an expression within the value at `path` stands: templates are found again in the text of the file. */
const expressionRange = (document: YamlDocument, path: YamlPath, text: string, at: Range): Range => {
  const whole = document.locate(path)
  const nth = text.slice(0, at.start).split("${{").length - 1
  const raw = document.source.text.slice(whole.start, whole.end)
  let start = -1
  for (let i = 0; i <= nth; i++) start = raw.indexOf("${{", start + 1)
  if (start === -1) return whole
  const close = raw.indexOf("}}", start)
  return { start: whole.start + start, end: close === -1 ? whole.end : whole.start + close + 2 }
}

const diagnose = (document: YamlDocument, range: Range, code: string, message: string, hint?: string): Diagnostic => ({
  code,
  message,
  hint,
  source: document.source,
  range
})

type Reference = { readonly stage: string; readonly port: string }
type Found = { readonly reference: Reference | undefined; readonly diagnostics: ReadonlyArray<Diagnostic> }

/** Resolves `STAGE.OUTPUT` at a place in the file. */
const lookUp = (document: YamlDocument, ports: OutputPorts, expression: Expression.Expression, range: Range): Found => {
  const { scope, member } = expression
  const not = (code: string, message: string, hint: string): Found => ({
    reference: undefined,
    diagnostics: [diagnose(document, range, code, message, hint)]
  })
  if (!ports.has(scope)) {
    return not(
      "unknown-stage",
      `there is no stage '${scope}'`,
      Suggest.hint(scope, [...ports.keys(), "params"], "stages")
    )
  }
  const outputs = ports.get(scope)
  if (outputs === undefined) return { reference: undefined, diagnostics: [] }
  if (outputs[member] === undefined) {
    const names = Object.keys(outputs)
    return not("unknown-output", `stage '${scope}' has no output '${member}'`, Suggest.hint(member, names, "outputs"))
  }
  return { reference: { stage: scope, port: member }, diagnostics: [] }
}

/** A value that must be one reference to a stage's output. */
export const reference = (document: YamlDocument, ports: OutputPorts, path: YamlPath, text: string): Found => {
  const template = Expression.parse(text)
  const fault = template.faults[0]
  const only = Expression.whole(template)
  if (fault !== undefined || only === undefined || only.scope === "params") {
    const message = fault?.message ?? "expected a stage's output: ${{ STAGE.OUTPUT }}"
    return {
      reference: undefined,
      diagnostics: [diagnose(document, document.locate(path), "invalid-expression", message)]
    }
  }
  return lookUp(document, ports, only, expressionRange(document, path, text, only.range))
}

export const check = (context: Context, ports: OutputPorts, id: string): Checked => {
  const { document, library, libraryNames } = context
  const { stage, path } = context.placed.get(id)!
  const diagnostics: Array<Diagnostic> = []
  const files: Array<{ path: string; range: Range }> = []
  const report = (range: Range, code: string, message: string, hint?: string) =>
    void diagnostics.push(diagnose(document, range, code, message, hint))
  const done = (checked?: CheckedStage): Checked => ({
    stage: diagnostics.length === 0 ? checked : undefined,
    diagnostics,
    files
  })

  if (id === "params" || Schema.decodeUnknownResult(WorkflowFile.Name)(id)._tag === "Failure") {
    const suggestion = id.toLowerCase().replace(/[^a-z0-9_]/gu, "_")
    const hint = suggestion === "params" ? undefined : `write '${suggestion}'`
    report(
      document.locateKey(path),
      "invalid-name",
      `'${id}' cannot name a stage: lower-case letters, digits and '_', a letter first, not 'params'`,
      hint
    )
  }
  if ((stage.uses === undefined) === (stage.run === undefined)) {
    report(document.locateKey(path), "stage-body", `stage '${id}' needs either 'uses' or 'run'`)
    return done()
  }
  const foreign = stage.uses === undefined ? (["with"] as const) : (["inputs", "outputs", "env"] as const)
  for (const key of foreign) {
    if (stage[key] === undefined) continue
    const hint =
      key === "with" ? "give a script its files under 'inputs' and values under 'env'" : "give it under 'with'"
    report(
      document.locateKey([...path, key]),
      "stage-body",
      `'${key}' does not go with '${stage.uses === undefined ? "run" : "uses"}'`,
      hint
    )
  }

  /** The value of an expression on params; undefined, with a Diagnostic, when there is none. */
  const param = (expression: Expression.Expression, range: Range): Param | undefined => {
    const found = context.params.get(expression.member)
    if (found === undefined && !context.silent.has(expression.member)) {
      const names = [...context.params.keys(), ...context.silent]
      report(
        range,
        "unknown-param",
        `the workflow has no param '${expression.member}'`,
        Suggest.hint(expression.member, names, "params")
      )
    }
    return found
  }

  /** A value with every `${{ params.x }}` in it filled in; `silenced` when one of them has faults of its own. */
  const fill = (value: unknown, at: YamlPath): { readonly value: unknown; readonly silenced: boolean } => {
    if (Array.isArray(value)) {
      const items = value.map((item, index) => fill(item, [...at, index]))
      return { value: items.map((item) => item.value), silenced: items.some((item) => item.silenced) }
    }
    if (value !== null && typeof value === "object") {
      const members = Object.entries(value).map(([key, member]) => [key, fill(member, [...at, key])] as const)
      return {
        value: Object.fromEntries(members.map(([key, member]) => [key, member.value])),
        silenced: members.some(([, member]) => member.silenced)
      }
    }
    if (typeof value !== "string" || !Expression.isTemplate(value)) return { value, silenced: false }
    const template = Expression.parse(value)
    for (const fault of template.faults) {
      report(expressionRange(document, at, value, fault.range), "invalid-expression", fault.message)
    }
    let silenced = template.faults.length > 0
    const filled = template.parts.map((part) => {
      if (typeof part === "string") return part
      const range = expressionRange(document, at, value, part.range)
      if (part.scope !== "params") {
        const stages = [...ports.keys()]
        const known = ports.has(part.scope)
        report(
          range,
          known ? "not-a-value" : "unknown-stage",
          known
            ? `'${part.scope}.${part.member}' is a file, a value is expected here`
            : `there is no stage '${part.scope}'`,
          known ? undefined : Suggest.hint(part.scope, [...stages, "params"], "stages")
        )
        silenced = true
        return ""
      }
      const found = param(part, range)
      silenced ||= found === undefined
      return found?.value ?? ""
    })
    return { value: Expression.whole(template) === undefined ? filled.join("") : filled[0], silenced }
  }

  /** What feeds a port; a string is a reference or a path. */
  const bind = (
    value: unknown,
    at: YamlPath,
    port: Port.FilePort | Port.TablePort | undefined
  ): Binding | undefined => {
    const range = document.locate(at)
    if (typeof value !== "string") {
      report(range, "invalid-input", "expected ${{ STAGE.OUTPUT }} or a path")
      return undefined
    }
    const template = Expression.parse(value)
    const only = Expression.whole(template)
    if (only !== undefined && only.scope !== "params") {
      const place = expressionRange(document, at, value, only.range)
      const found = lookUp(document, ports, only, place)
      diagnostics.push(...found.diagnostics)
      if (found.reference === undefined) return undefined
      const given = ports.get(found.reference.stage)![found.reference.port]!
      const fault = port === undefined ? undefined : Edge.fault(given, port)
      if (fault !== undefined) {
        report(place, "type-mismatch", `'${only.scope}.${only.member}' does not fit input '${at.at(-1)}': ${fault}`)
        return undefined
      }
      return { _tag: "Output", ...found.reference }
    }
    const before = diagnostics.length
    const filled = fill(value, at)
    if (filled.silenced || diagnostics.length > before) return undefined
    const origin = only === undefined ? context.folder : (context.params.get(only.member)?.folder ?? context.folder)
    const file = resolvePath(origin, String(filled.value))
    if (port !== undefined && FileKind.extensionOf(Port.kindOf(port), file) === undefined) {
      const { extensions } = FileKind.get(Port.kindOf(port))
      report(
        range,
        "type-mismatch",
        `'${filled.value}' is not a ${Port.kindOf(port)} file: its name must end in .${extensions.join(", .")}`
      )
      return undefined
    }
    files.push({ path: file, range })
    return { _tag: "File", path: file }
  }

  const bindPort = (value: unknown, at: YamlPath, port: Port.InputPort): Binding | undefined => {
    if (port._tag === "Optional") return bindPort(value, at, port.port)
    if (port._tag !== "List") {
      if (!Array.isArray(value)) return bind(value, at, port)
      report(document.locate(at), "type-mismatch", `input '${at.at(-1)}' takes one file, not a list`)
      return undefined
    }
    const values: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
    const items = values.map((item, index) => bind(item, Array.isArray(value) ? [...at, index] : at, port.item))
    return { _tag: "List", items: items.filter((item) => item !== undefined) }
  }

  const inputs = new Map<string, Binding>()
  let inputPorts: { readonly [name: string]: Port.InputPort } = {}
  let body: Body
  if (stage.uses !== undefined) {
    const loaded = library.get(stage.uses)
    if (loaded === undefined) {
      report(
        document.locate([...path, "uses"]),
        "unknown-stage",
        `there is no stage named '${stage.uses}'`,
        Suggest.hint(stage.uses, libraryNames, "stages")
      )
      return done()
    }
    const definition = loaded.stage
    inputPorts = definition.inputs
    const values: Record<string, unknown> = {}
    let silenced = false
    for (const [name, value] of Object.entries(stage.with ?? {})) {
      const at = [...path, "with", name]
      const port = definition.inputs[name]
      if (port !== undefined) {
        const binding = bindPort(value, at, port)
        if (binding !== undefined) inputs.set(name, binding)
      } else if (Object.hasOwn(definition.params.fields, name)) {
        const filled = fill(value, at)
        silenced ||= filled.silenced
        if (!filled.silenced) values[name] = filled.value
      } else {
        const names = [...Object.keys(definition.inputs), ...Object.keys(definition.params.fields)]
        report(
          document.locateKey(at),
          "unknown-key",
          `stage '${stage.uses}' has no input or param '${name}'`,
          Suggest.hint(name, names, "inputs and params")
        )
      }
    }
    for (const [name, port] of Object.entries(definition.inputs)) {
      if (port._tag === "Optional" || Object.hasOwn(stage.with ?? {}, name)) continue
      report(
        document.locate([...path, "uses"]),
        "missing-input",
        `input '${name}' of '${stage.uses}' is not given`,
        `under 'with': ${name}: \${{ STAGE.OUTPUT }} (${Edge.show(port)})`
      )
    }
    const decoded = Schema.decodeUnknownResult(definition.params, {
      errors: "all",
      onExcessProperty: "error",
      reportInput: true
    })(values)
    if (decoded._tag === "Failure") {
      for (const fault of SchemaFault.from(decoded.failure.issue)) {
        if (fault.code === "missing-key") {
          if (!silenced)
            report(
              document.locate([...path, "uses"]),
              "missing-param",
              `param of '${stage.uses}': ${fault.message}`,
              "give it under 'with'"
            )
        } else {
          const at = [...path, "with", ...fault.path]
          report(
            fault.atKey ? document.locateKey(at) : document.locate(at),
            fault.code,
            `param '${fault.path.join(".")}': ${fault.message}`,
            fault.hint
          )
        }
      }
      return done()
    }
    body = { _tag: "Uses", stage: definition, code: loaded.code, params: decoded.success }
  } else {
    const script = stage.run!
    for (const expression of Expression.expressions(Expression.parse(script))) {
      const place = expressionRange(document, [...path, "run"], script, expression.range)
      report(
        place,
        "expression-in-script",
        "a script takes no ${{ }}: a value could break out of its quotes",
        "declare it under 'inputs' or 'env' and write \"$name\""
      )
    }
    const ownPorts: Record<string, Port.InputPort> = {}
    for (const [name, value] of Object.entries(stage.inputs ?? {})) {
      const at = [...path, "inputs", name]
      const many = Array.isArray(value)
      const binding = many ? bindPort(value, at, Port.list(Port.file("file", ""))) : bind(value, at, undefined)
      if (binding === undefined) continue
      inputs.set(name, binding)
      ownPorts[name] = many ? Port.list(Port.file("file", "")) : Port.file("file", "")
    }
    inputPorts = ownPorts
    if (Object.keys(stage.outputs ?? {}).length === 0) {
      report(
        document.locateKey([...path, "run"]),
        "stage-body",
        `stage '${id}' declares no outputs`,
        "under 'outputs': NAME: tsv"
      )
    }
    for (const [name, declaration] of Object.entries(stage.outputs ?? {})) {
      if (typeof declaration !== "string" || FileKind.isFileKindName(declaration)) continue
      report(
        document.locate([...path, "outputs", name]),
        "unknown-kind",
        `there is no file kind '${declaration}'`,
        Suggest.hint(declaration, Object.keys(FileKind.fileKinds), "kinds")
      )
    }
    const env: Record<string, string> = {}
    for (const [name, value] of Object.entries(stage.env ?? {}))
      env[name] = String(fill(value, [...path, "env", name]).value)
    const variables = [...Object.keys(stage.inputs ?? {}), ...Object.keys(stage.outputs ?? {}), ...Object.keys(env)]
    for (const [key, names] of [
      ["inputs", stage.inputs],
      ["outputs", stage.outputs],
      ["env", stage.env]
    ] as const) {
      for (const name of Object.keys(names ?? {})) {
        const place = document.locateKey([...path, key, name])
        if (!/^[A-Za-z_][A-Za-z0-9_]*$/u.test(name))
          report(place, "invalid-name", `'${name}' cannot name a variable of the script`)
        else if (variables.indexOf(name) !== variables.lastIndexOf(name))
          report(place, "invalid-name", `'${name}' names two variables of the script`)
      }
    }
    body = { _tag: "Script", script, env }
  }

  const resources = checkResources(context, id, body._tag === "Uses" ? body.stage.resources : defaultResources, report)
  const outputs = ports.get(id)
  if (outputs === undefined) return done()
  return done({
    id,
    description: stage.description ?? (body._tag === "Uses" ? body.stage.summary : "a script of this workflow"),
    body,
    inputs,
    inputPorts,
    outputs,
    resources,
    synthetic: body._tag === "Uses" && body.stage.synthetic(body.params)
  })
}

const defaultResources: Resources = { cpus: 1, memory: 1 << 30, gpus: 0 }

/** What the YAML asks for must exist here; what a stage proposes by itself is cut to what there is. */
const checkResources = (
  { document, machine, placed }: Context,
  id: string,
  proposed: Resources,
  report: (range: Range, code: string, message: string, hint?: string) => void
): Resources => {
  const { stage, path } = placed.get(id)!
  const asked = stage.resources ?? {}
  const memory = asked.memory === undefined ? undefined : Units.parseBytes(asked.memory)
  if (asked.memory !== undefined && memory === undefined) {
    report(
      document.locate([...path, "resources", "memory"]),
      "invalid-value",
      `'${asked.memory}' is not an amount of memory`,
      "write 4 GB or 512 MiB"
    )
  }
  const wanted = { cpus: asked.cpus, memory, gpus: asked.gpus }
  for (const [name, value] of Object.entries(wanted) as ReadonlyArray<[keyof Resources, number | undefined]>) {
    if (value === undefined || value <= machine[name]) continue
    const show = (amount: number) => (name === "memory" ? Units.formatBytes(amount) : `${amount} ${name}`)
    report(
      document.locate([...path, "resources", name]),
      "impossible-resources",
      `stage '${id}' asks for ${show(value)}; this machine has ${show(machine[name])}`
    )
  }
  return {
    cpus: wanted.cpus ?? Math.min(proposed.cpus, machine.cpus),
    memory: wanted.memory ?? Math.min(proposed.memory, machine.memory),
    gpus: wanted.gpus ?? Math.min(proposed.gpus, machine.gpus)
  }
}
