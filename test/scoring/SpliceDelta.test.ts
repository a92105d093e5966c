import { assert, describe, it } from "vitest"
import * as SpliceDelta from "../../src/scoring/SpliceDelta.ts"

/** Bases with the given acceptor and donor probabilities. */
const bases = (...rows: ReadonlyArray<readonly [acceptor: number, donor: number]>): Float32Array =>
  Float32Array.from(rows.flatMap(([acceptor, donor]) => [1 - acceptor - donor, acceptor, donor]))

const acceptors = (values: Float32Array): ReadonlyArray<number> =>
  Array.from({ length: values.length / 3 }, (_, base) => Number(values[base * 3 + 1]!.toFixed(3)))

describe("SpliceDelta.align", () => {
  const alternative = bases([0.1, 0], [0.2, 0], [0.3, 0], [0.4, 0], [0.5, 0], [0.6, 0])

  it("leaves a substitution as it is", () =>
    assert.deepStrictEqual(
      acceptors(SpliceDelta.align(alternative, { at: 2, from: 1, to: 1, count: 5 })),
      [0.1, 0.2, 0.3, 0.4, 0.5]
    ))

  it("gives deleted bases 0", () =>
    assert.deepStrictEqual(
      acceptors(SpliceDelta.align(alternative, { at: 1, from: 3, to: 1, count: 6 })),
      [0.1, 0.2, 0, 0, 0.3, 0.4]
    ))

  it("a deletion may reach beyond what is looked at", () =>
    assert.deepStrictEqual(
      acceptors(SpliceDelta.align(alternative, { at: 1, from: 9, to: 1, count: 4 })),
      [0.1, 0.2, 0, 0]
    ))

  it("makes inserted bases one with the base before them", () =>
    assert.deepStrictEqual(
      acceptors(SpliceDelta.align(alternative, { at: 1, from: 1, to: 3, count: 4 })),
      [0.1, 0.4, 0.5, 0.6]
    ))
})

describe("SpliceDelta.deltas", () => {
  const reference = bases([0.1, 0], [0, 0.9], [0.2, 0], [0, 0.1], [0, 0])
  const alternative = bases([0.6, 0], [0, 0.2], [0.1, 0], [0, 0.3], [0.6, 0])
  const rounded = (deltas: SpliceDelta.Deltas) =>
    SpliceDelta.kinds.map((kind) => [Number(deltas[kind].score.toFixed(4)), deltas[kind].position])

  it("finds the largest gain and loss of acceptors and donors", () =>
    assert.deepStrictEqual(rounded(SpliceDelta.deltas(reference, alternative, 2)), [
      [0.6, 2],
      [0.1, 0],
      [0.2, 1],
      [0.7, -1]
    ]))

  it("masks gains of annotated sites and losses of others", () =>
    assert.deepStrictEqual(
      rounded(SpliceDelta.deltas(reference, alternative, 2, { acceptors: new Set([2, 0]), donors: new Set() })),
      [
        [0, 2],
        [0.1, 0],
        [0.2, 1],
        [0, -1]
      ]
    ))
})
