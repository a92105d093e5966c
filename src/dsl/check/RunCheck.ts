/** Checks a stage that runs a script: what it is given, what it says that it writes, and the names of its variables. */
import { resolve as resolvePath } from "node:path"
import * as Suggest from "../../core/Suggest.ts"
import { report, type CheckContext } from "./CheckContext.ts"
import type { Binding, Body } from "./CheckedStage.ts"
import * as FileKind from "../stage/FileKind.ts"
import { fill } from "./Fill.ts"
import * as InputCheck from "./InputCheck.ts"
import * as Port from "../stage/Port.ts"
import * as ResourcesCheck from "./ResourcesCheck.ts"
import type { StageBody } from "./StageBody.ts"
import * as Template from "../text/Template.ts"
import type { YamlPath } from "../text/YamlDocument.ts"

/** Variables that bash sets by itself: what is put into them is not what a script reads. */
const ofBash = new Set(
  (
    "_ BASH BASHOPTS BASHPID BASH_COMMAND BASH_EXECUTION_STRING BASH_SUBSHELL BASH_VERSINFO BASH_VERSION BASH_XTRACEFD " +
    "COMP_WORDBREAKS EPOCHREALTIME EPOCHSECONDS HISTCMD IFS LINENO OLDPWD OPTERR OPTIND PPID PS4 PWD RANDOM SECONDS " +
    "SHELLOPTS SHLVL SRANDOM"
  ).split(" ")
)

/** What programs take for settings: fine under `env`, never as the path of an input or output. */
const settings = new Set(
  "BASH_ENV ENV HOME LANG LC_ALL LD_LIBRARY_PATH LD_PRELOAD PATH POSIXLY_CORRECT TMPDIR".split(" ")
)

const variable = /^[A-Za-z_][A-Za-z0-9_]*$/u

/** What holds for every task of the stage: its script, the kinds of its outputs, the names of its variables. */
export const checkDeclaration = (context: CheckContext, id: string, script: string): void => {
  const { document } = context
  const { stage, path, faulty } = context.placed.get(id)!
  const { inputs = {}, outputs = {}, env = {} } = stage
  // A value put into the text of a script could break out of its quotes.
  if (Template.has(script)) {
    const hint = "declare it under 'inputs' or 'env' and write \"$name\""
    report(context, document.locateKey([...path, "run"]), "expression-in-script", "a script takes no ${{ }}", hint)
  }
  // `#!/usr/bin/env python3`: to bash it is a comment.
  const other = /^\s*#!.*?\/(?:env\s+(?:-\S+\s+)*)?([^\s/]+)(?:\s|$)/u.exec(script)?.[1]
  if (other !== undefined && !/^(?:ba)?sh$/u.test(other)) {
    const hint = `put it into a file: inputs: { program: ./FILE }, run: ${other} "$program"`
    report(context, document.locateKey([...path, "run"]), "stage-body", `bash runs a script, not ${other}`, hint)
  }
  if (Object.keys(outputs).length === 0 && !faulty.has("outputs")) {
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
    const kinds = Object.keys(FileKind.fileKinds)
    const other = `file.${declaration.replace(/^\./u, "")}`
    const hint =
      near !== undefined
        ? `write its kind: ${near}`
        : Suggest.closest(declaration, kinds) !== undefined || !FileKind.isFileKindName(other)
          ? Suggest.hint(declaration, kinds, "kinds")
          : `a file of any other ending: ${other}; the kinds are: ${kinds.join(", ")}`
    report(
      context,
      document.locate([...path, "outputs", name]),
      "unknown-kind",
      `there is no file kind '${declaration}'`,
      hint
    )
  }
  checkVariables(context, path, { inputs, outputs, env })
}

/** What one task of it is given. */
export const check = (context: CheckContext, id: string, script: string): StageBody => {
  const { stage, path } = context.placed.get(id)!
  const inputs = new Map<string, Binding>()
  const inputPorts: Record<string, Port.InputPort> = {}
  for (const [name, value] of Object.entries(stage.inputs ?? {})) {
    const binding = InputCheck.bindAny(context, value, [...path, "inputs", name])
    if (binding === undefined) continue
    inputs.set(name, binding)
    inputPorts[name] = binding._tag === "List" ? Port.list(Port.file("file", "")) : Port.file("file", "")
  }
  const env: Record<string, string> = {}
  for (const [name, written] of Object.entries(stage.env ?? {})) {
    const at = [...path, "env", name]
    const { value } = fill(context, written, at)
    checkSpelling(context, written, at)
    // What has no value is empty, as shells have it.
    env[name] = value === null ? "" : String(value)
    if (value === null || typeof value !== "object") continue
    const what = Array.isArray(value) ? "a list" : "a mapping"
    const hint =
      "scatter over it and give the values of one item: ${{ item }}, ${{ item.COLUMN }}; or one of them: x[0]"
    report(context, context.document.locate(at), "type-mismatch", `'${name}' takes a text, not ${what}`, hint)
  }
  return {
    body: { _tag: "Script", script, env, ...checkTools(context, id), ...checkContainer(context, id) },
    inputs,
    inputPorts,
    proposed: ResourcesCheck.standard,
    description: "a script of this workflow"
  }
}

