import { Effect, Fasta, Param, Port, Schema, Sequence, Stage, Table } from "agflow"

const site = {
  chrom: Table.string("the sequence"),
  start: Table.integer("first base, from 0"),
  end: Table.integer("after the last base"),
  strand: Table.string("+ or -")
}

const Motif = Schema.String.pipe(Schema.check(Schema.isPattern(/^[ACGT]+$/, { message: "bases are A, C, G and T" })))

export const findMotif = Stage.make({
  name: "find-motif",
  version: 1,
  summary: "Finds where a motif lies in sequences, on both strands.",
  params: { motif: Param.required(Motif, "the bases to look for") },
  inputs: { sequences: Port.file("fasta", "where to look") },
  outputs: { sites: Port.table(site, "one row for each place, in order") },
  // The types of params, inputs and outputs follow from the lines above.
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const fasta = yield* Fasta.open(inputs.sequences)
    const backwards = Sequence.reverseComplement(params.motif)
    const sites: Array<Table.Row<typeof site>> = []
    for (const piece of fasta.pieces) {
      const { sequence } = yield* fasta.fetch(piece)
      for (let at = 0; at + params.motif.length <= sequence.length; at++) {
        const place = { chrom: piece.chrom, start: piece.start + at, end: piece.start + at + params.motif.length }
        if (sequence.startsWith(params.motif, at)) sites.push({ ...place, strand: "+" })
        if (sequence.startsWith(backwards, at)) sites.push({ ...place, strand: "-" })
      }
    }
    yield* outputs.sites.write(sites)
  }, Effect.scoped)
})
