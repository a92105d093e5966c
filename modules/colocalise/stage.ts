import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import { Task } from "../../src/core/Task.ts"
import * as Reader from "../../src/data/table/Reader.ts"
import * as Table from "../../src/data/Table.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Requirement from "../../src/dsl/stage/Requirement.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Colocalisation from "../../src/evaluation/Colocalisation.ts"
import * as SignalSource from "../../src/evaluation/SignalSource.ts"
import * as SharedVariants from "../../src/evaluation/SharedVariants.ts"
import * as TraitTable from "../../src/evaluation/TraitTable.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as Vcf from "../../src/genome/Vcf.ts"

const prior = (name: keyof Colocalisation.Priors, description: string) => {
  const { lbf, abf } = Colocalisation.defaultPriors
  const value =
    lbf[name] === abf[name] ? `${lbf[name]}` : `${lbf[name]} for lbf, ${abf[name]} for abf, as coloc has them`
  return Param.optional(Param.OpenShare, `${description}; default: ${value}`)
}
const sdPrior = (which: string) =>
  Param.optional(
    Param.Positive,
    `abf: prior standard deviation of the ${which} trait's effects, in their units; else 0.15 x the trait's standard deviation, which is estimated where the table has sample sizes and allele frequencies and else taken as 1, or 0.2 for a log odds ratio`
  )
const traitType = (which: string) =>
  Param.withDefault(
    Schema.Literals(["quant", "cc"]),
    "quant",
    `abf: what the ${which} trait's effects are: of a measured trait, or \`cc\`, log odds ratios of cases and controls`
  )

const defaults = {
  lbf: { group: "molecular_trait_id", variant: "variant", pairing: "all" },
  abf: { group: "group", variant: "variant_id", pairing: "same" }
} as const

const priorsOf = ({ method, p1, p2, p12 }: { readonly method: "lbf" | "abf" } & Partial<Colocalisation.Priors>) => {
  const usual = Colocalisation.defaultPriors[method]
  return { p1: p1 ?? usual.p1, p2: p2 ?? usual.p2, p12: p12 ?? usual.p12 }
}

const byMethod = (name: keyof (typeof defaults)["lbf"]): string =>
  `default: ${defaults.lbf[name]} for lbf, ${defaults.abf[name]} for abf`

/** Names of traits without the versions of genes, unless a table has several versions of one. */
const sameGene = (tables: ReadonlyArray<ReadonlyArray<string>>): ((name: string) => string) =>
  tables.every((names) => new Set(names.map(Gene.withoutVersion)).size === names.length)
    ? Gene.withoutVersion
    : (name) => name

