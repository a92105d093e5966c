/**
 * SpliceAI-10k: for each base the probabilities that it is no splice site, the first base of an exon (acceptor), or the
 * last one (donor), from 5,000 bases at each side of it. Five networks were trained; their probabilities are averaged.
 *
 * Architecture: Jaganathan et al., Cell 2019 (figure 1 and methods), written from the description: 16 residual units of
 * [batch norm, relu, dilated convolution] twice, with a 1x1 skip before them and after every four.
 */
import * as Effect from "effect/Effect"
import type { Architecture } from "../Architecture.ts"
import * as Program from "../Program.ts"
import * as WeightSource from "../WeightSource.ts"
import * as KerasH5 from "../weights/KerasH5.ts"

/** Bases at each side of the output that the network must see. */
export const context = 5000

const classes = ["none", "acceptor", "donor"] as const

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
 * From a one-hot sequence [length, 4] (ACGT; N is zeros), 5' to 3' of the transcript, to the probabilities
 * [length - 2 context, 3] of no site, acceptor and donor.
 *
 * A unit's ends, which its convolutions have filled with zeros, are cut off at once: nothing of them reaches the output,
 * and the widest convolutions need not run on what no output sees.
 */
export const program = (length: number): Program.Program => {
  const net = Program.builder()
  const bases = length - 2 * context
  let convolutions = 0
  let norms = 0
  const conv = (x: Program.Value, filters: number, width: number, dilation = 1) =>
    net.conv1d(x, `conv1d_${++convolutions}`, filters, width, dilation)
  const norm = (x: Program.Value) => net.batchNorm(x, `batch_normalization_${++norms}`, epsilon)
  const cut = (x: Program.Value, each: number) => (each === 0 ? x : net.slice(x, 0, each, x.shape[0]! - each))
  const centre = (x: Program.Value, count: number) => cut(x, (x.shape[0]! - count) / 2)

  let x = conv(net.input([length, 4]), channels, 1)
  let skips = centre(conv(x, channels, 1), bases)
  for (const { width, dilation } of groups) {
    for (let unit = 0; unit < 4; unit++) {
      const inner = conv(net.relu(norm(x)), channels, width, dilation)
      const outer = conv(net.relu(norm(inner)), channels, width, dilation)
      x = cut(net.add(outer, x), (width - 1) * dilation)
    }
    skips = net.add(skips, conv(centre(x, bases), channels, 1))
  }
  return net.build(net.softmax(conv(skips, classes.length, 1)))
}

/** The strand that is read, is the transcript's: a transcript of the minus strand is given as its reverse complement. */
export const spliceAi: Architecture = {
  name: "spliceai",
  summary: "SpliceAI-10k: acceptors and donors of a transcript, base by base; several networks are averaged",
  licence: "CC-BY-NC-4.0",
  citation: "Jaganathan et al., Cell 2019",
  organisms: ["human"],
  lengths: { preferred: 15_000, min: 2 * context + 1, max: 2 ** 20, multiple: 1 },
  outputs: () => [
    {
      name: "SPLICE_SITES",
      kind: "tracks",
      resolution: 1,
      offset: context,
      tracks: classes.map((name, track) => ({
        track,
        name,
        group: "SPLICE_SITES",
        strand: ".",
        description:
          name === "none" ? "probability of no splice site" : `probability of ${name}s on the strand that is read`
      }))
    }
  ],
  program,
  weights: (path) => Effect.map(KerasH5.readAll(path), WeightSource.ofTensors)
}
