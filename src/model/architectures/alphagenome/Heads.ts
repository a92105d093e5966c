/** The network's heads: from embeddings to the values of tracks. */
import * as Effect from "effect/Effect"
import { ModelError } from "../../ModelError.ts"
import * as Program from "../../Program.ts"
import * as Values from "../../Values.ts"
import { root, tokenWidth, pairWidth } from "./Config.ts"
import type { Machine } from "./Machine.ts"

/** Counts as the tracks have them, or what the splice heads and contact maps say as it is. */
type Kind = "counts" | "contacts" | "probabilities" | "fractions" | "logits"

export interface Head {
  /** The output's name. */
  readonly output: string
  /** Its module under `alphagenome/head`. */
  readonly module: string
  /** The tracks' key in the metadata. */
  readonly tracks: string
  readonly resolution: number
  readonly kind: Kind
  /** Counts were trained to this power. */
  readonly power: number
}

const assay = (tracks: string, resolutions: ReadonlyArray<number>, power = 1): ReadonlyArray<Head> =>
  resolutions.map((resolution) => ({
    // The official interface knows the finest resolution alone, by the bare name.
    output: `${tracks.toUpperCase()}${resolution === resolutions[0] ? "" : `_${resolution}`}`,
    module: `${tracks}/resolution_${resolution}`,
    tracks,
    resolution,
    kind: "counts",
    power
  }))
const head = (output: string, module: string, tracks: string, resolution: number, kind: Kind): Head => ({
  output,
  module,
  tracks,
  resolution,
  kind,
  power: 1
})

export const heads: ReadonlyArray<Head> = [
  ...assay("atac", [1, tokenWidth]),
  ...assay("dnase", [1, tokenWidth]),
  ...assay("procap", [1, tokenWidth]),
  ...assay("cage", [1, tokenWidth]),
  ...assay("rna_seq", [1, tokenWidth], 0.75),
  ...assay("chip_tf", [tokenWidth]),
  ...assay("chip_histone", [tokenWidth]),
  head("CONTACT_MAPS", "contact_maps", "contact_maps", tokenWidth * pairWidth, "contacts"),
  head("SPLICE_SITES", "splice_sites_classification", "splice_sites", 1, "probabilities"),
  head("SPLICE_SITES_LOGITS", "splice_sites_classification", "splice_sites", 1, "logits"),
  head("SPLICE_SITE_USAGE", "splice_sites_usage", "splice_site_usage", 1, "fractions")
]

/** A head for some of its tracks: weights [in, tracks], bias, and for counts what each track is multiplied with. */
export interface Loaded {
  readonly head: Head
  /** Where the wanted tracks are among those that are computed. */
  readonly wanted: ReadonlyArray<number>
  readonly width: number
  readonly count: number
  readonly weights: Float32Array
  readonly bias: Float32Array
  readonly scale: Float32Array
  readonly factor: Float32Array
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

/** `wanted` are the tracks' places among the head's; `means` of the tracks' nonzero counts, for heads of counts. */
export const load = Effect.fnUntraced(function* (
  machine: Machine,
  head: Head,
  organism: number,
  wanted: ReadonlyArray<number>,
  means: ReadonlyArray<number>
): Effect.fn.Return<Loaded, ModelError> {
  const name = `${root}/head/${head.module}`
  const all = yield* machine.ofOrganism(`${name}/multi_organism_linear/w`, organism)
  const bias = yield* machine.ofOrganism(`${name}/multi_organism_linear/b`, organism)
  const width = all.length / bias.length
  // Of classes that exclude each other all must be known.
  const exclusive = head.kind === "probabilities"
  const columns = exclusive ? Array.from(bias.keys()) : wanted
  const weights = new Float32Array(width * columns.length)
  for (let row = 0; row < width; row++) {
    for (const [at, column] of columns.entries()) weights[row * columns.length + at] = all[row * bias.length + column]!
  }
  const pick = (values: ArrayLike<number>, of: (value: number) => number) =>
    Float32Array.from(columns, (column) => of(values[column]!))
  const counts = head.kind === "counts"
  return {
    head,
    wanted: exclusive ? wanted : columns.map((_, at) => at),
    width,
    count: columns.length,
    weights,
    bias: pick(bias, (value) => value),
    scale: counts ? pick(yield* machine.ofOrganism(`${name}/learnt_scale`, organism), softplus) : new Float32Array(0),
    factor: counts ? Float32Array.from(means, (mean) => mean * head.resolution) : new Float32Array(0)
  }
})

const program =
  ({ head: { kind, power }, width, count }: Loaded) =>
  (): Program.Program => {
    const net = Program.builder()
    const row = (name: string) => net.input([count], { name, batched: false })
    const matrix = net.input([width, count], { name: "weights", batched: false })
    const linear = net.add(net.project(net.input([width], { name: "x" }), matrix), row("bias"))
    const kinds: { readonly [K in Kind]: () => Program.Value } = {
      contacts: () => linear,
      logits: () => linear,
      probabilities: () => net.softmax(linear),
      fractions: () => net.sigmoid(linear),
      counts: () => {
        const scaled = net.multiply(net.softplus(linear), row("scale"))
        // (s + 10)^2 / 40 beyond 10, which is s + (s - 10)^2 / 40.
        const beyond = net.relu(net.add(scaled, net.constant([count], new Float32Array(count).fill(-10))))
        const wide = net.add(scaled, net.scale(net.multiply(beyond, beyond), 1 / 40))
        return net.multiply(power === 1 ? wide : net.power(wide, 1 / power), row("factor"))
      }
    }
    return net.build({ values: kinds[kind]() })
  }

/** Of embeddings [places, width]: [places, tracks]. */
export const apply = Effect.fnUntraced(function* (
  machine: Machine,
  loaded: Loaded,
  embeddings: Float32Array
): Effect.fn.Return<Float32Array, ModelError> {
  const { head, width, count, weights, bias, scale, factor } = loaded
  const inputs = {
    x: { shape: [embeddings.length / width, width], data: embeddings },
    weights: { shape: [width, count], data: weights },
    bias: { shape: [count], data: bias },
    ...(head.kind === "counts"
      ? { scale: { shape: [count], data: scale }, factor: { shape: [count], data: factor } }
      : {})
  }
  const { values } = yield* machine.run(`${head.kind} ${head.power}, ${width} to ${count}`, program(loaded), inputs)
  const wrong = Values.firstNotFinite(values!.data)
  if (wrong !== -1) {
    return yield* new ModelError({
      message: `output ${head.output} has ${values!.data[wrong]!} for track ${wrong % count} of those wanted`,
      hint: "the weights are damaged or overflow, or a track has no mean"
    })
  }
  const all = values!.data
  if (loaded.wanted.length === count) return all
  const rows = all.length / count
  const chosen = new Float32Array(rows * loaded.wanted.length)
  let at = 0
  for (let row = 0; row < rows; row++) for (const column of loaded.wanted) chosen[at++] = all[row * count + column]!
  return chosen
})
