/** Splice sites that the network finds, and the junctions among them. */
import * as Effect from "effect/Effect"
import type { ModelError } from "../../ModelError.ts"
import * as Program from "../../Program.ts"
import type { JunctionValues } from "../../SequenceModel.ts"
import type { Site, Sites } from "../../SpliceSiteUnion.ts"
import { maxPosition, root } from "./Config.ts"
import type { Machine } from "./Machine.ts"
import * as Positions from "./Positions.ts"

const module = `${root}/head/splice_sites_junction`

/** In the order of the classification head's classes. */
const classes = ["pos_donor", "pos_acceptor", "neg_donor", "neg_acceptor"] as const
const threshold = 0.1
/** Tissues computed at once. */
const tissueBlock = 16

/** The most probable sites of each class, and the embeddings there. */
export interface Finder {
  /** Class probabilities [base pairs, 5] and embeddings [base pairs, width] from base pair `from` on. */
  readonly offer: (from: number, probabilities: Float32Array, embeddings: Float32Array) => void
  readonly sites: () => Sites
  /** Undefined of a position that is no site. */
  readonly embedding: (position: number) => Float32Array | undefined
}

/** Of the sites that junctions are counted among. */
export type Embeddings = (position: number) => Float32Array

/** At most `count` sites of each class, of probability 0.1 and more; of equals the first. */
export const finder = (count: number): Finder => {
  const found: Array<Array<Site>> = classes.map(() => [])
  const embeddings = new Map<number, Float32Array>()
  const trim = () => {
    for (const sites of found) {
      sites.sort((a, b) => b.probability - a.probability || a.position - b.position)
      sites.length = Math.min(sites.length, count)
    }
    const kept = new Set(found.flatMap((sites) => sites.map(({ position }) => position)))
    for (const position of embeddings.keys()) if (!kept.has(position)) embeddings.delete(position)
  }
  return {
    offer: (from, probabilities, rows) => {
      const places = probabilities.length / (classes.length + 1)
      const width = rows.length / places
      for (let place = 0; place < places; place++) {
        for (const [at, sites] of found.entries()) {
          const probability = probabilities[place * (classes.length + 1) + at]!
          if (probability < threshold) continue
          sites.push({ position: from + place, probability })
          if (!embeddings.has(from + place)) {
            embeddings.set(from + place, rows.slice(place * width, (place + 1) * width))
          }
        }
      }
      trim()
    },
    sites: () => found,
    embedding: (position) => embeddings.get(position)
  }
}

/** The channels of rows [rows, width] with those of even place first: pairs of neighbours become two halves. */
const halve = (rows: Float32Array, width: number): Float32Array => {
  const out = new Float32Array(rows.length)
  for (let start = 0; start < rows.length; start += width) {
    for (let i = 0; i < width; i++) out[start + (i % 2) * (width / 2) + (i >> 1)] = rows[start + i]!
  }
  return out
}

/** Counts of junctions between `donors` and `acceptors` sites for each tissue of a batch. */
const program = (width: number, donors: number, acceptors: number) => (): Program.Program => {
  const net = Program.builder()
  const half = width / 2
  const side = (which: string, sites: number) => {
    const shared = (name: string, columns: number) =>
      net.input([sites, columns], { name: which + name, batched: false })
    const ofTissue = (name: string) => net.input([1, width], { name: which + name })
    const z = net.add(net.multiply(shared(" rows", width), ofTissue(" scale")), ofTissue(" offset"))
    const [cos, sin] = [shared(" cos", half), shared(" sin", half)]
    const [even, odd] = [net.slice(z, 1, 0, half), net.slice(z, 1, half, width)]
    return net.concat(
      net.add(net.multiply(even, cos), net.scale(net.multiply(odd, sin), -1)),
      net.add(net.multiply(odd, cos), net.multiply(even, sin)),
      1
    )
  }
  return net.build({ counts: net.softplus(net.matMul(side("donor", donors), side("acceptor", acceptors), true)) })
}

/** So many sites are given to a program: few programs for all numbers of sites. */
const padded = (sites: number): number => Math.max(8, 2 ** Math.ceil(Math.log2(sites)))

