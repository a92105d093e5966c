/** The columns of a batch as typed values, held to a schema. */
import { InputError } from "../../core/Failure.ts"
import { TextBatch, ValueBatch, type Batch } from "./Batch.ts"
import type { Column, TableSchema } from "./Schema.ts"
import * as Value from "./Value.ts"
import { Plain, Texts as VectorTexts } from "./Vector.ts"

/** Missing numbers are NaN in a nullable column: an NaN that is written there is missing, too. */
export interface Numbers {
  readonly type: "number" | "integer"
  readonly values: Float64Array
}
/** 0, 1, or 2 where it is missing. */
export interface Booleans {
  readonly type: "boolean"
  readonly values: Uint8Array
}
/** Texts as they lie in bytes: row `n` is at `first + n * step` of the starts and ends, -1 where nothing is there. */
export interface Stretches {
  readonly bytes: Buffer
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly first: number
  readonly step: number
}
/** Made of the file's bytes when they are asked for; null where they are missing. */
export interface Texts {
  readonly type: "string"
  readonly get: (row: number) => string | null
  /** Where they lie so, those that {@link Value.isMissingIn} is true of with them. */
  readonly stretches?: Stretches | undefined
}
export type TypedColumn = Numbers | Booleans | Texts
/** By name. */
export type Columns = Readonly<Record<string, TypedColumn>>

/** What `Value.read` says of a cell that cannot be read here. */
class Fault {
  readonly row: number
  readonly message: string
  constructor(row: number, message: string) {
    this.row = row
    this.message = message
  }
}

const powers = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))

const parsed = new Float64Array(1)

/** Past an exponent that begins here, `e-08`; where there is none, here. */
const afterExponent = (bytes: Buffer, at: number, end: number): number => {
  if (at >= end || (bytes[at]! | 32) !== 101) return at
  let next = at + 1
  if (bytes[next] === 45 || bytes[next] === 43) next++
  const first = next
  while (next < end && bytes[next]! >= 48 && bytes[next]! <= 57) next++
  return next === first ? at : next
}

/**
 * Whether this is a decimal. With a whole number below 2^53 and at most 22 digits behind the point, both are exact, so that
 * their quotient, put into `parsed`, is the nearest float64 (Clinger 1990); any other is for `Number` to read.
 */
const readDecimal = (bytes: Buffer, start: number, end: number): "read" | "decimal" | "other" => {
  let at = start
  const sign = bytes[at]
  if (sign === 45 || sign === 43) at++
  let mantissa = 0
  let scale = 0
  const first = at
  for (; at < end; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) break
    mantissa = mantissa * 10 + digit
  }
  let written = at - first
  if (at < end && bytes[at] === 46) {
    const point = ++at
    for (; at < end; at++) {
      const digit = bytes[at]! - 48
      if (digit < 0 || digit > 9) break
      mantissa = mantissa * 10 + digit
    }
    scale = at - point
    written += scale
  }
  const behind = written === 0 ? at : afterExponent(bytes, at, end)
  if (behind !== end || written === 0) return "other"
  if (behind !== at || mantissa > Number.MAX_SAFE_INTEGER || scale > 22) return "decimal"
  const value = mantissa / powers[scale]!
  parsed[0] = sign === 45 ? -value : value
  return "read"
}

const typed = (batch: Batch, at: number, name: string, column: Column<unknown>, row: number): unknown => {
  const read = Value.read(name, column, batch.text(row, at))
  if ("message" in read) throw new Fault(row, read.message)
  return read.value
}

const numbersOf = (batch: Batch, at: number, name: string, column: Column<unknown>): Float64Array => {
  const values = new Float64Array(batch.height)
  const isInteger = column.type === "integer"
  const isIn = (value: number): boolean => Value.isInRange(column, value) && (!isInteger || Number.isSafeInteger(value))
  const slow = (row: number): number => (typed(batch, at, name, column, row) as number | null) ?? Number.NaN
  if (batch instanceof TextBatch) {
    const { bytes, starts, ends, width } = batch
    for (let row = 0, field = at; row < batch.height; row++, field += width) {
      const found = readDecimal(bytes, starts[field]!, ends[field]!)
      const value = found === "decimal" ? Number(batch.text(row, at)) : parsed[0]!
      const isMissing = found === "other" && column.nullable && batch.isMissing(row, at)
      values[row] = found !== "other" && isIn(value) ? value : isMissing ? Number.NaN : slow(row)
    }
    return values
  }
  const given = batch instanceof ValueBatch ? batch.columns[at]! : undefined
  if (given instanceof Plain && (given.present === undefined || column.nullable)) {
    // Every float64 is a number; NaN stands where there is none.
    if (given.values instanceof Float64Array && !isInteger && column.share !== true) return given.values
    if (given.values instanceof BigInt64Array && column.share !== true) return integersOf(given.values, given, slow)
  }
  for (let row = 0; row < batch.height; row++) {
    const value = given?.at(row)
    const isNumber = typeof value === "number" && isIn(value)
    const isExact = typeof value === "bigint" && Number.isSafeInteger(Number(value)) && isIn(Number(value))
    const isMissing = value === null && column.nullable
    values[row] = isNumber ? value : isExact ? Number(value) : isMissing ? Number.NaN : slow(row)
  }
  return values
}

