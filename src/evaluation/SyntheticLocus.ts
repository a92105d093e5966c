/**
 * Made-up predictions for the two alleles of a variant, so made that a scorer must find a given score: what it looks at
 * changes by just so much, and all else changes at random, by more. A scorer that looks elsewhere finds something else.
 *
 * The locus is 4,096 bp with one gene of three exons, splice junctions and three polyadenylation sites; outputs have bins
 * of 1 bp, contact maps of 512. The formulas are those of the scorers' documentation, solved for the alternative; no scorer's code is used.
 */
import type { Gene } from "../genome/Gene.ts"
import * as GeneIndex from "../genome/GeneIndex.ts"
import * as PolyaSite from "../genome/PolyaSite.ts"
import * as Variant from "../genome/Variant.ts"
import type { ContactValues, JunctionValues, Output, TrackValues, Values } from "../model/SequenceModel.ts"
import type { Track } from "../model/Track.ts"
import * as Random from "../core/Random.ts"
import type { AggregationName } from "../scoring/CentreMask.ts"
import type { Place } from "../scoring/Scorer.ts"
import * as ScorerSpec from "../scoring/ScorerSpec.ts"

const length = 4096
const start = 100_000
/** Of the variant's first base, in the locus. */
const at = length / 2
const chrom = "chr1"
const contactBin = 512
const body = [600, 3600] as const
const exons = [
  [700, 1000],
  [1500, 1700],
  [2600, 2900]
] as const
const introns = [
  [1000, 1500],
  [1700, 2600]
] as const
type Strand = "+" | "-"

const sitesOf: { readonly [S in Strand]: ReadonlyArray<number> } = { "+": [1100, 1700, 2800], "-": [1100, 2500, 3000] }
/** Bases that end at a polyadenylation site on its strand. */
const beforeSite = (site: number, strand: Strand): readonly [from: number, to: number] =>
  strand === "+" ? [site - 399, site + 1] : [site, site + 400]

const geneOf = (strand: Strand): Gene => ({
  gene_id: `GENE${strand}`,
  gene_name: `GENE${strand}`,
  chrom,
  start: start + body[0],
  end: start + body[1],
  strand,
  region: "exons",
  exons: exons.map(([from, to]) => `${start + from}-${start + to}`).join(","),
  gene_type: "protein_coding",
  transcripts: null
})

export type Change = "snv" | "insertion" | "deletion"

const alleles: { readonly [C in Change]: readonly [ref: string, alt: string] } = {
  snv: ["A", "G"],
  insertion: ["A", "ACG"],
  deletion: ["ACG", "A"]
}

const tracksOf = (count: number, stranded: boolean): ReadonlyArray<Track> =>
  Array.from({ length: count }, (_, track) => ({
    track,
    name: `track ${track}`,
    group: "synthetic",
    strand: stranded ? (track % 2 === 0 ? "+" : "-") : ".",
    description: "made up"
  }))

export interface Locus {
  readonly strand: Strand
  readonly change: Change
  /** Tracks of each output; where they are {@link stranded}, on either strand in turn. */
  readonly tracks: number
}

/** Whether the tracks have strands, of which a gene's score is of its own: in `gene_lfc` and `gene_active`. */
export const stranded = ({ scorer }: ScorerSpec.ScorerSpec): boolean =>
  scorer === "gene_lfc" || scorer === "gene_active"

export const place = (spec: ScorerSpec.ScorerSpec, { strand, change, tracks }: Locus): Place => {
  const gene = geneOf(strand)
  const [ref, alt] = alleles[change]
  const pos = start + at + 1
  const all = tracksOf(tracks, stranded(spec))
  const { reads } = ScorerSpec.kinds[spec.scorer]
  return {
    output: {
      name: spec.output ?? "SPLICE_JUNCTIONS",
      kind: reads,
      resolution: reads === "contacts" ? contactBin : 1,
      offset: 0,
      tracks: all
    } satisfies Output,
    tracks: all,
    window: { chrom, start, end: start + length },
    variant: { variant_id: Variant.idOf(chrom, pos, ref, alt), chrom, pos, ref, alt },
    genes: GeneIndex.make([gene]),
    geneId: undefined,
    polyaSites: PolyaSite.byGene(
      sitesOf[strand].map((site) => ({
        Chromosome: chrom,
        Start: start + site,
        End: start + site + 1,
        pas_strand: strand,
        gene_id: gene.gene_id
      }))
    )
  }
}

/** Values of one track, on the reference's places. */
type Pair = readonly [ref: Float32Array, alt: Float32Array]

/** Uniform in [0, 1): a long strip, of which each array is a stretch that begins anywhere. Drawing each would take long. */
const strip: Float32Array = (() => {
  const random = Random.make(1, "synthetic locus")
  return Float32Array.from({ length: 1 << 17 }, random.next)
})()

const chance = (random: Random.Random): Float32Array => {
  const from = random.int(strip.length - length)
  return strip.subarray(from, from + length)
}