/** The tools that a script names, with their commands. */
const checkTools = (context: CheckContext, id: string): Partial<Body & { readonly _tag: "Script" }> => {
  const { document } = context
  const { stage, path } = context.placed.get(id)!
  if (stage.tools === undefined) return {}
  if (stage.container !== undefined) {
    const message = "'tools' does not go with 'container': the image's digest says what is in it"
    report(context, document.locateKey([...path, "tools"]), "stage-body", message)
    return {}
  }
  const tools: Record<string, string> = {}
  const take = (name: string, command: string, at: YamlPath) => {
    tools[name] = command
    context.scripts.push({ text: command, document, path: at })
    if (Template.has(command))
      report(context, document.locate(at), "expression-in-script", "the command of a tool takes no ${{ }}")
  }
  if (!Array.isArray(stage.tools)) {
    for (const [name, command] of Object.entries(stage.tools)) take(name, command as string, [...path, "tools", name])
    return { tools }
  }
  for (const [index, name] of (stage.tools as ReadonlyArray<string>).entries()) {
    const command = Object.hasOwn(context.tools, name) ? context.tools[name] : undefined
    if (command !== undefined) take(name, command, ["tools", name])
    else {
      const hint =
        Object.keys(context.tools).length === 0
          ? "beside 'stages': tools: { python: python3 -VV }"
          : Suggest.hint(name, Object.keys(context.tools), "tools")
      const range = document.locate([...path, "tools", index])
      report(context, range, "unknown-tool", `the workflow has no tool '${name}'`, hint)
    }
  }
  return { tools }
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
  const given = String(value)
  const image = given.replace(/^docker:\/\//u, "")
  const network = stage.network ?? false
  const range = context.document.locate([...path, "container"])
  // What apptainer builds, and labs keep as a file.
  if (!broken && !given.includes("://") && /^\.{0,2}\/|\.sif$/u.test(given)) {
    const { folder, ...origin } = InputCheck.originOf(context, stage.container, [...path, "container"])
    const file = resolvePath(folder, given)
    context.files.push({ ...origin, path: file, hint: undefined })
    return { container: { image: file, network } }
  }
  // A leading dash would be an option; anything but letters and these is no image's name.
  if (!broken && !/^\w[\w.-]*(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/u.test(image))
    report(
      context,
      range,
      "invalid-value",
      `'${given}' is not a container image`,
      "write docker://python:3.12, or the path of an image file of apptainer: ./tools.sif"
    )
  return { container: { image, network } }
}

/** 1.10 is the number 1.1, and True is true: a script would not be given what is written. */
const checkSpelling = (context: CheckContext, value: unknown, path: YamlPath): void => {
  if (typeof value !== "number" && typeof value !== "boolean") return
  const range = context.document.locate(path)
  const text = context.document.source.text.slice(range.start, range.end)
  const same = typeof value === "number" ? Number(text) === value : text.toLowerCase() === String(value)
  if (!same || text === String(value)) return
  const message = `${text} is read as ${value}: the script would be given that`
  report(context, range, "env-spelling", message, `write it in quotes: "${text}"`)
}

/** Inputs, outputs and env share one space of names: the script's variables. */
const checkVariables = (context: CheckContext, path: YamlPath, groups: Readonly<Record<string, object>>): void => {
  const seen = new Set<string>()
  for (const [group, members] of Object.entries(groups)) {
    for (const name of Object.keys(members)) {
      const problem = !variable.test(name)
        ? "cannot name a variable of the script"
        : seen.has(name)
          ? "names two variables of the script"
          : ofBash.has(name) || (group !== "env" && settings.has(name))
            ? "cannot name a variable of the script: to bash it means something else"
            : undefined
      seen.add(name)
      if (problem === undefined) continue
      const range = context.document.locateKey([...path, group, name])
      report(context, range, "invalid-name", `'${name}' ${problem}`)
    }
  }
}
