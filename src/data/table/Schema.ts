/** The columns of a table: names, types and what they hold. */
export type ColumnType = "string" | "number" | "integer" | "boolean"

/** `A` is the TypeScript type of a cell. */
export interface Column<out A> {
  readonly type: ColumnType
  readonly nullable: boolean
  readonly description: string
  /** Of numbers: from 0 to 1, but for rounding. */
  readonly share?: boolean
  readonly "~cell"?: A
}

const column =
  <A>(type: ColumnType) =>
  (description: string): Column<A> => ({ type, nullable: false, description })

export const string = column<string>("string")
export const number = column<number>("number")
export const integer = column<number>("integer")
/** A probability, a frequency. */
export const share = (description: string): Column<number> => ({ ...number(description), share: true })
export const boolean = column<boolean>("boolean")
export const nullable = <A>(inner: Column<A>): Column<A | null> => ({ ...inner, nullable: true })

export interface TableSchema {
  readonly [name: string]: Column<unknown>
}
export type Row<S extends TableSchema> = { readonly [K in keyof S]: S[K] extends Column<infer A> ? A : never }
