import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Result from "effect/Result"
import * as AnnotatedSites from "../../src/genome/AnnotatedSites.ts"
import * as Annotation from "../../src/genome/Annotation.ts"
import * as GeneIndex from "../../src/genome/GeneIndex.ts"
import * as PolyaSite from "../../src/genome/PolyaSite.ts"
import { reverseComplement } from "../../src/genome/Sequence.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as PearsonAccumulator from "../../src/metric/PearsonAccumulator.ts"
import type { JunctionValues, Output, TrackValues, Values } from "../../src/model/SequenceModel.ts"
import { flip } from "../../src/model/Values.ts"
import type { Track } from "../../src/model/Track.ts"
import * as BinMask from "../../src/scoring/BinMask.ts"
import * as Bins from "../../src/scoring/Bins.ts"
import * as CentreMask from "../../src/scoring/CentreMask.ts"
import { contactMap } from "../../src/scoring/ContactMap.ts"
import { geneActive, geneLfc, geneSplicing } from "../../src/scoring/GeneMask.ts"
import * as GeneRows from "../../src/scoring/GeneRows.ts"
import * as IndelAlignment from "../../src/genome/IndelAlignment.ts"
import * as IsmMatrix from "../../src/scoring/IsmMatrix.ts"
import { polyadenylation } from "../../src/scoring/Polyadenylation.ts"
import type { Place, Scorer } from "../../src/scoring/Scorer.ts"
import * as SpliceJunctions from "../../src/scoring/SpliceJunctions.ts"
import { mirror, runPromise, temporaryFolder } from "../support/stage.ts"

interface NumberArray {
  readonly shape: ReadonlyArray<number>
  readonly data: ReadonlyArray<number | null>
}

interface Alleles {
  readonly ref: string
  readonly alt: string
  readonly position: number
}

interface Golden {
  readonly genome: string
  readonly rc: ReadonlyArray<{
    readonly type: string
    readonly x: NumberArray
    readonly reindex: ReadonlyArray<number>
    readonly y: NumberArray
  }>
  readonly splice_sites: ReadonlyArray<{
    readonly strand: string
    readonly nz: ReadonlyArray<readonly [number, number]>
  }>
  readonly variant_seqs: ReadonlyArray<
    Alleles & { readonly strand: string; readonly ref_seq: string; readonly alt_seq: string }
  >
  readonly ism_variants: ReadonlyArray<string>
  readonly ism: {
    readonly variants: ReadonlyArray<string>
    readonly scores: ReadonlyArray<number>
    readonly matrix: NumberArray
    readonly matrix_all: NumberArray
  }
  readonly metrics: {
    readonly y_true: NumberArray
    readonly y_pred: NumberArray
    readonly mask: ReadonlyArray<ReadonlyArray<ReadonlyArray<boolean>>>
    readonly result: { readonly pearsonr: number; readonly pearsonr_log1p: number }
  }
  readonly indel: ReadonlyArray<
    Alleles & { readonly name: string; readonly strand: string; readonly x: NumberArray; readonly y: NumberArray }
  >
  readonly center_mask: ReadonlyArray<{
    readonly width: number | null
    readonly res: number
    readonly position: number
    readonly start: number
    readonly end: number
  }>
  readonly aggregation: {
    readonly ref: NumberArray
    readonly alt: NumberArray
    readonly offset: number
    readonly mask: readonly [number, number]
    readonly scores: Readonly<Record<CentreMask.AggregationName, NumberArray>>
  }
  readonly contact: {
    readonly ref: NumberArray
    readonly alt: NumberArray
    readonly position: number
    readonly score: NumberArray
  }
  readonly gtf: ReadonlyArray<Readonly<Record<string, string | number>>>
  readonly gene_masks: ReadonlyArray<{
    readonly type: "EXONS" | "BODY"
    readonly query: "INTERVAL_CONTAINED" | "VARIANT_OVERLAPPING"
    readonly protein_coding: boolean
    readonly position: number
    readonly genes: ReadonlyArray<string>
    readonly runs: ReadonlyArray<ReadonlyArray<readonly [number, number]>>
  }>
  readonly gene_scores: {
    readonly ref: NumberArray
    readonly alt: NumberArray
    readonly cases: ReadonlyArray<
      Alleles & {
        readonly scorer: "LFC" | "ACTIVE" | "SPLICING"
        readonly genes: ReadonlyArray<string>
        readonly X: NumberArray
      }
    >
  }
  readonly polya: {
    readonly pas: ReadonlyArray<PolyaSite.PolyaSite>
    readonly cases: ReadonlyArray<
      Alleles & { readonly obs: ReadonlyArray<Readonly<Record<string, string | number>>>; readonly X: NumberArray }
    >
  }
  readonly unstack: {
    readonly pred: NumberArray
    readonly positions: NumberArray
    readonly values: NumberArray
    readonly strand: ReadonlyArray<string>
    readonly start: ReadonlyArray<number>
    readonly end: ReadonlyArray<number>
  }
  readonly junction: {
    readonly ref: NumberArray
    readonly alt: NumberArray
    readonly obs: ReadonlyArray<Readonly<Record<string, string | number>>>
    readonly X: NumberArray
  }
}

