/**
 * A lab's own TypeScript or JavaScript, loaded without a build step: the file and all that it imports become one text.
 *
 * Only `agflow` itself stays outside: whatever lies in the lab's node_modules, stages use the installation that runs them.
 */
import * as Digest from "../core/Digest.ts"
import { type Diagnostic, type SourceText } from "../core/Diagnostic.ts"
import { messageOf } from "../core/Failure.ts"
import type { CodeTrust } from "../dsl/typescript/CodeTrust.ts"
import * as Stage from "../dsl/stage/Stage.ts"
import type { Imported, LoadedStage, StageModule } from "../dsl/typescript/StageLibrary.ts"
import * as TypedWorkflow from "../dsl/typescript/TypedWorkflow.ts"
import type { BuildFailure, Message, Plugin } from "esbuild"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join, resolve } from "node:path"
import { pathToFileURL } from "node:url"

/** Stands for the place of the installation, which is no part of a stage's code. */
const installation = "agflow-installation:"

// Without the flag u: these are matched by esbuild, whose expressions are not JavaScript's.
const packages = { agflow: new RegExp("^agflow(/|$)"), effect: new RegExp("^effect(/|$)") }

const face: Plugin = {
  name: "agflow",
  setup: (build) => {
    build.onResolve({ filter: packages.agflow }, ({ path }) =>
      path === "agflow" || path.startsWith("agflow/stages/")
        ? { path: `${installation}${path}`, external: true }
        : { errors: [{ text: `agflow has no '${path}': there are 'agflow' and 'agflow/stages/NAME'` }] }
    )
    // A second copy of Effect beside the one that runs the stage would not always fit.
    build.onResolve({ filter: packages.effect }, ({ path }) => {
      const name = path.slice("effect/".length) || "Effect"
      return { errors: [{ text: `'${path}' cannot be imported: write import { ${name} } from "agflow"` }] }
    })
  }
}

/** Where `agflow` and `agflow/stages/NAME` lie in the folder that the build wrote. */
const located = (text: string, distribution: string): string =>
  text.replaceAll(
    new RegExp(`(["'])${installation}agflow(?:/stages/([\\w-]+))?\\1`, "gu"),
    (_, _quote, stage?: string) =>
      JSON.stringify(pathToFileURL(join(distribution, stage === undefined ? "index.js" : `modules/${stage}.js`)).href)
  )

/** Digests of the parts of agflow that the text takes from it: when they change, so does what the stage does. */
const borrowed = (text: string, distribution: string): ReadonlyArray<readonly [name: string, digest: string]> => {
  const digests = JSON.parse(readFileSync(join(distribution, "face.json"), "utf8")) as Readonly<Record<string, string>>
  const statements = [...text.matchAll(new RegExp(`(\\{[^{}]*\\}|\\*[^;]*)\\s*from\\s*"${installation}agflow"`, "gu"))]
  const names = new Set(statements.flatMap(([, list]) => list!.match(/[\w$*]+/gu) ?? []))
  return Object.entries(digests).filter(([name]) => names.has(name) || names.has("*"))
}

interface Bundle {
  readonly module: StageModule
  /** The user's own files that the file imports by itself. */
  readonly imports: ReadonlyArray<string>
}

const bundle = async (file: string, distribution: string): Promise<Bundle> => {
  const { build, transform } = await import("esbuild")
  const folder = dirname(file)
  const { outputFiles, metafile } = await build({
    entryPoints: [file],
    outfile: join(folder, "stage.mjs"),
    absWorkingDir: folder,
    write: false,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    charset: "utf8",
    legalComments: "none",
    sourcemap: "external",
    sourcesContent: false,
    metafile: true,
    logLevel: "silent",
    plugins: [face],
    banner: {
      js: 'import { createRequire as agflowRequire } from "node:module";const require = agflowRequire(import.meta.url);'
    }
  })
  const code = outputFiles.find(({ path }) => path.endsWith(".mjs"))!.text
  const map = JSON.parse(outputFiles.find(({ path }) => path.endsWith(".map"))!.text) as { sources: Array<string> }
  // By their whole names, so that an error names the user's file wherever the text is loaded from.
  const sources = map.sources.map((source) => pathToFileURL(resolve(folder, source)).href)
  const inline = Buffer.from(JSON.stringify({ ...map, sources })).toString("base64")
  const compact = await transform(code, {
    format: "esm",
    charset: "utf8",
    minifyWhitespace: true,
    legalComments: "none"
  })
  const own = metafile.inputs[basename(file)]?.imports ?? []
  return {
    module: {
      digest: Digest.ofJson([compact.code, borrowed(code, distribution)]),
      text: `${located(code, distribution)}\n//# sourceMappingURL=data:application/json;base64,${inline}\n`
    },
    imports: own
      .filter(({ path, external }) => external !== true && !path.includes("node_modules/"))
      .map(({ path }) => resolve(folder, path))
  }
}

