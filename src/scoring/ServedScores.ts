/** Scores of variants and of intervals for the clients of a model that is served. */
import * as Effect from "effect/Effect"
import type { Fasta } from "../genome/Fasta.ts"
import type { GeneIndex } from "../genome/GeneIndex.ts"
import type { PolyaSite } from "../genome/PolyaSite.ts"
import type { Variant } from "../genome/Variant.ts"
import { ofFailure, type Scored, type Scoring, type VariantQuestion } from "../model/remote/ModelServer.ts"
import * as Protocol from "../model/remote/Protocol.ts"
import type { Message } from "../model/remote/Protocol.ts"
import { codes, type Refusal } from "../model/remote/Server.ts"
import * as Tensors from "../model/remote/Tensors.ts"
import * as TrackMetadata from "../model/remote/TrackMetadata.ts"
import * as VariantScores from "../model/remote/VariantScores.ts"
import * as VariantWindow from "../model/remote/VariantWindow.ts"
import type { Organism, SequenceModel } from "../model/SequenceModel.ts"
import * as IntervalScorer from "./IntervalScorer.ts"
import * as IsmMatrix from "./IsmMatrix.ts"
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

const encoded = (values: ArrayLike<number>, rows: number, tracks: number) =>
  Tensors.encode(Float32Array.from(values), [1, rows, tracks], 2 ** 16)

const write = (
  { chrom, pos, ref, alt }: Variant,
  { rows, tracks, values }: Pick<Scores, "rows" | "tracks" | "values">
): Scored<Message<"Scores">> => {
  const { tensor, chunks } = encoded(values, rows.length, tracks.length)
  const metadata = {
    variant: { chromosome: chrom, position: pos, reference: ref, alternate: alt },
    tracks: tracks.map(TrackMetadata.fromTrack),
    genes: rows.flatMap(geneOf)
  }
  return { output: { variant: { values: tensor, metadata } }, chunks }
}

const invalid = (message: string) => Effect.fail<Refusal>({ code: codes.invalid, message })

/** Of a scorer that finds nothing to score, no rows. */
export const make = ({ model, reference, genes, polyaSites }: Sources): Scoring => {
  const targetOf = (spec: ScorerSpec.ScorerSpec, organism: Organism): Effect.Effect<ScorerSpec.Target, Refusal> => {
    const targets = ScorerSpec.targets(spec, model.info.outputs(organism))
    return targets._tag === "Failure" ? invalid(targets.failure) : Effect.succeed(targets.success[0]!)
  }

  /** The scores of variants of a window, which share the prediction for the reference. */
  const scoreVariants = Effect.fnUntraced(function* (
    { organism, window, scorers }: Omit<VariantQuestion, "variant">,
    variants: ReadonlyArray<Variant>
  ) {
    const targets = yield* Effect.forEach(
      scorers,
      Effect.fnUntraced(function* (message) {
        const spec = VariantScores.fromMessage(message)
        if (spec === undefined) return yield* invalid("the request has a scorer that is not known")
        return { spec, target: yield* targetOf(spec, organism) }
      })
    )
    const planned = variants.map((variant) => ({
      variant,
      scorings: targets.map(({ spec, target }) => {
        const about = { window, variant, genes, geneId: undefined, polyaSites }
        const plan = Scorers.plan(spec, { ...about, ...target })
        return { target, plan: plan._tag === "Success" ? plan.success : undefined }
      })
    }))
    const wants = Scorers.mergeWants(
      planned.flatMap(({ scorings }) => scorings.flatMap(({ plan }) => (plan === undefined ? [] : [plan.want])))
    )
    const alleles = yield* Effect.forEach(variants, (variant) =>
      Effect.mapError(VariantWindow.alleles(reference, window, variant), ofFailure)
    )
    const alternatives = alleles.map(({ alternative }) => alternative)
    const predicted = yield* model
      .predictVariants({ organism, reference: alleles[0]!.reference, alternatives, wants })
      .pipe(Effect.mapError(ofFailure))
    const scored: Array<Scored<Message<"Scores">>> = []
    for (const [at, { variant, scorings }] of planned.entries()) {
      for (const { target, plan } of scorings) {
        if (plan === undefined) {
          scored.push(write(variant, { rows: [], tracks: target.tracks, values: new Float64Array(0) }))
          continue
        }
        const { output } = plan.want
        const scores = plan.score(predicted.reference.get(output), predicted.alternatives[at]!.get(output))
        if (scores._tag === "Failure") return yield* Effect.fail({ code: codes.internal, message: scores.failure })
        scored.push(write(variant, scores.success))
      }
    }
    return scored
  })

  return {
    variant: (question) => scoreVariants(question, [question.variant]),
    mutagenesis: Effect.fnUntraced(function* ({ mutated, ...question }) {
      const { sequence } = yield* Effect.mapError(reference.fetch(mutated), ofFailure)
      const variants = IsmMatrix.variants(mutated, sequence)
      // Junctions are counted among the sites of all alleles of a query: a variant's must not depend on its neighbours.
      const alone = question.scorers.some(({ spliceJunction }) => spliceJunction != null)
      if (!alone) return yield* scoreVariants(question, variants)
      return (yield* Effect.forEach(variants, (variant) => scoreVariants(question, [variant]))).flat()
    }),
    interval: Effect.fnUntraced(function* ({ organism, window, scorers }) {
      const planned = yield* Effect.forEach(
        scorers,
        Effect.fnUntraced(function* ({ geneMask }) {
          const aggregation = geneMask && Protocol.nameOf(Protocol.intervalAggregations, geneMask.aggregation)
          const output = geneMask && Protocol.nameOf(Protocol.outputTypes, geneMask.output)
          if (aggregation == null || output == null) return yield* invalid("the request has a scorer that is not known")
          const target = yield* targetOf({ scorer: "gene_active", output, width: null, aggregation: null }, organism)
          const plan = IntervalScorer.plan({ ...target, window, genes }, geneMask?.width ?? null, aggregation)
          return { target, plan: plan._tag === "Success" ? plan.success : undefined }
        })
      )
      const { sequence } = yield* Effect.mapError(reference.fetch(window), ofFailure)
      const wants = Scorers.mergeWants(planned.flatMap(({ plan }) => plan?.want ?? []))
      const [prediction] = yield* Effect.mapError(model.predict(organism, [sequence], wants), ofFailure)
      return planned.map(({ target: { tracks }, plan }): Scored<Message<"IntervalScores">> => {
        const values = plan && prediction!.get(plan.want.output)
        const scores = values?.kind === "tracks" ? plan?.score(values) : undefined
        const found = scores?.genes ?? []
        const { tensor, chunks } = encoded(scores?.values ?? [], found.length, tracks.length)
        const metadata = {
          interval: { chromosome: window.chrom, start: window.start, end: window.end, strand: Protocol.strands["."] },
          tracks: tracks.map(TrackMetadata.fromTrack),
          genes: found.flatMap((gene) => geneOf({ gene }))
        }
        return { output: { interval: { values: tensor, metadata } }, chunks }
      })
    })
  }
}
