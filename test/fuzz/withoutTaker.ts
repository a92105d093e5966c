/** Why a stage is not given spoiled rows: it takes none, or not as lines of text. A new stage has a taker, or stands here. */
export const withoutTaker: Readonly<Record<string, string>> = {
  "count-junctions": "reads of a BAM file, which is binary",
  "fetch-dataset": "takes no rows",
  "fetch-reference": "takes sequences, no rows",
  "in-silico-mutagenesis": "counts substitutions, many of them in one row",
  "load-tfrecords": "records are binary, and intervals must be as many as there are records",
  "published-scores": "its rows are in tables that it downloads",
  report: "shows tables as they are",
  "splice-sites": "needs SpliceAI's weights",
  "splice-variants": "needs SpliceAI's weights",
  "synthetic-cohort": "takes no rows",
  "synthetic-features": "takes no rows",
  "synthetic-model": "takes no rows",
  "synthetic-scores": "takes names of evaluations and draws rows for them",
  "synthetic-signals": "takes what other synthetic stages made",
  "synthetic-tracks": "takes predictions, which are binary",
  "variant-evaluations": "takes no rows"
}
