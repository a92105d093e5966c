import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as SyntheticCohort from "../../src/evaluation/SyntheticCohort.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as Variant from "../../src/genome/Variant.ts"

export default Stage.make({
  name: "synthetic-cohort",
  version: 2,
  summary: "Makes up genes on a given sequence, and single-base variants near their exons.",
  params: {
    seed: Param.withDefault(Schema.Int, 1, "seed of everything that is drawn"),
    genes: Param.withDefault(Param.Count, 120, "genes, on both strands"),
    variants_per_gene: Param.withDefault(Param.Count, 6, "variants near each gene"),
    reach: Param.withDefault(Param.Count, 300, "largest distance of a variant from an exon of its gene, in bp")
  },
  inputs: { reference: Port.file("fasta", "sequence to put the genes on") },
  outputs: {
    genes: Port.table(Gene.table, "the genes, with their exons"),
    variants: Port.table(Variant.variants, "the variants; reference alleles are those of the sequence"),
    pairs: Port.table(Variant.pairTable, "which variant lies near which gene")
  },
  synthetic: () => true,
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const cohort = yield* SyntheticCohort.make({
      seed: params.seed,
      reference: yield* Fasta.open(inputs.reference),
      genes: params.genes,
      variantsPerGene: params.variants_per_gene,
      reach: params.reach
    })
    yield* outputs.genes.write(cohort.genes)
    yield* outputs.variants.write(cohort.variants)
    yield* outputs.pairs.write(cohort.pairs)
  }, Effect.scoped)
})
