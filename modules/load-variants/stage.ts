import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as Table from "../../src/data/Table.ts"
import * as Writer from "../../src/data/table/Writer.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Requirement from "../../src/dsl/stage/Requirement.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Signal from "../../src/evaluation/Signal.ts"
import * as SignalSource from "../../src/evaluation/SignalSource.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as Identity from "../../src/genome/Identity.ts"
import * as Sequence from "../../src/genome/Sequence.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as VariantList from "../../src/genome/VariantList.ts"
import * as VariantSource from "../../src/genome/VariantSource.ts"

const columnUses = {
  variant: "the whole variant: chr1_12345_A_G, chr1:12345:A:G, 1-12345-A-G, 1_12345_A/G, chr1_12345_A_G_b38",
  chrom: "chromosome",
  pos: "position, 1-based",
  ref: "reference allele; - for an insertion",
  alt: "alternative allele, or several with commas; - for a deletion",
  gene: "gene id: makes `pairs`",
  signal_id: "the signal's name",
  gwas_id: "the GWAS study: with a gene, makes `signals`",
  dataset: "the QTL data set",
  pp_h4: "posterior probability of a shared causal variant, from 0 to 1",
  nsnps: "number of variants in the region",
  eqtl_beta: "effect of alt on expression",
  gwas_beta: "effect of alt on the trait",
  effect_allele:
    "the allele that effects are of, where that is not always alt; where it is ref, their signs are changed"
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

const oneLine = (text: string): string => text.replaceAll(/[\t\r\n]+/gu, " ")

/** What is asked of signals of a table without genes would be nothing. */
const withoutGene = (columns: VariantSource.Columns, has: (use: string) => boolean, file: string) => {
  const use = has("gene") ? undefined : SignalSource.uses.find((use) => columns[use] !== undefined)
  return use === undefined
    ? undefined
    : Effect.fail(
        new InputError({
          message: `'${use}' is of a signal, which needs a gene, and no column holds one`,
          file,
          hint: "columns: { gene: ... } names it"
        })
      )
}

/** A substitution that reads the same on both strands with its alleles turned. */
const palindromic = ({ ref, alt }: Identity.Found): boolean =>
  ref.length === 1 && alt.length === 1 && Sequence.reverseComplement(ref) === alt

const spreadsheets = "gene named as no gene is: a date or a number that a spreadsheet made of it"

/** Of so many variants at least, more than half that differ from the genome are of another one. */
const fewest = 20

export default Stage.make({
  name: "load-variants",
  version: 4,
  summary:
    "Reads variants from VCF or a table, checks them against the reference, normalises them (shortest, leftmost alleles), and pairs them with genes.",
  params: {
    columns: Param.withDefault(
      Schema.Struct(columns),
      {},
      "which column of a table holds what, where it has not a name that GWAS-SSF, eQTL Catalogue, FinnGen, PLINK, REGENIE, SAIGE and others use; of a VCF, which INFO or FORMAT field"
    ),
    outside: action("drop", "what to do with variants outside the reference"),
    mismatch: Param.withDefault(
      Schema.Literals(["drop", "error", "swap"]),
      "error",
      "what to do where the reference allele differs from the genome; `swap`: where the genome has the alternative allele, turn the alleles and the signs of eqtl_beta and gwas_beta, and drop the others"
    ),
    unsupported: action(
      "drop",
      "what to do with what is no change of given bases: <DEL>, *, ., ambiguous bases (R, Y), alleles that are the same"
    ),
    malformed: action("error", "what to do with rows that cannot be read: positions that are no whole number, rsIDs")
  },
  inputs: {
    variants: Port.file("file", "VCF or a tab-separated table with a header row, plain or gzip"),
    reference: Port.file("fasta", "the sequence that the reference alleles are checked against")
  },
  outputs: {
    variants: Port.table(Variant.variants, "unique variants, normalised, in genome order"),
    pairs: Port.table(Variant.pairTable, "unique variant-gene pairs in genome order; empty without a gene column"),
    signals: Port.table(Signal.table, "one row per row that was kept and has a study and a gene"),
    dropped: Port.table(droppedTable, "what was left out, in the file's order")
  },
  columns: (params) =>
    Object.entries(params.columns).flatMap(([use, column]) =>
      column === undefined ? [] : [{ input: "variants", column, at: ["columns", use] as const }]
    ),
  check: ({ columns }) => SignalSource.problems(columns),
  inspect: ({ columns }, { variants }) =>
    typeof variants !== "string"
      ? Requirement.nothing
      : VariantSource.read<InputError | Option.Option<never>, never>(variants, columns, {
          header: (has) => withoutGene(columns, has, variants),
          // The header is all that is looked at.
          row: () => Effect.fail(Option.none())
        }).pipe(
          Effect.as([]),
          Effect.catch((ended) =>
            Option.isOption(ended)
              ? Effect.succeed([])
              : Effect.fail(Requirement.ofFile(Object.keys(columns).length === 0 ? "variants" : "columns", ended))
          )
        ),
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const reference = yield* Fasta.open(inputs.reference)
    const identity = Identity.make(reference, { swap: params.mismatch === "swap" })
    const { ledger } = yield* Task
    // Pairs and signals are counted where the file has them.
    const books = {
      variants: ledger.open("variants"),
      get pairs() {
        return ledger.open("pairs")
      },
      get signals() {
        return ledger.open("signals")
      }
    }
    const list = VariantList.make()
    const pairs: Array<{ readonly variant: number; readonly gene_id: string }> = []
    const signals = SignalSource.make(params.columns)
    const dropped = yield* Writer.open(outputs.dropped.path, Object.keys(droppedTable))
    const actions = {
      outside: params.outside,
      mismatch: params.mismatch === "swap" ? "drop" : params.mismatch,
      unsupported: params.unsupported,
      malformed: params.malformed,
      ambiguous: "error"
    } as const
    let [hasGene, hasStudy] = [false, false]
    let build: string | undefined
    const failure = (row: VariantSource.Row, reason: string, hint: string | undefined) => {
      const error = { message: `${VariantSource.textOf(row)}: ${reason}`, file: inputs.variants, line: row.line }
      return new InputError(hint === undefined ? error : { ...error, hint })
    }

    let [kept, differing, cause] = [0, 0, ""]
    const refuse = (row: VariantSource.Row, { kind, category, reason, example, hint }: Identity.Problem) => {
      if (actions[kind] === "error") return failure(row, reason, hint)
      if (kind === "mismatch" && differing++ === 0) cause = `${VariantSource.textOf(row)}: ${reason}`
      const text = oneLine(VariantSource.textOf(row))
      books.variants.take()
      books.variants.leave(category, `${text}: ${example ?? reason}`)
      const gene = hasGene ? row.cell("gene") : undefined
      if (gene !== undefined) {
        books.pairs.take()
        books.pairs.leave(category, `${text} ${gene}`)
      }
      if (gene !== undefined && hasStudy && row.cell("gwas_id") !== undefined) {
        books.signals.take()
        books.signals.leave(category, `${text} ${gene}`)
      }
      return dropped.add([String(row.line), text, oneLine(reason)])
    }

    const keep = (row: VariantSource.Row, found: Identity.Found) => {
      const gene = hasGene ? row.cell("gene") : undefined
      const study = gene === undefined || !hasStudy ? undefined : row.cell("gwas_id")
      const signal = study === undefined ? undefined : signals.read(row, found.turned)
      if (signal !== undefined && "kind" in signal) return refuse(row, signal)
      if (row.build !== undefined && row.build !== build) {
        if (build !== undefined) {
          return failure(row, `of ${row.build}, variants before it of ${build}`, "a file of variants has one build")
        }
        build = row.build
      }
      if (found.respelled) {
        const what = found.turned
          ? palindromic(found)
            ? "reference and alternative allele turned, which are the same on the other strand"
            : "reference and alternative allele turned"
          : "alleles normalised"
        books.variants.note(what, `${VariantSource.textOf(row)} is ${Identity.idOf(found)}`)
      }
      const variant = list.add(found)
      kept++
      if (!hasGene) return undefined
      if (gene === undefined) {
        books.pairs.take()
        books.pairs.leave("no gene", VariantSource.textOf(row))
        return undefined
      }
      if (/[,;]/u.test(gene)) books.pairs.note("several genes in one cell, taken as one name", gene)
      if (Gene.isSpreadsheets(gene)) books.pairs.note(spreadsheets, `${gene} of ${VariantSource.textOf(row)}`)
      const gene_id = Gene.withoutVersion(gene)
      pairs.push({ variant, gene_id })
      if (study !== undefined && signal !== undefined) {
        if (signal.reversed) {
          books.signals.note("effect of the reference allele: its sign is changed", VariantSource.textOf(row))
        }
        signals.add({ ...signal, gwas_id: study, gene_id, variant_id: Identity.idOf(found) })
      } else if (hasStudy) {
        books.signals.take()
        books.signals.leave("no study", `${VariantSource.textOf(row)} ${gene_id}`)
      }
      return undefined
    }

    yield* VariantSource.read(inputs.variants, params.columns, {
      header: (has) => {
        hasGene = has("gene")
        hasStudy = hasGene && has("gwas_id")
        return withoutGene(params.columns, has, inputs.variants)
      },
      row: (row) => {
        const judge = (place: Identity.Found | Identity.Problem) =>
          "kind" in place ? refuse(row, place) : keep(row, place)
        const place = identity.find(row)
        return place === undefined
          ? Effect.flatMap(identity.read(row), (read) => judge(read) ?? Effect.void)
          : judge(place)
      }
    })
    yield* dropped.end

    const sorted = list.sorted()
    if (differing >= fewest && differing > kept) {
      return yield* new InputError({
        message: `${differing} variants differ from the reference, and ${kept} do not: ${cause}`,
        file: inputs.variants,
        hint: "dropping is for single rows: are the variants of another genome build or strand, their positions 0-based, or ref and alt swapped (`mismatch: swap`)?"
      })
    }
    const { same, respelled } = sorted.repeats
    const another = "same variant written another way"
    // Of variants with genes, a repeat is another pair.
    books.variants.take(sorted.size + (hasGene ? 0 : same.count) + respelled.count)
    books.variants.keep(sorted.size)
    if (!hasGene) books.variants.leave("repeated", same.example, same.count)
    books.variants.leave(another, respelled.example, respelled.count)
    if (build !== undefined && reference.build === undefined) {
      books.variants.note("of a build that the reference does not confirm", `${build}`, sorted.size)
    }
    yield* outputs.variants.write(sorted.rows())

    const ranked = pairs
      .map(({ variant, gene_id }) => ({ variant, rank: sorted.rank(variant), gene_id }))
      .sort((a, b) => a.rank - b.rank || (a.gene_id < b.gene_id ? -1 : a.gene_id > b.gene_id ? 1 : 0))
    const isNew = ({ rank, gene_id }: (typeof ranked)[number], at: number): boolean =>
      at === 0 || ranked[at - 1]!.rank !== rank || ranked[at - 1]!.gene_id !== gene_id
    const unique = ranked.filter(isNew)
    // Of pairs with studies, a repeat is another signal.
    const repeats = hasStudy ? 0 : ranked.length - unique.length
    const repeated = repeats === 0 ? undefined : ranked.find((pair, at) => !isNew(pair, at))
    if (hasGene) {
      books.pairs.take(unique.length + repeats)
      books.pairs.keep(unique.length)
    }
    if (repeated !== undefined)
      books.pairs.leave("repeated", `${list.id(repeated.variant)} ${repeated.gene_id}`, repeats)
    yield* outputs.pairs.write(unique.map(({ variant, gene_id }) => ({ variant_id: list.id(variant), gene_id })))

    if (hasStudy) {
      books.signals.take(signals.rows.length)
      books.signals.keep(signals.rows.length)
    }
    yield* outputs.signals.write(signals.rows)
  }, Effect.scoped)
})
