/**
 * Writes bigWig files: values over stretches of the genome, indexed, with summaries for wide views.
 *
 * Layout after Kent et al., Bioinformatics 2010 (supplement), version 4, little-endian: header, zoom headers, summary of
 * all, chromosomes, data blocks and their index, then summaries and index of each zoom level. Blocks are compressed.
 */
import * as Effect from "effect/Effect"
import { closeSync, openSync, writeSync } from "node:fs"
import { deflateSync } from "node:zlib"
import { cannot, type InputError } from "../core/Failure.ts"
import * as BigWigIndex from "./BigWigIndex.ts"
import { Bytes } from "./LittleEndian.ts"
import type { Stretch } from "./Stretch.ts"

export interface Chromosome {
  readonly name: string
  /** Base pairs. */
  readonly length: number
}

const magic = { file: 0x888ffc26, chromosomes: 0x78ca8c91 }
const headerBytes = 64
const zoomHeaderBytes = 24
const summaryBytes = 40
const bedGraph = 1
const maxZooms = 10

interface Summary {
  covered: number
  min: number
  max: number
  sum: number
  squares: number
}

const empty = (): Summary => ({ covered: 0, min: Infinity, max: -Infinity, sum: 0, squares: 0 })

const add = (summary: Summary, value: number, bases: number): void => {
  summary.covered += bases
  summary.min = Math.min(summary.min, value)
  summary.max = Math.max(summary.max, value)
  summary.sum += value * bases
  summary.squares += value * value * bases
}

/** Blocks of compressed records with the place of each; `flush` hands them out. */
const blockWriter = (
  write: (bytes: Uint8Array) => number,
  head: (block: Omit<BigWigIndex.Block, "offset" | "size">, count: number) => Bytes
) => {
  const blocks: Array<BigWigIndex.Block> = []
  let items = new Bytes()
  let count = 0
  let chrom = 0
  let [start, end] = [0, 0]
  let largest = 0
  const flush = () => {
    if (count === 0) return
    const place = { chrom, start, end }
    const whole = Buffer.concat([head(place, count).bytes(), items.bytes()])
    largest = Math.max(largest, whole.length)
    const packed = deflateSync(whole)
    blocks.push({ ...place, offset: write(packed), size: packed.length })
    items = new Bytes()
    count = 0
  }
  return {
    blocks,
    flush,
    largest: () => largest,
    push: (on: number, from: number, to: number, put: (items: Bytes) => void) => {
      if (count === BigWigIndex.itemsPerBlock || (count > 0 && on !== chrom)) flush()
      if (count === 0) [chrom, start] = [on, from]
      end = to
      put(items)
      count++
    }
  }
}

/** One level of summaries over windows of `reduction` bp; its blocks wait in memory until the data is written. */
const zoomLevel = (reduction: number) => {
  const parts: Array<Uint8Array> = []
  let bytes = 0
  let records = 0
  const writer = blockWriter(
    (packed) => {
      parts.push(packed)
      bytes += packed.length
      return bytes - packed.length
    },
    () => new Bytes()
  )
  let summary = empty()
  let [chrom, window, length] = [-1, -1, 0]
  const close = () => {
    if (summary.covered === 0) return
    const from = window * reduction
    const to = Math.min(length, from + reduction)
    const { covered, min, max, sum, squares } = summary
    writer.push(chrom, from, to, (items) => items.u32(chrom, from, to, covered).f32(min, max, sum, squares))
    records++
    summary = empty()
  }
  return {
    reduction,
    add: (on: number, size: number, { start, end, value }: Stretch) => {
      for (let at = start; at < end;) {
        const here = Math.floor(at / reduction)
        if (on !== chrom || here !== window) {
          close()
          ;[chrom, window, length] = [on, here, size]
        }
        const until = Math.min(end, (here + 1) * reduction)
        add(summary, value, until - at)
        at = until
      }
    },
    finish: () => {
      close()
      writer.flush()
      return { parts, records, blocks: writer.blocks, largest: writer.largest() }
    }
  }
}

/** What a file says of itself, where its format has a place for words: the comment of its autoSql. */
const autoSql = (comment: string): string => `table bedGraph
"${comment}"
(
string chrom; "chromosome"
uint chromStart; "first base, 0-based"
uint chromEnd; "end, excluded"
float value; "value"
)
\0`

