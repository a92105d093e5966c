import { readFileSync } from "node:fs"
import { inflateSync } from "node:zlib"
import { assert } from "vitest"

/** A reader of its own, by the published layout: what lies over an interval, found through the index. */
export const open = (path: string) => {
  const bytes = readFileSync(path)
  const u16 = (at: number) => bytes.readUInt16LE(at)
  const u32 = (at: number) => bytes.readUInt32LE(at)
  const u64 = (at: number) => Number(bytes.readBigUInt64LE(at))
  assert.strictEqual(u32(0), 0x888ffc26)
  assert.strictEqual(u32(bytes.length - 4), 0x888ffc26)
  const [treeAt, indexAt, summaryAt] = [u64(8), u64(24), u64(44)]
  assert.strictEqual(u32(treeAt), 0x78ca8c91)
  const key = u32(treeAt + 8)
  const chromosomes = new Map(
    Array.from({ length: u16(treeAt + 34) }, (_, i) => {
      const at = treeAt + 36 + i * (key + 8)
      const name = bytes.toString("utf8", at, at + key).replaceAll("\0", "")
      return [name, { id: u32(at + key), length: u32(at + key + 4) }] as const
    })
  )
  const before = (a: ReadonlyArray<number>, b: ReadonlyArray<number>) =>
    a[0]! < b[0]! || (a[0] === b[0] && a[1]! < b[1]!)
  const blocks = (node: number, from: ReadonlyArray<number>, to: ReadonlyArray<number>): ReadonlyArray<Buffer> => {
    const isLeaf = bytes[node] === 1
    return Array.from({ length: u16(node + 2) }, (_, i) => {
      const at = node + 4 + i * (isLeaf ? 32 : 24)
      const inside = before([u32(at), u32(at + 4)], to) && before(from, [u32(at + 8), u32(at + 12)])
      if (!inside) return []
      const offset = u64(at + 16)
      if (!isLeaf) return blocks(offset, from, to)
      const block = inflateSync(bytes.subarray(offset, offset + u64(at + 24)))
      assert.isAtMost(block.length, u32(52))
      return [block]
    }).flat()
  }
  const search = (index: number, chrom: string, start: number, end: number) => {
    assert.strictEqual(u32(index), 0x2468ace0)
    const { id } = chromosomes.get(chrom)!
    return blocks(index + 48, [id, start], [id, end])
  }
  const commentAt = u64(36)
  return {
    chromosomes,
    autoSql: commentAt === 0 ? "" : bytes.toString("utf8", commentAt, bytes.indexOf(0, commentAt)),
    summary: [u64(summaryAt), ...[8, 16, 24, 32].map((at) => bytes.readDoubleLE(summaryAt + at))],
    values: (chrom: string, start: number, end: number) =>
      search(indexAt, chrom, start, end)
        .flatMap((block) =>
          Array.from({ length: block.readUInt16LE(22) }, (_, i) => {
            const at = 24 + 12 * i
            return { start: block.readUInt32LE(at), end: block.readUInt32LE(at + 4), value: block.readFloatLE(at + 8) }
          })
        )
        .filter((each) => each.start < end && each.end > start),
    zooms: Array.from({ length: u16(6) }, (_, i) => ({ reduction: u32(64 + 24 * i), index: u64(64 + 24 * i + 16) })),
    records: (index: number, chrom: string, start: number, end: number) =>
      search(index, chrom, start, end).flatMap((block) =>
        Array.from({ length: block.length / 32 }, (_, i) => ({
          start: block.readUInt32LE(32 * i + 4),
          end: block.readUInt32LE(32 * i + 8),
          covered: block.readUInt32LE(32 * i + 12),
          min: block.readFloatLE(32 * i + 16),
          max: block.readFloatLE(32 * i + 20),
          sum: block.readFloatLE(32 * i + 24)
        }))
      )
  }
}
