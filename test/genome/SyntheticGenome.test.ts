import { assert, describe, it } from "vitest"
import { ofBytes } from "../../src/core/Digest.ts"
import * as SyntheticGenome from "../../src/genome/SyntheticGenome.ts"

const gcOf = (sequence: string): number => sequence.replace(/[AT]/gu, "").length / sequence.length

describe("SyntheticGenome", () => {
  const genome = SyntheticGenome.make({ seed: 1, chromosomes: 2, length: 200_000 })

  it("is what was asked for", () => {
    assert.deepStrictEqual(
      genome.map(({ name, sequence }) => [name, sequence.length]),
      [
        ["chrS1", 200_000],
        ["chrS2", 200_000]
      ]
    )
    for (const { sequence } of genome) assert.match(sequence, /^[ACGT]+$/u)
    assert.deepStrictEqual(SyntheticGenome.make({ seed: 1, chromosomes: 0, length: 10 }), [])
    assert.deepStrictEqual(SyntheticGenome.make({ seed: 1, chromosomes: 1, length: 0 }), [
      { name: "chrS1", sequence: "" }
    ])
  })

  it("is the same for the same seed only", () => {
    const digest = (seed: number) =>
      ofBytes(SyntheticGenome.make({ seed, chromosomes: 1, length: 50_000 })[0]!.sequence)
    assert.strictEqual(digest(1), digest(1))
    assert.notStrictEqual(digest(1), digest(2))
    assert.notStrictEqual(genome[0]!.sequence, genome[1]!.sequence)
  })

  it("keeps a chromosome when others are added or it grows", () => {
    const small = SyntheticGenome.make({ seed: 1, chromosomes: 1, length: 60_000 })[0]!.sequence
    assert.strictEqual(genome[0]!.sequence.slice(0, 60_000), small)
  })

  it("varies in GC content along the chromosome about 0.41", () => {
    const windows = genome.flatMap(({ sequence }) =>
      Array.from({ length: 20 }, (_, i) => gcOf(sequence.slice(i * 10_000, (i + 1) * 10_000)))
    )
    const mean = windows.reduce((sum, gc) => sum + gc, 0) / windows.length
    const deviation = Math.sqrt(windows.reduce((sum, gc) => sum + (gc - mean) ** 2, 0) / windows.length)
    assert.closeTo(mean, 0.41, 0.05)
    // Independent bases alone would give 0.005.
    assert.isAbove(deviation, 0.02)
  })
})
