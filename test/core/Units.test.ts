import { assert, describe, it } from "vitest"
import { formatBytes, formatSeconds, parseBytes, parseSeconds } from "../../src/core/Units.ts"

describe("Units", () => {
  it.each([
    ["4 GB", 4e9],
    ["512 MiB", 536_870_912],
    ["1.5kb", 1500],
    ["  2TiB ", 2_199_023_255_552],
    ["7", 7],
    ["7 B", 7],
    ["4G", 4e9],
    ["4.GB", 4e9],
    ["2 Gi", 2_147_483_648],
    [1e9, 1e9],
    [0, 0]
  ])("reads %s", (text, bytes) => assert.strictEqual(parseBytes(text), bytes))

  it.each(["", "GB", "-1 GB", "1 XB", "1 constructor", "4 GB please", "1e", "0x10", -1, Number.NaN, Infinity])(
    "refuses '%s'",
    (text) => assert.isUndefined(parseBytes(text))
  )

  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 KB"],
    [1234, "1.2 KB"],
    [99_949, "99.9 KB"],
    [123_456, "123 KB"],
    [999_400, "999 KB"],
    [999_999, "1.0 MB"],
    [1_200_000_000, "1.2 GB"],
    [5e15, "5000 TB"]
  ])("writes %d bytes as %s", (bytes, text) => assert.strictEqual(formatBytes(bytes), text))

  it.each([
    [0, "0.0 s"],
    [0.26, "0.3 s"],
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [119.7, "2 min 0 s"],
    [125, "2 min 5 s"],
    [3599.6, "1 h 0 min"],
    [11_400, "3 h 10 min"]
  ])("writes %d seconds as %s", (seconds, text) => assert.strictEqual(formatSeconds(seconds), text))

  it.each([
    ["90 s", 90],
    ["1 h", 3600],
    ["1h30min", 5400],
    ["2 d 1 h", 176_400],
    ["1.5 m", 90],
    ["250ms", 0.25],
    ["7", 7],
    [0.5, 0.5],
    ["30d", 2_592_000]
  ])("reads the duration %s", (text, seconds) => assert.strictEqual(parseSeconds(text), seconds))

  it.each(["", "h", "-1 h", "1 year", "1 constructor", "1 h later", "1:30", -1, Number.NaN])(
    "refuses the duration '%s'",
    (text) => assert.isUndefined(parseSeconds(text))
  )
})
