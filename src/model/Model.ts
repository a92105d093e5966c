/** The models that a workflow can name. */
import * as Schema from "effect/Schema"
import type { Architecture } from "./Architecture.ts"
import { miniBorzoi } from "./architectures/MiniBorzoi.ts"
import { synthetic } from "./architectures/Synthetic.ts"

export const models = { "mini-borzoi": miniBorzoi, synthetic } as const satisfies Record<string, Architecture>

export const ModelName = Schema.Literals(["mini-borzoi", "synthetic"])
export type ModelName = typeof ModelName.Type

export const get = (name: ModelName): Architecture => models[name]

/** Base pairs that the output covers. */
export const outputWidth = ({ outputLength, binSize }: Architecture): number => outputLength * binSize

/** The 0-based half-open interval that bin `bin` covers, given where the input window starts. */
export const binInterval = (model: Architecture, windowStart: number, bin: number): readonly [number, number] => {
  const start = windowStart + model.outputOffset + bin * model.binSize
  return [start, start + model.binSize]
}
