/** One row of a benchmark: what is predicted, how it is scored and measured, and what was reported of it. */
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { oneClasses } from "../metric/GroupedMean.ts"
import { sources } from "./ScoredVariants.ts"

const text = (description: string) => Schema.String.annotate({ description })
const may = <S extends Schema.Top>(schema: S, description: string) =>
  Schema.optionalKey(schema).annotate({ description })

export const groups = ["variant", "track"] as const
export type Group = (typeof groups)[number]

export const families = [
  "splicing",
  "expression",
  "enhancer-gene",
  "polyadenylation",
  "accessibility",
  "reporter assay",
  "transcription factor",
  "histone",
  "initiation",
  "contacts"
] as const

export const tasks = ["causality", "sign", "coefficient", "classification", "regression"] as const

export const metricNames = [
  "average_precision",
  "auc_pr",
  "auroc",
  "pearson",
  "spearman",
  "sign_accuracy",
  "jensen_shannon"
] as const

/**
 * Over what a metric is taken: `all` rows at once; per `tissue`, `locus` or `fold` and then the mean weighted by rows
 * (unweighted for loci and folds); `pairs`, each positive with one of its matched negatives, mean over permutations; per
 * `track`, `class`, `gene`, `peak` or `interval` and then the mean, for tracks.
 */
export const overs = [
  "all",
  "tissue",
  "locus",
  "fold",
  "pairs",
  "track",
  "class",
  "gene",
  "peak",
  "interval",
  "sample"
] as const

const Count = Schema.Int.pipe(Schema.check(Schema.isGreaterThan(0)))

const Reported = Schema.Struct({
  value: Schema.Finite.annotate({ description: "the value" }),
  where: text("where it stands: a figure, a notebook, the text"),
  by: may(Schema.String, "who is measured, where it is not AlphaGenome"),
  metric: may(Schema.Literals(metricNames), "the metric that it is of, where it is not the evaluation's own")
})

const Metric = Schema.Struct({
  name: Schema.Literals(metricNames).annotate({ description: "the metric" }),
  over: Schema.Literals(overs).annotate({
    description: "over what it is taken: all rows, or the mean over tissues (weighted by rows), loci, folds or pairs"
  }),
  sign: Schema.Literals(["signed", "either"]).annotate({
    description: "either: which allele is called the reference is not settled, so only the size of a correlation counts"
  }),
  random: Schema.Union([Schema.Literal("prevalence"), Schema.Finite]).annotate({
    description: "what chance gives: a number, or the share of positives"
  }),
  lower_is_better: may(Schema.Boolean, "true for a distance"),
  unscored: may(Schema.Literal("zero"), "a row without a score counts as one of score 0, and is not left out"),
  one_class: may(
    Schema.Literals(oneClasses),
    "a tissue, locus or fold whose rows are all of one class: keep, if not said, as AlphaGenome's notebook does (its average precision is then 1 or 0; auroc has none), or leave_out"
  )
})

const Scoring = Schema.Struct({
  scorers: Schema.Array(Schema.String).annotate({
    description: "the scorers of AlphaGenome, as its own software writes them"
  }),
  tracks: text("which tracks are used"),
  combine: Schema.Literals(["matched", "mean", "mean_abs", "max_abs", "composite", "attribution", "learned"]).annotate({
    description:
      "how the tracks' scores become one: that of the matched tissue, their mean, the mean or the largest of their sizes, the composite splicing score, an attribution, or a model trained on them"
  }),
  learner: may(Schema.Literals(["random_forest", "boosting", "lasso"]), "what is trained on the scores"),
  description: text("the recipe in words")
})

const Data = Schema.Struct({
  description: text("the data set, its labels and its split"),
  n: may(Schema.String, "number of rows in words, as far as it is known"),
  rows: may(Count, "labelled rows that the reported values are of; left out where nobody states it"),
  positives: may(Count, "positives among them"),
  coverage: may(
    Schema.Finite.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
    "share of the labelled rows that must have a score for a verdict; 1 if not said"
  ),
  predictions: may(Schema.String, "name of the registered dataset with the published predictions"),
  needs: text("what is needed to run it, where nothing is at hand")
})

const Line = Schema.Struct({
  label: text("the line of the paper's figure; rows of one line are averaged"),
  improvement: Schema.NullOr(Schema.Finite).annotate({ description: "the relative improvement that it shows, in %" }),
  comparator: may(
    Schema.String,
    "the model that all rows of the line are compared with, where it is not each one's best"
  )
})

export const Evaluation = Schema.Struct({
  id: Schema.String.pipe(
    Schema.check(
      Schema.isPattern(/^[a-z0-9][a-z0-9_]*$/u, { message: "an id is of lower-case letters, digits and _" })
    ),
    Schema.annotate({ description: "name, unique" })
  ),
  group: Schema.Literals(groups).annotate({ description: "variant effects, or tracks" }),
  extra: Schema.Boolean.annotate({ description: "true for a row that is not one of the paper's 26 and 24" }),
  title: text("what a table calls it"),
  family: Schema.Literals(families).annotate({ description: "the kind of regulation" }),
  task: Schema.Literals(tasks).annotate({ description: "what is asked of the model" }),
  line: Schema.NullOr(Line).annotate({
    description: "where the paper's overview figure shows it; null where it does not"
  }),
  data: Data.annotate({ description: "the data" }),
  scoring: Scoring.annotate({ description: "how variants are scored" }),
  metric: Metric.annotate({ description: "what is measured" }),
  reported: Schema.Array(Reported).annotate({
    description: "every value reported for AlphaGenome; they conflict, so all are kept"
  }),
  expected: Schema.NullOr(
    Schema.Struct({
      value: Schema.Finite.annotate({ description: "what the scores must give" }),
      tolerance: Schema.Finite.annotate({
        description: "how far from it a run may be: less than leaves half of the metric's range inside"
      }),
      source: may(Schema.Literals(sources), "of which source the scores are; published, if not said"),
      by: may(Schema.String, "what gave it; AlphaGenome, if not said")
    })
  ).annotate({ description: "the check of a run; null where there is none" }),
  comparators: Schema.Array(
    Schema.Struct({ name: text("the model"), value: Schema.Finite, where: text("where it stands, or `derived`") })
  ).annotate({ description: "other models, the best first" }),
  improvement: Schema.Array(
    Schema.Struct({
      value: Schema.Finite.annotate({ description: "in %" }),
      where: text("where it stands, or `derived`")
    })
  ).annotate({ description: "relative improvement over the best competitor, as reported" }),
  won: Schema.NullOr(Schema.Boolean).annotate({
    description: "whether AlphaGenome is reported to be at least as good"
  }),
  status: Schema.Record(Schema.String, Schema.String).annotate({
    description: "how well a field is known: published, code, derived, inferred, unknown, with a word on why"
  }),
  notes: may(Schema.String, "conflicts and anything else a reader must know")
})
export type Evaluation = typeof Evaluation.Type

/** A file of a user's own rows. A row whose `id` is known changes the fields that it names; another needs no more than what it is about and how it is measured. */
export const File = Schema.Struct({
  evaluations: Schema.Array(
    Evaluation.mapFields(Struct.map(Schema.optionalKey)).mapFields(Struct.assign({ id: Evaluation.fields.id }))
  ).annotate({ description: "rows to change or to add" })
})