const golden: Golden | undefined =
  mirror === undefined
    ? undefined
    : JSON.parse(readFileSync(join(mirror, "../golden/alphagenome-tiny/scorers.json"), "utf8"))
const the = golden!

const floats = ({ data }: NumberArray): Float32Array => Float32Array.from(data, (value) => value ?? Number.NaN)

/** Within 1e-6 of the expected value, or of the size of what was added up or subtracted for it. */
const close = (found: ArrayLike<number>, { data }: NumberArray, what: string, size = 1): void => {
  assert.strictEqual(found.length, data.length, what)
  for (const [i, value] of data.entries()) {
    if (value === null) assert.isNaN(found[i], `${what} ${i}`)
    else assert.approximately(found[i]!, value, 1e-6 * Math.max(size, Math.abs(value)), `${what} ${i}`)
  }
}

const tracks = (strands: string): ReadonlyArray<Track> =>
  Array.from(strands, (strand, track) => ({ track, name: `t${track}`, group: "g", strand, description: "" }))

const output = (resolution: number, strands: string, offset = 0): Output => ({
  name: "OUTPUT",
  kind: "tracks",
  resolution,
  offset,
  tracks: tracks(strands)
})

const trackValues = (array: NumberArray, first = 0): TrackValues => ({
  kind: "tracks",
  tracks: Array.from({ length: array.shape[1]! }, (_, track) => track),
  bins: [[first, first + array.shape[0]!]],
  values: floats(array)
})

const variantOf = ({ ref, alt, position }: Alleles): Variant.Variant => ({
  variant_id: Variant.idOf("chr1", position, ref, alt),
  chrom: "chr1",
  pos: position,
  ref,
  alt
})

const place = (alleles: Alleles, of: Output, genes: GeneIndex.GeneIndex, start: number, width: number): Place => ({
  output: of,
  tracks: of.tracks,
  window: { chrom: "chr1", start, end: start + width },
  variant: variantOf(alleles),
  genes,
  geneId: undefined,
  polyaSites: new Map()
})

const scored = <V extends Values>(scorer: Scorer<V>, at: Place, ref: V, alt: V) => {
  const plan = scorer(at)
  assert(plan._tag === "Success", plan._tag === "Failure" ? plan.failure : "")
  return plan.success.score(ref, alt)
}

const noGenes = GeneIndex.make([])
const snv = (position: number): Alleles => ({ ref: "A", alt: "C", position })

/** The golden's annotation, read from a GTF of the same rows. */
const readGenes = async (): Promise<GeneIndex.GeneIndex> => {
  const lines = the.gtf.map((row) => {
    const names = ["gene_id", "transcript_id", "gene_name", "gene_type", "transcript_type"] as const
    const attributes = names.map((name) => `${name} "${row[name]}";`).join(" ")
    return [
      row["Chromosome"],
      "x",
      row["Feature"],
      Number(row["Start"]) + 1,
      row["End"],
      ".",
      row["Strand"],
      ".",
      attributes
    ]
  })
  const path = join(temporaryFolder(), "genes.gtf")
  writeFileSync(path, lines.map((line) => `${line.join("\t")}\n`).join(""))
  return GeneIndex.make(await runPromise(Annotation.read(path)))
}