/** Of both halves, little end first: no bigint is made of one that a float64 holds. */
const integersOf = (stored: BigInt64Array, { present }: Plain, slow: (row: number) => number): Float64Array => {
  const halves = new Int32Array(stored.buffer, stored.byteOffset, stored.length * 2)
  const values = new Float64Array(stored.length)
  for (let row = 0; row < values.length; row++) {
    const value = halves[row * 2 + 1]! * 2 ** 32 + (halves[row * 2]! >>> 0)
    values[row] = present?.[row] === 0 ? Number.NaN : Number.isSafeInteger(value) ? value : slow(row)
  }
  return values
}

/** `true` and `false` as nearly all write them: 1 and 0; undefined of any other text. */
const readTruth = ({ bytes, starts, ends }: TextBatch, field: number): 0 | 1 | undefined => {
  const start = starts[field]!
  const length = ends[field]! - start
  if (length === 4) return bytes.readUInt32LE(start) === 0x65757274 ? 1 : undefined
  return length === 5 && bytes[start] === 102 && bytes.readUInt32LE(start + 1) === 0x65736c61 ? 0 : undefined
}

const booleansOf = (batch: Batch, at: number, name: string, column: Column<unknown>): Uint8Array => {
  const values = new Uint8Array(batch.height)
  const given = batch instanceof ValueBatch ? batch.columns[at]! : undefined
  for (let row = 0; row < batch.height; row++) {
    const truth = batch instanceof TextBatch ? readTruth(batch, row * batch.width + at) : undefined
    const found = truth === undefined ? given?.at(row) : truth === 1
    const value = typeof found === "boolean" ? found : typed(batch, at, name, column, row)
    values[row] = value === null ? 2 : value === true ? 1 : 0
  }
  return values
}

/** Texts are looked at too: only a nullable column may have an empty one. */
const textsOf = (batch: Batch, at: number, name: string, column: Column<unknown>): Texts => {
  const { nullable } = column
  if (!nullable) {
    for (let row = 0; row < batch.height; row++) if (batch.isEmpty(row, at)) typed(batch, at, name, column, row)
  }
  return {
    type: "string",
    get: (row) => {
      const text = batch.text(row, at)
      return nullable && Value.isMissing(text) ? null : text
    },
    stretches: stretchesOf(batch, at)
  }
}

const stretchesOf = (batch: Batch, at: number): Stretches | undefined => {
  if (batch instanceof TextBatch) {
    const { bytes, starts, ends, width } = batch
    return { bytes, starts, ends, first: at, step: width }
  }
  const given = batch instanceof ValueBatch ? batch.columns[at] : undefined
  return given instanceof VectorTexts
    ? { bytes: given.bytes, starts: given.starts, ends: given.ends, first: 0, step: 1 }
    : undefined
}

const missing = (column: Column<unknown>, height: number): TypedColumn =>
  column.type === "string"
    ? { type: "string", get: () => null }
    : column.type === "boolean"
      ? { type: "boolean", values: new Uint8Array(height).fill(2) }
      : { type: column.type, values: new Float64Array(height).fill(Number.NaN) }

const columnOf = (batch: Batch, at: number, name: string, column: Column<unknown>): TypedColumn => {
  if (at === -1) return missing(column, batch.height)
  switch (column.type) {
    case "number":
    case "integer":
      return { type: column.type, values: numbersOf(batch, at, name, column) }
    case "boolean":
      return { type: "boolean", values: booleansOf(batch, at, name, column) }
    default:
      return textsOf(batch, at, name, column)
  }
}

/** The schema's columns of a batch of a table with these columns. Throws what is wrong, at its first row. */
export const columns = (file: string, names: ReadonlyArray<string>, batch: Batch, schema: TableSchema): Columns => {
  const found: Record<string, TypedColumn> = {}
  let fault: Fault | undefined
  for (const [name, column] of Object.entries(schema)) {
    try {
      found[name] = columnOf(batch, names.indexOf(name), name, column)
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause
      if (fault === undefined || cause.row < fault.row) fault = cause
    }
  }
  if (fault !== undefined) throw new InputError({ message: fault.message, file, line: batch.line(fault.row) })
  return found
}

/** A cell as a row has it. */
export const cell = (column: TypedColumn, nullable: boolean, row: number): unknown => {
  if (column.type === "string") return column.get(row)
  const value = column.values[row]!
  if (column.type === "boolean") return value === 2 ? null : value === 1
  return nullable && Number.isNaN(value) ? null : value
}

/** The rows of some columns. */
export function* rowsOf(found: Columns, schema: TableSchema, height: number): Iterable<Record<string, unknown>> {
  const columns = Object.entries(schema)
  for (let at = 0; at < height; at++) {
    const row: Record<string, unknown> = {}
    for (const [name, { nullable }] of columns) row[name] = cell(found[name]!, nullable, at)
    yield row
  }
}
