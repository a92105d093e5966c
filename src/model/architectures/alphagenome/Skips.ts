/**
 * Values of the encoder's levels that the decoder will read, kept for some of the tokens: in memory, or in a scratch file
 * when they are many.
 */
import { randomUUID } from "node:crypto"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as ScratchFile from "../../../core/ScratchFile.ts"
import type { Span } from "../../SequenceModel.ts"
import { bins, tokenWidth, type Config } from "./Config.ts"

/** Numbers that are put and taken by place. */
interface Storage {
  readonly put: (at: number, data: Float32Array) => void
  readonly take: (at: number, into: Float32Array) => void
  readonly close: () => void
}

const inMemory = (length: number): Storage => {
  const numbers = new Float32Array(length)
  return {
    put: (at, data) => numbers.set(data, at),
    take: (at, into) => into.set(numbers.subarray(at, at + into.length)),
    close: () => {}
  }
}

const inFile = (): Storage => {
  const file = ScratchFile.open(join(tmpdir(), `agflow-levels-${randomUUID()}`))
  const bytesOf = (data: Float32Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return {
    put: (at, data) => file.write(bytesOf(data), 4 * at),
    take: (at, into) => file.read(bytesOf(into), 4 * at),
    close: file.close
  }
}

export interface Skips {
  /** Level `level` of tokens `from` to before `to`: [bp / bin, channels]. All of them must have been written. */
  readonly read: (level: number, from: number, to: number) => Float32Array
  /** Keeps of these tokens those that are to be kept. */
  readonly write: (level: number, from: number, data: Float32Array) => void
  readonly close: () => void
}

/** Numbers of a level that a token has. */
const widths = ({ channels }: Config): ReadonlyArray<number> =>
  bins.map((bin, level) => (tokenWidth / bin) * channels[level]!)

/** For the tokens of `keep`; what is read of other tokens comes from `base`. */
export const make = (config: Config, keep: ReadonlyArray<Span>, memory: number, base?: Skips): Skips => {
  const perToken = widths(config)
  const count = keep.reduce((sum, [from, to]) => sum + to - from, 0)
  const starts: Array<number> = []
  let end = 0
  for (const width of perToken) {
    starts.push(end)
    end += width * count
  }
  const storage = 4 * end <= memory ? inMemory(end) : inFile()
  /** What is kept of [from, to): first token, last token, place in the storage. */
  const kept = (level: number, from: number, to: number): ReadonlyArray<readonly [number, number, number]> => {
    let slot = 0
    return keep.flatMap(([first, last]) => {
      const [a, b] = [Math.max(first, from), Math.min(last, to)]
      const at = starts[level]! + (slot + a - first) * perToken[level]!
      slot += last - first
      return a < b ? [[a, b, at] as const] : []
    })
  }
  return {
    read: (level, from, to) => {
      const width = perToken[level]!
      const spans = kept(level, from, to)
      const [first] = spans
      const whole = first !== undefined && first[0] === from && first[1] === to
      const out = whole || base === undefined ? new Float32Array((to - from) * width) : base.read(level, from, to)
      for (const [a, b, at] of spans) storage.take(at, out.subarray((a - from) * width, (b - from) * width))
      return out
    },
    write: (level, from, data) => {
      const width = perToken[level]!
      for (const [a, b, at] of kept(level, from, from + data.length / width)) {
        storage.put(at, data.subarray((a - from) * width, (b - from) * width))
      }
    },
    close: storage.close
  }
}
