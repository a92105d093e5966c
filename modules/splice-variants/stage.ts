import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import * as Checkpoint from "../../src/core/Checkpoint.ts"
import { InputError } from "../../src/core/Failure.ts"
import * as Tally from "../../src/core/Tally.ts"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as SplicePredictor from "../../src/scoring/SplicePredictor.ts"
import * as SpliceScoring from "../../src/scoring/SpliceScoring.ts"

export default Stage.make({
  name: "splice-variants",
  version: 2,
  summary: "Scores how much variants make or break splice sites of the genes that hold them (SpliceAI's delta scores).",
  params: {
    distance: Param.withDefault(Param.Count, 50, "bases at each side of a variant in which sites are looked for"),
    masked: Param.withDefault(
      Schema.Boolean,
      false,
      "leave out gains of annotated sites and losses of others; the genes need exons"
    )
  },
  inputs: {
    weights: Port.list(Port.file("h5", "weights of SpliceAI"), "weights of SpliceAI; several networks are averaged"),
    reference: Port.file("fasta", "the genome, or pieces of it"),
    variants: Port.table(Variant.variants, "substitutions, insertions and deletions"),
    genes: Port.table(Gene.table, "transcripts: strand and span, and with `masked` exons")
  },
  outputs: {
    scores: Port.table(SpliceScoring.table, "one row per gene and variant in it, in genome order"),
    unscored: Port.table(SpliceScoring.unscoredTable, "variants (or their genes) without scores, and why")
  },
  resources: { cpus: 2, memory: 2 * 2 ** 30, gpus: "device" },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const genes = yield* inputs.genes.rows
    const bare = params.masked ? genes.find(({ region }) => region !== "exons") : undefined
    if (bare !== undefined) {
      return yield* new InputError({
        message: `splice-variants: masked needs exons, and gene '${bare.gene_id}' has a span alone`,
        file: inputs.genes.path,
        hint: "load the genes from GTF or GFF3, or leave `masked` out"
      })
    }
    const variants = yield* inputs.variants.rows
    const { clusters, unscored } = SpliceScoring.clusters(variants, genes)
    const predictor = yield* SplicePredictor.open(inputs.weights)
    const fasta = yield* Fasta.open(inputs.reference)
    const total = clusters.reduce((sum, { variants }) => sum + variants.length, 0)
    let done = 0
    const results = yield* Checkpoint.forEach(
      clusters,
      (cluster) => SpliceScoring.scoreCluster(predictor, fasta, params, cluster),
      ({ variants }) => task.progress((done += variants.length), total, "variants")
    )
    const account = yield* Account.open("variants")
    const scored = new Set(results.flatMap(({ scores }) => scores.map(({ variant_id }) => variant_id)))
    const reasons = new Map(
      [...unscored, ...results.flatMap((result) => result.unscored)].map((row) => [row.variant_id, row.reason])
    )
    for (const { variant_id } of variants) {
      const reason = reasons.get(variant_id)
      account.take()
      if (scored.has(variant_id)) account.keep()
      else account.leave(Tally.category(reason ?? "no gene holds the variant"), variant_id)
      if (scored.has(variant_id) && reason !== undefined) account.note("no score in some of its genes", variant_id)
    }
    yield* outputs.scores.write(results.flatMap(({ scores }) => scores))
    yield* outputs.unscored.write([...unscored, ...results.flatMap((result) => result.unscored)])
  }, Effect.scoped)
})
