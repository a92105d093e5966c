import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Task } from "../../src/core/Task.ts"
import * as Table from "../../src/data/Table.ts"
import * as Param from "../../src/dsl/Param.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"
import * as Colocalisation from "../../src/evaluation/Colocalisation.ts"
import * as TraitTable from "../../src/evaluation/TraitTable.ts"

const prior = (name: keyof Colocalisation.Priors, description: string) =>
  Param.withDefault(Param.OpenShare, Colocalisation.defaultPriors[name], description)
const sdPrior = (which: string) =>
  Param.withDefault(
    Param.Positive,
    0.15,
    `abf: prior standard deviation of the ${which} trait's effects: 0.15 x its standard deviation, 0.2 for log odds ratios`
  )

const defaults = {
  lbf: { group: "molecular_trait_id", variant: "variant", pairing: "all" },
  abf: { group: "group", variant: "variant_id", pairing: "same" }
} as const

const byMethod = (name: keyof (typeof defaults)["lbf"]): string =>
  `default: ${defaults.lbf[name]} for lbf, ${defaults.abf[name]} for abf`

export default Stage.make({
  name: "colocalise",
  version: 1,
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
    pairing: Param.optional(
      Schema.Literals(["all", "same"]),
      `which traits are compared: \`all\` of one table with all of the other, or those of the \`same\` name; ${byMethod("pairing")}`
    ),
    min_pp_h4: Param.withDefault(Param.Share, 0, "leaves out pairs of signals with a lower PP.H4")
  },
  inputs: {
    trait1: Port.file("tsv", "the first trait: one row per trait and variant"),
    trait2: Port.file("tsv", "the second trait")
  },
  outputs: {
    colocalisations: Port.table(Colocalisation.table, "pairs of signals, in the order of the tables"),
    skipped: Port.table(
      { trait: Table.string("name of the trait"), reason: Table.string("why it was compared with nothing") },
      "traits that were compared with nothing"
    )
  },
  check: ({ p1, p2, p12 }) =>
    p12 <= Math.min(p1, p2)
      ? []
      : [
          {
            at: "p12",
            message: `p12 = ${p12} is above ${p12 > p1 ? `p1 = ${p1}` : `p2 = ${p2}`}`,
            hint: "a variant that is causal for both traits is so for each: p12 is at most p1 and p2"
          }
        ],
  columns: (params) => {
    const { group, variant } = { ...defaults[params.method], ...params }
    const named = { group, variant, ...(params.method === "abf" ? { beta: params.beta, se: params.se } : {}) }
    return ["trait1", "trait2"].flatMap((input) => Object.entries(named).map(([at, column]) => ({ input, column, at })))
  },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const columns = { ...defaults[params.method], ...params }
    const read = (path: string, sd: number) =>
      params.method === "lbf" ? TraitTable.readLbf(path, columns) : TraitTable.readEffects(path, columns, sd)
    const traits1 = yield* read(inputs.trait1, params.sd_prior1)
    const traits2 = yield* read(inputs.trait2, params.sd_prior2)

    const compared = { first: new Set<string>(), second: new Set<string>() }
    const rows: Array<Colocalisation.Colocalisation> = []
    const byName = new Map(traits2.map((trait) => [trait.name, [trait]]))
    for (const [index, trait1] of traits1.entries()) {
      for (const trait2 of columns.pairing === "all" ? traits2 : (byName.get(trait1.name) ?? [])) {
        const found = Colocalisation.colocalise(trait1, trait2, params)
        if (found.length === 0) continue
        compared.first.add(trait1.name)
        compared.second.add(trait2.name)
        for (const row of found) if (row.pp_h4 >= params.min_pp_h4) rows.push(row)
      }
      yield* task.progress(index + 1, traits1.length, "traits")
    }
    yield* outputs.colocalisations.write(rows)
    const skipped = (traits: ReadonlyArray<Colocalisation.Trait>, done: ReadonlySet<string>, other: string) =>
      traits
        .filter((trait) => !done.has(trait.name))
        .map((trait) => ({
          trait: trait.name,
          reason:
            trait.signals.length === 0
              ? "it has no credible set"
              : `no ${columns.pairing === "same" ? "trait of this name" : "trait"} in the ${other} table has a signal and shares a variant`
        }))
    yield* outputs.skipped.write([
      ...skipped(traits1, compared.first, "second"),
      ...skipped(traits2, compared.second, "first")
    ])
  })
})
