/** Ways in which rows of a file go wrong, as labs meet them. */
import type * as Random from "../../src/core/Random.ts"
import type { Given } from "./takers.ts"

export interface Spoiled {
  readonly given: Given
  /** The rows that nothing was done to. */
  readonly untouched: ReadonlyArray<Cells>
  /** What was done, for the message of a failure. */
  readonly ways: ReadonlyArray<string>
}

type Cells = ReadonlyArray<string>

/** What may stand in a cell that held something else. */
const cells = [
  "",
  "NA",
  ".",
  "nan",
  "None",
  "null",
  "x",
  "0",
  "-5",
  "1.5",
  "1,000",
  "1e999",
  "0x10",
  "inf",
  "TRUE",
  " 7 ",
  "-",
  "*",
  "<DEL>",
  "chr9",
  "23",
  "chrM",
  "R",
  "acgt",
  '"quoted"',
  "a\u00A0b",
  "\u00E9",
  "chr1_1_A_C",
  "99999999999999999999"
] as const

const of = <A>(random: Random.Random, list: ReadonlyArray<A>): A => list[random.int(list.length)]!

const ways: {
  readonly [way: string]: (random: Random.Random, cells: Cells, others: ReadonlyArray<Cells>) => ReadonlyArray<Cells>
} = {
  "another cell": (random, row) => [row.with(random.int(row.length), of(random, cells))],
  "two other cells": (random, row) => [
    row.with(random.int(row.length), of(random, cells)).with(random.int(row.length), of(random, cells))
  ],
  "a cell missing": (random, row) => [row.toSpliced(random.int(row.length), 1)],
  "a cell too many": (random, row) => [row.toSpliced(random.int(row.length + 1), 0, of(random, cells))],
  "cells exchanged": (random, row) => {
    const [a, b] = [random.int(row.length), random.int(row.length)]
    return [row.with(a, row[b]!).with(b, row[a]!)]
  },
  twice: (_, row) => [row, row],
  "in lower case": (_, row) => [row.map((cell) => cell.toLowerCase())],
  "with blanks": (_, row) => [row.map((cell) => ` ${cell} `)],
  "a cell of another row": (random, row, others) => {
    const at = random.int(row.length)
    return [row.with(at, of(random, others)[at] ?? "")]
  },
  "a line before it that is empty": (_, row) => [[""], row],
  "with a carriage return": (_, row) => [[...row.slice(0, -1), `${row.at(-1)}\r`]]
}
const names = Object.keys(ways)

/** So many of the rows, each in one of many ways. */
export const spoil = (random: Random.Random, given: Given, count: number): Spoiled => {
  const chosen = new Set<number>()
  while (chosen.size < Math.min(count, given.rows.length)) chosen.add(random.int(given.rows.length))
  const done: Array<string> = []
  const rows = given.rows.flatMap((row, at) => {
    if (!chosen.has(at)) return [row]
    const way = of(random, names)
    done.push(`row ${at + 1}: ${way}`)
    return ways[way]!(random, row, given.rows)
  })
  return { given: { ...given, rows }, untouched: given.rows.filter((_, at) => !chosen.has(at)), ways: done }
}
