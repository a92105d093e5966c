/** Two false claims, made again with the real binary: another data set than the reported one, and tissues of one class. */
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { Rig } from "../support/rig.ts"

const flow = `agflow: 1
name: claims
outputs: { results: "\${{ b.results }}", kept: "\${{ keep.results }}", left: "\${{ leave.results }}" }
stages:
  s: { uses: evaluation-scores, with: { evaluation: enhancer_gene_linking_e2g, columns: { key: [name] }, scores: ./pairs.tsv } }
  b: { uses: variant-benchmark, with: { scores: ["\${{ s.scores }}"], models: { s: Ours }, replicates: 50 } }
  t: { uses: evaluation-scores, with: { evaluation: sqtl_variant_causality_gene_human, scores: ./tissues.tsv } }
  keep: { uses: variant-benchmark, with: { scores: ["\${{ t.scores }}"], replicates: 0 } }
  leave: { uses: variant-benchmark, with: { scores: ["\${{ t.scores }}"], one_class: leave_out, replicates: 0 } }
`
const table = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string | number>>): string =>
  [header, ...rows].map((row) => `${row.join("\t")}\n`).join("")

/** As many as the held-out CRISPRi pairs of five other cell types: 190 positives among 4,378. */
const pairs = table(
  ["name", "score", "target"],
  Array.from({ length: 4378 }, (_, i) => [`p${i}`, ((i * 7919) % 4391) / 4391 + (i < 190 ? 0.3 : 0), i < 190 ? 1 : 0])
)
/** Ten tissues of both classes, one of positives, one of negatives, one of a single row. */
const sizes = [12, 9, 15, 8, 20, 11, 7, 14, 10, 13, 4, 6, 1]
const tissues = table(
  ["variant_id", "tissue", "score", "target"],
  sizes.flatMap((size, at) =>
    Array.from({ length: size }, (_, i) => [
      `t${at}v${i}`,
      `tissue${at}`,
      (i * 37 + at * 11) % 101,
      at < 10 ? Number((i * 5 + at) % 3 === 0) : Number(at !== 11)
    ])
  )
)

type Row = Readonly<Record<string, string>>
const rowOf = (text: string): Row => {
  const [header, cells] = text.split("\n").map((line) => line.split("\t"))
  return Object.fromEntries(header!.map((name, at) => [name, cells![at]!]))
}

let rig: Rig
let results: Readonly<Record<string, string>>
beforeAll(async () => {
  rig = new Rig()
  rig.write("pairs.tsv", pairs)
  rig.write("tissues.tsv", tissues)
  rig.write("flow.yaml", flow)
  const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(code, 0, stdout + stderr)
  results = rig.results()
}, 240_000)
afterAll(() => rig.remove())

describe("claims of the binary", () => {
  it("make nothing of a competitor's value on other data", () => {
    const row = rowOf(results["results.tsv"]!)
    assert.deepStrictEqual(
      [row["verdict"], row["improvement"], row["n"], row["positives"], row["reported_n"], row["model"]],
      ["measured", "NA", "4378", "190", "10353", "Ours (stated)"]
    )
    assert.match(row["note"]!, /no improvement: Borzoi \(ensemble\)'s 0\.67 is on 10,353 rows, 471 positive/u)
    assert.match(row["comparator_where"]!, /on 10,353 rows, 471 positive/u)
  })

  // scikit-learn 1.9.1: average_precision_score by tissue, weighted by rows, with and without those of one class.
  it("count tissues of one class in both readings, and say how many have no value", () => {
    const [keep, leave] = [rowOf(results["kept.tsv"]!), rowOf(results["left.tsv"]!)]
    assert.closeTo(Number(keep["value"]), 0.3959387001579693, 1e-9)
    assert.closeTo(Number(leave["value"]), 0.3955974144569583, 1e-9)
    assert.deepStrictEqual([keep["n"], keep["groups"]], ["129", "12"])
    assert.deepStrictEqual([leave["n"], leave["groups"]], ["119", "10"])
    assert.match(keep["note"]!, /1 of 13 groups have no value/u)
    assert.match(leave["note"]!, /3 of 13 groups have no value/u)
  })
})
