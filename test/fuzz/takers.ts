/** Stages that take rows, each with good input for it: what Rows.test.ts spoils. */
import type { Stage } from "../../src/dsl/stage/Stage.ts"
import * as Random from "../../src/core/Random.ts"
import appendTables from "../../modules/append-tables/stage.ts"
import buildWindows from "../../modules/build-windows/stage.ts"
import colocalise from "../../modules/colocalise/stage.ts"
import combineSplicing from "../../modules/combine-splicing/stage.ts"
import evaluateVariants from "../../modules/evaluate-variants/stage.ts"
import evaluationScores from "../../modules/evaluation-scores/stage.ts"
import joinTables from "../../modules/join-tables/stage.ts"
import loadGenes from "../../modules/load-genes/stage.ts"
import loadSequencePairs from "../../modules/load-sequence-pairs/stage.ts"
import loadTable from "../../modules/load-table/stage.ts"
import loadVariants from "../../modules/load-variants/stage.ts"
import maskElements from "../../modules/mask-elements/stage.ts"
import exportAnndata from "../../modules/export-anndata/stage.ts"
import gwasBenchmark from "../../modules/gwas-benchmark/stage.ts"
import loadTracks from "../../modules/load-tracks/stage.ts"
import supervisedScores from "../../modules/supervised-scores/stage.ts"
import tidyScores from "../../modules/tidy-scores/stage.ts"
import variantBenchmark from "../../modules/variant-benchmark/stage.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"
import * as TidyScores from "../../src/scoring/TidyScores.ts"
import * as TrackTable from "../../src/scoring/TrackTable.ts"
import { file } from "../support/genome.ts"
import { modelTakers } from "./modelTakers.ts"

