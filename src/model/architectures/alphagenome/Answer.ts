/** From wants to answers: what has to be computed of a window for them, and no more. */
import * as Effect from "effect/Effect"
import { ModelError } from "../../ModelError.ts"
import type { Organism, Span, Values as ModelValues, Want } from "../../SequenceModel.ts"
import type { Sites } from "../../SpliceSiteUnion.ts"
import * as Values from "../../Values.ts"
import { organisms } from "../../SequenceModel.ts"
import { pairWidth, tokenWidth, trunkOf } from "./Config.ts"
import * as Embed from "./Embed.ts"
import type { Encoding } from "./Encode.ts"
import * as Heads from "./Heads.ts"
import * as Junctions from "./Junctions.ts"
import { requireFinite, type Machine } from "./Machine.ts"
import { tokensOf, union, widen, within } from "./Spans.ts"
import * as Tower from "./Tower.ts"
import type { HeadOutput } from "./Tracks.ts"

interface Wanted extends HeadOutput {
  readonly want: Want
  /** Tracks of the output, in the order of the answer, and their columns of the head. */
  readonly tracks: ReadonlyArray<number>
  readonly columns: ReadonlyArray<number>
  readonly bins: ReadonlyArray<Span>
  readonly loaded: Heads.Loaded | undefined
}

export interface Plan {
  readonly organism: number
  readonly wanted: ReadonlyArray<Wanted>
  /** Tokens whose base pairs are embedded. */
  readonly basePairs: ReadonlyArray<Span>
  /** Tokens of which the encoder's levels are kept for the decoder. */
  readonly keep: ReadonlyArray<Span>
  /** To find splice sites with. */
  readonly classification: Heads.Loaded | undefined
}

/** Stretches that are so near each other that decoding what lies between costs less than two halos. */
const joinNear = (tokens: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  const near = Embed.halo
  return union(tokens.map(([from, to]): Span => [from, to + 2 * near])).map(([from, to]): Span => [from, to - 2 * near])
}

/** `margin` base pairs more are kept about what junctions are sought in: an indel moves sites by as much. */
export const plan = Effect.fnUntraced(function* (
  machine: Machine,
  name: Organism,
  outputs: ReadonlyArray<HeadOutput>,
  wants: ReadonlyArray<Want>,
  length: number,
  margin = 0
): Effect.fn.Return<Plan, ModelError> {
  const organism = organisms.indexOf(name)
  const wanted: Array<Wanted> = []
  for (const want of wants) {
    const known = outputs.find(({ output }) => output.name === want.output)
    if (known === undefined) {
      return yield* new ModelError({
        message: `AlphaGenome has no output '${want.output}' for ${name}`,
        hint: `it has: ${outputs.map(({ output }) => output.name).join(", ")}`
      })
    }
    const tracks = want.tracks ?? known.output.tracks.map((_, track) => track)
    const pick = (values: ReadonlyArray<number>) => tracks.map((track) => values[track]!)
    const [columns, means] = [pick(known.columns), pick(known.means)]
    const loaded =
      known.head === undefined ? undefined : yield* Heads.load(machine, known.head, organism, columns, means)
    wanted.push({ ...known, want, tracks, columns, bins: Values.binsOf(known.output, length, want.regions), loaded })
  }
  const fine = wanted.filter(({ output }) => output.resolution === 1)
  const places = fine.flatMap(({ output, bins }) => widen(bins, output.kind === "junctions" ? margin : 0, length))
  const basePairs = joinNear(tokensOf(places))
  const junctions = wanted.some(({ output }) => output.kind === "junctions")
  const classes = Heads.heads.find(({ kind }) => kind === "probabilities")!
  return {
    organism,
    wanted,
    basePairs,
    keep: widen(basePairs, Embed.halo, length / tokenWidth),
    classification: junctions ? yield* Heads.load(machine, classes, organism, [0, 1, 2, 3, 4], []) : undefined
  }
})

/** Values of tracks that are filled in block by block, in any order. */
const collector = ({ bins, tracks }: Wanted) => {
  const values = new Float32Array(Values.rowCount(bins) * tracks.length)
  const starts: Array<number> = []
  let rows = 0
  for (const [from, to] of bins) {
    starts.push(rows - from)
    rows += to - from
  }
  return {
    values,
    /** The rows of bins [from, to), which lie in one of the spans. */
    put: (from: number, block: Float32Array) => {
      const span = bins.findIndex(([first, last]) => first <= from && from < last)
      values.set(block, (starts[span]! + from) * tracks.length)
    }
  }
}