type Spans = ReadonlyArray<readonly [from: number, to: number]>

const covered = (random: Random.Random): Float32Array => chance(random).map((value) => 0.5 + value)

/** Scales the spans by a factor, and everything else by chance. */
const scaled = (ref: Float32Array, spans: Spans, factor: number, random: Random.Random): Float32Array => {
  const by = chance(random)
  const alt = ref.map((value, place) => value * (0.3 + 2 * by[place]!))
  for (const [from, to] of spans) for (let place = from; place < to; place++) alt[place] = ref[place]! * factor
  return alt
}

/** What is made of the places in the spans; the rest changes by chance. */
const replaced = (
  ref: Float32Array,
  spans: Spans,
  change: (value: number) => number,
  random: Random.Random
): Float32Array => {
  const alt = scaled(ref, [], 1, random)
  for (const [from, to] of spans) for (let place = from; place < to; place++) alt[place] = change(ref[place]!)
  return alt
}

const total = (values: Float32Array, spans: Spans): number => {
  let sum = 0
  for (const [from, to] of spans) for (let place = from; place < to; place++) sum += values[place]!
  return sum
}

const sizeOf = (spans: Spans): number => spans.reduce((sum, [from, to]) => sum + to - from, 0)

/** One allele whose mean over the spans is as wanted, and another whose mean is less: either may be the reference. */
const active = (mean: number, spans: Spans, random: Random.Random): Pair => {
  const values = covered(random)
  const greater = scaled(values, spans, (mean * sizeOf(spans)) / total(values, spans), random)
  const lesser = scaled(greater, spans, random.next(), random)
  return random.next() < 0.5 ? [greater, lesser] : [lesser, greater]
}

/** For n bins in the spans: r to a so that the aggregation gives s. */
type Reshape = (wanted: number, n: number, sum: number, random: Random.Random) => (value: number) => number

const either = (size: number, random: Random.Random): number => (random.next() < 0.5 ? size : -size)

const reshapes: { readonly [A in AggregationName]?: Reshape } = {
  // log2(1 + sum a) - log2(1 + sum r) = s: sum a = 2^s (1 + sum r) - 1.
  DIFF_LOG2_SUM: (wanted, _, sum) => (r) => (r * (2 ** wanted * (1 + sum) - 1)) / sum,
  DIFF_MEAN: (wanted) => (r) => r + wanted,
  DIFF_SUM: (wanted, n) => (r) => r + wanted / n,
  DIFF_SUM_LOG2: (wanted, n) => (r) => (1 + r) * 2 ** (wanted / n) - 1,
  L2_DIFF: (wanted, n, _, random) => (r) => r + either(wanted / Math.sqrt(n), random),
  L2_DIFF_LOG1P: (wanted, n, _, random) => (r) => (1 + r) * Math.exp(either(wanted / Math.sqrt(n), random)) - 1
}

type Make = (wanted: number, spec: ScorerSpec.ScorerSpec, locus: Locus, random: Random.Random) => Pair

const makers: { readonly [S in Exclude<ScorerSpec.ScorerName, "splice_junctions" | "contact_map">]: Make } = {
  centre_mask: (wanted, { width, aggregation }, _, random) => {
    const from = at - Math.floor((width ?? length) / 2)
    const mask = [[from, from + (width ?? length)] as const]
    const n = sizeOf(mask)
    const reshape = reshapes[aggregation ?? "DIFF_LOG2_SUM"]
    if (reshape === undefined) return active(aggregation === "ACTIVE_SUM" ? wanted / n : wanted, mask, random)
    const ref = covered(random)
    return [ref, replaced(ref, mask, reshape(wanted, n, total(ref, mask), random), random)]
  },
  gene_active: (wanted, _, __, random) => active(wanted, exons, random),
  // ln(a + 0.001) - ln(r + 0.001) = s of the means over exons: a = (r + 0.001) e^s - 0.001.
  gene_lfc: (wanted, _, __, random) => {
    const ref = covered(random)
    const mean = total(ref, exons) / sizeOf(exons)
    const factor = ((mean + 1e-3) * Math.exp(wanted) - 1e-3) / mean
    return [ref, scaled(ref, exons, factor, random)]
  },
  // The greatest |a - r| in the body is s, at one place; elsewhere in it up to half, and 1 outside it.
  gene_splicing: (wanted, _, __, random) => {
    const ref = chance(random).map((value) => 0.2 * value)
    const peak = body[0] + random.int(body[1] - body[0])
    const by = chance(random)
    const alt = ref.map(
      (value, place) => value + (body[0] <= place && place < body[1] ? wanted * (by[place]! - 0.5) : 1)
    )
    alt[peak] = ref[peak]! + wanted
    return [ref, alt]
  },
  // The first site's coverage (0.01 added a base) is 2^s times that of the reference, the others' is the same: the split
  // after the first site gives s, the split after the second less.
  polyadenylation: (wanted, _, { strand }, random) => {
    const ref = covered(random)
    const [first, ...others] = sitesOf[strand].map((site) => beforeSite(site, strand))
    const alt = scaled(ref, [first!, ...others], 1, random)
    for (let place = first![0]; place < first![1]; place++) alt[place] = (ref[place]! + 0.01) * 2 ** wanted - 0.01
    return [ref, alt]
  }
}

