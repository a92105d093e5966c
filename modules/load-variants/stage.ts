import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { InputError } from "../../src/core/Failure.ts"
import * as Table from "../../src/data/Table.ts"
import * as Param from "../../src/dsl/Param.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"
import * as Signal from "../../src/evaluation/Signal.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as ReferenceCheck from "../../src/genome/ReferenceCheck.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as VariantSource from "../../src/genome/VariantSource.ts"

const columnUses = {
  variant: "the whole variant: chr1_12345_A_G, chr1:12345:A:G or 1-12345-A-G",
  chrom: "chromosome",
  pos: "position, 1-based",
  ref: "reference allele",
  alt: "alternative allele",
  gene: "gene id: makes `pairs`",
  signal_id: "the signal's name",
  gwas_id: "the GWAS study: with a gene, makes `signals`",
  dataset: "the QTL data set",
  pp_h4: "posterior probability of a shared causal variant",
  nsnps: "number of variants in the region",
  eqtl_beta: "effect of alt on expression",
  gwas_beta: "effect of alt on the trait"
}
const columns = Object.fromEntries(
  Object.entries(columnUses).map(([name, description]) => [name, Param.optional(Schema.String, description)])
) as { readonly [K in keyof typeof columnUses]: Schema.optionalKey<Schema.String> }

const action = (what: "drop" | "error", description: string) =>
  Param.withDefault(Schema.Literals(["drop", "error"]), what, description)

const droppedTable = {
  line: Table.integer("line of the file, 1-based"),
  variant: Table.string("the variant as the file has it"),
  reason: Table.string("why it was left out")
}

export default Stage.make({
  name: "load-variants",
  version: 1,
  summary: "Reads variants from VCF or a table, checks them against the reference, and pairs them with genes.",
  params: {
    columns: Param.withDefault(Schema.Struct(columns), {}, "for a table: which of its columns holds what"),
    outside: action("drop", "what to do with variants outside the sequence at hand"),
    mismatch: action("error", "what to do where the reference allele differs from the genome"),
    unsupported: action("drop", "what to do with alleles that are not spelled out in bases (<DEL>, *)")
  },
  inputs: {
    variants: Port.file("file", "VCF or a tab-separated table with a header row, plain or gzip"),
    reference: Port.file("fasta", "the sequence that the reference alleles are checked against")
  },
  outputs: {
    variants: Port.table(Variant.variants, "unique variants in genome order"),
    pairs: Port.table(Variant.pairTable, "unique variant-gene pairs in genome order; empty without a gene column"),
    signals: Port.table(Signal.table, "one row per row that was kept and has a study and a gene"),
    dropped: Port.table(droppedTable, "what was left out, in the file's order")
  },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const reference = yield* Fasta.open(inputs.reference)
    const variants = new Map<string, Variant.Variant>()
    const pairs = new Map<string, Variant.Pair>()
    const signalIds = new Map<string, number>()
    const signals: Array<Signal.Signal> = []
    const dropped: Array<Table.Row<typeof droppedTable>> = []

    for (const { line, text, variant: parsed, cell } of yield* VariantSource.read(inputs.variants, params.columns)) {
      const problem =
        parsed._tag === "Success"
          ? yield* ReferenceCheck.check(reference, parsed.success)
          : {
              kind: Variant.isSymbolic(text) ? ("unsupported" as const) : ("malformed" as const),
              reason: parsed.failure
            }
      if (problem !== undefined) {
        const { kind, reason, ...hint } = problem
        if (kind === "malformed" || params[kind] === "error") {
          return yield* new InputError({ ...hint, message: `${text}: ${reason}`, file: inputs.variants, line })
        }
        dropped.push({ line, variant: text, reason })
        continue
      }
      if (parsed._tag === "Failure") continue
      const variant = parsed.success
      const { variant_id } = variant
      variants.set(variant_id, variant)
      const gene = cell("gene")
      if (gene === undefined) continue
      const gene_id = Gene.withoutVersion(gene)
      pairs.set(`${variant_id} ${gene_id}`, { variant_id, gene_id })
      const gwas_id = cell("gwas_id")
      if (gwas_id === undefined) continue
      const dataset = cell("dataset") ?? "not stated"
      const number = (use: keyof typeof columnUses): Effect.Effect<number | null, InputError> => {
        const value = cell(use)
        if (value === undefined) return Effect.succeed(null)
        const valid = use === "nsnps" ? Number.isSafeInteger(Number(value)) : !Number.isNaN(Number(value))
        const message = `column '${params.columns[use] ?? use}': '${value}' is not a ${use === "nsnps" ? "whole " : ""}number`
        return valid ? Effect.succeed(Number(value)) : new InputError({ message, file: inputs.variants, line })
      }
      const id = cell("signal_id") ?? [gwas_id, dataset, variant_id, gene_id].join("/")
      const repeats = (signalIds.get(id) ?? 0) + 1
      signalIds.set(id, repeats)
      signals.push({
        signal_id: repeats === 1 ? id : `${id}#${repeats}`,
        gwas_id,
        dataset,
        variant_id,
        gene_id,
        pp_h4: yield* number("pp_h4"),
        nsnps: yield* number("nsnps"),
        eqtl_beta: yield* number("eqtl_beta"),
        gwas_beta: yield* number("gwas_beta")
      })
    }
    const ordered = [...variants.values()].sort(Variant.compare)
    const rank = new Map(ordered.map(({ variant_id }, index) => [variant_id, index]))
    yield* outputs.variants.write(ordered)
    yield* outputs.pairs.write(
      [...pairs.values()].sort(
        (a, b) => rank.get(a.variant_id)! - rank.get(b.variant_id)! || (a.gene_id < b.gene_id ? -1 : 1)
      )
    )
    yield* outputs.signals.write(signals)
    yield* outputs.dropped.write(dropped)
  }, Effect.scoped)
})
