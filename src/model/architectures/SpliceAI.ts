/**
 * SpliceAI-10k: for each base the probabilities that it is no splice site, the first base of an exon (acceptor), or the
 * last one (donor), from 5,000 bases at each side of it. Five networks were trained; their probabilities are averaged.
 *
 * Architecture: Jaganathan et al., Cell 2019 (figure 1 and methods), written from the description: 16 residual units of
 * [batch norm, relu, dilated convolution] twice, with a 1x1 skip before them and after every four.
 */
import type { Family } from "../Ensemble.ts"
import * as Program from "../Program.ts"
import * as KerasH5 from "../weights/KerasH5.ts"

/** Bases at each side of the output that the network must see. */
export const context = 5000

export const classes = ["none", "acceptor", "donor"] as const

const channels = 32
const epsilon = 1e-3

/** Four units each. */
const groups = [
  { width: 11, dilation: 1 },
  { width: 11, dilation: 4 },
  { width: 21, dilation: 10 },
  { width: 41, dilation: 25 }
]

/**
 * From a one-hot sequence [length + 2 context, 4] (ACGT; N is zeros), 5' to 3' of the transcript, to probabilities
 * [length, 3].
 *
 * A unit's ends, which its convolutions have filled with zeros, are cut off at once: nothing of them reaches the output,
 * and the widest convolutions need not run on what no output sees.
 */
export const program = (length: number): Program.Program => {
  const net = Program.builder()
  let convolutions = 0
  let norms = 0
  const conv = (x: Program.Value, filters: number, width: number, dilation = 1) =>
    net.conv1d(x, `conv1d_${++convolutions}`, filters, width, dilation)
  const norm = (x: Program.Value) => net.batchNorm(x, `batch_normalization_${++norms}`, epsilon)
  const cut = (x: Program.Value, each: number) => (each === 0 ? x : net.slice(x, 0, each, x.shape[0]! - each))
  const centre = (x: Program.Value, count: number) => cut(x, (x.shape[0]! - count) / 2)

  let x = conv(net.input([length + 2 * context, 4]), channels, 1)
  let skips = centre(conv(x, channels, 1), length)
  for (const { width, dilation } of groups) {
    for (let unit = 0; unit < 4; unit++) {
      const inner = conv(net.relu(norm(x)), channels, width, dilation)
      const outer = conv(net.relu(norm(inner)), channels, width, dilation)
      x = cut(net.add(outer, x), (width - 1) * dilation)
    }
    skips = net.add(skips, conv(centre(x, length), channels, 1))
  }
  return net.build(net.softmax(conv(skips, classes.length, 1)))
}

export const spliceAi: Family = {
  name: "spliceai",
  licence: "CC-BY-NC-4.0",
  citation: "Jaganathan et al., Cell 2019",
  program: (length) => program(length - 2 * context),
  weights: KerasH5.readAll
}
