/** The two figures of the GWAS benchmark: how many signals are resolved, and whether directions agree. */
import { signAccuracy, type Benchmark, type Class, classes } from "../evaluation/GwasBenchmark.ts"
import * as Figure from "./Figure.ts"
import * as Numeral from "./Numeral.ts"
import * as ScatterPlot from "./ScatterPlot.ts"
import * as StackedBars from "./StackedBars.ts"
import * as Strip from "./Strip.ts"

export interface Options {
  readonly ppH4Threshold: number
  readonly synthetic: boolean
}

const colours: { readonly [C in Class]: string } = {
  both: Figure.palette.blue,
  "model only": Figure.palette.sky,
  "colocalisation only": Figure.palette.orange,
  neither: Figure.palette.grey,
  "not scored": Figure.palette.pale
}

/** More points than this go without tooltips: they would make most of the file. */
const mostLabels = 2000

const label = (stratum: string): string => (stratum === "all" || stratum === "no PP.H4" ? stratum : `PP.H4 ${stratum}`)

const thresholdText = ({ threshold }: Benchmark): string =>
  threshold.value === null
    ? "no threshold of the model is accurate enough"
    : `|score| of at least ${Numeral.significant(threshold.value)} (${threshold.calibrated ? "calibrated on these signals" : "given, not calibrated for this model"})`

/** Which signals the model, colocalisation, both or neither resolve, in each stratum of PP.H4. */
export const coverage = (benchmark: Benchmark, { ppH4Threshold, synthetic }: Options): string =>
  StackedBars.render({
    title: "Signals resolved by the model and by colocalisation",
    subtitle: `Resolved by the model: ${thresholdText(benchmark)}. Resolved by colocalisation: PP.H4 of at least ${ppH4Threshold}.`,
    synthetic,
    counted: "signals",
    classes: classes.map((label) => ({ label, colour: colours[label] })),
    bars: benchmark.strata.map((row) => ({
      label: label(row.stratum),
      counts: [row.both, row.model_only, row.colocalisation_only, row.neither, row.not_scored]
    }))
  })

const measuredDirection = (benchmark: Benchmark, synthetic: boolean): string => {
  const { pairs, threshold } = benchmark
  const accuracy = signAccuracy(pairs)
  const agree = Math.round((accuracy.value ?? 0) * accuracy.n)
  const digits = (value: number | null) => (value ?? 0).toFixed(2)
  const points = pairs.map(({ variantId, geneId, score, measured }) => ({
    x: measured,
    y: score,
    ...(pairs.length > mostLabels
      ? {}
      : {
          label: `${variantId} ${geneId}: measured ${Numeral.significant(measured)}, predicted ${Numeral.significant(score)}`
        })
  }))
  const guide = threshold.value === null ? [] : [threshold.value, -threshold.value]
  return ScatterPlot.render({
    title: "Does the model move the gene in the direction that the eQTL measured?",
    subtitle: `Same direction in ${agree} of ${Numeral.counted(accuracy.n, "variant-gene pair")}: sign accuracy ${digits(accuracy.value)} (95 % interval ${digits(accuracy.low)} to ${digits(accuracy.high)}).`,
    synthetic,
    xLabel: "measured: eQTL effect of the ALT allele (beta)",
    yLabel: "predicted: score of the ALT allele",
    series: [
      {
        label: "same direction",
        colour: Figure.palette.blue,
        shape: "circle",
        points: points.filter(({ x, y }) => x * y > 0)
      },
      {
        label: "opposite, or no prediction",
        colour: Figure.palette.vermillion,
        shape: "cross",
        points: points.filter(({ x, y }) => !(x * y > 0))
      }
    ],
    guides: guide.map((y) => ({ y, label: "threshold of the model" }))
  })
}

const predictedSizes = ({ signals, strata, threshold }: Benchmark, synthetic: boolean): string =>
  Strip.render({
    title: "How strongly the model moves the gene; no direction was measured",
    subtitle:
      "Each dot is a scored signal. The table has no measured effects, so whether the directions are right is unknown.",
    synthetic,
    xLabel: "|score| of the ALT allele (logarithmic axis)",
    groups: strata
      .filter(({ stratum, n }) => stratum !== "all" && n > 0)
      .map(({ stratum }) => ({
        label: label(stratum),
        values: signals.flatMap((row) => (row.stratum === stratum && row.abs_score !== null ? [row.abs_score] : []))
      })),
    ...(threshold.value === null ? {} : { reference: { x: threshold.value, label: "threshold of the model" } })
  })

/** Predicted against measured effects; where nothing was measured, the sizes of the predictions. */
export const direction = (benchmark: Benchmark, { synthetic }: Options): string =>
  benchmark.pairs.length > 0 ? measuredDirection(benchmark, synthetic) : predictedSizes(benchmark, synthetic)
