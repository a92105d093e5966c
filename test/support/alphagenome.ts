/** The whole AlphaGenome network as one program, without chunks: what the pieces are held against. */
import * as Blocks from "../../src/model/architectures/alphagenome/Blocks.ts"
import {
  bins,
  maxTokens,
  pairWidth,
  tokenWidth,
  trunkOf,
  type Config,
  type Numerics
} from "../../src/model/architectures/alphagenome/Config.ts"
import * as Positions from "../../src/model/architectures/alphagenome/Positions.ts"
import * as Program from "../../src/model/Program.ts"

export const wholeProgram = (config: Config, length: number, numerics: Numerics): Program.Program => {
  const net = Program.builder()
  const tokens = length / tokenWidth
  const [trunk, width] = [trunkOf(config), config.channels[0]!]
  const sequence = net.input([length, 4], { name: "sequence" })
  const row = (name: string, size: number) => net.input([1, size], { name, batched: false })
  const tables = Positions.rotary([...Array(tokens).keys()], config.keySize, maxTokens, numerics)
  const cos = net.constant([tokens, config.keySize], tables.cos)
  const sin = net.constant([tokens, config.keySize], tables.sin)

  const encoded = Blocks.encoder(net, config, sequence)
  let x = net.add(encoded.trunk, row("organism", trunk))
  let pair: Program.Value | undefined
  for (let layer = 0; layer < config.layers; layer++) {
    if (layer % 2 === 0) {
      const update = Blocks.sequenceToPair(net, config, x, layer / 2)
      const pairs = tokens / pairWidth
      const rows = net.reshape(pair === undefined ? update : net.add(pair, update), [pairs, pairs, config.pairChannels])
      // Rows are samples of a batch in the pieces; here each is sliced out.
      const done = Array.from({ length: pairs }, (_, at) =>
        net.reshape(
          Blocks.pairRow(
            net,
            config,
            net.reshape(net.slice(rows, 0, at, at + 1), [pairs, config.pairChannels]),
            layer / 2
          ),
          [1, pairs, config.pairChannels]
        )
      )
      pair = done.reduce((all, one) => net.concat(all, one, 0))
    }
    const { keys, values } = Blocks.keysAndValues(net, config, x, cos, sin, layer)
    x = Blocks.towerLayer(net, config, { x, cos, sin, keys, values, pair: pair! }, layer)
  }
  const decoded = Blocks.decoder(net, config, x, encoded.skips)
  const { embeddings, passedOn } = Blocks.embedTokens(net, config, x, row("organism 128", 2 * trunk))
  const perToken = Blocks.embedBasePairs(
    net,
    config,
    net.reshape(decoded, [tokens, tokenWidth, width]),
    net.reshape(passedOn, [tokens, 1, 2 * width]),
    row("organism 1", 2 * width)
  )
  return net.build({
    embeddings_128bp: embeddings,
    embeddings_1bp: net.reshape(perToken, [length, 2 * width]),
    embeddings_pair: Blocks.embedPairs(net, pair!, row("organism pair", config.pairChannels)),
    ...Object.fromEntries(encoded.skips.map((skip, level) => [`skip ${bins[level]}`, skip]))
  })
}
