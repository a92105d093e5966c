/** The transformer tower, layer by layer and in blocks of rows: no more than a block's attention is in memory. */
import * as Effect from "effect/Effect"
import type { ModelError } from "../../ModelError.ts"
import * as Program from "../../Program.ts"
import * as Blocks from "./Blocks.ts"
import { maxTokens, pairWidth, root, trunkOf, type Config } from "./Config.ts"
import { requireFinite, type Machine } from "./Machine.ts"
import * as Positions from "./Positions.ts"

export interface Tower {
  /** [tokens, channels] */
  readonly x: Float32Array
  /** [pairs, pairs, channels] */
  readonly pair: Float32Array
}

/** An update of the pairs by all tokens: of what the tower computes at once, that which takes the most memory. */
export const pairProgram = (config: Config, tokens: number, update: number): Program.Program => {
  const net = Program.builder()
  const made = Blocks.sequenceToPair(net, config, net.input([tokens, trunkOf(config)], { name: "x" }), update)
  const pairs = tokens / pairWidth
  const before = () => net.input([pairs, pairs, config.pairChannels], { name: "pair" })
  return net.build({ rows: update === 0 ? made : net.add(made, before()) })
}

const updatePair = Effect.fnUntraced(function* (
  machine: Machine,
  x: Float32Array,
  pair: Float32Array | undefined,
  update: number
): Effect.fn.Return<Float32Array, ModelError> {
  const { config } = machine
  const [trunk, width] = [trunkOf(config), config.pairChannels]
  const tokens = x.length / trunk
  const pairs = tokens / pairWidth
  const shape = [pairs, pairs, width]
  const { rows } = yield* machine.run(`pair ${update} of ${tokens}`, () => pairProgram(config, tokens, update), {
    x: { shape: [1, tokens, trunk], data: x },
    ...(pair === undefined ? {} : { pair: { shape: [1, ...shape], data: pair } })
  })
  const out = rows!.data
  // A row is a sample of a batch.
  const step = Math.max(1, Math.floor(machine.options.block / (pairs * Math.max(pairs, width))))
  for (let from = 0; from < pairs; from += step) {
    const to = Math.min(pairs, from + step)
    const part = out.subarray(from * pairs * width, to * pairs * width)
    const { row } = yield* machine.run(
      `pair row ${update} of ${tokens}`,
      () => {
        const net = Program.builder()
        return net.build({ row: Blocks.pairRow(net, config, net.input([pairs, width], { name: "row" }), update) })
      },
      { row: { shape: [to - from, pairs, width], data: part } }
    )
    part.set(row!.data)
  }
  return out
})

const runLayer = Effect.fnUntraced(function* (
  machine: Machine,
  { x, pair }: Tower,
  { cos, sin }: Positions.RotaryTables,
  layer: number
): Effect.fn.Return<Float32Array, ModelError> {
  const { config } = machine
  const { heads, keySize, valueSize, pairChannels } = config
  const trunk = trunkOf(config)
  const tokens = x.length / trunk
  const pairs = tokens / pairWidth
  const table = (data: Float32Array, from: number, to: number) => ({
    shape: [1, to - from, keySize],
    data: data.subarray(from * keySize, to * keySize)
  })
  const { keys, values } = yield* machine.run(
    `keys ${layer} of ${tokens}`,
    () => {
      const net = Program.builder()
      const input = (name: string, width: number) => net.input([tokens, width], { name })
      return net.build(
        Blocks.keysAndValues(net, config, input("x", trunk), input("cos", keySize), input("sin", keySize), layer)
      )
    },
    { x: { shape: [1, tokens, trunk], data: x }, cos: table(cos, 0, tokens), sin: table(sin, 0, tokens) }
  )
  const out = new Float32Array(x.length)
  const count = Math.min(
    tokens,
    pairWidth * Math.max(1, Math.floor(machine.options.block / (heads * tokens * pairWidth)))
  )
  for (let next = 0; next < tokens; next += count) {
    // The last block is as long as the others: some of its rows are computed again.
    const from = Math.min(next, tokens - count)
    const pairRow = pairs * pairChannels
    const [firstPair, lastPair] = [from / pairWidth, (from + count) / pairWidth]
    const { rows } = yield* machine.run(
      `layer ${layer}, ${count} of ${tokens}`,
      () => {
        const net = Program.builder()
        const input = (name: string, ...shape: ReadonlyArray<number>) => net.input(shape, { name })
        const rows = {
          x: input("x", count, trunk),
          cos: input("cos", count, keySize),
          sin: input("sin", count, keySize),
          keys: input("keys", tokens, keySize),
          values: input("values", tokens, valueSize),
          pair: input("pair", count / pairWidth, pairs, pairChannels)
        }
        return net.build({ rows: Blocks.towerLayer(net, config, rows, layer) })
      },
      {
        x: { shape: [1, count, trunk], data: x.subarray(from * trunk, (from + count) * trunk) },
        cos: table(cos, from, from + count),
        sin: table(sin, from, from + count),
        keys: keys!,
        values: values!,
        pair: {
          shape: [1, count / pairWidth, pairs, pairChannels],
          data: pair.subarray(firstPair * pairRow, lastPair * pairRow)
        }
      }
    )
    out.set(rows!.data, from * trunk)
  }
  return out
})

/** From the encoder's tokens [tokens, channels]. */
export const run = Effect.fnUntraced(function* (
  machine: Machine,
  trunk: Float32Array,
  organism: number
): Effect.fn.Return<Tower, ModelError> {
  const { config, options } = machine
  const width = trunkOf(config)
  const tokens = trunk.length / width
  const row = yield* machine.ofOrganism(`${root}/embed/embeddings`, organism)
  let x: Float32Array = trunk.map((value, i) => value + row[i % width]!)
  let pair: Float32Array | undefined
  const tables = Positions.rotary(
    Array.from({ length: tokens }, (_, token) => token),
    config.keySize,
    maxTokens,
    options.numerics
  )
  for (let layer = 0; layer < config.layers; layer++) {
    if (layer % 2 === 0) pair = yield* updatePair(machine, x, pair, layer / 2)
    x = yield* runLayer(machine, { x, pair: pair! }, tables, layer)
  }
  yield* requireFinite("the tower's tokens", x)
  return { x, pair: pair! }
})
