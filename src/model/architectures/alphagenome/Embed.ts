/** Output embeddings: of tokens, of base pairs through the decoder (in chunks with a halo: exact), and of pairs. */
import * as Effect from "effect/Effect"
import type { ModelError } from "../../ModelError.ts"
import * as Program from "../../Program.ts"
import type { Span } from "../../SequenceModel.ts"
import * as Blocks from "./Blocks.ts"
import { bins, pairWidth, root, tokenWidth, trunkOf, type Config } from "./Config.ts"
import type { Machine } from "./Machine.ts"
import type * as Skips from "./Skips.ts"
import { pieces } from "./Spans.ts"
import type { Tower } from "./Tower.ts"

/** How far the decoder sees: at each bin two positions of the input, of twice the bin, and two of the output. */
const reach = bins.reduce((sum, bin) => sum + 2 * (2 * bin) + 2 * bin, 0)
export const halo = Math.ceil(reach / tokenWidth)

/** Tokens whose base pairs are embedded at once, and tokens that are themselves. */
const basePairBlock = 64
const tokenBlock = 1024

export interface TokenEmbeddings {
  readonly span: Span
  /** [tokens, 2 trunk channels] */
  readonly embeddings: Float32Array
  /** What of them enters the base pairs' [tokens, 2 channels]. */
  readonly passedOn: Float32Array
}

/** Of the tokens of a span, at most {@link tokenBlock} at once. */
export const tokens = Effect.fnUntraced(function* (
  machine: Machine,
  { x }: Tower,
  organism: number,
  [from, to]: Span
): Effect.fn.Return<TokenEmbeddings, ModelError> {
  const { config } = machine
  const [trunk, width] = [trunkOf(config), config.channels[0]!]
  const row = yield* machine.ofOrganism(`${root}/output_embedder/embed/embeddings`, organism)
  const embeddings = new Float32Array((to - from) * 2 * trunk)
  const passedOn = new Float32Array((to - from) * 2 * width)
  for (const [a, b] of pieces([[from, to]], tokenBlock)) {
    const part = yield* machine.run(
      "tokens",
      () => {
        const net = Program.builder()
        const organismRow = net.input([1, 2 * trunk], { name: "organism", batched: false })
        return net.build({ ...Blocks.embedTokens(net, config, net.input([trunk], { name: "x" }), organismRow) })
      },
      {
        x: { shape: [b - a, trunk], data: x.subarray(a * trunk, b * trunk) },
        organism: { shape: [1, 2 * trunk], data: row }
      }
    )
    embeddings.set(part["embeddings"]!.data, (a - from) * 2 * trunk)
    passedOn.set(part["passedOn"]!.data, (a - from) * 2 * width)
  }
  return { span: [from, to], embeddings, passedOn }
})

/** For so many tokens, or any other number of them. */
export const decoderProgram = (config: Config, tokens: number): Program.Program => {
  const net = Program.builder()
  const trunk = net.input([tokens, trunkOf(config)], { name: "trunk", free: true })
  const skips = bins.map((bin, level) =>
    net.input([(tokens * tokenWidth) / bin, config.channels[level]!], { name: `${level}`, free: true })
  )
  return net.build({ rows: Blocks.decoder(net, config, trunk, skips) })
}

/** Some tokens decoded to base pairs: [base pairs, channels]. */
const decode = Effect.fnUntraced(function* (
  machine: Machine,
  { x }: Tower,
  skips: Skips.Skips,
  [from, to]: Span
): Effect.fn.Return<Float32Array, ModelError> {
  const { config } = machine
  const trunk = trunkOf(config)
  const [start, end] = [Math.max(0, from - halo), Math.min(x.length / trunk, to + halo)]
  const levels = bins.map((bin, level) => {
    const length = ((end - start) * tokenWidth) / bin
    return [`${level}`, { shape: [1, length, config.channels[level]!], data: skips.read(level, start, end) }] as const
  })
  const { rows } = yield* machine.run("decoder", () => decoderProgram(config, machine.options.chunk), {
    trunk: { shape: [1, end - start, trunk], data: x.subarray(start * trunk, end * trunk) },
    ...Object.fromEntries(levels)
  })
  const perToken = tokenWidth * config.channels[0]!
  return rows!.data.subarray((from - start) * perToken, (to - start) * perToken)
})

/**
 * Embeddings of the base pairs of the given tokens, block by block: `each` is given the first base pair and
 * [base pairs, 2 channels]. The skips must hold the tokens and {@link halo} more at both sides.
 */
export const basePairs = Effect.fnUntraced(function* (
  machine: Machine,
  tower: Tower,
  skips: Skips.Skips,
  organism: number,
  spans: ReadonlyArray<Span>,
  each: (from: number, embeddings: Float32Array) => Effect.Effect<void, ModelError>
): Effect.fn.Return<void, ModelError> {
  const { config } = machine
  const width = config.channels[0]!
  const row = yield* machine.ofOrganism(`${root}/output_embedder_1/embed/embeddings`, organism)
  for (const piece of pieces(spans, machine.options.chunk)) {
    const decoded = yield* decode(machine, tower, skips, piece)
    const { passedOn } = yield* tokens(machine, tower, organism, piece)
    for (const [from, to] of pieces([piece], basePairBlock)) {
      const [a, b] = [from - piece[0], to - piece[0]]
      const { embeddings } = yield* machine.run(
        "base pairs",
        () => {
          const net = Program.builder()
          const x = net.input([tokenWidth, width], { name: "x" })
          const passed = net.input([1, 2 * width], { name: "passedOn" })
          const organismRow = net.input([1, 2 * width], { name: "organism", batched: false })
          return net.build({ embeddings: Blocks.embedBasePairs(net, config, x, passed, organismRow) })
        },
        {
          x: {
            shape: [b - a, tokenWidth, width],
            data: decoded.subarray(a * tokenWidth * width, b * tokenWidth * width)
          },
          passedOn: { shape: [b - a, 1, 2 * width], data: passedOn.subarray(a * 2 * width, b * 2 * width) },
          organism: { shape: [1, 2 * width], data: row }
        }
      )
      yield* each(from * tokenWidth, embeddings!.data)
    }
  }
})

/** [pairs, pairs, channels] */
export const pairs = Effect.fnUntraced(function* (
  machine: Machine,
  { x, pair }: Tower,
  organism: number
): Effect.fn.Return<Float32Array, ModelError> {
  const { config } = machine
  const width = config.pairChannels
  const count = x.length / trunkOf(config) / pairWidth
  const row = yield* machine.ofOrganism(`${root}/output_pair/embed/embeddings`, organism)
  const { embeddings } = yield* machine.run(
    `pairs of ${count}`,
    () => {
      const net = Program.builder()
      const organismRow = net.input([1, width], { name: "organism", batched: false })
      return net.build({
        embeddings: Blocks.embedPairs(net, net.input([count, count, width], { name: "pair" }), organismRow)
      })
    },
    { pair: { shape: [1, count, count, width], data: pair }, organism: { shape: [1, width], data: row } }
  )
  return embeddings!.data
})
