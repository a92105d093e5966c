/** The evaluations that are known, and a user's own: a YAML or JSON file of rows that change or add to them. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as SchemaParser from "effect/SchemaParser"
import * as Struct from "effect/Struct"
import * as Diagnostic from "../core/Diagnostic.ts"
import { cannot, InputError } from "../core/Failure.ts"
import * as Suggest from "../core/Suggest.ts"
import * as SchemaFault from "../dsl/text/SchemaFault.ts"
import * as YamlDocument from "../dsl/text/YamlDocument.ts"
import * as MetricTable from "../metric/MetricTable.ts"
import { Evaluation } from "./Evaluation.ts"
import { accessibility } from "./registry/accessibility.ts"
import { expression } from "./registry/expression.ts"
import { geneLinking } from "./registry/geneLinking.ts"
import { splicing } from "./registry/splicing.ts"
import { spliceTools } from "./registry/spliceTools.ts"
import { tracks } from "./registry/tracks.ts"

/** An evaluation, and what of it a user's file states. */
export interface Row extends Evaluation {
  /** Keys that the file names: `expected`, `data`. */
  readonly stated?: ReadonlySet<string>
  /** The row before the file changed it, of one that is built in. */
  readonly builtIn?: Evaluation
}

export type Registry = ReadonlyArray<Row>

/** The evaluation alone. */
export const plain = (row: Row): Evaluation => Struct.omit(row, ["stated", "builtIn"])

/** In the order of the paper's figures: variants, then tracks. */
export const builtIn: Registry = [
  ...splicing,
  ...expression,
  ...geneLinking,
  ...accessibility,
  ...spliceTools,
  ...tracks
]

/** What is said of an id that no evaluation has. */
export const unknown = (registry: Registry, id: string) => {
  const ids = registry.map((row) => row.id)
  const near = Suggest.closest(id, ids) ?? ids.find((each) => each.includes(id))
  const hint = near === undefined ? "`agflow evaluations` lists them" : `did you mean '${near}'?`
  return { message: `no evaluation is named '${id}'`, hint }
}

export const find = (registry: Registry, id: string): Effect.Effect<Row, InputError> => {
  const found = registry.find((row) => row.id === id)
  return found === undefined ? Effect.fail(new InputError(unknown(registry, id))) : Effect.succeed(found)
}

/** Why a row cannot stand where an evaluation of variants is meant. */
export const notOfVariants = ({ id, group }: Evaluation) =>
  group === "variant"
    ? undefined
    : {
        message: `'${id}' is an evaluation of tracks, not of variants`,
        hint: "tracks are evaluated by evaluate-tracks"
      }

/** What a row of one's own need not say: what the paper reports of its rows. */
const unreported: Partial<Evaluation> = {
  extra: true,
  line: null,
  reported: [],
  expected: null,
  comparators: [],
  improvement: [],
  won: null,
  status: {}
}

/** What a check must leave of a metric's values outside, at the least. */
const mostAdmitted = 0.5

/** What is wrong with a check that most values meet, or none. */
const looseness = ({ expected, metric }: Evaluation) => {
  if (expected === null) return undefined
  const { value, tolerance } = expected
  const [low, high] = MetricTable.rangeOf(metric.name) ?? [0, 1]
  const admitted = (Math.min(high, value + tolerance) - Math.max(low, value - tolerance)) / (high - low)
  if (admitted >= 0 && admitted < mostAdmitted) return undefined
  const share =
    admitted < 0 ? "no value" : admitted >= 1 ? "any value" : `${Math.round(100 * admitted)} % of its values`
  return {
    severity: "error" as const,
    code: "loose-tolerance",
    message: `tolerance ${tolerance}: ${share} of ${metric.name} (${low} to ${high}) would count as ${value}`,
    hint: "state how far a repeated computation of the same scores may be from it, 0.001 say"
  }
}

