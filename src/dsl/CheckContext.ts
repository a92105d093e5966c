/** What the checks of one workflow share: the document, its params and stages, and where faults are gathered. */
import type { Diagnostic, Range } from "../core/Diagnostic.ts"
import type { Expression } from "./Expression.ts"
import type { Param } from "./Params.ts"
import type { OutputPort } from "./Port.ts"
import type { Resources } from "./Stage.ts"
import type { LoadedStage } from "./StageLibrary.ts"
import type { StageDeclaration } from "./WorkflowFile.ts"
import type { YamlDocument, YamlPath } from "./YamlDocument.ts"

/** A stage of the file or of a profile, and where it is written. */
export interface PlacedStage {
  readonly stage: StageDeclaration
  readonly path: YamlPath
}

/** The output ports of every stage; undefined where the stage has faults that hide them. */
export type OutputPorts = ReadonlyMap<string, { readonly [name: string]: OutputPort } | undefined>

/** A file named in the YAML, to be looked for. */
export interface NamedFile {
  readonly path: string
  readonly range: Range
}

export interface CheckContext {
  readonly document: YamlDocument
  /** Where relative paths in the file start. */
  readonly folder: string
  readonly params: ReadonlyMap<string, Param>
  /** Params that have faults of their own: nothing is said of references to them. */
  readonly silent: ReadonlySet<string>
  readonly placed: ReadonlyMap<string, PlacedStage>
  readonly ports: OutputPorts
  readonly library: ReadonlyMap<string, LoadedStage>
  readonly libraryNames: ReadonlyArray<string>
  readonly machine: Resources
  readonly diagnostics: Array<Diagnostic>
  readonly files: Array<NamedFile>
}

export const report = (
  { document, diagnostics }: Pick<CheckContext, "document" | "diagnostics">,
  range: Range,
  code: string,
  message: string,
  hint?: string
): void => void diagnostics.push({ code, message, hint, source: document.source, range })

/**
 * Where an expression of the value at `path` stands in the file. The value's text may be quoted or folded there, so its
 * expressions are found again by counting.
 */
export const expressionRange = (
  document: YamlDocument,
  path: YamlPath,
  text: string,
  { range }: Pick<Expression, "range">
): Range => {
  const whole = document.locate(path)
  const nth = text.slice(0, range.start).split("${{").length - 1
  const raw = document.source.text.slice(whole.start, whole.end)
  let start = -1
  for (let i = 0; i <= nth; i++) start = raw.indexOf("${{", start + 1)
  if (start === -1) return whole
  const close = raw.indexOf("}}", start)
  return { start: whole.start + start, end: close === -1 ? whole.end : whole.start + close + 2 }
}
