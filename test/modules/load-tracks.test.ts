import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import loadTracks from "../../modules/load-tracks/stage.ts"
import * as Table from "../../src/data/Table.ts"
import * as Track from "../../src/model/Track.ts"
import { rejection } from "../support/genome.ts"
import { runPromise, runStage } from "../support/stage.ts"
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
      "track\tname\tgroup\tstrand\tdescription\tstrand_pair\n0\tc1+\tCAGE\t+\tliver: adult\tNA\n1\td1\tDNASE\t.\theart\tNA\n"
    )
  })

  it("puts tracks at their index, and reads pairs of strands by it", async () => {
    for (const name of ["", "index"]) {
      const track_list = textFile("targets.txt", [
        [name, "identifier", "file", "strand_pair", "description"],
        [2, "C", "/x", 1, "RNA:c"],
        [0, "A", "/x", 0, "DNASE:a"],
        [1, "B", "/x", 2, "RNA:c"]
      ])
      const { outputs, account } = await runStage(loadTracks, {}, { track_list })
      const tracks = await runPromise(Table.read(outputs["tracks"]!, Track.table))
      assert.deepStrictEqual(
        tracks.map(({ track, name }) => `${track} ${name}`),
        ["0 A", "1 B", "2 C"]
      )
      assert.deepStrictEqual([...Track.strandPartners(tracks)], [0, 2, 1])
      assert.deepStrictEqual([account[0]!.rows, account[0]!.taken, account[0]!.kept], ["tracks", 3, 3])
    }
  })

  it("keeps the order of the file where no column gives one", async () => {
    const track_list = textFile("targets.txt", [
      ["identifier", "description"],
      ["B", "RNA:b"],
      ["A", "RNA:a"]
    ])
    const { outputs } = await runStage(loadTracks, {}, { track_list })
    const tracks = await runPromise(Table.read(outputs["tracks"]!, Track.table))
    assert.deepStrictEqual(
      tracks.map(({ name }) => name),
      ["B", "A"]
    )
  })

  it("refuses indices that are no places of outputs, and pairs that are none", async () => {
    const failed = (...rows: ReadonlyArray<ReadonlyArray<string | number>>) =>
      rejection(
        runStage(
          loadTracks,
          {},
          {
            track_list: textFile("targets.txt", [["", "identifier", "strand_pair", "description"], ...rows])
          }
        )
      )
    const cases = [
      [
        [
          [0, "A", 0, "a"],
          [0, "B", 1, "b"]
        ],
        /line 3: index 0 is given twice \(the other on line 2\)/u
      ],
      [
        [
          [0, "A", 0, "a"],
          [2, "B", 1, "b"]
        ],
        /index 1 is missing: the indices must be those of all 2 outputs/u
      ],
      [
        [
          [1, "A", 1, "a"],
          [2, "B", 2, "b"]
        ],
        /index 0 is missing/u
      ],
      [[["x", "A", 0, "a"]], /line 2: index 'x' is not a whole number/u],
      [[["1.5", "A", 0, "a"]], /index '1.5'/u],
      [
        [
          [0, "A", 1, "a"],
          [1, "B", 1, "b"]
        ],
        /strand_pair of track 0 \('A'\) is 1, whose own is 1/u
      ],
      [[[0, "A", 7, "a"]], /strand_pair of track 0 \('A'\) is 7, whose own is not there/u]
    ] as const
    for (const [rows, message] of cases) assert.match((await failed(...rows)).message, message)
  })
})
