/** The index of a bigWig file: an R tree over its blocks (Kent et al., Bioinformatics 2010, supplement). */
import { Bytes } from "./LittleEndian.ts"

const magic = 0x2468ace0
const nodeItems = 256
/** Records a block, as the index says of itself. */
export const itemsPerBlock = 1024

/** Where a block of data lies, on the genome and in the file. */
export interface Block {
  readonly chrom: number
  readonly start: number
  readonly end: number
  readonly offset: number
  readonly size: number
}

interface Place {
  readonly from: readonly [chrom: number, base: number]
  readonly to: readonly [chrom: number, base: number]
}

const span = (places: ReadonlyArray<Place>): Place => {
  let { to } = places[0]!
  for (const place of places) if (place.to[0] > to[0] || (place.to[0] === to[0] && place.to[1] > to[1])) to = place.to
  return { from: places[0]!.from, to }
}

/** The R tree over blocks in genome order, for the file position `at`: levels from the root down, children in order. */
export const make = (blocks: ReadonlyArray<Block>, at: number): Uint8Array => {
  const leaves = blocks.map(({ chrom, start, end }): Place => ({ from: [chrom, start], to: [chrom, end] }))
  /** From the leaves up: each level holds the places that its nodes list. */
  const levels: Array<ReadonlyArray<Place>> = [leaves]
  while (levels[0]!.length > nodeItems) {
    const below = levels[0]!
    const groups = Array.from({ length: Math.ceil(below.length / nodeItems) }, (_, i) =>
      span(below.slice(i * nodeItems, (i + 1) * nodeItems))
    )
    levels.unshift(groups)
  }
  const all = leaves.length === 0 ? { from: [0, 0] as const, to: [0, 0] as const } : span(leaves)
  const out = new Bytes()
  out
    .u32(magic, nodeItems)
    .u64(blocks.length)
    .u32(...all.from, ...all.to)
  const last = blocks.at(-1)
  out.u64(last === undefined ? at : last.offset + last.size).u32(itemsPerBlock, 0)
  let next = at + out.length
  for (const [level, places] of levels.entries()) {
    const isLeaf = level === levels.length - 1
    const itemBytes = isLeaf ? 32 : 24
    const nodes = Math.max(1, Math.ceil(places.length / nodeItems))
    // The nodes of the level below begin where this level ends.
    next += nodes * 4 + places.length * itemBytes
    let child = next
    for (let node = 0; node < nodes; node++) {
      const items = places.slice(node * nodeItems, (node + 1) * nodeItems)
      out
        .u8(isLeaf ? 1 : 0)
        .u8(0)
        .u16(items.length)
      for (const [i, { from, to }] of items.entries()) {
        const place = node * nodeItems + i
        out.u32(...from, ...to)
        if (isLeaf) out.u64(blocks[place]!.offset, blocks[place]!.size)
        else {
          out.u64(child)
          const below = levels[level + 1]!
          const count = Math.min(nodeItems, below.length - place * nodeItems)
          child += 4 + count * (level + 1 === levels.length - 1 ? 32 : 24)
        }
      }
    }
  }
  return out.bytes()
}
