import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { InputError } from "../../src/core/Failure.ts"
import * as Account from "../../src/core/Account.ts"
import * as Tally from "../../src/core/Tally.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Bed from "../../src/genome/Bed.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as Interval from "../../src/genome/Interval.ts"
import * as Placement from "../../src/genome/Placement.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as Window from "../../src/genome/Window.ts"

/** A window before it has a strand. */
interface Site extends Interval.Interval {
  readonly window_id: string
  readonly variant_id: string | null
  readonly gene_id: string | null
}

/** The inputs that a mode cannot do without. */
const needs = { variants: ["variants"], pairs: ["pairs", "genes"], tiles: [], intervals: ["intervals"] } as const

export default Stage.make({
  name: "build-windows",
  version: 3,
  summary: "Lays model-sized windows around variants, variant-gene pairs or intervals, or along the reference.",
  params: {
    mode: Param.required(
      Schema.Literals(["variants", "pairs", "tiles", "intervals"]),
      "variants: each variant at the centre, N where the sequence ends; pairs: variant in the input and the gene's exons in the predicted part, moved rather than filled with N; tiles: along the reference, whole windows only; intervals: around the centre of each interval"
    ),
    width: Param.required(Param.Count, "bp that the model reads"),
    output_width: Param.optional(Param.Count, "bp at the centre that the model predicts; width, if not given"),
    step: Param.optional(Param.Count, "tiles: bp between starts; output_width, if not given"),
    strand: Param.withDefault(
      Schema.Literals(["+", "-", "both"]),
      "+",
      "strand that the model is given; an interval's own strand is not used"
    )
  },
  inputs: {
    reference: Port.file("fasta", "the reference sequence"),
    variants: Port.optional(
      Port.table(Variant.variants, "for the mode variants; for pairs, variants whose ids do not spell them out")
    ),
    pairs: Port.optional(Port.table(Variant.pairTable, "for the mode pairs")),
    genes: Port.optional(Port.table(Gene.table, "for the mode pairs: the genes' exons")),
    intervals: Port.optional(Port.file("bed", "for the mode intervals"))
  },
  outputs: {
    windows: Port.table(Window.table, "the windows, in the order of what they are about"),
    unscored: Port.table(Window.unscoredTable, "what has no window, and why")
  },
  check: ({ mode, width, output_width = width }, given) => [
    ...(output_width <= width && (width - output_width) % 2 === 0
      ? []
      : [
          {
            at: "output_width",
            message: `output_width ${output_width} does not lie at the centre of width ${width}`,
            hint: "it must not be larger, and the difference must be even"
          }
        ]),
    ...needs[mode]
      .filter((name) => !given.has(name))
      .map((name) => ({
        at: "mode",
        message: `mode ${mode} needs the input ${name}`,
        hint: `under 'with': ${name}: \${{ STAGE.OUTPUT }}`
      }))
  ],
  facts: ({ width }) => ({ windows: { width } }),
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const { mode, width } = params
    const shape = { width, outputWidth: params.output_width ?? width }
    const { pieces, covers, resolve } = yield* Fasta.open(inputs.reference)
    const unscored: Array<Window.Unscored> = []
    const sites: Array<Site> = []
    const account = yield* Account.open(mode === "tiles" ? "contigs" : mode)
    const leave = (row: Window.Unscored, category: string = Tally.category(row.reason)) => {
      unscored.push(row)
      account.leave(category, row.gene_id === null ? row.variant_id : `${row.variant_id} ${row.gene_id}`)
    }
    const keep = (site: Site) => {
      sites.push(site)
      account.keep()
    }

    if (mode === "variants") {
      for (const variant of yield* inputs.variants!.rows) {
        const { variant_id } = variant
        account.take()
        if (covers(Variant.interval(variant))) {
          const window = Placement.centred(variant.chrom, variant.pos - 1, shape)
          keep({ ...window, window_id: variant_id, variant_id, gene_id: null })
        } else {
          const reason = `the variant lies outside the reference (it has ${Interval.listed(pieces, variant.chrom)})`
          leave({ variant_id, gene_id: null, reason })
        }
      }
    }
    if (mode === "pairs") {
      const genes = new Map((yield* inputs.genes!.rows).map((gene) => [gene.gene_id, gene]))
      const pairs = inputs.pairs!
      const rows = inputs.variants === undefined ? [] : yield* inputs.variants.rows
      const named = new Map(rows.map((variant) => [variant.variant_id, variant]))
      for (const { variant_id, gene_id } of yield* pairs.rows) {
        account.take()
        const variant =
          named.get(variant_id) ??
          (yield* Effect.fromResult(Variant.parse(variant_id)).pipe(
            Effect.mapError((message) => new InputError({ message, file: pairs.path }))
          ))
        const gene = genes.get(gene_id)
        const placed =
          gene === undefined ? Result.fail("no annotation for the gene") : Placement.place(variant, gene, shape, pieces)
        if (placed._tag === "Failure") {
          const { failure: reason } = placed
          leave({ variant_id, gene_id, reason }, gene === undefined ? reason : Placement.categoryOf(reason))
        } else keep({ ...placed.success, window_id: `${variant_id}:${gene_id}`, variant_id, gene_id })
      }
    }
    if (mode === "tiles") {
      const step = params.step ?? shape.outputWidth
      for (const piece of pieces) {
        account.take()
        if (piece.start + width <= piece.end) account.keep()
        else account.leave("shorter than a window", Interval.format(piece))
        for (let start = piece.start; start + width <= piece.end; start += step) {
          const window = { chrom: piece.chrom, start, end: start + width }
          sites.push({ ...window, window_id: Interval.format(window), variant_id: null, gene_id: null })
        }
      }
    }
    if (mode === "intervals") {
      const seen = new Map<string, number>()
      for (const interval of yield* Bed.read(inputs.intervals!)) {
        const name = interval.name ?? Interval.format(interval)
        const repeats = (seen.get(name) ?? 0) + 1
        seen.set(name, repeats)
        const window_id = repeats === 1 ? name : `${name}#${repeats}`
        account.take()
        const found = resolve(interval.written)
        const place = { ...interval, chrom: "name" in found ? found.name : interval.chrom }
        if ("problem" in found || !covers(place)) {
          const reason =
            "problem" in found && found.problem === "ambiguous"
              ? "the reference has several chromosomes of that name"
              : `the interval lies outside the reference (it has ${Interval.listed(pieces, place.chrom)})`
          leave({ variant_id: window_id, gene_id: null, reason })
          continue
        }
        const window = Placement.centred(place.chrom, Math.floor((place.start + place.end) / 2), shape)
        keep({ ...window, window_id, variant_id: null, gene_id: null })
      }
    }
    const strands = params.strand === "both" ? ["+", "-"] : [params.strand]
    yield* outputs.windows.write(
      sites.flatMap((site) =>
        strands.map((strand) => ({
          ...site,
          strand,
          padded: Placement.padded(site, pieces),
          window_id: strands.length === 1 ? site.window_id : `${site.window_id}:${strand}`
        }))
      )
    )
    yield* outputs.unscored.write(unscored)
  }, Effect.scoped)
})
