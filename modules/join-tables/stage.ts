import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import { InputError } from "../../src/core/Failure.ts"
import * as Reader from "../../src/data/table/Reader.ts"
import * as Table from "../../src/data/Table.ts"
import * as Join from "../../src/data/table/Join.ts"
import * as Param from "../../src/dsl/Param.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Requirement from "../../src/dsl/Requirement.ts"
import * as Stage from "../../src/dsl/Stage.ts"
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

/** A column of both that is not joined on: it would be twice in the result. */
const clashOf = (on: ReadonlyArray<string>, left: ReadonlyArray<string>, right: ReadonlyArray<string>) => {
  const clash = right.find((name) => !on.includes(name) && left.includes(name))
  return clash === undefined
    ? undefined
    : { message: `both tables have a column '${clash}'`, hint: "rename it with load-table" }
}

export default Stage.make({
  name: "join-tables",
  version: 2,
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
            const clash = clashOf(on, ofLeft, ofRight)
            return clash === undefined ? [] : [{ at: "right", ...clash }]
          }),
          Effect.mapError((error) => Requirement.ofFile("right", error))
        ),
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const books = { left: yield* Account.open("left rows"), right: yield* Account.open("right rows") }
    const [left, right] = [yield* Table.readText(inputs.left), yield* Table.readText(inputs.right)]
    const placesOf = Effect.fnUntraced(function* (table: Table.TextTable, names: ReadonlyArray<string>) {
      for (const name of names) if (!table.columns.includes(name)) return yield* Table.missingColumn(table, name)
      return names.map((name) => table.columns.indexOf(name))
    })
    const [leftKey, rightKey] = [yield* placesOf(left, params.on), yield* placesOf(right, params.on)]
    const pick = (places: ReadonlyArray<number>) => (cells: ReadonlyArray<string>) => places.map((at) => cells[at]!)
    const [ofLeft, ofRight] = [pick(leftKey), pick(rightKey)]
    const others = right.columns.filter((name) => !params.on.includes(name))
    const clash = clashOf(params.on, left.columns, right.columns)
    if (clash !== undefined) return yield* new InputError({ ...clash, file: right.file })
    for (const name of [...(params.turned?.negate ?? []), ...(params.turned?.complement ?? [])]) {
      if (!others.includes(name)) return yield* Table.missingColumn({ ...right, columns: others }, name)
    }

    const partners = new Map<string, number>()
    for (const [index, cells] of right.rows.entries()) {
      const key = Join.keyOf(ofRight(cells))
      if (partners.has(key)) {
        const message = `two rows for ${ofRight(cells).join(" ")}`
        return yield* new InputError({ message, file: right.file, line: Table.lineOf(right, index) })
      }
      partners.set(key, index)
    }
    const formsOf = VariantForms.of(params.on)
    const lookup = Join.lookup({ keys: right.rows.map(ofRight), formsOf }, formsOf)
    const places = yield* placesOf(right, others)
    const turnOf = new Map<string, (text: string) => string>(
      (["negate", "complement"] as const).flatMap((how) =>
        (params.turned?.[how] ?? []).map((name) => [name, turns[how]] as const)
      )
    )
    const used = new Set<number>()
    const inOtherOrder = new Set<string>()
    const rows: Array<ReadonlyArray<string>> = []
    books.left.take(left.rows.length)
    for (const cells of left.rows) {
      const key = ofLeft(cells)
      const match = lookup.find(key)
      if (match === undefined) {
        books.left.leave("no such row in the right table", key.join(" "))
        continue
      }
      const index = partners.get(match.key)!
      if (match.how === "turned" && params.turned === undefined) {
        books.left.leave("alleles in the other order in the right table", `${key.join(" ")} is ${match.key} there`)
        inOtherOrder.add(match.key)
        continue
      }
      if (match.how !== "same") {
        const what = match.how === "form" ? "key written in another form" : "alleles turned, with their effects"
        books.left.note(what, `${key.join(" ")} is ${match.key} there`)
      }
      used.add(index)
      const partner = places.map((at) => right.rows[index]![at]!)
      const turned =
        match.how === "turned"
          ? partner.map((text, at) => (isNumber(text) ? (turnOf.get(others[at]!)?.(text) ?? text) : text))
          : partner
      rows.push([...cells, ...turned])
    }
    books.left.keep(rows.length)
    books.right.take(right.rows.length)
    books.right.keep(used.size)
    for (const [key, index] of partners) {
      if (used.has(index)) continue
      books.right.leave(
        inOtherOrder.has(key) ? "alleles in the other order in the left table" : "no such row in the left table",
        key
      )
    }
    yield* Table.writeText(outputs.table.path, [...left.columns, ...others], rows)
  })
})
