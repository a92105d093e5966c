/** Where a row of a table is, for what is said of it. */
import { InputError } from "../../core/Failure.ts"
import type { Fault } from "./Header.ts"

/** In text a line, in Parquet and Arrow a row, both from 1. */
export interface Place {
  readonly file: string
  readonly line?: number
  readonly row?: number
}

export const faultAt = ({ file, line, row }: Place, { message, hint }: Fault): InputError =>
  new InputError({
    message: row === undefined ? message : `row ${row}, ${message}`,
    file,
    ...(line === undefined ? {} : { line }),
    ...(hint === undefined ? {} : { hint })
  })