const byName = (a: Chromosome, b: Chromosome): number => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))

const writeTo = (
  file: number,
  given: ReadonlyArray<Chromosome>,
  stretchesOf: (chromosome: Chromosome) => Iterable<Stretch>,
  resolution: number,
  comment: string | undefined
): void => {
  const chromosomes = [...given].sort(byName)
  const longest = Math.max(0, ...chromosomes.map(({ length }) => length))
  const zooms = Array.from({ length: maxZooms }, (_, level) => 10 * resolution * 4 ** level)
    .filter((reduction) => reduction < longest)
    .map(zoomLevel)
  let end = 0
  const write = (bytes: Uint8Array): number => {
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, end + done)
    end += bytes.length
    return end - bytes.length
  }

  // The head is written last, when all places are known.
  const summaryAt = headerBytes + zooms.length * zoomHeaderBytes
  write(new Uint8Array(summaryAt + summaryBytes))
  const commentAt = comment === undefined ? 0 : write(Buffer.from(autoSql(comment)))
  const keyBytes = Math.max(1, ...chromosomes.map(({ name }) => Buffer.byteLength(name)))
  const tree = new Bytes().u32(magic.chromosomes, Math.max(1, chromosomes.length), keyBytes, 8)
  tree.u64(chromosomes.length, 0).u8(1).u8(0).u16(chromosomes.length)
  for (const [id, { name, length }] of chromosomes.entries()) tree.text(name, keyBytes).u32(id, length)
  const treeAt = write(tree.bytes())

  const dataAt = write(new Uint8Array(4))
  const total = empty()
  const data = blockWriter(write, ({ chrom, start, end: to }, count) =>
    new Bytes().u32(chrom, start, to, 0, 0).u8(bedGraph).u8(0).u16(count)
  )
  for (const [id, chromosome] of chromosomes.entries()) {
    for (const stretch of stretchesOf(chromosome)) {
      const { start, end: to, value } = stretch
      if (Number.isNaN(value) || to <= start) continue
      data.push(id, start, to, (items) => items.u32(start, to).f32(value))
      add(total, value, to - start)
      for (const zoom of zooms) zoom.add(id, chromosome.length, stretch)
    }
  }
  data.flush()
  const indexAt = write(BigWigIndex.make(data.blocks, end))
  let largest = data.largest()
  const zoomHeads = new Bytes()
  for (const zoom of zooms) {
    const { parts, records, blocks, largest: most } = zoom.finish()
    largest = Math.max(largest, most)
    const zoomAt = write(new Bytes().u32(records).bytes())
    const base = end
    for (const part of parts) write(part)
    const placed = blocks.map((block) => ({ ...block, offset: base + block.offset }))
    zoomHeads.u32(zoom.reduction, 0).u64(zoomAt, write(BigWigIndex.make(placed, end)))
  }
  write(new Bytes().u32(magic.file).bytes())

  const head = new Bytes().u32(magic.file).u16(4).u16(zooms.length).u64(treeAt, dataAt, indexAt).u16(0).u16(0)
  head.u64(commentAt, summaryAt).u32(largest).u64(0)
  const { covered, min, max, sum, squares } = total.covered === 0 ? { ...total, min: 0, max: 0 } : total
  end = 0
  write(head.bytes())
  write(zoomHeads.bytes())
  write(new Bytes().u64(covered).f64(min, max, sum, squares).bytes())
  end = dataAt
  write(new Bytes().u32(data.blocks.length).bytes())
}

/**
 * Of each chromosome the stretches in ascending order, none overlapping the next, inside it; NaN is no value. They are
 * taken one by one. `resolution` in base pairs is the usual width of a stretch: zoom levels begin at ten times that.
 * `comment`: a line without quotes that the file carries.
 */
export const write = (
  path: string,
  chromosomes: ReadonlyArray<Chromosome>,
  stretchesOf: (chromosome: Chromosome) => Iterable<Stretch>,
  resolution: number,
  comment?: string
): Effect.Effect<void, InputError> =>
  Effect.try({
    try: () => {
      const file = openSync(path, "w")
      try {
        writeTo(file, chromosomes, stretchesOf, resolution, comment)
      } finally {
        closeSync(file)
      }
    },
    catch: cannot("write", path)
  })
