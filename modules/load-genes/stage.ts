import * as Effect from "effect/Effect"
import * as Account from "../../src/core/Account.ts"
import { InputError } from "../../src/core/Failure.ts"
import * as Table from "../../src/data/Table.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Annotation from "../../src/genome/Annotation.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as GeneDraft from "../../src/genome/GeneDraft.ts"
import * as Variant from "../../src/genome/Variant.ts"

const idTable = {
  gene_id: Table.string("Ensembl gene id"),
  gene_name: Table.string("symbol, as the annotation writes it")
}

export default Stage.make({
  name: "load-genes",
  version: 4,
  summary: "Reads genes and their exons from GTF, GFF3 and tables of transcript spans into one table.",
  params: {},
  inputs: {
    annotations: Port.list(
      Port.file("file", "gene annotation; told apart by content, plain or gzip"),
      "gene annotations: where two have a gene, exons win over a span, then the one that stands first"
    ),
    ids: Port.optional(Port.table(idTable, "Ensembl ids for annotations that name genes by symbol alone")),
    pairs: Port.optional(Port.table(Variant.pairTable, "keep only the genes of these pairs"))
  },
  outputs: { genes: Port.table(Gene.table, "genes in genome order, one row each") },
  run: Effect.fnUntraced(function* ({ inputs, outputs }) {
    const idOf = new Map(
      inputs.ids === undefined ? [] : (yield* inputs.ids.rows).map((row) => [row.gene_name, row.gene_id])
    )
    const wanted =
      inputs.pairs === undefined
        ? undefined
        : new Set((yield* inputs.pairs.rows).map(({ gene_id }) => Gene.withoutVersion(gene_id)))
    const books = {
      genes: yield* Account.open("genes"),
      transcripts: yield* Account.open("transcripts"),
      exons: yield* Account.open("exons")
    }
    const genes = new Map<string, Gene.Gene>()
    const parts = new Map<string, GeneDraft.Parts>()
    for (const annotation of inputs.annotations) {
      for (const gene of yield* Annotation.read(annotation, books)) {
        const gene_id = Gene.withoutVersion(idOf.get(gene.gene_id) ?? gene.gene_id)
        if (wanted !== undefined && !wanted.has(gene_id)) {
          books.genes.leave("not asked for by the pairs", gene.gene_id)
          continue
        }
        const known = genes.get(gene_id)
        const better = known === undefined || (known.region === "span" && gene.region === "exons")
        const other = better ? known : gene
        if (better) {
          genes.set(gene_id, { ...gene, gene_id })
          parts.set(gene_id, GeneDraft.partsOf(gene))
        }
        if (other !== undefined) books.genes.leave("given better or earlier by another annotation", other.gene_id)
      }
    }
    for (const gene of genes.values()) {
      const { transcripts, exons } = parts.get(gene.gene_id)!
      books.genes.keep()
      books.transcripts.take(transcripts)
      books.transcripts.keep(transcripts)
      books.exons.take(exons)
      books.exons.keep(exons)
      if (Gene.isSpreadsheets(gene.gene_name)) {
        books.genes.note("named as no gene is: a date or a number that a spreadsheet made of it", gene.gene_name)
      }
      if (gene.region === "span") books.genes.note("known as a span, without exons", gene.gene_id)
    }
    if (wanted !== undefined) {
      const asked = yield* Account.open("genes of the pairs")
      asked.take(wanted.size)
      for (const id of wanted) {
        if (genes.has(id)) asked.keep()
        else asked.leave("not in the annotations", id)
      }
    }
    // Without pairs, what is wrong with the annotations stands in the account.
    if (wanted !== undefined && genes.size === 0) {
      return yield* new InputError({
        message: `load-genes: none of the ${wanted.size} genes of the pairs is in the annotations`,
        hint: "an annotation that names genes by symbol needs the input `ids`"
      })
    }
    yield* outputs.genes.write([...genes.values()].sort(Gene.compare))
  })
})
