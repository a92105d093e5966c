import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Random from "../../src/core/Random.ts"
import * as BigWig from "../../src/genome/BigWig.ts"
import * as Stretch from "../../src/genome/Stretch.ts"
import { open } from "../support/bigWig.ts"
import { runPromise, temporaryFolder } from "../support/stage.ts"

const made = async (
  lengths: Readonly<Record<string, number>>,
  data: Readonly<Record<string, ReadonlyArray<Stretch.Stretch>>>
) => {
  const path = join(temporaryFolder(), "made.bw")
  const chromosomes = Object.entries(lengths).map(([name, length]) => ({ name, length }))
  await runPromise(BigWig.write(path, chromosomes, ({ name }) => data[name] ?? [], 32))
  return path
}

const random = Random.make(1, "bigwig")
/** Half a million stretches: two levels of the index, many zooms. */
const chr2 = Array.from({ length: 500_000 }, (_, i) => ({
  start: i * 32,
  end: i * 32 + 32,
  value: Math.fround(random.normal())
}))
const chr10 = [
  { start: 5, end: 10, value: 2 },
  { start: 10, end: 11, value: Number.NaN },
  { start: 20, end: 1000, value: -1 }
]

describe("BigWig", () => {
  it("gives back through its index what was written, and sums it up", async () => {
    const path = await made({ chr2: 20_000_000, chr10: 5000, chrEmpty: 77 }, { chr2, chr10 })
    const file = open(path)
    assert.deepStrictEqual(
      [...file.chromosomes],
      [
        ["chr10", { id: 0, length: 5000 }],
        ["chr2", { id: 1, length: 20_000_000 }],
        ["chrEmpty", { id: 2, length: 77 }]
      ]
    )
    assert.deepStrictEqual(file.values("chr10", 0, 5000), [chr10[0], chr10[2]])
    assert.deepStrictEqual(file.values("chr2", 8_000_001, 8_000_100), chr2.slice(250_000, 250_004))
    assert.deepStrictEqual(file.values("chr2", 0, 20_000_000), chr2)
    assert.deepStrictEqual(file.values("chrEmpty", 0, 77), [])
    const all = [...chr2, chr10[0]!, chr10[2]!]
    const sum = all.reduce((total, { start, end, value }) => total + (end - start) * value, 0)
    const [covered, min, max, total] = file.summary
    assert.strictEqual(covered, 500_000 * 32 + 985)
    assert.strictEqual(
      min,
      all.reduce((least, { value }) => Math.min(least, value), 0)
    )
    assert.strictEqual(
      max,
      all.reduce((most, { value }) => Math.max(most, value), 0)
    )
    assert.approximately(total!, sum, 1e-6 * Math.abs(sum))
    assert.deepStrictEqual(
      file.zooms.map(({ reduction }) => reduction),
      [320, 1280, 5120, 20_480, 81_920, 327_680, 1_310_720, 5_242_880]
    )
    for (const { reduction, index } of file.zooms) {
      const records = file.records(index, "chr2", 0, 20_000_000)
      assert.strictEqual(records.length, Math.ceil(16_000_000 / reduction))
      assert.strictEqual(
        records.reduce((count, record) => count + record.covered, 0),
        16_000_000
      )
      const { start, end, min, max } = records[0]!
      const inside = chr2.filter((each) => each.start < end && each.end > start).map(({ value }) => value)
      assert.strictEqual(start, 0)
      assert.strictEqual(
        min,
        inside.reduce((a, b) => Math.min(a, b))
      )
      assert.strictEqual(
        max,
        inside.reduce((a, b) => Math.max(a, b))
      )
    }
  })

  it("may be empty, and is the same bytes again", async () => {
    const empty = open(await made({ chr1: 10 }, {}))
    assert.deepStrictEqual(empty.values("chr1", 0, 10), [])
    assert.deepStrictEqual(empty.summary, [0, 0, 0, 0, 0])
    const [one, two] = [await made({ chr10: 5000 }, { chr10 }), await made({ chr10: 5000 }, { chr10 })]
    assert.isTrue(readFileSync(one).equals(readFileSync(two)))
  })
})

describe("Stretch.flatten", () => {
  it("takes the mean where stretches overlap, and cuts at the chromosome's ends", () => {
    const given = [
      { start: -5, end: 4, value: 1 },
      { start: 2, end: 6, value: 3 },
      { start: 8, end: 12, value: 5 },
      { start: 8, end: 10, value: 7 },
      { start: 30, end: 40, value: 9 }
    ]
    assert.deepStrictEqual(
      [...Stretch.flatten(given, 11)],
      [
        { start: 0, end: 2, value: 1 },
        { start: 2, end: 4, value: 2 },
        { start: 4, end: 6, value: 3 },
        { start: 8, end: 10, value: 6 },
        { start: 10, end: 11, value: 5 }
      ]
    )
  })
})
