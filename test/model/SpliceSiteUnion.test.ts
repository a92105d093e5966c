import { assert, describe, it } from "vitest"
import * as IndelAlignment from "../../src/genome/IndelAlignment.ts"
import * as SpliceSiteUnion from "../../src/model/SpliceSiteUnion.ts"

const site = (position: number, probability: number) => ({ position, probability })

describe("SpliceSiteUnion", () => {
  it("keeps the most probable places of any allele, ascending", () => {
    const union = (count: number) =>
      SpliceSiteUnion.union(
        [
          [[site(5, 0.2), site(900, 0.9)], []],
          [[site(5, 0.8), site(30, 0.8), site(40, 0.3)], [site(1, 0.1)]]
        ],
        count
      ).map((each) => [...each])
    assert.deepStrictEqual(union(9), [[5, 30, 40, 900], [1]])
    assert.deepStrictEqual(union(2), [[5, 900], [1]])
  })

  it("takes those of an annotation that lie in the spans", () => {
    const sites = [
      { strand: "-", donors: [7], acceptors: [1, 20] },
      { strand: "+", donors: [3, 30], acceptors: [] }
    ] as const
    assert.deepStrictEqual(
      SpliceSiteUnion.certain(sites, [
        [0, 10],
        [20, 25]
      ]).map((each) => each.map(({ position }) => position)),
      [[3], [], [7], [1, 20]]
    )
  })

  it("puts the sites of an alternative on the places of the reference", () => {
    const places = (removed: number, inserted: number) =>
      SpliceSiteUnion.onReference(
        [[1, 3, 4, 5, 9].map((position) => site(position, 1))],
        IndelAlignment.make({ at: 3, removed, inserted }, 10)
      )[0]!.map(({ position }) => position)
    assert.deepStrictEqual(places(1, 1), [1, 3, 4, 5, 9])
    // 3, 4 and 5 of the alternative are 3 of the reference.
    assert.deepStrictEqual(places(1, 3), [1, 3, 3, 3, 7])
    // 4 of the alternative is 6 of the reference; 9 would be 11.
    assert.deepStrictEqual(places(3, 1), [1, 3, 6, 7])
  })
})