export default Stage.make({
  name: "colocalise",
  version: 4,
  summary: "Finds pairs of signals of two traits that share a causal variant (coloc).",
  params: {
    method: Param.withDefault(
      Schema.Literals(["lbf", "abf"]),
      "lbf",
      "what the tables hold: `lbf`, log Bayes factors per credible set; `abf`, effects and standard errors"
    ),
    p1: prior("p1", "prior that a variant is causal for the first trait alone"),
    p2: prior("p2", "prior that a variant is causal for the second trait alone"),
    p12: prior("p12", "prior that a variant is causal for both traits"),
    type1: traitType("first"),
    type2: traitType("second"),
    sd_prior1: sdPrior("first"),
    sd_prior2: sdPrior("second"),
    group: Param.optional(Schema.String, `column that names the trait a row belongs to; ${byMethod("group")}`),
    variant: Param.optional(Schema.String, `column that names the variant; ${byMethod("variant")}`),
    lbf_prefix: Param.withDefault(
      Schema.String,
      "lbf_variable",
      "lbf: columns of log Bayes factors, before their number"
    ),
    beta: Param.withDefault(Schema.String, "beta", "abf: column of effects"),
    se: Param.withDefault(Schema.String, "se", "abf: column of standard errors"),
    n: Param.withDefault(Schema.String, "n", "abf: column of sample sizes, if there is one"),
    maf: Param.withDefault(Schema.String, "maf", "abf: column of allele frequencies, if there is one"),
    pairing: Param.optional(
      Schema.Literals(["all", "same"]),
      `which traits are compared: \`all\` of one table with all of the other, or those of the \`same\` name; ${byMethod("pairing")}, all for GWAS-VCF, whose trait is named by its sample`
    ),
    min_pp_h4: Param.withDefault(Param.Share, 0, "leaves out pairs of signals with a lower PP.H4")
  },
  inputs: {
    trait1: Port.file(
      "file",
      "the first trait: a table with one row per trait and variant; for abf also GWAS-VCF (ES, SE)"
    ),
    trait2: Port.file("file", "the second trait")
  },
  outputs: {
    colocalisations: Port.table(Colocalisation.table, "pairs of signals, in the order of the tables"),
    skipped: Port.table(
      { trait: Table.string("name of the trait"), reason: Table.string("why it was compared with nothing") },
      "traits that were compared with nothing"
    )
  },
  check: (params) => {
    if (params.method === "abf" && SignalSource.isRatio(params.beta)) {
      return [{ at: "beta", ...SignalSource.ratio(params.beta) }]
    }
    const { p1, p2, p12 } = priorsOf(params)
    return p12 <= Math.min(p1, p2)
      ? []
      : [
          {
            at: "p12",
            message: `p12 = ${p12} is above ${p12 > p1 ? `p1 = ${p1}` : `p2 = ${p2}`}`,
            hint: "a variant that is causal for both traits is so for each: p12 is at most p1 and p2"
          }
        ]
  },
  columns: (params) => {
    const { group, variant } = { ...defaults[params.method], ...params }
    const named = { group, variant, ...(params.method === "abf" ? { beta: params.beta, se: params.se } : {}) }
    return ["trait1", "trait2"].flatMap((input) => Object.entries(named).map(([at, column]) => ({ input, column, at })))
  },
  inspect: ({ method, lbf_prefix: prefix }, { trait1, trait2 }) =>
    method !== "lbf"
      ? Requirement.nothing
      : Effect.forEach(Object.entries({ trait1, trait2 }), ([at, file]) =>
          typeof file !== "string"
            ? Effect.succeed([])
            : Reader.columns(file).pipe(
                Effect.map((columns) =>
                  TraitTable.setsIn(columns, prefix).length > 0 ? [] : [{ at, ...TraitTable.noSets(columns, prefix) }]
                ),
                Effect.mapError((error) => Requirement.ofFile(at, error))
              )
        ).pipe(Effect.map((found) => found.flat())),
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const priors = priorsOf(params)
    const isVcf = params.method === "abf" && ((yield* Vcf.isVcf(inputs.trait1)) || (yield* Vcf.isVcf(inputs.trait2)))
    const columns = { ...defaults[params.method], ...(isVcf ? { pairing: "all" as const } : {}), ...params }
    const side = Effect.fnUntraced(function* (path: string, which: "first" | "second", prior: TraitTable.EffectPrior) {
      const variants = yield* Account.open(`variants of the ${which} table`)
      const traits = yield* Account.open(`traits of the ${which} table`)
      const read =
        params.method === "lbf"
          ? { ...(yield* TraitTable.readLbf(path, columns)), unscaled: [] }
          : yield* TraitTable.readEffects(path, columns, prior)
      for (const { reason, count, example } of read.unused) {
        variants.take(count)
        variants.leave(reason, example, count)
      }
      traits.note(
        "standard deviation of the trait not estimated, taken as 1",
        read.unscaled[0] ?? "",
        read.unscaled.length
      )
      return { variants, traits, named: read.traits.map(SharedVariants.of), compared: new Set<string>() }
    })
    const first = yield* side(inputs.trait1, "first", { type: params.type1, sd: params.sd_prior1 })
    const second = yield* side(inputs.trait2, "second", { type: params.type2, sd: params.sd_prior2 })

    const rows: Array<Colocalisation.Colocalisation> = []
    const nameOf = sameGene([first.named, second.named].map((named) => named.map(({ trait }) => trait.name)))
    const byName = new Map(second.named.map((named) => [nameOf(named.trait.name), [named]]))
    let below = 0
    for (const [index, one] of first.named.entries()) {
      for (const other of columns.pairing === "all" ? second.named : (byName.get(nameOf(one.trait.name)) ?? [])) {
        if (one.trait.signals.length === 0 || other.trait.signals.length === 0) continue
        const shared = SharedVariants.between(one, other)
        const found = Colocalisation.colocalise(one.trait, other.trait, priors, shared)
        if (found.length === 0) continue
        if (columns.pairing === "same" && one.trait.name !== other.trait.name) {
          first.traits.note(
            "of another version of the gene in the second table",
            `${one.trait.name}, ${other.trait.name}`
          )
        }
        first.compared.add(one.trait.name)
        second.compared.add(other.trait.name)
        for (const row of found) {
          if (row.pp_h4 >= params.min_pp_h4) rows.push(row)
          else below++
        }
      }
      yield* task.progress(index + 1, first.named.length, "traits")
    }
    if (below > 0)
      yield* task.log(`${below} of ${rows.length + below} pairs of signals have a PP.H4 below ${params.min_pp_h4}`)
    yield* outputs.colocalisations.write(rows)

    const skipped: Array<{ readonly trait: string; readonly reason: string }> = []
    for (const [here, there, name] of [
      [first, second, "second"],
      [second, first, "first"]
    ] as const) {
      const names = new Set(there.named.map(({ trait }) => nameOf(trait.name)))
      const example = there.named.flatMap(({ trait }) => trait.variants.slice(0, 1))[0] ?? "none"
      here.traits.take(here.named.length)
      for (const named of here.named) {
        SharedVariants.account(here.variants, named, name)
        const { trait } = named
        if (here.compared.has(trait.name)) {
          here.traits.keep()
          continue
        }
        const reason =
          trait.signals.length === 0
            ? "it has no credible set"
            : columns.pairing === "same" && !names.has(nameOf(trait.name))
              ? `no trait of this name in the ${name} table`
              : `no trait in the ${name} table has a signal and shares a variant`
        here.traits.leave(reason, `${trait.name}, with ${trait.variants[0] ?? "no variant"}; there: ${example}`)
        skipped.push({ trait: trait.name, reason })
      }
    }
    yield* outputs.skipped.write(skipped)
  })
})
