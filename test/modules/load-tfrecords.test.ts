import * as Effect from "effect/Effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { deflateSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import loadTfrecords from "../../modules/load-tfrecords/stage.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import { runStage, temporaryFolder } from "../support/stage.ts"
import { textFile } from "../support/synthetic.ts"
import { record } from "../support/tfrecord.ts"

const half = { 1: 0x3c00, 2: 0x4000, 3: 0x4200, 4: 0x4400 }
const file = (...records: ReadonlyArray<Buffer>): string => {
  const path = join(temporaryFolder(), "x.tfr")
  writeFileSync(path, deflateSync(Buffer.concat(records)))
  return path
}

// 8 bp, of which the middle 4 are 2 bins for 2 tracks.
const first = record(Uint8Array.of(0, 0, 1, 1, 2, 2, 3, 4), Uint16Array.of(half[1], half[2], half[3], half[4]))
const second = record(Uint8Array.of(4, 3, 2, 1, 0, 0, 0, 0), Uint16Array.of(half[4], half[3], half[2], half[1]))
const inputs = {
  records: [file(first), file(second)],
  intervals: textFile("sequences.bed", [
    ["chr2", 10, 14, "train"],
    ["chr9", 100, 104, "test"],
    ["chr3", 1, 5, "test"]
  ]),
  tracks: textFile("tracks.tsv", [
    ["track", "name", "group", "strand", "description"],
    [0, "c1+", "CAGE", "+", "liver: adult"],
    [1, "d1", "DNASE", ".", "heart"]
  ])
}

describe("load-tfrecords", () => {
  it("gives sequences, windows and targets", async () => {
    const { outputs } = await runStage(loadTfrecords, {}, inputs)
    // The second starts one base before its chromosome.
    assert.strictEqual(readFileSync(outputs["reference"]!, "utf8"), ">chr9:99-106\nAACCGGTN\n>chr3:1-7\nTGCAAAA\n")
    assert.strictEqual(
      readFileSync(outputs["windows"]!, "utf8"),
      [
        "window_id\tchrom\tstart\tend\tstrand\tvariant_id\tgene_id\tpadded",
        "chr9_100_104\tchr9\t98\t106\t+\tNA\tNA\t0",
        "chr3_1_5\tchr3\t-1\t7\t+\tNA\tNA\t1\n"
      ].join("\n")
    )
    const targets = (await Effect.runPromise(Safetensors.readAll(outputs["targets"]!))).get("targets")!
    assert.deepStrictEqual(targets, { shape: [2, 2, 2], data: Float32Array.of(1, 2, 3, 4, 4, 3, 2, 1) })
  })

  it("says where records and intervals do not meet", async () => {
    const failure = (params: object, changed: object) =>
      runStage(loadTfrecords, params, { ...inputs, ...changed }).then(
        () => assert.fail("should fail"),
        (error: Error) => error.message
      )
    assert.match(await failure({ fold: "train" }, {}), /more records than the 1 rows of fold 'train'/u)
    assert.match(await failure({}, { records: [file(first)] }), /1 records where fold 'test' has 2 rows/u)
    const odd = record(Uint8Array.of(1, 2, 3, 0, 0), Uint16Array.of(half[1], half[1]))
    assert.match(
      await failure({}, { records: [file(odd)] }),
      /5 bp: its row \(line 2 of .*, 4 bp\) cannot be its centre/u
    )
    const three = record(Uint8Array.of(0, 1, 2, 3), Uint16Array.of(half[1], half[1], half[1]))
    assert.match(
      await failure({}, { records: [file(three)] }),
      /3 target values: not 2 tracks of equal bins over 4 bp/u
    )
  })
})
