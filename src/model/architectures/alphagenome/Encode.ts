/** The encoder, in chunks with a halo: exact, because no token sees further. */
import * as Effect from "effect/Effect"
import * as OneHot from "../../../genome/OneHot.ts"
import type { ModelError } from "../../ModelError.ts"
import * as Program from "../../Program.ts"
import type { Span } from "../../SequenceModel.ts"
import * as Blocks from "./Blocks.ts"
import { bins, tokenWidth, trunkOf, type Config } from "./Config.ts"
import { requireFinite, type Machine } from "./Machine.ts"
import * as Skips from "./Skips.ts"
import { pieces, union, widen } from "./Spans.ts"

/**
 * How far beyond its own base pairs a token sees: 7 of the first convolution, 2 of the next, then at each bin from 2 to 64
 * two convolutions of 2 bins.
 */
const reach = 7 + 2 + bins.slice(1).reduce((sum, bin) => sum + 2 * 2 * bin, 0)
const halo = Math.ceil(reach / tokenWidth)

export interface Encoding {
  readonly sequence: string
  /** [tokens, channels] */
  readonly trunk: Float32Array
  readonly skips: Skips.Skips
}

/** For so many tokens, or any other number of them. */
export const program = (config: Config, tokens: number): Program.Program => {
  const net = Program.builder()
  const sequence = net.input([tokens * tokenWidth, 4], { name: "sequence", free: true })
  const { skips, trunk } = Blocks.encoder(net, config, sequence)
  return net.build({ trunk, ...Object.fromEntries(skips.map((skip, level) => [`${level}`, skip])) })
}

/** Encodes some tokens of a sequence into an encoding. */
const encodeInto = Effect.fnUntraced(function* (
  machine: Machine,
  { sequence, trunk, skips }: Encoding,
  tokens: ReadonlyArray<Span>,
  keep: ReadonlyArray<Span>
): Effect.fn.Return<void, ModelError> {
  const { config, options } = machine
  const width = trunkOf(config)
  const count = sequence.length / tokenWidth
  for (const [from, to] of pieces(tokens, options.chunk)) {
    const [start, end] = [Math.max(0, from - halo), Math.min(count, to + halo)]
    const data = OneHot.encode(sequence.slice(start * tokenWidth, end * tokenWidth))
    const kept = keep.some(([a, b]) => a < to && from < b)
    const outputs = yield* machine.run(
      "encoder",
      () => program(config, options.chunk),
      { sequence: { shape: [1, data.length / 4, 4], data } },
      kept ? undefined : ["trunk"]
    )
    const inner = (values: Float32Array) => {
      const perToken = values.length / (end - start)
      return values.subarray((from - start) * perToken, (to - start) * perToken)
    }
    const rows = inner(outputs["trunk"]!.data)
    yield* requireFinite(`the encoder's tokens from base pair ${from * tokenWidth}`, rows)
    trunk.set(rows, from * width)
    if (kept) for (const level of bins.keys()) skips.write(level, from, inner(outputs[`${level}`]!.data))
  }
})

/** Encodes a whole sequence; the levels are kept for the tokens of `keep`. */
export const encode = Effect.fnUntraced(function* (
  machine: Machine,
  sequence: string,
  keep: ReadonlyArray<Span>
): Effect.fn.Return<Encoding, ModelError> {
  const count = sequence.length / tokenWidth
  const encoding: Encoding = {
    sequence,
    trunk: new Float32Array(count * trunkOf(machine.config)),
    skips: Skips.make(machine.config, keep, machine.options.memory)
  }
  yield* encodeInto(machine, encoding, [[0, count]], keep)
  return encoding
})

/** The tokens that another sequence of the same length may change. */
export const changedTokens = (reference: string, alternative: string): ReadonlyArray<Span> => {
  const length = reference.length
  let first = 0
  while (first < length && reference[first] === alternative[first]) first++
  if (first === length) return []
  let last = length - 1
  while (reference[last] === alternative[last]) last--
  const from = Math.floor((first - reach) / tokenWidth)
  const to = Math.ceil((last + 1 + reach) / tokenWidth)
  return [[Math.max(0, from), Math.min(length / tokenWidth, to)]]
}

/** The encoding of another sequence, computed only where it differs from the reference's. */
export const reencode = Effect.fnUntraced(function* (
  machine: Machine,
  reference: Encoding,
  sequence: string,
  keep: ReadonlyArray<Span>
): Effect.fn.Return<Encoding, ModelError> {
  const changed = changedTokens(reference.sequence, sequence)
  const ownKeep = union(keep.flatMap(([a, b]) => changed.map(([c, d]): Span => [Math.max(a, c), Math.min(b, d)])))
  const encoding: Encoding = {
    sequence,
    trunk: reference.trunk.slice(),
    skips: Skips.make(machine.config, ownKeep, machine.options.memory, reference.skips)
  }
  yield* encodeInto(machine, encoding, widen(changed, 0, sequence.length / tokenWidth), ownKeep)
  return encoding
})
