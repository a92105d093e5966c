/**
 * APARENT2: where a transcript is cleaved and polyadenylated, from 205 bases around the site.
 *
 * Architecture: Linder et al., Genome Biology 2022: 7 groups of 4 pre-activation residual blocks, a 1x1 skip before each
 * group and after the last, and a bias of each position by the library that a sequence was measured in.
 */
import * as Effect from "effect/Effect"
import type { Architecture } from "../Architecture.ts"
import type { ModelError } from "../ModelError.ts"
import * as Program from "../Program.ts"
import type { Tensor, Tensors } from "../Tensor.ts"
import * as WeightSource from "../WeightSource.ts"
import * as KerasH5 from "../weights/KerasH5.ts"

const inputLength = 205

const channels = 32
const epsilon = 1e-3
const dilations = [1, 2, 4, 8, 4, 2, 1]
const blocks = 4

/** The library whose biases are used, of 13: as in the paper's predictions of native sequences. */
const library = 11
const libraries = 13
const positions = inputLength + 1
const bias = "position_bias"

/**
 * From a one-hot sequence [205, 4] (ACGT; N is zeros) to the probability of cleavage at each base [205, 1]; what is
 * missing to a sum of 1 is no cleavage.
 */
export const program = (): Program.Program => {
  const net = Program.builder()
  const name = (part: string) => `aparent_${part}`
  let x = net.conv1d(net.input([inputLength, 4]), name("conv_0"), channels, 1)
  let skips: Program.Value | undefined
  const keep = (value: Program.Value) => (skips = skips === undefined ? value : net.add(skips, value))
  for (const [group, dilation] of dilations.entries()) {
    keep(net.conv1d(x, name(`skip_conv_${group}`), channels, 1))
    for (let block = 0; block < blocks; block++) {
      let inner = x
      for (let half = 0; half < 2; half++) {
        const part = (what: string) => name(`resblock_${group}_${block}_${what}_${half}`)
        inner = net.conv1d(
          net.relu(net.batchNorm(inner, part("batch_norm"), epsilon)),
          part("conv"),
          channels,
          3,
          dilation
        )
      }
      x = net.add(inner, x)
    }
  }
  const sum = keep(net.conv1d(x, name("last_block_conv"), channels, 1))
  // No cleavage is class 0 here (the last one in the file): its score is its bias alone.
  const scores = net.padStart(net.conv1d(sum, name("final_conv"), 1, 1), 0, 1)
  const biased = net.add(scores, net.weight(bias, [positions, 1], [positions, 1]))
  const probabilities = net.softmax(net.reshape(biased, [1, positions]))
  return net.build(net.reshape(net.slice(probabilities, 1, 1, positions), [inputLength, 1]))
}

/** Kernels of images of one row lose that axis. */
const flat = ({ shape, data }: Tensor): Tensor => ({ shape: shape.length === 4 ? shape.slice(1) : shape, data })

/** Reads the Keras file; the biases of the library become one number a position. */
const weights = (path: string): Effect.Effect<Tensors, ModelError> =>
  Effect.map(KerasH5.readAll(path), (stored) => {
    const tensors = new Map(Array.from(stored, ([name, tensor]) => [name, flat(tensor)]))
    const kernel = stored.get("aparent_lib_conv/kernel")
    const offset = stored.get("aparent_lib_conv/bias")
    if (kernel?.data.length !== positions * libraries || offset?.data.length !== positions) return tensors
    const of = (position: number) => kernel.data[position * libraries + library]! + offset.data[position]!
    const data = Float32Array.from({ length: positions }, (_, at) => of((at + positions - 1) % positions))
    return tensors.set(bias, { shape: [positions, 1], data })
  })

export const aparent2: Architecture = {
  name: "aparent2",
  summary: "APARENT2: where a transcript is cleaved and polyadenylated, base by base",
  licence: "MIT",
  citation: "Linder et al., Genome Biology 2022",
  organisms: ["human"],
  lengths: { preferred: inputLength, min: inputLength, max: inputLength, multiple: 1 },
  outputs: () => [
    {
      name: "CLEAVAGE",
      kind: "tracks",
      resolution: 1,
      offset: 0,
      tracks: [
        {
          track: 0,
          name: "cleavage",
          group: "CLEAVAGE",
          strand: ".",
          description: "probability of cleavage on the strand that is read"
        }
      ]
    }
  ],
  program,
  weights: (path) => Effect.map(weights(path), WeightSource.ofTensors)
}