const joined = (parts: ReadonlyArray<Float32Array>): Float32Array => {
  if (parts.length === 1) return parts[0]!
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Runs a head where it is wanted among the places from `from` on, whose embeddings are given. */
const applyHead = Effect.fnUntraced(function* (
  machine: Machine,
  { loaded, bins, tracks }: Wanted,
  put: (from: number, block: Float32Array) => void,
  from: number,
  embeddings: Float32Array
): Effect.fn.Return<void, ModelError> {
  const { width } = loaded!
  const spans = within(bins, from, from + embeddings.length / width)
  if (spans.length === 0) return
  const values = yield* Heads.apply(
    machine,
    loaded!,
    joined(spans.map(([a, b]) => embeddings.subarray((a - from) * width, (b - from) * width)))
  )
  let row = 0
  for (const [a, b] of spans) {
    put(a, values.subarray(row * tracks.length, (row + b - a) * tracks.length))
    row += b - a
  }
})

/** Sites that were found, for {@link count}. */
export interface Found {
  readonly wanted: Wanted
  readonly sites: Sites
  /** Of any base pairs that the plan keeps, while the encoding is open. */
  readonly embeddings: (positions: Iterable<number>) => Effect.Effect<Junctions.Embeddings, ModelError>
}

export interface Answered {
  /** Without junctions. */
  readonly prediction: Map<string, ModelValues>
  readonly found: Found | undefined
}

/** The tower and the heads of an encoded window. */
export const answer = Effect.fnUntraced(function* (
  machine: Machine,
  { organism, wanted, basePairs, classification }: Plan,
  { trunk, skips }: Encoding
): Effect.fn.Return<Answered, ModelError> {
  const tower = yield* Tower.run(machine, trunk, organism)
  const tokens = trunk.length / trunkOf(machine.config)
  const answers = new Map<string, ModelValues>()
  const collected = wanted
    .filter(({ output }) => output.kind === "tracks")
    .map((each) => ({ each, resolution: each.output.resolution, ...collector(each) }))
  const junctions = wanted.find(({ output }) => output.kind === "junctions")
  const finder = Junctions.finder(machine.options.sites)

  if (basePairs.length > 0) {
    yield* Embed.basePairs(
      machine,
      tower,
      skips,
      organism,
      basePairs,
      Effect.fnUntraced(function* (from, embeddings) {
        for (const { each, resolution, put } of collected) {
          if (resolution === 1) yield* applyHead(machine, each, put, from, embeddings)
        }
        if (junctions === undefined) return
        const width = classification!.width
        for (const [a, b] of within(junctions.bins, from, from + embeddings.length / width)) {
          const rows = embeddings.subarray((a - from) * width, (b - from) * width)
          finder.offer(a, yield* Heads.apply(machine, classification!, rows), rows)
        }
      })
    )
  }
  const coarse = collected.filter(({ resolution }) => resolution === tokenWidth)
  for (const span of union(coarse.flatMap(({ each }) => each.bins))) {
    const { embeddings } = yield* Embed.tokens(machine, tower, organism, span)
    for (const { each, put } of coarse) yield* applyHead(machine, each, put, span[0], embeddings)
  }
  for (const { each, values } of collected) {
    answers.set(each.output.name, { kind: "tracks", tracks: each.tracks, bins: each.bins, values })
  }
  const contacts = wanted.filter(({ output }) => output.kind === "contacts")
  if (contacts.length > 0) {
    const embeddings = yield* Embed.pairs(machine, tower, organism)
    for (const { output, tracks, loaded } of contacts) {
      const values = yield* Heads.apply(machine, loaded!, embeddings)
      answers.set(output.name, { kind: "contacts", tracks, bins: tokens / pairWidth, values })
    }
  }
  const embeddings = Effect.fnUntraced(function* (positions: Iterable<number>) {
    const known = new Map<number, Float32Array>()
    const unknown: Array<number> = []
    for (const position of positions) {
      const row = finder.embedding(position)
      if (row === undefined) unknown.push(position)
      else known.set(position, row)
    }
    const spans = tokensOf(unknown.map((position): Span => [position, position + 1]))
    const missing = new Set(unknown)
    yield* Embed.basePairs(machine, tower, skips, organism, spans, (from, rows) =>
      Effect.sync(() => {
        const width = 2 * machine.config.channels[0]!
        for (let row = 0; row < rows.length / width; row++) {
          if (missing.has(from + row)) known.set(from + row, rows.slice(row * width, (row + 1) * width))
        }
      })
    )
    return (position: number) => known.get(position)!
  })
  return {
    prediction: answers,
    found: junctions && { wanted: junctions, sites: finder.sites(), embeddings }
  }
})

/** Counts the junctions that are wanted among the sites given by class. */
export const count = Effect.fnUntraced(function* (
  machine: Machine,
  organism: number,
  { output, columns, tracks }: Wanted,
  sites: ReadonlyArray<Int32Array>,
  embeddings: Junctions.Embeddings
) {
  const counts = yield* Junctions.count(machine, organism, columns, tracks, sites, embeddings)
  for (const { values } of counts.strands) yield* requireFinite(`output ${output.name}`, values)
  return counts
})
