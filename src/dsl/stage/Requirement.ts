/** What a stage says before it runs: what its params and inputs lack, which columns it will read, what to look at. */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import { basename } from "node:path"
import type { InputError } from "../../core/Failure.ts"
import * as Failure from "../../core/Failure.ts"
import type { Options } from "../../data/table/Reader.ts"

/** A param or input by its name, or the way into a param: `["sections", 0, "tables"]`. */
export type Place = string | readonly [string, ...ReadonlyArray<string | number>]

/** Why a stage cannot do what it is asked for. */
export interface Unmet {
  /** Where it is reported: at the key or value of this; at `uses` where the workflow does not write it. */
  readonly at: Place
  readonly message: string
  readonly hint?: string | undefined
}

/** The inputs that a stage is given, by name. One that is an empty list is none of them. */
export interface GivenInputs extends ReadonlySet<string> {
  /** How many files a list holds; undefined where that is known only in the run. */
  readonly count: (name: string) => number | undefined
  /** What the stage that makes it says of it: see `facts` of a stage. */
  readonly fact: (name: string, fact: string) => number | undefined
}

/** Of outputs, by name: what is known of them before they are made. */
export type Facts = Readonly<Record<string, Readonly<Record<string, number>>>>

/** A column that a stage reads of a table which it is given, because a param names it. */
export interface NamedColumn {
  /** The input, a table or a list of tables. */
  readonly input: string
  readonly column: string
  /** How the table is read, if not as tables are. */
  readonly layout?: Options
  /** The param that names it. */
  readonly at: Place
}

/** Of the inputs, those that are files of the user's: one path, or those of a list. What a stage makes is not there yet. */
export type GivenFiles = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** Looks at files that are there already; what it fails with is reported too. Bounded: it runs at each `agflow check`. */
export type Inspection = Effect.Effect<ReadonlyArray<Unmet>, Unmet, FileSystem.FileSystem>

export const nothing: Inspection = Effect.succeed([])

export const given = (
  counts: Iterable<readonly [name: string, count: number | undefined]>,
  facts: Facts = {}
): GivenInputs => {
  const known = new Map([...counts].filter(([, count]) => count !== 0))
  return Object.assign(new Set(known.keys()), {
    count: (name: string) => known.get(name),
    fact: (name: string, fact: string) => facts[name]?.[fact]
  })
}

/** What the reader of a file says of it. */
export const ofFile = (at: Place, { _tag, message, file, line, hint }: InputError): Unmet => ({
  at,
  message: Failure.placed({
    _tag,
    message,
    ...(file === undefined ? {} : { file: basename(file) }),
    ...(line === undefined ? {} : { line })
  }),
  hint
})
