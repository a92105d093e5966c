import * as Effect from "effect/Effect"
import * as Account from "../../src/core/Account.ts"
import { InputError } from "../../src/core/Failure.ts"
import * as Tally from "../../src/core/Tally.ts"
import * as Table from "../../src/data/Table.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Interval from "../../src/genome/Interval.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as Window from "../../src/genome/Window.ts"

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
    dropped: Port.table(droppedTable, "elements outside the reference, or of N alone")
  },
  run: Effect.fnUntraced(function* ({ inputs, outputs }) {
    const fasta = yield* Fasta.open(inputs.reference)
    const variants = new Map<string, Variant.Variant>()
    const dropped = new Map<string, string>()
    const account = yield* Account.open("elements")
    const places = new Map<string, string>()
    const drop = (element_id: string, reason: string) => {
      dropped.set(element_id, reason)
      account.leave(Tally.category(reason), element_id)
    }
    for (const [index, row] of (yield* inputs.elements.rows).entries()) {
      const { element_id, start, end } = row
      const fail = (message: string) =>
        new InputError({ message: `element '${element_id}': ${message}`, file: inputs.elements.path, line: index + 2 })
      if (start < 0 || end <= start) return yield* fail(`${start} to ${end} is no stretch of bases`)
      const place = `${row.chrom}:${start}-${end}`
      const known = places.get(element_id)
      if (known !== undefined && known !== place) return yield* fail(`it stands at two places, ${known} and ${place}`)
      if (known !== undefined) continue
      places.set(element_id, place)
      account.take()
      const found = fasta.resolve(row.chrom)
      const interval = { chrom: "name" in found ? found.name : Interval.chromName(row.chrom), start, end }
      if (!fasta.covers(interval)) {
        drop(element_id, `it lies outside the reference (it has ${Interval.listed(fasta.pieces, interval.chrom)})`)
        continue
      }
      const { sequence } = yield* fasta.fetch(interval)
      if (Window.isEmpty(sequence)) {
        drop(element_id, "it is N already")
        continue
      }
      const variant = Variant.make(interval.chrom, start + 1, sequence, "N".repeat(end - start))
      if (variant._tag === "Failure") return yield* fail(variant.failure)
      variants.set(element_id, { ...variant.success, variant_id: element_id })
      account.keep()
    }
    yield* outputs.variants.write([...variants.values()].sort(Variant.compare))
    yield* outputs.dropped.write(Array.from(dropped, ([element_id, reason]) => ({ element_id, reason })))
  }, Effect.scoped)
})
