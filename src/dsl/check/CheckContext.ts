/** What the checks of one workflow share: the document, its params and stages, and where faults are gathered. */
import type { Diagnostic, Range } from "../../core/Diagnostic.ts"
import type { KeyText, Level, SkippedKey } from "./CheckedStage.ts"
import type { Collections } from "./Keys.ts"
import type { ExpressionFault, Value } from "../text/Expression.ts"
import type { Origin } from "../text/Origin.ts"
import type { Param } from "./WorkflowParam.ts"
import type { NamedFile } from "../file/FileCheck.ts"
import type { Look } from "../stage/Look.ts"
import type { GivenPort } from "../stage/Port.ts"
import type { Capacity } from "../stage/Stage.ts"
import type { WrittenScript } from "./ScriptCheck.ts"
import type { LoadedStage } from "../typescript/StageLibrary.ts"
import type { StageDeclaration } from "../file/WorkflowFile.ts"
import { expressionRange, type YamlDocument, type YamlPath } from "../text/YamlDocument.ts"

/** A stage of the file or of a profile, and where it is written. */
export interface PlacedStage {
  readonly stage: StageDeclaration
  readonly path: YamlPath
  /** Its keys that could not be read, which is told: nothing is said of what follows from that. */
  readonly faulty: ReadonlySet<string>
}

/** What every stage gives to others; undefined where the stage has faults that hide it. */
export type GivenPorts = ReadonlyMap<string, { readonly [name: string]: GivenPort } | undefined>

/** What finds the files of an item in what other scattered stages give; `axis` as in {@link Keys}. */
export interface ItemKey {
  readonly text: KeyText
  readonly axis: string
}

/** What a scatter calls by name within its stage: a value, or a file that is known later. */
export type Item =
  | { readonly _tag: "Value"; readonly value: Value; readonly origin?: Origin; readonly key?: ItemKey }
  | {
      readonly _tag: "Output"
      readonly stage: string
      readonly port: string
      readonly depth: number
      readonly given: GivenPort
      readonly key?: ItemKey
    }
  /** `name` is that of its {@link Shards}. */
  | { readonly _tag: "Shard"; readonly name: string; readonly given: GivenPort; readonly key: ItemKey }
  /** The scatter has faults, which are told: nothing more is said of its names. */
  | { readonly _tag: "Unknown" }

/** An expression of the file, and what was found to be its type and value. */
export interface Seen {
  /** What stands between the braces. */
  readonly text: string
  readonly range: Range
  readonly type: string
  /** Undefined where it is a file. */
  readonly value: Value | undefined
  /** In how many instances of a scattered stage it was looked at; the value is that of the first. */
  readonly times: number
}

export interface CheckContext {
  readonly document: YamlDocument
  /** Where relative paths in the file start. */
  readonly folder: string
  /** What stands before the ids of its stages: the workflow is a part of another. */
  readonly prefix: string
  /** The scatters of the workflows around it. */
  readonly levels: ReadonlyArray<Level>
  readonly params: ReadonlyMap<string, Param>
  /** Params that have faults of their own: nothing is said of references to them. */
  readonly silent: ReadonlySet<string>
  readonly placed: ReadonlyMap<string, PlacedStage>
  /** Commands that say what the tools of the workflow's scripts are. */
  readonly tools: Readonly<Record<string, string>>
  readonly ports: GivenPorts
  /** Stages that are workflows: whose output each of their outputs is. */
  readonly parts: ReadonlyMap<
    string,
    { readonly outputs: ReadonlyMap<string, { readonly stage: string; readonly port: string }> }
  >
  /** Stages switched off by their `if`. */
  readonly off: ReadonlySet<string>
  /** Outputs of workflows used as stages, `part.scores`, that come from a stage of theirs which is switched off. */
  readonly absent: Set<string>
  /** What the scatter of the stage that is being checked calls by name. */
  readonly items: ReadonlyMap<string, Item>
  /** What the stages that are checked give, by key. */
  readonly collections: Collections
  /** Told that a file is asked for by a key which none has, where the stage skips such; else that is an error. */
  readonly skipKey?: (skipped: SkippedKey) => void
  readonly library: ReadonlyMap<string, LoadedStage>
  readonly libraryNames: ReadonlyArray<string>
  readonly machine: Capacity
  /** Of the whole workflow, counted so far: tasks of scattered stages that are known before the run. */
  readonly tally: { tasks: number }
  readonly diagnostics: Array<Diagnostic>
  readonly files: Array<NamedFile>
  /** What is looked at in them once they are known to be there. */
  readonly looks: Array<Look>
  readonly scripts: Array<WrittenScript>
  /** By place, where they are to be listed. */
  readonly seen: Map<string, Seen> | undefined
}

export const report = (
  { document, diagnostics }: Pick<CheckContext, "document" | "diagnostics">,
  range: Range,
  code: string,
  message: string,
  hint?: string
): void => void diagnostics.push({ code, message, hint, source: document.source, range })

/** Keeps an expression for the listing of types. */
export const note = (
  { document, seen }: Pick<CheckContext, "document" | "seen">,
  path: YamlPath,
  text: string,
  { range }: Pick<ExpressionFault, "range">,
  type: string,
  value?: Value
): void => {
  if (seen === undefined) return
  const key = `${JSON.stringify(path)}${range.start}`
  const known = seen.get(key)
  seen.set(
    key,
    known === undefined
      ? {
          text: text.slice(range.start, range.end),
          range: expressionRange(document, path, text, { range }),
          type,
          value,
          times: 1
        }
      : { ...known, times: known.times + 1 }
  )
}
