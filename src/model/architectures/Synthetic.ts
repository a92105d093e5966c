/** A small convolutional network with seeded random weights: no biology, but every path of a real model. */
import type { Architecture } from "../Architecture.ts"
import * as Program from "../Program.ts"
import * as Safetensors from "../weights/Safetensors.ts"

const inputLength = 8192
const groups = ["RNA", "CAGE", "DNASE", "ATAC"] as const
const tracksPerGroup = 2
const channels = 16

const defaultTracks = groups.flatMap((group, at) =>
  Array.from({ length: tracksPerGroup }, (_, index) => ({
    track: at * tracksPerGroup + index,
    name: `${group}_${index + 1}`,
    group,
    strand: ".",
    description: `synthetic ${group} track ${index + 1}`
  }))
)

export const program = (length = inputLength): Program.Program => {
  const net = Program.builder()
  let x = net.relu(net.conv1d(net.input([length, 4]), "stem", channels, 15))
  for (let i = 0; i < 5; i++) x = net.relu(net.conv1d(net.maxPool(x, 2), `encoder_${i}`, channels, 5))
  for (let i = 0; i < 4; i++) x = net.add(x, net.relu(net.conv1d(x, `residual_${i}`, channels, 3, 2 ** i)))
  return net.build(net.softplus(net.dense(x, "head/kernel", "head/bias", defaultTracks.length)))
}

export const synthetic: Architecture = {
  name: "synthetic",
  summary: "A small convolutional network with random weights, for tests and rehearsals",
  licence: "Apache-2.0",
  citation: "none: random weights made from a seed",
  organisms: ["human"],
  lengths: { preferred: inputLength, min: 2048, max: 1_048_576, multiple: 2048 },
  outputs: () => [{ name: "TRACKS", kind: "tracks", resolution: 32, offset: 0, tracks: defaultTracks }],
  program,
  weights: Safetensors.source
}
