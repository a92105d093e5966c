/** The scorers by name, behind one interface whatever kind of values they read. */
import * as Result from "effect/Result"
import * as Interval from "../genome/Interval.ts"
import type { ContactValues, JunctionValues, TrackValues, Values, Want } from "../model/SequenceModel.ts"
import * as CentreMask from "./CentreMask.ts"
import { contactMap } from "./ContactMap.ts"
import { geneActive, geneLfc, geneSplicing } from "./GeneMask.ts"
import { polyadenylation } from "./Polyadenylation.ts"
import type { Place, Scorer, Scores } from "./Scorer.ts"
import type { ScorerName, ScorerSpec } from "./ScorerSpec.ts"
import { spliceJunctions } from "./SpliceJunctions.ts"

/** A scorer's plan for a place; scoring fails where the model gave values of another kind than its output says. */
export interface ScorerPlan {
  readonly want: Want
  readonly score: (ref: Values | undefined, alt: Values | undefined) => Result.Result<Scores, string>
}

type Make = (spec: ScorerSpec) => (place: Place) => Result.Result<ScorerPlan, string>

const reading =
  <V extends Values>(is: (values: Values) => values is V, scorer: (spec: ScorerSpec) => Scorer<V>): Make =>
  (spec) =>
  (place) =>
    Result.map(scorer(spec)(place), ({ want, score }) => ({
      want,
      score: (ref, alt) =>
        ref !== undefined && alt !== undefined && is(ref) && is(alt)
          ? Result.succeed(score(ref, alt))
          : Result.fail(`the model did not give ${want.output} as it said`)
    }))

const isTracks = (values: Values): values is TrackValues => values.kind === "tracks"
const isContacts = (values: Values): values is ContactValues => values.kind === "contacts"
const isJunctions = (values: Values): values is JunctionValues => values.kind === "junctions"

const makers: { readonly [N in ScorerName]: Make } = {
  centre_mask: reading(isTracks, ({ width, aggregation }) => CentreMask.make(width, aggregation ?? "DIFF_LOG2_SUM")),
  gene_lfc: reading(isTracks, () => geneLfc),
  gene_active: reading(isTracks, () => geneActive),
  gene_splicing: reading(isTracks, ({ width }) => geneSplicing(width)),
  splice_junctions: reading(isJunctions, () => spliceJunctions),
  polyadenylation: reading(isTracks, () => polyadenylation),
  contact_map: reading(isContacts, () => contactMap)
}

/** The failure says why the place cannot be scored. */
export const plan = (spec: ScorerSpec, place: Place): Result.Result<ScorerPlan, string> =>
  makers[spec.scorer](spec)(place)

/** One want an output: of several the union of their tracks and regions. */
export const mergeWants = (wants: ReadonlyArray<Want>): ReadonlyArray<Want> => {
  const merged = new Map<string, Want>()
  for (const want of wants) {
    const known = merged.get(want.output)
    merged.set(want.output, known === undefined ? want : mergeWant(known, want))
  }
  return [...merged.values()]
}

const mergeWant = (a: Want, b: Want): Want => {
  const tracks =
    a.tracks === undefined || b.tracks === undefined
      ? undefined
      : [...new Set([...a.tracks, ...b.tracks])].sort((x, y) => x - y)
  const sites = [...(a.sites ?? []), ...(b.sites ?? [])]
  const regions = a.regions === undefined || b.regions === undefined ? undefined : [...a.regions, ...b.regions]
  return {
    output: a.output,
    ...(sites.length === 0 ? {} : { sites }),
    ...(tracks === undefined ? {} : { tracks }),
    ...(regions === undefined
      ? {}
      : {
          regions: Interval.merge(regions.map(([start, end]) => ({ start, end }))).map(({ start, end }) => [start, end])
        })
  }
}
