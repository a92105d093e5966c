import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Account from "../../src/core/Account.ts"
import { cannot, InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as Download from "../../src/data/Download.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Bgzip from "../../src/genome/Bgzip.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as FastaIndex from "../../src/genome/FastaIndex.ts"
import * as FastaText from "../../src/genome/FastaText.ts"
import * as Interval from "../../src/genome/Interval.ts"
import * as NamedGenome from "../../src/genome/NamedGenome.ts"
import * as SyntheticGenome from "../../src/genome/SyntheticGenome.ts"

type Sequences = Stream.Stream<FastaText.Sequence, InputError>

const notRegion = (region: string) => ({
  message: `'${region}' is not a region`,
  hint: "write it as chr17:42425000-43600000 (1-based, both ends included)"
})

/** The file's only sequence under the name of the region that it is. */
const asRegion = (path: string, region: string): Sequences => {
  const width = Interval.parse(region)
  let seen = 0
  return FastaText.records(path).pipe(
    Stream.mapEffect(({ sequence }) => {
      const wrong =
        width === undefined
          ? notRegion(region).message
          : ++seen > 1
            ? `the file holds more than one sequence: it cannot be the one region ${region}`
            : sequence.length === Interval.width(width)
              ? undefined
              : `the sequence has ${sequence.length} bases where ${region} has ${Interval.width(width)}`
      return wrong === undefined
        ? Effect.succeed({ name: Interval.format(width!), sequence })
        : Effect.fail(new InputError({ message: wrong, file: path }))
    })
  )
}

const sequencesOf = (path: string, region: string | undefined): Sequences =>
  region === undefined ? FastaText.records(path) : asRegion(path, region)

const download = Effect.fnUntraced(function* (name: NamedGenome.NamedGenome) {
  const task = yield* Task
  return yield* Effect.forEach(
    NamedGenome.sourcesOf(name),
    Effect.fnUntraced(function* ({ from, region }) {
      if ("dataset" in from) return sequencesOf((yield* Download.dataset(from.dataset)).path, region)
      yield* task.log(`${from.url} is taken as it comes: no checksum of it is registered`)
      return sequencesOf((yield* Download.url(from)).path, region)
    })
  )
})

export default Stage.make({
  name: "fetch-reference",
  version: 1,
  summary: "Brings a reference sequence into one indexed file: a named genome, your own files, or a synthetic one.",
  params: {
    genome: Param.required(
      Schema.Literals(["hg38-snippets", "hg38", "hg19", "synthetic", "local"]),
      "hg38-snippets: 3.2 Mb of chr1, chr9 and chr17; hg38, hg19: whole, from UCSC, without a registered checksum (tests do not run them); synthetic: made from a seed; local: the inputs"
    ),
    contigs: Param.optional(Schema.Array(Schema.String), "keep only these chromosomes or contigs"),
    regions: Param.optional(
      Schema.Array(Schema.String),
      "which part of the genome each of `pieces` is, e.g. chr17:42425000-43600000 (1-based, inclusive)"
    ),
    seed: Param.withDefault(Schema.Int, 1, "synthetic: seed of the bases"),
    chromosomes: Param.withDefault(Param.Count, 2, "synthetic: how many chromosomes"),
    length: Param.withDefault(Param.Count, 200_000, "synthetic: length of each chromosome in bp")
  },
  inputs: {
    fasta: Port.optional(Port.file("fasta", "local: a reference whose sequence names stand")),
    pieces: Port.optional(Port.list(Port.file("fasta", "local: one sequence each, a part of the genome")))
  },
  outputs: { fasta: Port.file("fasta", "bgzip, with .fai and .gzi; parts of chromosomes are named by their region") },
  resources: { memory: 2 * 2 ** 30 },
  synthetic: (params) => params.genome === "synthetic",
  check: ({ genome, regions = [], contigs }, given) => {
    const files = ["fasta", "pieces"].filter((name) => given.has(name))
    const pieces = given.has("pieces") ? given.count("pieces") : 0
    return [
      ...(genome === "local" && files.length === 0
        ? [{ at: "genome", message: "genome local needs the input 'fasta' or 'pieces'" }]
        : []),
      ...(genome === "local" ? [] : files).map((at) => ({
        at,
        message: `genome ${genome} takes no input file`,
        hint: "your own files go with 'genome: local'"
      })),
      ...(regions.length === 0 || pieces === undefined || regions.length === pieces
        ? []
        : [
            {
              at: "regions",
              message: `${regions.length} regions for ${pieces} pieces`,
              hint: "give one region per piece, in the same order"
            }
          ]),
      ...regions.flatMap((region, index) =>
        Interval.parse(region) === undefined ? [{ at: ["regions", index] as const, ...notRegion(region) }] : []
      ),
      ...(contigs?.length === 0 ? [{ at: "contigs", message: "contigs: none is named, so nothing is kept" }] : [])
    ]
  },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const { genome, regions, contigs } = params
    const { fasta, pieces = [] } = inputs
    const sources: ReadonlyArray<Sequences> =
      genome === "synthetic"
        ? [Stream.fromIterable(SyntheticGenome.make(params))]
        : genome === "local"
          ? [
              ...(fasta === undefined ? [] : [FastaText.records(fasta)]),
              ...pieces.map((path, index) => sequencesOf(path, regions?.[index]))
            ]
          : yield* download(genome)

    const account = yield* Account.open("sequences")
    const taken = new Set<string>()
    const missing = new Set(contigs?.map(Interval.chromName))
    const wanted = (name: string): boolean => {
      const names = [Interval.chromName(name), Interval.parse(name)?.chrom ?? name]
      const found = contigs === undefined || contigs.some((contig) => names.includes(Interval.chromName(contig)))
      for (const name of names) missing.delete(name)
      return found
    }
    const path = outputs.fasta.as("fa.gz")
    const blocks = yield* Bgzip.write(
      path,
      Stream.fromIterable(sources).pipe(
        Stream.flatMap((sequences) => sequences),
        Stream.filterEffect(({ name }) => {
          account.take()
          // Within one file the reader has found it, with its line.
          if (taken.has(name)) {
            return new InputError({ message: `fetch-reference: two of the files have a sequence named '${name}'` })
          }
          taken.add(name)
          const kept = wanted(name)
          if (kept) account.keep()
          else account.leave("not among the contigs asked for", name)
          return Effect.succeed(kept)
        }),
        Stream.map(FastaText.format)
      )
    )
    if (missing.size > 0) {
      return yield* new InputError({
        message: `fetch-reference: the reference has no ${[...missing].join(", ")}`,
        hint: `it has: ${Fasta.listed(taken)}`
      })
    }
    const fs = yield* FileSystem.FileSystem
    yield* Effect.all([
      fs.writeFile(`${path}.gzi`, Bgzip.formatIndex(blocks)),
      fs.writeFileString(`${path}.fai`, FastaIndex.format(yield* FastaIndex.build(path)))
    ]).pipe(Effect.mapError(cannot("write", path)))
  })
})