/** What a program takes of one side: the sites' rows and angles, and each tissue's scale and offset. */
const sideInputs = Effect.fnUntraced(function* (
  machine: Machine,
  organism: number,
  siteClass: number,
  positions: Int32Array,
  embedding: Embeddings
) {
  const { junctionHidden: width, tissues } = machine.config
  const weights = yield* machine.ofOrganism(`${module}/multi_organism_linear/w`, organism)
  const bias = yield* machine.ofOrganism(`${module}/multi_organism_linear/b`, organism)
  const channels = weights.length / width
  const { rows } = yield* machine.run(
    "junction rows",
    () => {
      const net = Program.builder()
      const matrix = net.input([channels, width], { name: "weights", batched: false })
      const offset = net.input([width], { name: "bias", batched: false })
      return net.build({ rows: net.add(net.project(net.input([channels], { name: "x" }), matrix), offset) })
    },
    {
      x: {
        shape: [positions.length, channels],
        data: Float32Array.from(Array.from(positions, (position) => [...embedding(position)]).flat())
      },
      weights: { shape: [channels, width], data: weights },
      bias: { shape: [width], data: bias }
    }
  )
  const sites = padded(positions.length)
  const fill = (data: Float32Array, columns: number) => {
    const out = new Float32Array(sites * columns)
    out.set(data)
    return { shape: [sites, columns], data: out }
  }
  // Each angle once: the tables repeat it for both of a pair.
  const { cos, sin } = Positions.rotary(positions, width, maxPosition, "f32")
  const once = (table: Float32Array) => table.filter((_, i) => i % 2 === 0)
  const table = yield* machine.ofOrganism(`${module}/${classes[siteClass]!}_logits/embeddings`, organism)
  return {
    shared: {
      " rows": fill(halve(rows!.data, width), width),
      " cos": fill(once(cos), width / 2),
      " sin": fill(once(sin), width / 2)
    },
    scales: halve(table.subarray(0, tissues * width), width),
    offsets: halve(table.subarray(tissues * width), width)
  }
})

/** Counts for some of the tissues, among the sites by class. */
export const count = Effect.fnUntraced(function* (
  machine: Machine,
  organism: number,
  tissues: ReadonlyArray<number>,
  tracks: ReadonlyArray<number>,
  sites: ReadonlyArray<Int32Array>,
  embedding: Embeddings
): Effect.fn.Return<JunctionValues, ModelError> {
  const width = machine.config.junctionHidden
  const strands: Array<JunctionValues["strands"][number]> = []
  for (const [index, strand] of (["+", "-"] as const).entries()) {
    const [donors, acceptors] = [sites[2 * index]!, sites[2 * index + 1]!]
    const values = new Float32Array(donors.length * acceptors.length * tissues.length)
    strands.push({ strand, donors, acceptors, values })
    if (values.length === 0) continue
    const donor = yield* sideInputs(machine, organism, 2 * index, donors, embedding)
    const acceptor = yield* sideInputs(machine, organism, 2 * index + 1, acceptors, embedding)
    const [rows, columns] = [padded(donors.length), padded(acceptors.length)]
    for (let from = 0; from < tissues.length; from += tissueBlock) {
      const block = tissues.slice(from, from + tissueBlock)
      const ofTissues = (table: Float32Array) => {
        const data = new Float32Array(block.length * width)
        for (const [at, tissue] of block.entries()) {
          data.set(table.subarray(tissue * width, (tissue + 1) * width), at * width)
        }
        return { shape: [block.length, 1, width], data }
      }
      const side = (which: string, { shared, scales, offsets }: typeof donor) => ({
        ...Object.fromEntries(Object.entries(shared).map(([name, array]) => [which + name, array])),
        [`${which} scale`]: ofTissues(scales),
        [`${which} offset`]: ofTissues(offsets)
      })
      const { counts } = yield* machine.run(`junctions ${rows} by ${columns}`, program(width, rows, columns), {
        ...side("donor", donor),
        ...side("acceptor", acceptor)
      })
      for (let t = 0; t < block.length; t++) {
        for (let d = 0; d < donors.length; d++) {
          for (let a = 0; a < acceptors.length; a++) {
            values[(d * acceptors.length + a) * tissues.length + from + t] = counts!.data[(t * rows + d) * columns + a]!
          }
        }
      }
    }
  }
  return { kind: "junctions", tracks, strands }
})
