import { assert, describe, it } from "vitest"
import * as MetricTable from "../../src/metric/MetricTable.ts"

const metrics = [
  MetricTable.make({ evaluation: "e", subset: "all", metric: "auroc", value: 0.7, n: 10 }),
  MetricTable.make({ evaluation: "e", subset: "all", metric: "pearson", value: null, n: 10, note: "constant" }),
  MetricTable.make({ evaluation: "e", subset: "liver", metric: "auroc", value: 0.8, n: 10 })
]

describe("MetricTable", () => {
  it("judges against closed intervals; a missing value is outside", () => {
    const judged = MetricTable.judge(metrics, { "all/auroc": [0.7, 0.8], "all/pearson": [-1, 1] })
    assert.deepStrictEqual(
      judged.map(({ expected_low, expected_high, verdict }) => [expected_low, expected_high, verdict]),
      [
        [0.7, 0.8, "inside"],
        [-1, 1, "outside"],
        [null, null, null]
      ]
    )
    assert.strictEqual(
      MetricTable.failureOf(judged)!.message,
      "1 of 3 metrics are not as expected: e all/pearson is missing (constant), expected -1 to 1"
    )
    assert.isUndefined(MetricTable.failureOf(metrics))
  })

  it("says which expectation fits no metric", () => {
    const misfit = MetricTable.misfits(metrics, { "all/aurok": [0, 1] })!
    assert.strictEqual(misfit.message, "expect: no metric is named 'all/aurok'")
    assert.match(misfit.hint!, /all\/auroc, all\/pearson, liver\/auroc/u)
    assert.isUndefined(MetricTable.misfits(metrics, { "liver/auroc": [0, 1] }))
  })
})
