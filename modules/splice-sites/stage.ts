import * as Effect from "effect/Effect"
import * as Account from "../../src/core/Account.ts"
import * as Checkpoint from "../../src/core/Checkpoint.ts"
import { InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as Table from "../../src/data/Table.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as SpliceSiteEvaluation from "../../src/evaluation/SpliceSiteEvaluation.ts"
import * as Verdict from "../../src/evaluation/Verdict.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as Bootstrap from "../../src/metric/Bootstrap.ts"
import * as MetricTable from "../../src/metric/MetricTable.ts"
import * as SplicePredictor from "../../src/scoring/SplicePredictor.ts"
import * as SpliceSites from "../../src/scoring/SpliceSites.ts"

const skippedTable = {
  gene_id: Table.string("the gene"),
  reason: Table.string("why it is left out")
}

export default Stage.make({
  name: "splice-sites",
  version: 1,
  summary: "Predicts splice sites along genes and compares them with the annotated ones.",
  params: {
    ...Verdict.params("splice sites"),
    least_probability: Param.withDefault(Param.Share, 0.1, "sites that are not annotated are listed from here on"),
    ...Bootstrap.params
  },
  inputs: {
    weights: Port.list(Port.file("h5", "weights of SpliceAI"), "weights of SpliceAI; several networks are averaged"),
    reference: Port.file("fasta", "the genome, or pieces of it"),
    genes: Port.table(Gene.table, "the genes, with exons; best with one transcript each (MANE)")
  },
  outputs: {
    sites: Port.table(SpliceSites.table, "annotated sites and likely others, in genome order"),
    metrics: Port.table(
      MetricTable.table,
      "top_k and average_precision of acceptors and donors over all bases of the genes"
    ),
    skipped: Port.table(skippedTable, "genes that are not looked at, and why")
  },
  resources: { cpus: 2, memory: 3 * 2 ** 30, gpus: "device" },
  check: (params) => Verdict.check(params),
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const fasta = yield* Fasta.open(inputs.reference)
    const faultOf = (gene: Gene.Gene) =>
      gene.region !== "exons"
        ? "its exons are not known"
        : Gene.exons(gene).length === 1
          ? "it has one exon"
          : fasta.covers(Gene.transcript(gene))
            ? undefined
            : "it does not lie inside the reference"
    const judged = (yield* inputs.genes.rows).map((gene) => ({ gene, reason: faultOf(gene) }))
    const account = yield* Account.open("genes")
    for (const { gene, reason } of judged) {
      account.take()
      if (reason === undefined) account.keep()
      else account.leave(reason, gene.gene_id)
    }
    const stretches = judged.flatMap(({ gene, reason }) => (reason === undefined ? SpliceSites.stretches(gene) : []))
    if (stretches.length === 0) {
      return yield* new InputError({
        message: `splice-sites: none of the ${judged.length} genes can be used; of the first, ${judged[0]?.reason ?? "nothing"}`,
        file: inputs.genes.path
      })
    }
    const predictor = yield* SplicePredictor.open(inputs.weights)
    const total = stretches.reduce((sum, { start, end }) => sum + end - start, 0)
    let done = 0
    const results = yield* Checkpoint.forEach(
      stretches,
      (stretch) => SpliceSites.predict(predictor, fasta, stretch),
      ({ start, end }) => task.progress((done += end - start), total, "bp")
    )
    const predicted = [...results]
    yield* outputs.sites.write(
      stretches.flatMap((stretch, at) => SpliceSites.sites(stretch, predicted[at]!, params.least_probability))
    )
    yield* outputs.skipped.write(
      judged.flatMap(({ gene, reason }) => (reason === undefined ? [] : [{ gene_id: gene.gene_id, reason }]))
    )
    const metrics = SpliceSites.kinds.flatMap((kind) =>
      SpliceSiteEvaluation.evaluate(kind, SpliceSites.labelled(stretches, predicted, kind), params)
    )
    yield* Verdict.conclude(metrics, params, outputs.metrics.write)
  }, Effect.scoped)
})