type Exports = Readonly<Record<string, unknown>>

let loads = 0

/**
 * Loads it anew each time: what one task changes in a module's variables the next is not to see. Errors in it name the
 * lines of the user's files.
 */
const load = (path: string): Promise<Exports> => {
  process.setSourceMapsEnabled(true)
  return import(`${pathToFileURL(path).href}?${loads++}`) as Promise<Exports>
}

const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** While code of the user's has the process for itself nobody could hear a signal: it ends the process at once then. */
const interruptibly = async <A>(act: () => Promise<A>): Promise<A> => {
  const heard = endings.map((name) => [name, process.listeners(name)] as const)
  for (const name of endings) process.removeAllListeners(name)
  try {
    return await act()
  } finally {
    for (const [name, listeners] of heard) for (const each of listeners) process.on(name, each as () => void)
  }
}

/** The stages that a file exports, and those that its workflow is made of. */
const stagesOf = (exports: Exports): ReadonlyArray<Stage.Stage> => {
  const values = Object.values(exports)
  const composed = values.filter(TypedWorkflow.isTypedWorkflow).flatMap(TypedWorkflow.stagesIn)
  return [...new Set([...values.filter(Stage.isStage), ...composed])]
}

/** Characters of texts that a process loads before it has had enough of them: it forgets none. */
const mostLoaded = 32e6
let loaded = 0

/** Whether this process is better replaced than given another text to load. */
export const isFull = (): boolean => loaded > mostLoaded

/** A stage of a text that {@link write} wrote. */
export const stage = async (path: string, name: string): Promise<Stage.Stage> => {
  loaded += statSync(path).size
  const found = stagesOf(await load(path)).find((each) => each.name === name)
  if (found === undefined) throw new Error(`no stage '${name}' in ${path}`)
  return found
}

/** Puts the text where workers find it; its path. By rename, as another task may load it at this moment. */
export const write = (folder: string, { digest, text }: StageModule): string => {
  const path = join(folder, `${digest}.mjs`)
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const partial = `${path}.${process.pid}.tmp`
  writeFileSync(partial, text, { mode: 0o644 })
  renameSync(partial, path)
  return path
}

/** A fault at a line and a column (both from 1) of a file. */
const at = (source: SourceText, line: number, column: number, length: number) => {
  const before = source.text.split("\n", line - 1)
  const start = Math.min(before.join("\n").length + (line > 1 ? 1 : 0) + column - 1, source.text.length)
  return { source, range: { start, end: start + length } }
}

const sourceOf = (file: string, shown: string): SourceText => {
  try {
    return { file: shown, text: readFileSync(file, "utf8") }
  } catch {
    return { file: shown, text: "" }
  }
}

/** What other files are called: by the way from the file that imports them. */
const nameOf = (path: string, file: string, shown: string): string =>
  path === file
    ? shown
    : path.startsWith(`${dirname(file)}/`)
      ? join(dirname(shown), path.slice(dirname(file).length))
      : path

const ofMessage = ({ text, location }: Message, file: string, shown: string): Diagnostic => {
  const path = location === null ? file : resolve(dirname(file), location.file)
  const message = text.replaceAll('"', "'")
  const source = sourceOf(path, nameOf(path, file, shown))
  return {
    code: "stage-file",
    message,
    ...at(source, location?.line ?? 1, (location?.column ?? 0) + 1, location?.length ?? 1)
  }
}