const unversioned = (ids: ReadonlyArray<unknown>) => ids.map((id) => String(id).replace(/\.\d+$/u, ""))

/** Rows of a junction array [K, K, tracks of + then tracks of -] as the values of both strands. */
const junctionValues = (pred: NumberArray, positions: NumberArray): JunctionValues => {
  const [sites, , channels] = pred.shape as [number, number, number]
  const all = floats(pred)
  const half = channels / 2
  const row = (at: number) =>
    Int32Array.from(positions.data.slice(at * sites, (at + 1) * sites), (position) => position ?? -1)
  return {
    kind: "junctions",
    tracks: Array.from({ length: half }, (_, track) => track),
    strands: (["+", "-"] as const).map((strand, s) => ({
      strand,
      donors: row(2 * s),
      acceptors: row(2 * s + 1),
      values: Float32Array.from(
        { length: sites * sites * half },
        (_, i) => all[Math.floor(i / half) * channels + s * half + (i % half)]!
      )
    }))
  }
}

describe.skipIf(golden === undefined)(
  "Official scorers (AGFLOW_MIRROR names a folder of public files, goldens beside it)",
  () => {
    it("indel: aligns insertions and deletions", () => {
      for (const { name, strand, x, y, ...alleles } of the.indel) {
        const [length, channels] = x.shape as [number, number]
        const alignment = IndelAlignment.ofVariant(variantOf(alleles), 100, length)
        // Predictions for - windows stand on the forward strand here; the golden has them reversed.
        const forward = (values: Float32Array) =>
          strand === "-"
            ? values.map((_, i) => values[(length - 1 - Math.floor(i / channels)) * channels + (i % channels)]!)
            : values
        assert.deepStrictEqual(
          IndelAlignment.align(alignment, forward(floats(x)), channels),
          forward(floats(y)),
          `${name} ${strand}`
        )
      }
    })

    it("center_mask: finds the bins about a variant", () => {
      for (const { width, res, position, start, end } of the.center_mask) {
        const bins = Bins.make(output(res, "."), { start: 0, end: 2048 })
        assert.deepStrictEqual(CentreMask.binsOf(width, position, bins), [start, end], `${width} ${res} ${position}`)
      }
    })

    it("aggregation: all eight of the centre mask", () => {
      const { ref, alt, offset, mask, scores } = the.aggregation
      const [from, to] = mask
      const at = place(snv((from + to + 1) / 2), output(1, "..."), noGenes, 0, 2048)
      for (const [name, expected] of Object.entries(scores)) {
        const scorer = CentreMask.make(to - from, name as CentreMask.AggregationName)
        const found = scored(scorer, at, trackValues(ref, offset), trackValues(alt, offset))
        // Differences of sums of up to 1,300, which the golden has in float32.
        close(found.values, expected, name, name.startsWith("DIFF_SUM") ? 1300 : 1)
      }
    })

    it("contact: the mean change of the variant's column", () => {
      const { ref, alt, position, score } = the.contact
      const maps = [ref, alt].map((array) => ({
        kind: "contacts" as const,
        tracks: [0, 1],
        bins: 4,
        values: floats(array)
      }))
      const at = place(snv(position), { ...output(2048, ".."), kind: "contacts" }, noGenes, 0, 8192)
      close(scored(contactMap, at, maps[0]!, maps[1]!).values, score, "contact")
    })

    it("gene_masks: exons of genes that start inside, bodies of genes that overlap the variant", async () => {
      const genes = await readGenes()
      const bins = Bins.make(output(1, "."), { start: 50, end: 2098 })
      for (const { type, query, protein_coding, position, genes: ids, runs } of the.gene_masks) {
        const at = place(snv(position), output(1, "."), genes, 50, 2048)
        const found = type === "EXONS" ? GeneRows.exons(at) : GeneRows.bodies(at)
        // Bodies of genes that start inside are of no scorer.
        if (type === "BODY" && query === "INTERVAL_CONTAINED") continue
        const kept = found.filter(({ gene }) => !protein_coding || gene.gene_type === "protein_coding")
        assert.deepStrictEqual(
          kept.map(({ gene }) => gene.gene_id),
          unversioned(ids)
        )
        for (const [i, { spans }] of kept.entries()) {
          const mask = BinMask.make(bins, spans)
          const expected = runs[i]!.flatMap(([from, to]) => Array.from({ length: to - from }, (_, k) => from + k))
          assert.deepStrictEqual([...mask.bins], expected)
        }
      }
    })

    it("gene_scores: log fold change, activity and splicing of genes", async () => {
      const genes = await readGenes()
      const { ref, alt, cases } = the.gene_scores
      const scorers = { LFC: geneLfc, ACTIVE: geneActive, SPLICING: geneSplicing(null) }
      for (const { scorer, genes: ids, X, ...alleles } of cases) {
        const what = `${scorer} ${alleles.ref}>${alleles.alt}`
        const at = place(alleles, output(1, "+-."), genes, 0, 2048)
        const found = scored(scorers[scorer], at, trackValues(ref), trackValues(alt))
        assert.deepStrictEqual(
          found.rows.map(({ gene }) => gene?.gene_id),
          unversioned(ids)
        )
        close(found.values, X, what)
      }
    })

    it("polya: shifts among a gene's polyadenylation sites", async () => {
      const genes = await readGenes()
      const { pas, cases } = the.polya
      for (const { obs, X, ...alleles } of cases) {
        const at = { ...place(alleles, output(1, "+-."), genes, 0, 2048), polyaSites: PolyaSite.byGene(pas) }
        const found = scored(polyadenylation, at, trackValues(the.gene_scores.ref), trackValues(the.gene_scores.alt))
        const about = found.rows.map(({ gene, polya }) => [gene!.gene_id, polya!.sites, polya!.distance])
        assert.deepStrictEqual(
          about,
          obs.map((row) => [...unversioned([row["gene_id"]]), row["num_pas"], row["min_pas_var_distance"]])
        )
        close(found.values, X, `${alleles.ref}>${alleles.alt} at ${alleles.position}`)
      }
    })

    it("unstack: junctions from sites", () => {
      const { pred, positions, values, strand, start, end } = the.unstack
      const found = SpliceJunctions.list(junctionValues(pred, positions), 0)
      assert.deepStrictEqual(
        found.map((junction) => junction.strand),
        strand
      )
      assert.deepStrictEqual(
        found.map((junction) => junction.start),
        start
      )
      assert.deepStrictEqual(
        found.map((junction) => junction.end),
        end
      )
      const width = values.shape[1]!
      assert.deepStrictEqual(
        found.flatMap((junction) => [...junction.values.subarray(junction.at, junction.at + width)]),
        [...floats(values)]
      )
    })

    it("junction: the change of junctions in genes, to one step of float16", async () => {
      const { ref, alt, obs, X } = the.junction
      const [r, a] = [junctionValues(ref, the.unstack.positions), junctionValues(alt, the.unstack.positions)]
      const at = place(snv(600), { ...output(1, ".."), kind: "junctions" }, await readGenes(), 0, 2048)
      const found = scored(SpliceJunctions.spliceJunctions, at, r, a)
      assert.deepStrictEqual(
        found.rows.map(({ gene, junction }) => [gene!.gene_id, junction!.start, junction!.end]),
        obs.map((row) => [...unversioned([row["gene_id"]]), row["junction_Start"], row["junction_End"]])
      )
      for (const [i, expected] of X.data.entries()) {
        const step = 2 ** (Math.floor(Math.log2(expected!)) - 10)
        assert.isAtMost(Math.abs(found.values[i]! - expected!), step, `${i}`)
      }
    })

    it("variant_seqs: alleles of a window, indels and other strand", () => {
      const [start, end] = [10, 54]
      for (const { ref, alt, position, strand, ref_seq, alt_seq } of the.variant_seqs) {
        const what = `${position} ${ref}>${alt} ${strand}`
        const at = position - 1
        // The golden writes the reference allele over a genome that has another; the variant is refused there.
        const sequence = the.genome.slice(0, at) + ref + the.genome.slice(at + ref.length)
        const variant = variantOf({ ref, alt, position })
        const found = Variant.apply(sequence.slice(start, end + 100), start, end - start, variant)
        if (at < start || at + ref.length > end) {
          assert.strictEqual(found._tag, "Failure", what)
          continue
        }
        const turned = (text: string) => (strand === "-" ? reverseComplement(text) : text)
        assert.strictEqual(turned(sequence.slice(start, end)), ref_seq, what)
        assert(found._tag === "Success", what)
        assert.strictEqual(turned(found.success), alt_seq, what)
      }
    })

    it("ism: substitutions of an interval and their matrix", () => {
      const interval = { chrom: "chr1", start: 10, end: 13 }
      const names = (sequence: string) =>
        IsmMatrix.variants(interval, sequence).map(({ pos, ref, alt }) => `chr1:${pos}:${ref}>${alt}`)
      assert.deepStrictEqual(names("ANT"), the.ism_variants)
      const variants = IsmMatrix.variants(interval, "ACT")
      assert.deepStrictEqual(names("ACT"), the.ism.variants)
      const scored = variants.map((variant, i) => ({ variant, score: the.ism.scores[i]! }))
      close(Result.getOrThrow(IsmMatrix.matrix(interval, scored, "only")), the.ism.matrix, "matrix")
      close(Result.getOrThrow(IsmMatrix.matrix(interval, scored, "and alternatives")), the.ism.matrix_all, "matrix_all")
    })

    it("splice_sites: those of an annotation, on either strand", () => {
      // The golden's introns: 101 to 200 on + and 301 to 400 on -, in a window of 512 bp.
      const introns = [
        { strand: "+", start: 101, end: 200 },
        { strand: "-", start: 301, end: 400 }
      ]
      const sites = AnnotatedSites.of({ introns: () => introns }, { chrom: "chr1", start: 0, end: 512 })
      for (const { strand, nz } of the.splice_sites) {
        const turned = strand === "-" ? AnnotatedSites.reversed(sites, 512) : sites
        const classes = turned.flatMap(({ donors, acceptors }) => [donors, acceptors])
        const found = classes.flatMap((places, at) => places.map((place) => [place, at]))
        assert.deepStrictEqual(
          found.sort((a, b) => a[0]! - b[0]!),
          nz.map((each) => [...each])
        )
      }
    })

    it("rc: tracks of the other strand, turned back", () => {
      for (const { type, x, reindex, y } of the.rc) {
        const [, length, width] = x.shape as [number, number, number]
        const found = flip(
          { kind: "tracks", tracks: reindex.map((_, track) => track), bins: [[0, length]], values: floats(x) },
          { ...output(1, ".".repeat(width)), name: type, cuts: type === "DNASE" },
          length,
          Int32Array.from(reindex),
          {}
        )
        assert(found.kind === "tracks")
        assert.deepStrictEqual(found.values, floats(y), type)
      }
    })

    it("metrics: correlations over batches, the mean of measured tracks", () => {
      const { y_true, y_pred, mask, result } = the.metrics
      const [, rows, width] = y_true.shape as [number, number, number]
      const [truth, predicted] = [floats(y_true), floats(y_pred)]
      const correlation = (change: (value: number) => number) => {
        const sums = PearsonAccumulator.make(width)
        for (const [i, label] of truth.entries()) {
          const track = i % width
          const measured = mask[Math.floor(i / (rows * width))]![0]![track]!
          if (measured) sums.add(track, change(label), change(predicted[i]!))
        }
        const found = Array.from({ length: width }, (_, track) => track).filter((track) => sums.count(track) > 0)
        return found.reduce((sum, track) => sum + sums.measure(track).value!, 0) / found.length
      }
      assert.approximately(
        correlation((value) => value),
        result.pearsonr,
        1e-6
      )
      assert.approximately(correlation(Math.log1p), result.pearsonr_log1p, 1e-6)
    })
  }
)