/** From the reference's places to those of an alternative of another length: what the alignment must undo. */
const unaligned = (values: Float32Array, change: Change): Float32Array => {
  const shift = alleles[change][1].length - alleles[change][0].length
  if (shift === 0) return values
  const moved = new Float32Array(values.length)
  for (let i = 0; i < moved.length; i++) {
    if (i <= at) moved[i] = values[i]!
    else if (shift > 0) moved[i] = i <= at + shift ? values[at]! / 2 : values[i - shift]!
    else moved[i] = values[Math.min(values.length - 1, i - shift)]!
  }
  return moved
}

const interleaved = (columns: ReadonlyArray<Float32Array>): TrackValues => {
  const values = new Float32Array(length * columns.length)
  for (const [track, column] of columns.entries()) {
    for (let place = 0; place < length; place++) values[place * columns.length + track] = column[place]!
  }
  return { kind: "tracks", tracks: columns.map((_, track) => track), bins: [[0, length]], values }
}

/** One junction changes by e^s, up or down; the others by less; one on the other strand by more. */
const junctions = (
  wanted: ReadonlyArray<number>,
  { strand }: Locus,
  random: Random.Random
): readonly [Values, Values] => {
  const [starts, ends] = [introns.map(([from]) => from - 1), introns.map(([, to]) => to)]
  const [donors, acceptors] = strand === "+" ? [starts, ends] : [ends, starts]
  const tracks = wanted.length
  const count = donors.length * acceptors.length
  // Donor by acceptor: of the four pairs the first intron is always one.
  const ref = Float32Array.from({ length: count * tracks }, () => 1 + 50 * random.next())
  const alt = ref.map((value, index) => {
    const size = wanted[index % tracks]! * (index < tracks ? 1 : 0.5 * random.next())
    return value * Math.exp(random.next() < 0.5 ? size : -size)
  })
  const other = strand === "+" ? "-" : "+"
  const made = (values: Float32Array, factor: number): JunctionValues => ({
    kind: "junctions",
    tracks: wanted.map((_, track) => track),
    strands: [
      { strand, donors: Int32Array.from(donors), acceptors: Int32Array.from(acceptors), values },
      {
        strand: other,
        donors: Int32Array.from(acceptors),
        acceptors: Int32Array.from(donors),
        values: new Float32Array(count * tracks).fill(factor)
      }
    ]
  })
  return [made(ref, 1), made(alt, 1000)]
}

/** The contacts of the variant's bin change by `wanted` on average, some more than others; all else changes by more. */
const contacts = (wanted: ReadonlyArray<number>, random: Random.Random): readonly [Values, Values] => {
  const [bins, width] = [length / contactBin, wanted.length]
  const variantBin = Math.floor(at / contactBin)
  const parts = Array.from({ length: bins }, () => 0.5 + random.next())
  const whole = parts.reduce((sum, part) => sum + part, 0)
  const ref = Float32Array.from({ length: bins * bins * width }, () => 10 * random.next())
  const alt = ref.map((value, index) => {
    const [row, column, track] = [Math.floor(index / (bins * width)), Math.floor(index / width) % bins, index % width]
    return value + either(column === variantBin ? (wanted[track]! * bins * parts[row]!) / whole : 10, random)
  })
  const made = (values: Float32Array): ContactValues => ({
    kind: "contacts",
    tracks: wanted.map((_, track) => track),
    bins,
    values
  })
  return [made(ref), made(alt)]
}

/** Predictions in which the scorer finds `wanted`, one score a track; scores without a sign must not be below 0. */
export const predictions = (
  spec: ScorerSpec.ScorerSpec,
  wanted: ReadonlyArray<number>,
  locus: Locus,
  random: Random.Random
): { readonly ref: Values; readonly alt: Values } => {
  if (spec.scorer === "splice_junctions") {
    const [ref, alt] = junctions(wanted, locus, random)
    return { ref, alt }
  }
  if (spec.scorer === "contact_map") {
    const [ref, alt] = contacts(wanted, random)
    return { ref, alt }
  }
  const make = makers[spec.scorer]
  const pairs = wanted.map((score) => make(score, spec, locus, random))
  // The centre mask reads both alleles at the same bins; the others align the alternative first.
  const shifted = (alt: Float32Array) => (spec.scorer === "centre_mask" ? alt : unaligned(alt, locus.change))
  return { ref: interleaved(pairs.map(([ref]) => ref)), alt: interleaved(pairs.map(([, alt]) => shifted(alt))) }
}
