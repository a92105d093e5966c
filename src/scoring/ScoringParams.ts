/** What every stage that scores variants takes beside a model: which scorers, of which tracks, with which annotation. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { InputError } from "../core/Failure.ts"
import * as Suggest from "../core/Suggest.ts"
import { Task } from "../core/Task.ts"
import { formats } from "../data/table/format/Columnar.ts"
import * as Param from "../dsl/stage/Param.ts"
import * as Port from "../dsl/stage/Port.ts"
import type { GivenInputs, Unmet } from "../dsl/stage/Requirement.ts"
import * as Gene from "../genome/Gene.ts"
import * as GeneIndex from "../genome/GeneIndex.ts"
import * as PolyaSite from "../genome/PolyaSite.ts"
import type { Organism, Output, SequenceModel } from "../model/SequenceModel.ts"
import * as ScorerParams from "./ScorerParams.ts"
import * as ScorerSpec from "./ScorerSpec.ts"
import * as VariantScoring from "./VariantScoring.ts"

export const fields = {
  scorers: Param.withDefault(Param.listOf(ScorerParams.ScorerParam), ["gene_lfc"], ScorerParams.description),
  centre_width: Param.withDefault(
    Param.Count,
    501,
    "base pairs around the variant that centre_mask looks at where it is given no width of its own"
  ),
  groups: Param.optional(Param.listOf(Schema.String), "score only tracks of these groups; default all"),
  format: Param.withDefault(Schema.Literals(formats), "tsv", "how the scores are written")
}

export const inputs = {
  genes: Port.optional(
    Port.table(
      Gene.table,
      "for scorers that look at genes: those that the windows name; of windows that name none, those that the scorer finds"
    )
  ),
  polya_sites: Port.optional(Port.table(PolyaSite.table, "polyadenylation sites, for polyadenylation"))
}

type Params = Schema.Struct<typeof fields>["Type"]
type Inputs = { readonly [K in keyof typeof inputs]: Port.Input<(typeof inputs)[K]> }

const groupsOf = (outputs: ReadonlyArray<Output>): ReadonlyArray<string> => [
  ...new Set(outputs.flatMap(({ tracks }) => tracks.map(({ group }) => group)))
]

const unknownGroup = (groups: ReadonlyArray<string>, known: ReadonlyArray<string>, at: number) => ({
  message: `groups: no track is of group '${groups[at]}'`,
  hint: Suggest.hint(groups[at]!, known, "groups")
})

/**
 * What the scorers lack, before the run; `outputs` are the model's where they are known by then. `genes` is false where
 * somebody else brings them.
 */
export const check = (
  { scorers, centre_width, groups }: Params,
  given: GivenInputs,
  organism: Organism,
  outputs: ReadonlyArray<Output> | undefined,
  genes = true
): ReadonlyArray<Unmet> => {
  const known = outputs && groupsOf(outputs)
  const strange = known === undefined ? -1 : (groups?.findIndex((group) => !known.includes(group)) ?? -1)
  const ofScorers = scorers.flatMap((scorer, index): ReadonlyArray<Unmet> => {
    const at = ["scorers", index] as const
    const specs = ScorerParams.resolve([scorer], organism, centre_width)
    if (specs._tag === "Failure") return [{ at, message: `scorers: ${specs.failure}` }]
    // Of the recommended ones those are used that can be.
    if (scorer === "recommended") return []
    const [spec] = specs.success
    if (genes && ScorerSpec.kinds[spec!.scorer].rows !== "variant" && !given.has("genes")) {
      return [{ at, message: `scorers: ${spec!.scorer} needs the input 'genes'`, hint: "genes: ${{ STAGE.genes }}" }]
    }
    if (spec!.scorer === "polyadenylation" && !given.has("polya_sites")) {
      return [{ at, message: "scorers: polyadenylation needs the input 'polya_sites'" }]
    }
    if (outputs === undefined || strange !== -1) return []
    const { refused } = VariantScoring.resolve(specs.success, outputs, { groups, polyaSites: given.has("polya_sites") })
    return refused.map((reason) => ({ at, message: `scorers: ${reason}` }))
  })
  return strange === -1
    ? ofScorers
    : [{ at: ["groups", strange], ...unknownGroup(groups!, known!, strange) }, ...ofScorers]
}

/** The scorers that the params name, for what the model gives. */
export const scoringsOf = Effect.fnUntraced(function* (
  { scorers, centre_width, groups }: Params,
  { polya_sites }: Inputs,
  organism: Organism,
  { info }: SequenceModel
) {
  const { log } = yield* Task
  const outputs = info.outputs(organism)
  const known = groupsOf(outputs)
  const strange = groups?.findIndex((group) => !known.includes(group)) ?? -1
  if (strange !== -1) return yield* new InputError(unknownGroup(groups!, known, strange))
  const specs = ScorerParams.resolve(scorers, organism, centre_width)
  if (specs._tag === "Failure") return yield* new InputError({ message: `scorers: ${specs.failure}` })
  const { scorings, refused } = VariantScoring.resolve(specs.success, outputs, {
    groups,
    polyaSites: polya_sites !== undefined
  })
  // Of the recommended scorers those are used that the model can serve; the others were asked for by name.
  if (refused.length > 0 && (scorings.length === 0 || !scorers.includes("recommended"))) {
    return yield* new InputError({ message: `scorers: ${refused.join("; ")}` })
  }
  for (const reason of refused) yield* log(`not used: ${reason}`)
  return scorings
})

/** The annotation that scorers look at. */
export const annotationOf = Effect.fnUntraced(function* ({ genes, polya_sites }: Inputs) {
  return {
    genes: GeneIndex.make(genes === undefined ? [] : yield* genes.rows),
    polyaSites: PolyaSite.byGene(polya_sites === undefined ? [] : yield* polya_sites.rows)
  }
})
