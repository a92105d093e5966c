/** What `bench/alphagenome.mjs` runs. */
import * as Effect from "effect/Effect"
import { existsSync, mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { parseArgs } from "node:util"
import * as Random from "../../src/core/Random.ts"
import * as AlphaGenome from "../../src/model/architectures/alphagenome/AlphaGenome.ts"
import type { Metadata } from "../../src/model/architectures/alphagenome/Tracks.ts"
import * as Runtimes from "../../src/model/Runtimes.ts"
import type { Alternative, SequenceModel, Span, Want } from "../../src/model/SequenceModel.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import { released, releasedTracks, write } from "../../test/support/alphagenomeCheckpoint.ts"

const help = `node bench/alphagenome.mjs --weights FILE [options]

Prints Markdown.

  --weights FILE     a checkpoint; made of seeded random numbers (1.8 GB) when it does not exist
  --length BP        default 131072
  --case NAME        forward: one window, every output (default)
                     variants: substitutions and indels against two whole forwards, masks around the variant
                     exons: the same with masks of the exons of genes of 5, 20, 80 and 320 kb, as far as they fit
  --tracks COUNT     of each output at 1 bp in a forward, default 16; the others are given whole
  --variants COUNT   substitutions in one window, default 16
  --threads COUNT    default 2
  --runtime ID       default onnxruntime-cpu
  --repeat COUNT     forwards, each timed; default 1
  --chunk TOKENS     of 128 bp, default 256
`
const { values: flags } = parseArgs({
  options: {
    weights: { type: "string" },
    length: { type: "string", default: "131072" },
    case: { type: "string", default: "forward" },
    tracks: { type: "string", default: "16" },
    variants: { type: "string", default: "16" },
    threads: { type: "string", default: "2" },
    chunk: { type: "string", default: "256" },
    runtime: { type: "string", default: "onnxruntime-cpu" },
    repeat: { type: "string", default: "1" },
    help: { type: "boolean", default: false }
  }
})
const length = Number(flags.length)
const print = (line: string) => process.stdout.write(`${line}\n`)

const metadata: Metadata = {
  HOMO_SAPIENS: Object.fromEntries(
    Object.entries(releasedTracks).map(([head, count]) => [
      head,
      Array.from({ length: count }, (_, track) => ({ name: `${head}_${track}`, strand: ".", nonzero_mean: 1 }))
    ])
  )
}

interface Timed<A> {
  readonly value: A
  readonly wall: number
  readonly cpu: number
}
const timed = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Timed<A>, E, R> =>
  Effect.gen(function* () {
    const [start, cpu] = [performance.now(), process.cpuUsage()]
    const value = yield* effect
    const { user, system } = process.cpuUsage(cpu)
    return { value, wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 }
  })
const seconds = ({ wall, cpu }: Timed<unknown>) => `${wall.toFixed(1)} s, ${cpu.toFixed(1)} CPU s`
/** Of the process so far, at most. */
const peak = () => `${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB`

const random = Random.make(1, "sequence")
const sequence = Array.from({ length }, () => "ACGT"[random.int(4)]!).join("")

const forward = Effect.fnUntraced(function* (model: SequenceModel) {
  const count = Number(flags.tracks)
  const wants = model.info.outputs("human").map(({ name, resolution, kind, tracks }): Want => {
    const some = resolution === 1 && kind === "tracks" && tracks.length > count
    return some ? { output: name, tracks: Array.from({ length: count }, (_, track) => track) } : { output: name }
  })
  print("| what | time | memory |")
  print("|---|---|---|")
  for (let time = 0; time < Number(flags.repeat); time++) {
    const run = yield* timed(model.predict("human", [sequence], wants))
    print(`| forward of ${length} bp, ${time === 0 ? "loading included" : "again"} | ${seconds(run)} | ${peak()} |`)
  }
})

const substitution = (at: number): Alternative => ({
  sequence: sequence.slice(0, at) + (sequence[at] === "A" ? "C" : "A") + sequence.slice(at + 1),
  edit: { at, removed: 1, inserted: 1 }
})
const insertion = (at: number): Alternative => ({
  sequence: (sequence.slice(0, at) + "ACGT" + sequence.slice(at)).slice(0, length),
  edit: { at, removed: 0, inserted: 4 }
})

const centre = length / 2
const around = (width: number): ReadonlyArray<Span> => [[centre - (width >> 1), centre + (width >> 1) + 1]]
const centreMasks: ReadonlyArray<Want> = [
  ...["ATAC", "DNASE", "CAGE", "PROCAP", "CHIP_TF"].map((output) => ({ output, regions: around(501) })),
  { output: "CHIP_HISTONE", regions: around(2001) }
]

/** Two whole forwards for the same outputs: what a model gives that knows of no masks. */
const twice = (model: SequenceModel, wants: ReadonlyArray<Want>, alternative: Alternative) =>
  timed(
    Effect.forEach(
      [sequence, alternative.sequence],
      (allele) =>
        model.predict(
          "human",
          [allele],
          wants.map(({ output }) => ({ output, tracks: [0, 1, 2, 3] }))
        ),
      { discard: true }
    )
  )

/** Of a table: what was run, its time, and what a variant takes of two whole forwards. */
const row = (what: string, run: Timed<unknown>, variants: number, whole: Timed<unknown>) => {
  const each = (part: (of: Timed<unknown>) => number) => (part(run) / variants / part(whole)).toFixed(3)
  print(`| ${what} | ${seconds(run)} | ${each(({ wall }) => wall)} | ${each(({ cpu }) => cpu)} | ${peak()} |`)
}
const table = (whole: Timed<unknown>) => {
  print("| what | time | a variant, of two forwards | the same of CPU time | memory so far |")
  print("|---|---|---|---|---|")
  print(`| two forwards of ${length} bp | ${seconds(whole)} | 1 | 1 | ${peak()} |`)
}

const compare = Effect.fnUntraced(function* (
  model: SequenceModel,
  what: string,
  wants: ReadonlyArray<Want>,
  alternatives: ReadonlyArray<Alternative>,
  whole: Timed<unknown>
) {
  const query = { organism: "human", reference: sequence, alternatives, wants } as const
  row(what, yield* timed(model.predictVariants(query)), alternatives.length, whole)
})

const count = Number(flags.variants)
const many = Array.from({ length: count }, (_, index) => substitution(centre - 8 * count + 16 * index))

const variants = Effect.fnUntraced(function* (model: SequenceModel) {
  // Programs are loaded before anything is timed.
  yield* model.predict("human", [sequence], centreMasks)
  const whole = yield* twice(model, centreMasks, substitution(centre))
  table(whole)
  yield* compare(model, "one substitution", centreMasks, [substitution(centre)], whole)
  yield* compare(model, `${count} substitutions`, centreMasks, many, whole)
  yield* compare(model, "one insertion of 4 bp", centreMasks, [insertion(centre)], whole)
})

/** Genes around the centre, with an exon of 150 bp at either end and every 5 kb between. */
const genes = [5000, 20_000, 80_000, 320_000]
const exonsOf = (gene: number): ReadonlyArray<Span> =>
  Array.from({ length: gene / 5000 + 1 }, (_, exon): Span => {
    const from = Math.floor(centre - gene / 2 + (exon * (gene - 150)) / (gene / 5000))
    return [from, from + 150]
  })

const exons = Effect.fnUntraced(function* (model: SequenceModel) {
  const of = (regions: ReadonlyArray<Span>): ReadonlyArray<Want> => [
    { output: "RNA_SEQ", tracks: [0, 1, 2, 3], regions }
  ]
  yield* model.predict("human", [sequence], of(around(501)))
  const whole = yield* twice(model, [{ output: "RNA_SEQ" }], substitution(centre))
  table(whole)
  for (const gene of genes.filter((width) => width <= length)) {
    const regions = exonsOf(gene)
    const what = `${gene / 1000} kb, ${regions.length} exons`
    yield* compare(model, `${what}: one substitution`, of(regions), [substitution(centre)], whole)
    yield* compare(model, `${what}: ${count} substitutions`, of(regions), many, whole)
  }
})

const cases: { readonly [name: string]: (model: SequenceModel) => Effect.Effect<void, unknown> } = {
  forward,
  variants,
  exons
}

const run = Effect.gen(function* () {
  const path = flags.weights!
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true })
    yield* write(path, released, releasedTracks, 1)
    print(`wrote ${path}`)
  }
  const source = yield* Safetensors.source(path, "random weights of seed 1")
  const { runtime, device } = yield* Runtimes.select(flags.runtime)
  print(`${device.runtime} on ${device.name}`)
  const model = yield* AlphaGenome.make(runtime, source, metadata, {
    threads: Number(flags.threads),
    chunk: Number(flags.chunk),
    cache: join(dirname(path), "rearranged")
  })
  yield* cases[flags.case]!(model)
}).pipe(Effect.scoped)

if (flags.help || flags.weights === undefined || cases[flags.case] === undefined) process.stdout.write(help)
else await Effect.runPromise(run)