/** The rows of a user's file: an object with `evaluations`, each a mapping with an `id`. */
const rowsOf = (value: unknown): ReadonlyArray<Readonly<Record<string, unknown>>> | undefined => {
  if (typeof value !== "object" || value === null || !("evaluations" in value)) return undefined
  const rows: unknown = value.evaluations
  const isRow = (row: unknown) => typeof row === "object" && row !== null && !Array.isArray(row)
  return Array.isArray(rows) && rows.every(isRow) ? rows : undefined
}

/**
 * The built-in rows with those of a file: a known `id` changes the fields that it names, an unknown one adds a row. All
 * faults of the file are told at once, each with its place.
 */
export const read = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(path).pipe(Effect.mapError(cannot("read", path)))
  const parsed = YamlDocument.parse({ file: path, text })
  if (parsed.document === undefined || parsed.diagnostics.length > 0) return yield* failureOf(path, parsed.diagnostics)
  const { document } = parsed
  const rows = rowsOf(document.value)
  if (rows === undefined) {
    return yield* new InputError({
      message: "a registry is a mapping with the key `evaluations`, a list of rows",
      file: path,
      line: 1,
      hint: "evaluations:\n    - { id: clinvar_noncoding, won: true }"
    })
  }
  const known = new Map(builtIn.map((row): [string, Row] => [row.id, row]))
  const decode = SchemaParser.decodeUnknownResult(Evaluation, { errors: "all", onExcessProperty: "error" })
  const diagnostics: Array<Diagnostic.Diagnostic> = []
  for (const [index, row] of rows.entries()) {
    const before = typeof row["id"] === "string" ? known.get(row["id"]) : undefined
    const { stated, builtIn: first, ...fields } = before ?? {}
    const decoded = decode({ ...(before === undefined ? unreported : fields), ...row })
    if (decoded._tag === "Success") {
      const { success } = decoded
      const loose = looseness(success)
      if (loose !== undefined) {
        const range = document.locate(["evaluations", index, "expected", "tolerance"])
        diagnostics.push({ ...loose, source: document.source, range })
      }
      const own = new Set([...(stated ?? []), ...Object.keys(row)])
      const original = stated === undefined ? before : first
      known.set(success.id, { ...success, stated: own, ...(original === undefined ? {} : { builtIn: original }) })
    } else {
      for (const fault of SchemaFault.from(decoded.failure, ["evaluations", index])) {
        // A missing key has no place of its own: its row has.
        const range = fault.code === "unknown-key" ? document.locateKey(fault.path) : document.locate(fault.path)
        diagnostics.push({ ...fault, source: document.source, range })
      }
    }
  }
  if (diagnostics.length > 0) return yield* failureOf(path, diagnostics)
  return [...known.values()] as Registry
})

const failureOf = (file: string, diagnostics: ReadonlyArray<Diagnostic.Diagnostic>): InputError => {
  const [first, ...others] = Diagnostic.sort(diagnostics)
  const place = ({ source, range }: Diagnostic.Diagnostic) => Diagnostic.position(source.text, range.start)
  const rest = others.map((each) => `${place(each).line}:${place(each).column}: ${each.message}`)
  const { hint } = first!
  return new InputError({
    message: [`column ${place(first!).column}: ${first!.message}`, ...rest].join("\n  "),
    file,
    line: place(first!).line,
    ...(hint === undefined ? {} : { hint })
  })
}

export interface Choice {
  /** Ids; all of the group, extras left out, when empty. */
  readonly only: ReadonlyArray<string>
  readonly extras: boolean
}

/** The variant evaluations chosen, in the registry's order. */
export const variantRows = Effect.fnUntraced(function* (registry: Registry, { only, extras }: Choice) {
  for (const id of only) {
    const wrong = notOfVariants(yield* find(registry, id))
    if (wrong !== undefined) return yield* new InputError(wrong)
  }
  return registry.filter(
    (row) => row.group === "variant" && (only.length === 0 ? extras || !row.extra : only.includes(row.id))
  )
})
