import { readdirSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import stage from "../../modules/count-junctions/stage.ts"
import { rowsOf } from "../support/genome.ts"
import { mirror, runStage } from "../support/stage.ts"

// Figures from pysam on the same file, primary alignments, strand by the tags XS and ts.
describe.skipIf(mirror === undefined)(
  "count-junctions on A549 direct RNA (AGFLOW_MIRROR names a folder of public files)",
  () => {
    it("counts as pysam does", async () => {
      const root = join(mirror!, "raw.githubusercontent.com/GoekeLab/bambu")
      const folder = join(root, readdirSync(root)[0]!, "inst/extdata")
      const alignments = join(
        folder,
        readdirSync(folder).find((name) => name.endsWith(".bam"))!
      )
      const rows = rowsOf((await runStage(stage, {}, { alignments })).outputs["junctions"])
      assert.strictEqual(rows.length, 86)
      assert.strictEqual(
        rows.reduce((sum, { reads }) => sum + Number(reads), 0),
        786
      )
      assert.deepStrictEqual(Object.values(rows[0]!), ["chr9", "14940", "15080", "-", "9"])
      const most = rows.toSorted((a, b) => Number(b["reads"]) - Number(a["reads"]))
      assert.deepStrictEqual(
        most.slice(0, 3).map(({ start, end, reads }) => [start, end, reads]),
        [
          ["122090", "123216", "44"],
          ["173366", "175697", "44"],
          ["121573", "121960", "43"]
        ]
      )
    })
  }
)
