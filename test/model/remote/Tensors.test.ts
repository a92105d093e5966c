import { assert, describe, it } from "vitest"
import type { Message } from "../../../src/model/remote/Protocol.ts"
import * as Tensors from "../../../src/model/remote/Tensors.ts"

/**
 * Tensors [2, 3] that `tensor_utils.pack_tensor` of AlphaGenome's client 0.10.0 has made, 16 bytes a chunk, zstd: type,
 * number of the type, chunks in base64, the values as numpy reads them.
 */
const recorded: ReadonlyArray<readonly [string, number, ReadonlyArray<string>, ReadonlyArray<number>]> = [
  ["bf16", 1, ["KLUv/SAMYQAAAADAvwBASUCDOoDH"], [0.0, -1.5, 2.0, 3.140625, 0.00099945068359375, -65536.0]],
  ["f16", 11, ["KLUv/SAMYQAAAAAAvgBASEIZFP/7"], [0.0, -1.5, 2.0, 3.140625, 0.001000404357910156, -65504.0]],
  [
    "f32",
    2,
    ["KLUv/SAQgQAAAAAAAAAAwL8AAABAAABJQA==", "KLUv/SAIQQAAbxKDOgDgf8c="],
    [0.0, -1.5, 2.0, 3.140625, 0.001, -65504.0]
  ],
  [
    "f64",
    3,
    ["KLUv/SAQVQAAIAAA+L8BABzAAg==", "KLUv/SAQgQAAAAAAAAAAAEAAAAAAACAJQA==", "KLUv/SAQgQAA/Knx0k1iUD8AAAAAAPzvwA=="],
    [0.0, -1.5, 2.0, 3.140625, 0.001, -65504.0]
  ],
  ["i8", 4, ["KLUv/SAGMQAAAAECA2QH"], [0.0, 1.0, 2.0, 3.0, 100.0, 7.0]],
  ["i32", 5, ["KLUv/SAQgQAAAAAAAAEAAAACAAAAAwAAAA==", "KLUv/SAIQQAAZAAAAAcAAAA="], [0.0, 1.0, 2.0, 3.0, 100.0, 7.0]],
  [
    "i64",
    6,
    [
      "KLUv/SAQgQAAAAAAAAAAAAABAAAAAAAAAA==",
      "KLUv/SAQgQAAAgAAAAAAAAADAAAAAAAAAA==",
      "KLUv/SAQgQAAZAAAAAAAAAAHAAAAAAAAAA=="
    ],
    [0.0, 1.0, 2.0, 3.0, 100.0, 7.0]
  ],
  ["u8", 7, ["KLUv/SAGMQAAAAECA2QH"], [0.0, 1.0, 2.0, 3.0, 100.0, 7.0]],
  ["u32", 8, ["KLUv/SAQgQAAAAAAAAEAAAACAAAAAwAAAA==", "KLUv/SAIQQAAZAAAAAcAAAA="], [0.0, 1.0, 2.0, 3.0, 100.0, 7.0]],
  [
    "u64",
    9,
    [
      "KLUv/SAQgQAAAAAAAAAAAAABAAAAAAAAAA==",
      "KLUv/SAQgQAAAgAAAAAAAAADAAAAAAAAAA==",
      "KLUv/SAQgQAAZAAAAAAAAAAHAAAAAAAAAA=="
    ],
    [0.0, 1.0, 2.0, 3.0, 100.0, 7.0]
  ],
  ["bool", 10, ["KLUv/SAGMQAAAAEBAQEB"], [0.0, 1.0, 1.0, 1.0, 1.0, 1.0]]
]

const decode = (tensor: Message<"Tensor">, chunks: ReadonlyArray<Message<"Chunk">>): ReadonlyArray<number> => {
  const decoder = Tensors.decoder(tensor)
  for (const chunk of chunks) decoder.add(chunk)
  assert.strictEqual(decoder.missing(), 0)
  return [...decoder.finish()]
}

const chunk = (data: string): Message<"Chunk"> => ({ data: Buffer.from(data, "base64"), compression: 1 })

describe("tensors", () => {
  it.each(recorded)("of %s are read as the official client reads them", (_, type, chunks, values) => {
    const read = decode({ shape: [2, 3], type, chunks: chunks.length }, chunks.map(chunk))
    assert.deepEqual(read, values.map(Math.fround))
  })

  it("are read from frames that repeat themselves", () => {
    const data = "KLUv/WAAH00BAOgAAIA/AAAAQAAAQEAAAIBAAACgQAAAwEAAAOBAAAMA1z9UBwMZAWgD"
    const read = decode({ shape: [4096], type: 2, chunks: 2 }, [chunk(data), chunk(data)])
    assert.deepEqual(
      read,
      Array.from({ length: 4096 }, (_, i) => i % 8)
    )
  })

  it("of float16 hold what is not finite and what is very small", () => {
    const halves = Uint16Array.of(0x0001, 0x8400, 0x7c00, 0xfc00, 0x7e00)
    const whole = { data: new Uint8Array(halves.buffer), compression: 0 }
    assert.deepEqual(decode({ shape: [5], type: 11, whole }, []), [2 ** -24, -(2 ** -14), Infinity, -Infinity, NaN])
  })

  it("come back as they were written, whole numbers of values to a chunk or not", () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i))
    for (const size of [4096, 1000, 7]) {
      const { tensor, chunks } = Tensors.encode(values, [10, 100], size)
      assert.strictEqual(chunks.length, Math.ceil(4000 / size))
      assert.deepEqual(
        decode(
          tensor,
          chunks.map((make) => make())
        ),
        [...values]
      )
    }
    const { tensor, chunks } = Tensors.encode(new Float32Array(0), [0, 3], 100)
    assert.deepEqual(
      decode(
        tensor,
        chunks.map((make) => make())
      ),
      []
    )
  })
})
