/** The scorers that a stage is asked for, as a workflow writes them. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Param from "../dsl/stage/Param.ts"
import type { Organism } from "../model/SequenceModel.ts"
import { aggregations, type AggregationName } from "./CentreMask.ts"
import { recommended } from "./RecommendedScorers.ts"
import * as ScorerSpec from "./ScorerSpec.ts"

const ScorerName = Schema.Literals(ScorerSpec.scorerNames)
const Aggregation = Schema.Literals(Object.keys(aggregations) as ReadonlyArray<AggregationName>)

const Asked = Schema.Struct({
  scorer: ScorerName,
  output: Schema.optionalKey(Schema.String),
  width: Schema.optionalKey(Schema.NullOr(Param.Count)),
  aggregation: Schema.optionalKey(Aggregation)
})

/** `recommended`, `gene_lfc`, `{ scorer: centre_mask, output: ATAC, width: 501, aggregation: ACTIVE_SUM }`. */
export const ScorerParam = Schema.Union([Schema.Literals(["recommended", ...ScorerSpec.scorerNames]), Asked])
export type ScorerParam = typeof ScorerParam.Type

export const description = [
  ...ScorerSpec.scorerNames.map((name) => `${name}: ${ScorerSpec.kinds[name].summary}`),
  "recommended: those that AlphaGenome's authors recommend (19 for human, 18 for mouse), as far as the model has their outputs"
].join("; ")

/**
 * The scorers in the order given, each once. `centreWidth` is the width in base pairs of a `centre_mask` that says none.
 * The failure says what does not belong together.
 */
export const resolve = (
  params: ReadonlyArray<ScorerParam>,
  organism: Organism,
  centreWidth: number
): Result.Result<ReadonlyArray<ScorerSpec.ScorerSpec>, string> => {
  const specs = new Map<string, ScorerSpec.ScorerSpec>()
  for (const param of params) {
    const asked: ScorerSpec.Asked = typeof param === "string" ? { scorer: param as ScorerSpec.ScorerName } : param
    const width = asked.scorer === "centre_mask" && asked.width === undefined ? { width: centreWidth } : {}
    const made =
      param === "recommended"
        ? Result.succeed(recommended[organism])
        : Result.map(ScorerSpec.make({ ...asked, ...width }), (spec) => [spec])
    if (Result.isFailure(made)) return Result.fail(made.failure)
    for (const spec of made.success) specs.set(ScorerSpec.official(spec), spec)
  }
  return Result.succeed([...specs.values()])
}
