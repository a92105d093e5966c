import * as Effect from "effect/Effect"
import { readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import { temporaryFolder } from "../support/stage.ts"

const file = () => join(temporaryFolder(), "x.safetensors")
const raw = (header: unknown, data: Uint8Array = new Uint8Array()): string => {
  const path = file()
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header))
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(text.length))
  writeFileSync(path, Buffer.concat([prefix, text, data]))
  return path
}
const failure = async (path: string) => (await Effect.runPromise(Effect.flip(Safetensors.readAll(path)))).message

describe("Safetensors", () => {
  it("reads what it wrote, whole and in part", async () => {
    const path = file()
    const a = { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 1e-30, Infinity, -0) }
    const b = { shape: [1], data: Float32Array.of(7) }
    await Effect.runPromise(Safetensors.writeAll(path, new Map(Object.entries({ a, b })), { made: "here" }))
    assert.deepStrictEqual(await Effect.runPromise(Safetensors.readAll(path)), new Map(Object.entries({ a, b })))
    const part = Effect.gen(function* () {
      const reader = yield* Safetensors.open(path)
      assert.deepStrictEqual(reader.metadata, { made: "here" })
      assert.strictEqual(reader.tensors.get("a")!.offset % 8, 0)
      return [
        yield* reader.read("a", 1, 2),
        yield* Effect.flip(reader.read("a", 5, 2)),
        yield* Effect.flip(reader.read("c"))
      ]
    })
    const [some, beyond, unknown] = await Effect.runPromise(Effect.scoped(part))
    assert.deepStrictEqual(some, Float32Array.of(-2, 3.5))
    assert.match((beyond as Error).message, /elements 5 to 7 of tensor 'a', which has 6/u)
    assert.match((unknown as Error).message, /no tensor 'c'/u)
  })

  it("writes in pieces, in any order; what is not written is 0", async () => {
    const path = file()
    const write = Effect.gen(function* () {
      const writer = yield* Safetensors.create(path, { x: [5] })
      yield* writer.write("x", 3, Float32Array.of(4))
      yield* writer.write("x", 0, Float32Array.of(1, 2))
      return yield* Effect.flip(writer.write("x", 4, Float32Array.of(1, 2)))
    })
    assert.match((await Effect.runPromise(Effect.scoped(write))).message, /2 numbers at 4 lie outside tensor 'x'/u)
    const tensors = await Effect.runPromise(Safetensors.readAll(path))
    assert.deepStrictEqual(tensors.get("x")!.data, Float32Array.of(1, 2, 0, 4, 0))
  })

  it("widens 16-bit numbers", async () => {
    // 1, -2, 2^-24 (the least), 65504 (the greatest), -Infinity; then 1, -2.5 and 2^100 in bfloat16.
    const half = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00)
    const brain = Uint16Array.of(0x3f80, 0xc020, 0x7180)
    const header = {
      half: { dtype: "F16", shape: [5], data_offsets: [0, 10] },
      brain: { dtype: "BF16", shape: [3], data_offsets: [10, 16] }
    }
    const tensors = await Effect.runPromise(
      Safetensors.readAll(raw(header, new Uint8Array(Uint16Array.of(...half, ...brain).buffer)))
    )
    assert.deepStrictEqual([...tensors.get("half")!.data], [1, -2, 2 ** -24, 65504, -Infinity])
    assert.deepStrictEqual([...tensors.get("brain")!.data], [1, -2.5, 2 ** 100])
  })

  it("says what is wrong with a damaged file", async () => {
    const path = file()
    await Effect.runPromise(Safetensors.writeAll(path, new Map([["w", { shape: [4], data: new Float32Array(4) }]])))
    const size = readFileSync(path).length
    truncateSync(path, size - 1)
    assert.match(
      await failure(path),
      new RegExp(`cut short: tensor 'w' ends at byte ${size}, the file at ${size - 1}`, "u")
    )
    truncateSync(path, 20)
    assert.match(await failure(path), /its header claims \d+ bytes, the file has 20/u)
    truncateSync(path, 3)
    assert.match(await failure(path), /it has 3 bytes/u)
    assert.match(await failure(raw("{oh")), /the header is not JSON/u)
    assert.match(await failure(raw({ w: { dtype: "F64", shape: [1], data_offsets: [0, 8] } })), /type F64/u)
    assert.match(
      await failure(raw({ w: { dtype: "F32", shape: [2], data_offsets: [0, 4] } })),
      /4 bytes where its shape needs 8/u
    )
    const zip = file()
    writeFileSync(zip, "PK\u0003\u0004 and whatever torch.save writes")
    assert.strictEqual(await failure(zip), "not a safetensors file")
    assert.match(await failure("/nowhere/x.safetensors"), /cannot read/u)
  })
})
