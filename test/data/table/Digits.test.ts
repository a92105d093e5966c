import { assert, it } from "vitest"
import * as Random from "../../../src/core/Random.ts"
import * as Digits from "../../../src/data/table/Digits.ts"

const bytes = Buffer.alloc(2 * Digits.room)
const written = (value: number): string => bytes.toString("latin1", 3, Digits.put(value, bytes, 3))
const expected = (value: number): string => (Object.is(value, -0) ? "-0" : String(value))

const words = new Uint32Array(2)
const double = new Float64Array(words.buffer)

/** The number, and those next to it, of both signs. */
const around = (value: number): ReadonlyArray<number> =>
  [-2, -1, 0, 1, 2].flatMap((step) => {
    double[0] = value
    words[0] = words[0]! + step
    return [double[0]!, -double[0]!]
  })

it("are those of String", () => {
  const random = Random.make(1, "digits")
  const special = [0, -0, Number.NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 1e21, 1e-7, 123456789]
  const powers = Array.from({ length: 60 }, (_, at) => [Number(`1e${at - 30}`), 2 ** (at - 20), 3 * 2 ** (at - 30)])
  const made = Array.from({ length: 100_000 }, () => {
    const share = random.next()
    words[0] = random.int(2 ** 32)
    words[1] = random.int(2 ** 32)
    return [
      share,
      double[0]!,
      share * 10 ** (random.int(22) - 6),
      Math.round(share * 1e6) / 10 ** random.int(8),
      Math.floor(share * 2 ** 53),
      Math.floor(share * 2 ** 53) / 2 ** random.int(53),
      Math.fround(share),
      Number(share.toPrecision(1 + random.int(17)))
    ]
  })
  const wrong = [special, powers.flat().flatMap(around), made.flat()]
    .flat()
    .filter((value) => written(value) !== expected(value))
  assert.deepStrictEqual(wrong, [])
})
