import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import { Task } from "../../src/core/Task.ts"
import type * as Tally from "../../src/core/Tally.ts"
import * as Table from "../../src/data/Table.ts"
import * as HashJoin from "../../src/data/table/HashJoin.ts"
import * as Reader from "../../src/data/table/Reader.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Requirement from "../../src/dsl/stage/Requirement.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as VariantForms from "../../src/genome/VariantForms.ts"

const Turn = Schema.Struct({
  negate: Param.withDefault(
    Schema.Array(Schema.String),
    [],
    "columns of effects of the right table: their sign changes"
  ),
  complement: Param.withDefault(
    Schema.Array(Schema.String),
    [],
    "columns of frequencies of the right table: x becomes 1 - x"
  )
})

/** The numbers of a column turned; a text that is none stays. */
const turns = {
  negate: (text: string): string => (text.startsWith("-") ? text.slice(1) : `-${text.replace(/^\+/u, "")}`),
  complement: (text: string): string => String(Number((1 - Number(text)).toPrecision(12)))
} as const

const isNumber = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text))

export default Stage.make({
  name: "join-tables",
  version: 3,
  summary:
    "Puts beside each row of a table what another table says of the same thing; variants are found in any spelling.",
  params: {
    on: Param.required(Param.listOf(Schema.String), "columns of both tables that name the thing"),
    turned: Param.optional(
      Turn,
      "also join variants whose alleles have changed places in the right table, and turn these of its columns; without it they have no partner"
    )
  },
  inputs: {
    left: Port.file("tsv", "the rows, in order; several may name one thing"),
    right: Port.file("tsv", "what is put beside them: at most one row for each thing")
  },
  outputs: {
    table: Port.file("tsv", "rows that both tables have: the left one's columns, then the right one's others")
  },
  columns: ({ on }) =>
    ["left", "right"].flatMap((input) => on.map((column, index) => ({ input, column, at: ["on", index] as const }))),
  inspect: ({ on }, { left, right }) =>
    typeof left !== "string" || typeof right !== "string"
      ? Requirement.nothing
      : Effect.all([Reader.columns(left), Reader.columns(right)]).pipe(
          Effect.map(([ofLeft, ofRight]) => {
            const clash = HashJoin.clashOf(on, ofLeft, ofRight)
            return clash === undefined ? [] : [{ at: "right", ...clash }]
          }),
          Effect.mapError((error) => Requirement.ofFile("right", error))
        ),
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const books = { left: yield* Account.open("left rows"), right: yield* Account.open("right rows") }
    const { scratch } = yield* Task
    const columns = yield* Reader.columns(inputs.right)
    const others = columns.filter((name) => !params.on.includes(name))
    for (const name of [...(params.turned?.negate ?? []), ...(params.turned?.complement ?? [])]) {
      if (!others.includes(name)) return yield* Table.missingColumn({ file: inputs.right, columns: others }, name)
    }
    const turnOf = new Map<string, (text: string) => string>(
      (["negate", "complement"] as const).flatMap((how) =>
        (params.turned?.[how] ?? []).map((name) => [name, turns[how]] as const)
      )
    )
    const accept: HashJoin.Forms["accept"] = (key, { key: other, partner, how }) => {
      const example = `${key.join(" ")} is ${other.join(" ")} there`
      if (how === "turned" && params.turned === undefined) {
        books.left.leave("alleles in the other order in the right table", example)
        return undefined
      }
      books.left.note(how === "form" ? "written in another form" : "alleles turned, with their effects", example)
      return how === "form"
        ? partner
        : partner.map((text, at) => (isNumber(text) ? (turnOf.get(others[at]!)?.(text) ?? text) : text))
    }
    const { left, right, declined, declinedRight, keyless } = yield* HashJoin.inner(
      { file: inputs.left, on: params.on },
      { file: inputs.right, on: params.on },
      outputs.table.path,
      { scratch, forms: { formsOf: VariantForms.of(params.on), accept } }
    )
    const alone = (book: Tally.Book, reason: string, example: ReadonlyArray<string> = [], count: number) =>
      book.leave(reason, example.join(" "), count)
    for (const side of ["left", "right"] as const) {
      books[side].take(keyless[side])
      books[side].leave("no key", "", keyless[side])
    }
    books.left.take(left.rows)
    books.left.keep(left.matched)
    alone(books.left, "no such row in the right table", left.example, left.rows - left.matched - declined)
    books.right.take(right.rows)
    books.right.keep(right.matched)
    const { count, example } = declinedRight
    alone(books.right, "alleles in the other order in the left table", example, count)
    alone(books.right, "no such row in the left table", right.example, right.rows - right.matched - count)
  })
})
