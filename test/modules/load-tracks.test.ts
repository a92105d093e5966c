import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import loadTracks from "../../modules/load-tracks/stage.ts"
import { runStage } from "../support/stage.ts"
import { textFile } from "../support/synthetic.ts"

describe("load-tracks", () => {
  it("reads groups, strands and descriptions from targets.txt", async () => {
    const track_list = textFile("targets.txt", [
      ["", "identifier", "file", "description"],
      [0, "c1+", "/x", "CAGE:liver: adult"],
      [1, "d1", "/y", "DNASE:heart"]
    ])
    const { outputs } = await runStage(loadTracks, {}, { track_list })
    assert.strictEqual(
      readFileSync(outputs["tracks"]!, "utf8"),
      "track\tname\tgroup\tstrand\tdescription\n0\tc1+\tCAGE\t+\tliver: adult\n1\td1\tDNASE\t.\theart\n"
    )
  })
})
