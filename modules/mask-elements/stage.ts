import * as Effect from "effect/Effect"
import { InputError } from "../../src/core/Failure.ts"
import * as Table from "../../src/data/Table.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Interval from "../../src/genome/Interval.ts"
import * as Variant from "../../src/genome/Variant.ts"

const elementTable = {
  element_id: Table.string("name of the element; rows of the same name are one element"),
  chrom: Table.string("chromosome"),
  start: Table.integer("first base of the element, 0-based"),
  end: Table.integer("end of the element, 0-based, excluded")
}

const droppedTable = {
  element_id: Table.string("the element"),
  reason: Table.string("why it is left out")
}

export default Stage.make({
  name: "mask-elements",
  version: 1,
  summary: "Makes of each element a variant that puts N in its place: what a model says without it, is what it does.",
  params: {},
  inputs: {
    reference: Port.file("fasta", "the genome, or pieces of it"),
    elements: Port.table(elementTable, "enhancers, promoters or other stretches")
  },
  outputs: {
    variants: Port.table(Variant.variants, "the variants, named as their elements, in genome order"),
    dropped: Port.table(droppedTable, "elements that do not lie inside the sequence at hand")
  },
  run: Effect.fnUntraced(function* ({ inputs, outputs }) {
    const fasta = yield* Fasta.open(inputs.reference)
    const variants = new Map<string, Variant.Variant>()
    const dropped = new Map<string, string>()
    for (const [index, row] of (yield* inputs.elements.rows).entries()) {
      const { element_id, start, end } = row
      if (variants.has(element_id) || dropped.has(element_id)) continue
      const fail = (message: string) =>
        new InputError({ message: `element '${element_id}': ${message}`, file: inputs.elements.path, line: index + 2 })
      if (start < 0 || end <= start) return yield* fail(`${start} to ${end} is no stretch of bases`)
      const interval = { chrom: Interval.chromName(row.chrom), start, end }
      if (!fasta.covers(interval)) {
        dropped.set(
          element_id,
          `it lies outside the sequence at hand (${Interval.listed(fasta.pieces, interval.chrom)})`
        )
        continue
      }
      const { sequence } = yield* fasta.fetch(interval)
      const variant = Variant.make(interval.chrom, start + 1, sequence, "N".repeat(end - start))
      if (variant._tag === "Failure") return yield* fail(variant.failure)
      variants.set(element_id, { ...variant.success, variant_id: element_id })
    }
    yield* outputs.variants.write([...variants.values()].sort(Variant.compare))
    yield* outputs.dropped.write(Array.from(dropped, ([element_id, reason]) => ({ element_id, reason })))
  }, Effect.scoped)
})
