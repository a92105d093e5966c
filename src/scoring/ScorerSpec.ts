/** Which scorer, of which output, over how many base pairs: what a workflow asks for. */
import * as Result from "effect/Result"
import type { Output } from "../model/SequenceModel.ts"
import type { Track } from "../model/Track.ts"
import { aggregations, type AggregationName } from "./CentreMask.ts"

interface ScorerKind {
  readonly summary: string
  /** Name of the class in AlphaGenome's client. */
  readonly official: string
  /** What it says of itself there, in this order. */
  readonly fields: ReadonlyArray<"output" | "width" | "aggregation">
  readonly reads: Output["kind"]
  /** The only output that it reads. */
  readonly only?: string
  /** Base pairs a bin that it needs. */
  readonly resolution?: number
  /** Base pairs, null for all, where nothing is said. */
  readonly width?: number | null
  readonly signed: boolean
  /** `genes` give rows to genes, `junctions` to junctions of genes, `variant` one to the variant. */
  readonly rows: "genes" | "junctions" | "variant"
}

export const kinds = {
  centre_mask: {
    summary: "change of the prediction in `width` bp around the variant, by one of eight aggregations",
    official: "CenterMaskScorer",
    fields: ["output", "width", "aggregation"],
    reads: "tracks",
    width: 501,
    signed: true,
    rows: "variant"
  },
  gene_lfc: {
    summary: "log fold change of the mean over a gene's exons",
    official: "GeneMaskLFCScorer",
    fields: ["output"],
    reads: "tracks",
    signed: true,
    rows: "genes"
  },
  gene_active: {
    summary: "the greater of the two alleles' means over a gene's exons",
    official: "GeneMaskActiveScorer",
    fields: ["output"],
    reads: "tracks",
    signed: false,
    rows: "genes"
  },
  gene_splicing: {
    summary: "greatest absolute change in the body of a gene",
    official: "GeneMaskSplicingScorer",
    fields: ["output", "width"],
    reads: "tracks",
    width: null,
    signed: false,
    rows: "genes"
  },
  splice_junctions: {
    summary: "absolute log fold change of a gene's splice junctions",
    official: "SpliceJunctionScorer",
    fields: [],
    reads: "junctions",
    only: "SPLICE_JUNCTIONS",
    signed: false,
    rows: "junctions"
  },
  polyadenylation: {
    summary: "greatest shift of RNA between a gene's polyadenylation sites",
    official: "PolyadenylationScorer",
    fields: [],
    reads: "tracks",
    only: "RNA_SEQ",
    resolution: 1,
    signed: false,
    rows: "genes"
  },
  contact_map: {
    summary: "mean absolute change of the contacts of the variant's bin",
    official: "ContactMapScorer",
    fields: [],
    reads: "contacts",
    only: "CONTACT_MAPS",
    signed: false,
    rows: "variant"
  }
} as const satisfies Record<string, ScorerKind>

export type ScorerName = keyof typeof kinds
export const scorerNames = Object.keys(kinds) as ReadonlyArray<ScorerName>

export interface ScorerSpec {
  readonly scorer: ScorerName
  /** The output, or the group of tracks, that it reads; null for every output of its kind. */
  readonly output: string | null
  /** Base pairs; null for all, and for scorers without a width. */
  readonly width: number | null
  /** Null for all scorers but `centre_mask`. */
  readonly aggregation: AggregationName | null
}

export interface Asked {
  readonly scorer: ScorerName
  readonly output?: string
  readonly width?: number | null
  readonly aggregation?: AggregationName
}

/** With what is not said filled in; the failure says what does not belong together. */
export const make = (asked: Asked): Result.Result<ScorerSpec, string> => {
  const kind: ScorerKind = kinds[asked.scorer]
  const takes = (field: "output" | "width" | "aggregation") => kind.fields.includes(field)
  for (const field of ["width", "aggregation"] as const) {
    if (asked[field] !== undefined && !takes(field)) return Result.fail(`${asked.scorer} takes no ${field}`)
  }
  if (asked.output !== undefined && kind.only !== undefined && asked.output !== kind.only) {
    return Result.fail(`${asked.scorer} reads ${kind.only} only, not ${asked.output}`)
  }
  return Result.succeed({
    scorer: asked.scorer,
    output: asked.output ?? kind.only ?? null,
    width: asked.width === undefined ? (kind.width ?? null) : asked.width,
    aggregation: takes("aggregation") ? (asked.aggregation ?? "DIFF_LOG2_SUM") : null
  })
}

export const signed = ({ scorer, aggregation }: ScorerSpec): boolean =>
  aggregation === null ? kinds[scorer].signed : aggregations[aggregation].signed

/** Short and without its output, for a column of scores: `gene_lfc`, `centre_mask`, `centre_mask_2001_active_sum`. */
export const label = ({ scorer, width, aggregation }: ScorerSpec): string => {
  const kind: ScorerKind = kinds[scorer]
  return [
    scorer,
    ...(kind.width === undefined || width === kind.width ? [] : [width === null ? "all" : String(width)]),
    ...(aggregation === null || aggregation === "DIFF_LOG2_SUM" ? [] : [aggregation.toLowerCase()])
  ].join("_")
}

