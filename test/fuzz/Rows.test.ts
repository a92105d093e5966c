/**
 * Good input with some rows spoiled, given to every stage that takes rows: a stage refuses it with an error that says where,
 * or accounts for each row, and gives none that it did not take. `AGFLOW_FUZZ_ROWS=10000` for more inputs,
 * `AGFLOW_FUZZ_FROM` for the first seed.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Random from "../../src/core/Random.ts"
import * as Tally from "../../src/core/Tally.ts"
import { rowsOf } from "../support/genome.ts"
import { runStage, temporaryFolder } from "../support/stage.ts"
import { spoil } from "./spoil.ts"
import { takers, textOf, type Given, type Taker } from "./takers.ts"
import { withoutTaker } from "./withoutTaker.ts"

const inputs = Number(process.env["AGFLOW_FUZZ_ROWS"] ?? 420)
const from = Number(process.env["AGFLOW_FUZZ_FROM"] ?? 1)
const each = Math.ceil(inputs / takers.length)

const folder = temporaryFolder()

const write = (given: Given, seed: number): string => {
  const path = join(folder, String(seed), given.name)
  mkdirSync(join(folder, String(seed)), { recursive: true })
  writeFileSync(path, textOf(given))
  return path
}

/** Rows as a reader of the file would count them: lines that hold something. */
const count = ({ rows }: Given): number => rows.filter((cells) => cells.join("").trim() !== "").length

interface Refusal {
  readonly _tag?: string
  readonly message: string
}

const check = async (
  taker: Taker,
  given: Given,
  untouched: Given["rows"],
  seed: number
): Promise<"refused" | "accounted"> => {
  const path = write(given, seed)
  const result = await runStage(taker.stage, taker.params, taker.inputs(path, given)).catch((error: Refusal) => {
    assert.isDefined(error._tag, `not a typed error: ${error.message}`)
    assert.isNotEmpty(error.message)
    assert.notMatch(error.message, /undefined|\[object|Cannot read prop/u)
    return undefined
  })
  rmSync(join(folder, String(seed)), { recursive: true })
  if (result === undefined) return "refused"
  const tally = result.account.find(({ rows }) => rows === taker.counts)
  assert.isDefined(tally, `no account of '${taker.counts}': ${result.account.map(Tally.line).join(" | ")}`)
  const { taken, kept, leftOut } = tally!
  const least = taker.distinct === true ? new Set(untouched.map(taker.id)).size : count(given)
  assert.isAtLeast(taken, least, Tally.line(tally!))
  assert.strictEqual(taken, kept + Tally.leftOutOf(tally!))
  for (const { reason, count: rows } of leftOut) assert.isTrue(reason !== "" && rows > 0, Tally.line(tally!))
  // What it gives, it took; and where a row gives a row, none is missing.
  const written = taker.output === "" ? [] : rowsOf(result.outputs[taker.output]).map((row) => row[taker.column]!)
  if (taker.summary !== true && taker.several !== true) assert.isAtMost(written.length, taken)
  if (taker.summary !== true)
    for (const cells of untouched) assert.include(written, taker.id(cells), "a good row is not in the output")
  if (taker.oneToOne === true) assert.strictEqual(written.length, kept, Tally.line(tally!))
  return "accounted"
}

it("is given to every stage, or it is said why not", () => {
  const folder = new URL("../../modules/", import.meta.url)
  const stages = readdirSync(folder, { withFileTypes: true }).flatMap((each) => (each.isDirectory() ? [each.name] : []))
  const given = new Set(takers.map(({ stage }) => stage.name))
  assert.sameMembers([...given, ...Object.keys(withoutTaker)], stages)
  if (process.env["AGFLOW_FUZZ_ROWS"] !== undefined) {
    process.stdout.write(`spoiled: ${[...given].sort().join(", ")}\n`)
    for (const [stage, why] of Object.entries(withoutTaker)) process.stdout.write(`not spoiled: ${stage}: ${why}\n`)
  }
})

describe.each(takers)("$stage.name, of $counts", (taker) => {
  it("keeps all of good input", async () => {
    const given = taker.give(Random.make(from, taker.stage.name))
    assert.strictEqual(await check(taker, given, given.rows, -1), "accounted")
    const path = write(given, -2)
    const { account, outputs } = await runStage(taker.stage, taker.params, taker.inputs(path, given))
    const tally = account.find(({ rows }) => rows === taker.counts)!
    assert.deepStrictEqual([tally.taken, tally.kept], [given.rows.length, given.rows.length], Tally.line(tally))
    if (taker.summary === true) return
    const ids = new Set(given.rows.map(taker.id))
    for (const row of rowsOf(outputs[taker.output])) assert.isTrue(ids.has(row[taker.column]!), row[taker.column])
  })

  it("loses none of spoiled input in silence", { timeout: 3_600_000 }, async () => {
    const ends = { refused: 0, accounted: 0 }
    for (let seed = from; seed < from + each; seed++) {
      const random = Random.make(seed, taker.stage.name)
      const { given, untouched, ways } = spoil(random, taker.give(random), 1 + random.int(3))
      try {
        ends[await check(taker, given, untouched, seed)]++
      } catch (error) {
        throw new Error(`seed ${seed}: ${ways.join("; ")}\n${textOf(given)}`, { cause: error })
      }
    }
    if (process.env["AGFLOW_FUZZ_ROWS"] !== undefined)
      process.stdout.write(
        `| ${taker.stage.name} | ${taker.counts} | ${each} | ${ends.accounted} | ${ends.refused} |\n`
      )
    // Both must be seen, or the spoiling is too strong or too weak to show anything.
    assert.isAbove(ends.accounted, 0, "every spoiled input was refused")
  })
})