/** Where in the user's files something was thrown. */
const ofThrown = (cause: unknown, file: string, shown: string): Diagnostic => {
  const lines = ((cause instanceof Error && cause.stack) || "").split("\n")
  const folder = `${dirname(file)}/`
  const frame = lines
    .filter((line) => line.includes(folder))
    .map((line) => /^(.+?\.m?[jt]s):(\d+):(\d+)/u.exec(line.slice(line.indexOf(folder))))
    .find((match) => match !== null && existsSync(match[1]!))
  const [, path = file, line, column] = frame ?? []
  const known = frame !== undefined && frame !== null
  const source = known ? sourceOf(path, nameOf(path, file, shown)) : sourceOf(file, shown)
  return {
    code: "stage-file",
    message: `loading this file failed: ${messageOf(cause).split("\n")[0]}`,
    ...at(source, known ? Number(line) : 1, known ? Number(column) : 1, 1)
  }
}

const kebab = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/u

/** What the compiler would have said; a file that is JavaScript, or was not compiled, is not held to it. */
const problemOf = ({ name, version, run, inputs, outputs }: Stage.Stage): string | undefined => {
  if (typeof name !== "string" || !kebab.test(name)) return `'${name}' cannot name a stage: write it like 'my-stage'`
  if (!Number.isInteger(version)) return `stage '${name}' needs a whole number as its version`
  if (typeof run !== "function") return `stage '${name}' has no 'run'`
  const broken = Object.entries({ ...inputs, ...outputs }).find(([, port]) => typeof port?._tag !== "string")
  return broken === undefined
    ? undefined
    : `port '${broken[0]}' of stage '${name}' is none: use Port.file or Port.table`
}

const untrusted = (file: string, shown: string): Diagnostic => ({
  code: "untrusted",
  message: `to check this file its code must be run, and you have not said that you trust its folder: ${dirname(file)}`,
  hint: "look at it; then give --trust, which is remembered. What you have run with agflow run is trusted",
  ...at(sourceOf(file, shown), 1, 1, 1)
})

/** Bundles and loads a file of the user's, whose code is run where that is allowed. */
export const read = async (
  file: string,
  shown: string,
  distribution: string,
  allows: CodeTrust["allows"]
): Promise<Imported> => {
  const faults = (...diagnostics: ReadonlyArray<Diagnostic>): Imported => ({ _tag: "Faults", diagnostics })
  let made: Bundle
  try {
    made = await bundle(file, distribution)
  } catch (cause) {
    const messages = (cause as Partial<BuildFailure>).errors
    if (messages === undefined) return faults(ofThrown(cause, file, shown))
    return faults(...messages.map((message) => ofMessage(message, file, shown)))
  }
  if (!allows(file)) return faults(untrusted(file, shown))
  let scratch: string | undefined
  try {
    scratch = mkdtempSync(join(tmpdir(), "agflow-"))
    const path = write(scratch, made.module)
    const exports = await interruptibly(() => load(path))
    const stages = stagesOf(exports)
    const workflow = exports["default"]
    const problems = stages.flatMap((each) => problemOf(each) ?? [])
    const twice = stages.find(({ name }, index) => stages.findIndex((each) => each.name === name) !== index)
    if (twice !== undefined) problems.push(`two stages are named '${twice.name}'`)
    const whole = sourceOf(file, shown)
    if (problems.length > 0) {
      return faults(...problems.map((message) => ({ code: "stage-file", message, ...at(whole, 1, 1, 1) })))
    }
    return {
      _tag: "Imported",
      workflow: TypedWorkflow.isTypedWorkflow(workflow) ? workflow : undefined,
      imports: made.imports,
      stages: stages.map((each): LoadedStage => ({
        stage: each,
        code: Digest.ofJson([each.version, made.module.digest]),
        module: made.module
      }))
    }
  } catch (cause) {
    return faults(ofThrown(cause, file, shown))
  } finally {
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true })
  }
}
