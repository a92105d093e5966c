import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Account from "../../src/core/Account.ts"
import { InputError } from "../../src/core/Failure.ts"
import * as Table from "../../src/data/Table.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as FastaText from "../../src/genome/FastaText.ts"
import * as SequencePair from "../../src/genome/SequencePair.ts"

const droppedTable = {
  pair_id: Table.string("name of the pair"),
  reason: Table.string("why it was left out")
}

export default Stage.make({
  name: "load-sequence-pairs",
  version: 2,
  summary:
    "Makes pairs of sequences that differ in an allele, from two FASTA files or from changes of given sequences.",
  params: {},
  inputs: {
    ref: Port.optional(Port.file("fasta", "with `alt`: sequences with the one allele")),
    alt: Port.optional(Port.file("fasta", "with `ref`: sequences with the other allele, of the same names")),
    substitutions: Port.optional(
      Port.table(SequencePair.substitutionTable, "instead: sequences and what changes in them")
    )
  },
  outputs: {
    pairs: Port.table(SequencePair.table, "the pairs, in the order of `ref` or of `substitutions`"),
    dropped: Port.table(droppedTable, "sequences without a partner, changes that do not fit")
  },
  check: (_, given) =>
    given.has("ref") === given.has("alt") && given.has("ref") !== given.has("substitutions")
      ? []
      : [
          {
            at: ["ref", "alt", "substitutions"].find((name) => given.has(name)) ?? "ref",
            message: "give 'ref' and 'alt', or 'substitutions'",
            hint: "a table of pairs (pair_id, ref, alt) that you have already needs no stage"
          }
        ],
  run: Effect.fnUntraced(function* ({ inputs, outputs }) {
    const { ref, alt, substitutions } = inputs
    const pairs = new Map<string, SequencePair.SequencePair>()
    const dropped: Array<Table.Row<typeof droppedTable>> = []
    const book = yield* Account.open("pairs")
    const drop = (pair_id: string, category: string, reason: string): void => {
      book.leave(category, `${pair_id}: ${reason}`)
      dropped.push({ pair_id, reason })
    }
    const add = Effect.fnUntraced(function* (pair: SequencePair.SequencePair, file: string) {
      if (pairs.has(pair.pair_id)) return yield* new InputError({ message: `two pairs named '${pair.pair_id}'`, file })
      pairs.set(pair.pair_id, pair)
      book.keep()
    })
    if (substitutions !== undefined) {
      for (const row of yield* substitutions.rows) {
        const made = SequencePair.ofSubstitution(row)
        book.take()
        if (made._tag === "Success") yield* add(made.success, substitutions.path)
        else drop(row.pair_id, "the change does not fit the sequence", made.failure)
      }
    } else {
      const sequences = (path: string) => Stream.runCollect(FastaText.records(path))
      const others = new Map((yield* sequences(alt!)).map(({ name, sequence }) => [name, sequence]))
      for (const { name, sequence } of yield* sequences(ref!)) {
        const other = others.get(name)
        others.delete(name)
        book.take()
        if (other === undefined) drop(name, "no partner", "no such sequence in `alt`")
        else if (sequence === "" || other === "") {
          drop(name, "a sequence without bases", `no bases in \`${sequence === "" ? "ref" : "alt"}\``)
        } else {
          if (sequence.toUpperCase() === other.toUpperCase()) book.note("both sequences are the same", name)
          yield* add({ pair_id: name, ref: sequence.toUpperCase(), alt: other.toUpperCase() }, ref!)
        }
      }
      for (const name of others.keys()) {
        book.take()
        drop(name, "no partner", "no such sequence in `ref`")
      }
    }
    yield* outputs.pairs.write(pairs.values())
    yield* outputs.dropped.write(dropped)
  })
})