/** The inverse of {@link label}, for an output; undefined for a text that is none. */
export const fromLabel = (text: string, output: string | null): ScorerSpec | undefined => {
  const scorer = scorerNames.find((name) => text === name || text.startsWith(`${name}_`))
  if (scorer === undefined) return undefined
  const [, width, aggregation] = /^(?:_(all|\d+))?(?:_([a-z]\w*))?$/u.exec(text.slice(scorer.length)) ?? []
  const upper = aggregation?.toUpperCase()
  const made = make({
    scorer,
    ...(output === null ? {} : { output }),
    ...(width === undefined ? {} : { width: width === "all" ? null : Number(width) }),
    ...(upper === undefined ? {} : { aggregation: upper as AggregationName })
  })
  return Result.isSuccess(made) && label(made.success) === text ? made.success : undefined
}

const printed = (value: string | number | null): string => (value === null ? "None" : String(value))

const fieldNames = { output: "requested_output", width: "width", aggregation: "aggregation_type" } as const

/** As AlphaGenome's client writes it, and its tables of quantiles name it: `GeneMaskLFCScorer(requested_output=RNA_SEQ)`. */
export const official = (spec: ScorerSpec): string => {
  const kind: ScorerKind = kinds[spec.scorer]
  return `${kind.official}(${kind.fields.map((field) => `${fieldNames[field]}=${printed(spec[field])}`).join(", ")})`
}

/** The inverse of {@link official}. */
export const parse = (text: string): Result.Result<ScorerSpec, string> => {
  const [, name, inside] = /^(\w+)\((.*)\)$/u.exec(text.trim()) ?? []
  const scorer = scorerNames.find((each) => kinds[each].official === name)
  if (scorer === undefined) return Result.fail(`'${text}' is not one of AlphaGenome's scorers`)
  const given = new Map(
    inside === ""
      ? []
      : inside!.split(",").map((pair) => pair.split("=").map((part) => part.trim()) as [string, string])
  )
  const { fields }: ScorerKind = kinds[scorer]
  const wrong = [...given.keys()].find((key) => !fields.some((field) => fieldNames[field] === key))
  if (wrong !== undefined) return Result.fail(`${name} has no ${wrong}`)
  const [output, width, aggregation] = [
    given.get(fieldNames.output),
    given.get(fieldNames.width),
    given.get(fieldNames.aggregation)
  ]
  if (width !== undefined && width !== "None" && !/^\d+$/u.test(width))
    return Result.fail(`width '${width}' is no number`)
  if (aggregation !== undefined && !(aggregation in aggregations)) {
    return Result.fail(`'${aggregation}' is not an aggregation; there are: ${Object.keys(aggregations).join(", ")}`)
  }
  return make({
    scorer,
    ...(output === undefined ? {} : { output }),
    ...(width === undefined ? {} : { width: width === "None" ? null : Number(width) }),
    ...(aggregation === undefined ? {} : { aggregation: aggregation as AggregationName })
  })
}

export interface Target {
  readonly output: Output
  readonly tracks: ReadonlyArray<Track>
}

/** Names of track groups that stand for an output of AlphaGenome in models whose tracks are one output. */
const groupsOf: { readonly [output: string]: ReadonlyArray<string> } = { RNA_SEQ: ["RNA_SEQ", "RNA"] }

/** AlphaGenome fills its outputs up with these. */
const isPadding = ({ name }: Track): boolean => name.toLowerCase() === "padding"

/** What of a model a scorer reads: an output by its name, else the tracks of a group by that name. */
export const targets = (
  { scorer, output: wanted }: ScorerSpec,
  outputs: ReadonlyArray<Output>
): Result.Result<ReadonlyArray<Target>, string> => {
  const needs: ScorerKind = kinds[scorer]
  const ofKind = outputs.filter(
    ({ kind, resolution }) => kind === needs.reads && resolution === (needs.resolution ?? resolution)
  )
  const named = ofKind.filter(({ name }) => wanted === null || name === wanted)
  const groups = wanted === null ? [] : (groupsOf[wanted] ?? [wanted])
  const found =
    named.length > 0
      ? named.map((output) => ({ output, tracks: output.tracks }))
      : ofKind.map((output) => ({ output, tracks: output.tracks.filter(({ group }) => groups.includes(group)) }))
  const scored = found
    .map(({ output, tracks }) => ({ output, tracks: tracks.filter((track) => !isPadding(track)) }))
    .filter(({ tracks }) => tracks.length > 0)
  if (scored.length > 0) return Result.succeed(scored)
  const offered = outputs.flatMap(({ name, kind, tracks }) =>
    kind === "tracks" && outputs.length === 1 ? [...new Set(tracks.map(({ group }) => group))] : [name]
  )
  const wants = `${wanted ?? `an output of the kind ${needs.reads}`}${needs.resolution === undefined ? "" : ` in bins of ${needs.resolution} bp`}`
  return Result.fail(`${scorer} reads ${wants}, which the model does not give (it gives ${offered.join(", ")})`)
}
