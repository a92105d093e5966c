/** Scores of variants for the clients of a model that is served. */
import * as Effect from "effect/Effect"
import type { Fasta } from "../genome/Fasta.ts"
import type { GeneIndex } from "../genome/GeneIndex.ts"
import type { PolyaSite } from "../genome/PolyaSite.ts"
import { ofFailure, type Scored, type ScoreQuestion } from "../model/remote/ModelServer.ts"
import * as Protocol from "../model/remote/Protocol.ts"
import type { Message } from "../model/remote/Protocol.ts"
import { codes, type Refusal } from "../model/remote/Server.ts"
import * as Tensors from "../model/remote/Tensors.ts"
import * as TrackMetadata from "../model/remote/TrackMetadata.ts"
import * as VariantScores from "../model/remote/VariantScores.ts"
import * as VariantWindow from "../model/remote/VariantWindow.ts"
import type { SequenceModel } from "../model/SequenceModel.ts"
import type { Scores, ScoreRow } from "./Scorer.ts"
import * as Scorers from "./Scorers.ts"
import * as ScorerSpec from "./ScorerSpec.ts"

export interface Sources {
  readonly model: SequenceModel
  readonly reference: Fasta
  readonly genes: GeneIndex
  readonly polyaSites: ReadonlyMap<string, ReadonlyArray<PolyaSite>>
}

const geneOf = ({ gene, junction }: ScoreRow): ReadonlyArray<Message<"GeneMetadata">> =>
  gene === undefined
    ? []
    : [
        {
          geneId: gene.gene_id,
          name: gene.gene_name,
          type: gene.gene_type,
          strand: Protocol.strands[gene.strand as keyof typeof Protocol.strands],
          junctionStart: junction?.start,
          junctionEnd: junction?.end
        }
      ]

const write = (
  { variant: { chrom, pos, ref, alt } }: ScoreQuestion,
  { rows, tracks, values }: Pick<Scores, "rows" | "tracks" | "values">
): Scored => {
  const { tensor, chunks } = Tensors.encode(Float32Array.from(values), [1, rows.length, tracks.length], 2 ** 16)
  return {
    output: {
      variant: {
        values: tensor,
        metadata: {
          variant: { chromosome: chrom, position: pos, reference: ref, alternate: alt },
          tracks: tracks.map(TrackMetadata.fromTrack),
          genes: rows.flatMap(geneOf)
        }
      }
    },
    chunks
  }
}

/** Answers with the scores of each scorer in order; of one that finds nothing to score, no rows. */
export const make = ({ model, reference, genes, polyaSites }: Sources) =>
  Effect.fnUntraced(function* (question: ScoreQuestion): Effect.fn.Return<ReadonlyArray<Scored>, Refusal> {
    const { organism, window, variant } = question
    const refuse = (message: string) => Effect.fail<Refusal>({ code: codes.invalid, message })
    const outputs = model.info.outputs(organism)
    const about = { window, variant, genes, geneId: undefined, polyaSites }
    const planned: Array<{ readonly target: ScorerSpec.Target; readonly plan: Scorers.ScorerPlan | undefined }> = []
    for (const message of question.scorers) {
      const spec = VariantScores.fromMessage(message)
      if (spec === undefined) return yield* refuse("the request has a scorer that is not known")
      const targets = ScorerSpec.targets(spec, outputs)
      if (targets._tag === "Failure") return yield* refuse(targets.failure)
      const target = targets.success[0]!
      const plan = Scorers.plan(spec, { ...about, ...target })
      planned.push({ target, plan: plan._tag === "Success" ? plan.success : undefined })
    }
    const wants = Scorers.mergeWants(planned.flatMap(({ plan }) => plan?.want ?? []))
    const alleles = yield* Effect.mapError(VariantWindow.alleles(reference, window, variant), ofFailure)
    const predicted = yield* model
      .predictVariants({ organism, reference: alleles.reference, alternatives: [alleles.alternative], wants })
      .pipe(Effect.mapError(ofFailure))
    const scored: Array<Scored> = []
    for (const { target, plan } of planned) {
      if (plan === undefined) {
        scored.push(write(question, { rows: [], tracks: target.tracks, values: new Float64Array(0) }))
        continue
      }
      const { output } = plan.want
      const scores = plan.score(predicted.reference.get(output), predicted.alternatives[0]!.get(output))
      if (scores._tag === "Failure") return yield* Effect.fail({ code: codes.internal, message: scores.failure })
      scored.push(write(question, scores.success))
    }
    return scored
  })
