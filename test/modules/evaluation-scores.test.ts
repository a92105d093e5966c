import { assert, describe, it } from "vitest"
import evaluationScores from "../../modules/evaluation-scores/stage.ts"
import { file, rowsOf } from "../support/genome.ts"
import { runStage } from "../support/stage.ts"

describe("evaluation-scores", () => {
  it("finds the score of a variant that the labels write in another way", async () => {
    const { outputs, account } = await runStage(
      evaluationScores,
      { evaluation: "mfass_splicing" },
      {
        scores: file("s.tsv", "variant_id\tscore\n1:100:A:G\t0.5\nchr1_200_C_T\t0.25\nchr1_300_T_C\t0.1\n"),
        labels: file("l.tsv", "variant_id\ttarget\nchr1_100_A_G\t1\nchr1_199_AC_AT\t0\nchr1_300_C_T\t0\n")
      }
    )
    assert.deepStrictEqual(
      rowsOf(outputs["scores"]).map((row) => row["prediction"]),
      ["0.5", "0.25", "NA"]
    )
    const notes = account.find(({ rows }) => rows === "labels")!.notes
    assert.deepStrictEqual(
      notes.map(({ reason, count }) => `${count} ${reason}`),
      ["2 key written in another form"]
    )
  })
})