/** Rows as cells, and how the file looks in which they stand. */
export interface Given {
  readonly name: string
  readonly head: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

export interface Taker {
  readonly stage: Stage
  /** What its account calls the rows of the spoiled file. */
  readonly counts: string
  readonly give: (random: Random.Random) => Given
  readonly params: object
  /** The inputs of the stage, the spoiled file among them. */
  readonly inputs: (path: string, given: Given) => Readonly<Record<string, string | ReadonlyArray<string>>>
  /** Of a table that it writes: the ids of rows that it kept; none that was not given may be among them. */
  readonly output: string
  readonly column: string
  /** The id of a given row in that column. */
  readonly id: (cells: ReadonlyArray<string>) => string
  /** What is counted are things, which several rows may name: rows said twice are one. */
  readonly distinct?: true
  /** Several rows of the output for one row that is kept. */
  readonly several?: true
  /** The output is about other things than the rows. */
  readonly summary?: true
  /** One row of the output for each row that is kept; otherwise several rows may become one. */
  readonly oneToOne?: true
}

const bases = "ACGT"
const sequence = Array.from({ length: 1200 }, (_, at) => bases[(at * at * 7 + at * 3 + 1) % 4]!).join("")
const reference = file("ref.fa", `>chr1\n${sequence.slice(0, 600)}\n>chr2\n${sequence.slice(600)}\n`)

const tabbed = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [...head, ...rows.map((cells) => cells.join("\t"))].join("\n") + "\n"

export const textOf = ({ head, rows }: Given): string => tabbed(head, rows)

const many = (
  random: Random.Random,
  row: (at: number) => ReadonlyArray<string>
): ReadonlyArray<ReadonlyArray<string>> => Array.from({ length: 3 + random.int(10) }, (_, at) => row(at))

/** Distinct substitutions that agree with the reference. */
const snv = (at: number): readonly [chrom: string, pos: string, ref: string, alt: string] => {
  const chrom = at % 2 === 0 ? "chr1" : "chr2"
  const pos = 50 + at * 13
  const ref = sequence[(chrom === "chr1" ? 0 : 600) + pos - 1]!
  return [chrom, String(pos), ref, bases[(bases.indexOf(ref) + 1 + (at % 3)) % 4]!]
}
const idOf = (at: number): string => snv(at).join("_")

const table =
  (name: string, columns: ReadonlyArray<string>, row: (at: number) => ReadonlyArray<string>) =>
  (random: Random.Random): Given => ({ name, head: [columns.join("\t")], rows: many(random, row) })

const first = (cells: ReadonlyArray<string>): string => cells[0]!

const partners = (given: Given, columns: ReadonlyArray<string>, row: (at: number) => ReadonlyArray<string>): string =>
  file(
    "partners.tsv",
    tabbed(
      [columns.join("\t")],
      given.rows.map((_, at) => row(at))
    )
  )

/** A score of the variant as score-variants writes it. */
const scoreRow = (at: number, scorer: string, group: string): ReadonlyArray<string> => {
  const values: Readonly<Record<string, string>> = {
    variant_id: idOf(at),
    gene_id: "G",
    window_id: `w${at}`,
    track: "0",
    track_name: "t",
    group,
    scorer,
    score: String(at / 7)
  }
  return Object.keys(ScoreTable.table).map((name) => values[name] ?? "NA")
}

const tableTakers: ReadonlyArray<Taker> = [
  {
    stage: loadVariants,
    counts: "variants",
    give: (random) => ({
      name: "in.vcf",
      head: ["##fileformat=VCFv4.2", "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"],
      rows: many(random, (at) => {
        const [chrom, pos, ref, alt] = snv(at)
        return [chrom, pos, ".", ref, alt, ".", ".", "."]
      })
    }),
    params: {},
    inputs: (variants) => ({ variants, reference }),
    output: "variants",
    column: "variant_id",
    id: ([chrom, pos, , ref, alt]) => [chrom, pos, ref, alt].join("_")
  },
  {
    stage: loadVariants,
    counts: "variants",
    give: table("in.tsv", ["variant_id", "beta"], (at) => [idOf(at), String(at / 10)]),
    params: { mismatch: "drop" },
    inputs: (variants) => ({ variants, reference }),
    output: "variants",
    column: "variant_id",
    id: first
  },
  {
    stage: loadTable,
    counts: "rows",
    give: table("in.tsv", ["a", "b"], (at) => [`r${at}`, String(at)]),
    params: { columns: { a: "a", b: "b" } },
    inputs: (path) => ({ table: path }),
    output: "table",
    column: "a",
    id: first,
    oneToOne: true
  },
  {
    stage: appendTables,
    counts: "rows",
    give: table("in.tsv", ["a", "b"], (at) => [`r${at}`, String(at)]),
    params: {},
    inputs: (path) => ({ tables: [path] }),
    output: "table",
    column: "a",
    id: first,
    oneToOne: true
  },
  {
    stage: joinTables,
    counts: "left rows",
    give: table("in.tsv", ["a", "b"], (at) => [`r${at}`, String(at)]),
    params: { on: ["a"] },
    inputs: (left, given) => ({ left, right: partners(given, ["a", "c"], (at) => [`r${at}`, String(-at)]) }),
    output: "table",
    column: "a",
    id: first,
    oneToOne: true
  },
  {
    stage: buildWindows,
    counts: "variants",
    give: table("in.tsv", ["variant_id", "chrom", "pos", "ref", "alt"], (at) => [idOf(at), ...snv(at)]),
    params: { mode: "variants", width: 64 },
    inputs: (variants) => ({ reference, variants }),
    output: "windows",
    column: "variant_id",
    id: first,
    oneToOne: true
  },
  {
    stage: buildWindows,
    counts: "intervals",
    give: (random) => ({
      name: "in.bed",
      head: [],
      rows: many(random, (at) => ["chr1", String(40 + at * 10), String(60 + at * 10), `i${at}`])
    }),
    params: { mode: "intervals", width: 64 },
    inputs: (intervals) => ({ reference, intervals }),
    output: "windows",
    column: "window_id",
    id: (cells) => cells[3]!,
    oneToOne: true
  },
  {
    stage: loadGenes,
    counts: "genes",
    give: (random) => ({
      name: "in.gtf",
      head: [],
      rows: many(random, (at) => [
        "chr1",
        "x",
        "gene",
        String(10 + at * 20),
        String(20 + at * 20),
        ".",
        "+",
        ".",
        `gene_id "G${at}"; gene_name "N${at}";`
      ])
    }),
    params: {},
    inputs: (annotation) => ({ annotations: [annotation] }),
    distinct: true,
    output: "genes",
    column: "gene_id",
    id: (cells) => /"(G\d+)"/u.exec(cells[8] ?? "")?.[1] ?? ""
  },
  {
    stage: maskElements,
    counts: "elements",
    give: table("in.tsv", ["element_id", "chrom", "start", "end"], (at) => [
      `e${at}`,
      "chr1",
      String(10 + at * 20),
      String(20 + at * 20)
    ]),
    params: {},
    inputs: (elements) => ({ reference, elements }),
    distinct: true,
    output: "variants",
    column: "variant_id",
    id: first
  },
  {
    stage: loadSequencePairs,
    counts: "pairs",
    give: table("in.tsv", ["pair_id", "sequence", "start", "pos", "ref", "alt"], (at) => [
      `p${at}`,
      "ACGTACGTACGT",
      "0",
      "5",
      "A",
      "C"
    ]),
    params: {},
    inputs: (substitutions) => ({ substitutions }),
    output: "pairs",
    column: "pair_id",
    id: first
  },
  {
    stage: colocalise,
    counts: "variants of the first table",
    give: table("in.tsv", ["group", "variant_id", "beta", "se"], (at) => [
      "t",
      idOf(at),
      String(0.1 + at / 50),
      "0.05"
    ]),
    params: { method: "abf" },
    inputs: (trait1, given) => ({
      trait1,
      trait2: partners(given, ["group", "variant_id", "beta", "se"], (at) => [
        "t",
        idOf(at),
        String(0.2 - at / 50),
        "0.05"
      ])
    }),
    output: "colocalisations",
    column: "trait1",
    summary: true,
    id: first
  },
  {
    stage: combineSplicing,
    counts: "scores",
    give: table(
      "in.tsv",
      [
        "variant_id",
        "gene_id",
        "window_id",
        "track",
        "track_name",
        "group",
        "scorer",
        "region",
        "coverage",
        "ref",
        "alt",
        "score",
        "output",
        "junction_start",
        "junction_end",
        "quantile"
      ],
      (at) => [
        idOf(at),
        "G",
        `w${at}`,
        "0",
        "t",
        "g",
        "gene_splicing",
        "NA",
        "NA",
        "NA",
        "NA",
        String(at / 20),
        "SPLICE_SITES",
        "NA",
        "NA",
        "NA"
      ]
    ),
    params: {},
    inputs: (scores) => ({ scores }),
    output: "combined",
    column: "variant_id",
    id: first
  },
  {
    stage: evaluateVariants,
    counts: "labels",
    give: table("in.tsv", ["variant_id", "label"], (at) => [idOf(at), String(at / 7)]),
    params: { replicates: 0 },
    inputs: (labels, given) => ({
      labels,
      predictions: partners(given, ["variant_id", "score"], (at) => [idOf(at), String((at * 5) % 7)])
    }),
    output: "metrics",
    column: "subset",
    summary: true,
    id: () => "all"
  },
  {
    stage: evaluationScores,
    counts: "labels",
    give: table("in.tsv", ["variant_id", "target", "prediction"], (at) => [idOf(at), String(at % 2), String(at / 7)]),
    params: { evaluation: "mfass_splicing" },
    inputs: (scores) => ({ scores }),
    output: "scores",
    column: "key",
    id: first
  },
  {
    stage: gwasBenchmark,
    counts: "signals",
    give: table(
      "in.tsv",
      ["signal_id", "gwas_id", "dataset", "variant_id", "gene_id", "pp_h4", "nsnps", "eqtl_beta", "gwas_beta"],
      (at) => [`s${at}`, "gwas", "liver", idOf(at), "G", "0.5", "10", String(at / 10 - 0.3), "NA"]
    ),
    params: { replicates: 0 },
    inputs: (signals, given) => ({
      signals,
      scores: partners(given, Object.keys(ScoreTable.table), (at) => scoreRow(at, "gene_lfc", "RNA"))
    }),
    output: "signals",
    column: "signal_id",
    id: first
  },
  {
    stage: supervisedScores,
    counts: "variants",
    give: (random) => ({
      name: "in.tsv",
      head: ["variant_id\ttarget\tx\ty"],
      rows: Array.from({ length: 24 + random.int(10) }, (_, at) => [
        idOf(at),
        String(at % 2),
        String((at * 7) % 11),
        String(at / 3)
      ])
    }),
    params: { evaluation: "mfass_splicing", method: "random_forest", trees: 3, folds: 3 },
    inputs: (path) => ({ table: path }),
    output: "scores",
    column: "key",
    id: first
  },
  {
    stage: variantBenchmark,
    counts: "scored variants",
    give: table(
      "in.tsv",
      ["evaluation", "source", "key", "group", "stratum", "pair", "distance", "target", "prediction", "comparator"],
      (at) => ["mfass_splicing", "table", idOf(at), "NA", "NA", "NA", "NA", String(at % 2), String(at / 7), "NA"]
    ),
    params: { replicates: 0 },
    inputs: (scores) => ({ scores: [scores] }),
    output: "results",
    column: "evaluation",
    id: first,
    summary: true
  },
  {
    stage: tidyScores,
    counts: "scores",
    give: table("in.tsv", Object.keys(ScoreTable.table), (at) => scoreRow(at, "centre_mask", "RNA")),
    params: {},
    inputs: (scores, given) => ({
      scores,
      windows: partners(
        given,
        ["window_id", "chrom", "start", "end", "strand", "variant_id", "gene_id", "padded"],
        (at) => [`w${at}`, "chr1", "0", "64", "+", idOf(at), "NA", "0"]
      ),
      tracks: file(
        "tracks.tsv",
        tabbed(
          [Object.keys(TrackTable.table).join("\t")],
          [
            Object.entries(TrackTable.table).map(([name, { type, nullable }]) =>
              name === "track" ? "0" : nullable ? "NA" : type === "string" ? "RNA" : "1"
            )
          ]
        )
      )
    }),
    output: "tidy",
    column: "raw_score",
    id: (cells) => cells[Object.keys(ScoreTable.table).indexOf("score")]!,
    oneToOne: true
  },
  {
    stage: exportAnndata,
    counts: "scores",
    give: table("in.tsv", Object.keys(TidyScores.table), (at) =>
      Object.entries(TidyScores.table).map(([name, { type, nullable }]) =>
        name === "variant_id" ? `chr1:${at + 1}:A>C` : nullable ? "NA" : type === "string" ? "t" : String(at / 7)
      )
    ),
    params: { scorer: "t" },
    inputs: (tidy) => ({ tidy }),
    output: "",
    column: "",
    id: first,
    summary: true
  },
  {
    stage: loadTracks,
    counts: "tracks",
    give: table("targets.txt", ["index", "identifier", "file", "clip", "description"], (at) => [
      String(at),
      `T${at}`,
      "f",
      "1",
      `RNA:sample ${at}`
    ]),
    params: {},
    inputs: (track_list) => ({ track_list }),
    output: "tracks",
    column: "name",
    id: (cells) => cells[1]!,
    oneToOne: true
  },
  {
    stage: joinTables,
    counts: "right rows",
    give: table("in.tsv", ["a", "c"], (at) => [`r${at}`, String(-at)]),
    params: { on: ["a"] },
    inputs: (right, given) => ({ right, left: partners(given, ["a", "b"], (at) => [`r${at}`, String(at)]) }),
    output: "table",
    column: "a",
    id: first
  },
  {
    stage: colocalise,
    counts: "variants of the second table",
    give: table("in.tsv", ["group", "variant_id", "beta", "se"], (at) => [
      "t",
      idOf(at),
      String(0.1 + at / 50),
      "0.05"
    ]),
    params: { method: "abf" },
    inputs: (trait2, given) => ({
      trait2,
      trait1: partners(given, ["group", "variant_id", "beta", "se"], (at) => [
        "t",
        idOf(at),
        String(0.2 - at / 50),
        "0.05"
      ])
    }),
    output: "colocalisations",
    column: "trait1",
    summary: true,
    id: first
  },
  {
    stage: evaluateVariants,
    counts: "predictions",
    give: table("in.tsv", ["variant_id", "score"], (at) => [idOf(at), String(at / 7)]),
    params: { replicates: 0 },
    inputs: (predictions, given) => ({
      predictions,
      labels: partners(given, ["variant_id", "label"], (at) => [idOf(at), String((at * 5) % 7)])
    }),
    output: "metrics",
    column: "subset",
    summary: true,
    id: () => "all"
  },
  {
    stage: evaluationScores,
    counts: "scores",
    give: table("in.tsv", ["variant_id", "prediction"], (at) => [idOf(at), String(at / 7)]),
    params: { evaluation: "mfass_splicing" },
    inputs: (scores, given) => ({
      scores,
      labels: partners(given, ["variant_id", "target"], (at) => [idOf(at), String(at % 2)])
    }),
    output: "scores",
    column: "key",
    summary: true,
    id: first
  }
]

export const takers: ReadonlyArray<Taker> = [...tableTakers, ...modelTakers]
