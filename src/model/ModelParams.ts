/** What every stage that runs a model takes: the params and inputs that say which model, on which windows. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as FileSystem from "effect/FileSystem"
import { cannot, InputError } from "../core/Failure.ts"
import * as Reader from "../data/table/Reader.ts"
import * as Param from "../dsl/stage/Param.ts"
import * as Port from "../dsl/stage/Port.ts"
import type { GivenFiles, GivenInputs, Inspection, Unmet } from "../dsl/stage/Requirement.ts"
import * as Requirement from "../dsl/stage/Requirement.ts"
import * as Window from "../genome/Window.ts"
import * as Model from "./Model.ts"
import type { ModelAsked, ModelEntry } from "./ModelEntry.ts"
import * as SequenceModel from "./SequenceModel.ts"
import * as Track from "./Track.ts"

export const fields = {
  model: Param.required(Model.ModelName, "which model"),
  organism: Param.withDefault(
    Schema.Literals(SequenceModel.organisms),
    "human",
    "whose outputs, of a model that knows several"
  ),
  batch: Param.optional(Param.Count, "windows given to the runtime at once; default by the size of the model"),
  average_strands: Param.withDefault(
    Schema.Boolean,
    false,
    "average the predictions for each sequence and for its reverse complement"
  ),
  command: Param.optional(
    Param.listOf(Schema.String),
    "for model exec: the program that answers, with its arguments; the files of weights follow as further ones"
  ),
  address: Param.optional(
    Schema.String,
    "for model alphagenome-api: a server other than the hosted one, host:port, or http://host:port without TLS"
  ),
  model_version: Param.optional(
    Schema.String,
    "for model alphagenome-api: which of the service's models (ALL_FOLDS, FOLD_0, ...); default the service's own choice"
  )
}

export const inputs = {
  reference: Port.file("fasta", "the genome, or pieces of it"),
  windows: Port.table(Window.table, "the stretches to predict, of one length that the model reads"),
  weights: Port.optional(
    Port.list(
      Port.file("file", "weights"),
      "the model's weights: .h5 (aparent2, mini-borzoi, spliceai), .safetensors (synthetic), none (alphagenome-api), what the process reads (exec); of several files the predictions are averaged"
    )
  ),
  tracks: Port.optional(Port.table(Track.table, "what the model's outputs are; default: the model's own names"))
}

type Params = Schema.Struct<typeof fields>["Type"]
type Inputs = { readonly [K in keyof typeof inputs]: Port.Input<(typeof inputs)[K]> }

/** The param or input that says each part of what is asked of a model. */
const places: { readonly [K in Exclude<keyof ModelAsked, "width">]: string } = {
  organism: "organism",
  command: "command",
  address: "address",
  modelVersion: "model_version",
  weights: "weights"
}

/**
 * What the model lacks, before the run; `length` is the param that says how long the windows are, where there is one. Else
 * the stage that makes them says it, or {@link inspect} of a table that is there.
 */
export const check = (
  { model, organism, command, address, model_version }: Params,
  given: GivenInputs,
  length?: { readonly param: string; readonly bp: number | undefined }
): ReadonlyArray<Unmet> => {
  const width = length?.bp ?? given.fact("windows", "width")
  const asked = {
    organism,
    command,
    address,
    modelVersion: model_version,
    weights: given.has("weights") ? given.count("weights") : 0,
    width
  }
  return Model.needs(model, asked).map(({ of, message, hint }) => {
    const at = of === "width" ? (length?.bp === undefined ? "windows" : length.param) : places[of]
    return {
      at,
      message: of === "weights" || (of === "command" && command === undefined) ? message : `${at}: ${message}`,
      hint
    }
  })
}

/** Whether the model reads windows of a table that is there, by the first of them. */
export const inspect = ({ model }: Pick<Params, "model">, { windows }: GivenFiles): Inspection => {
  const { lengths }: ModelEntry["known"] = Model.models[model].known
  if (typeof windows !== "string" || lengths === undefined) return Requirement.nothing
  return Reader.use(windows, {}, (source) =>
    Effect.tryPromise({
      try: async () => {
        const { value: batch } = await source.batches.next()
        const at = (name: string) => Number(batch?.text(0, source.columns.indexOf(name)))
        return batch === undefined || batch.height === 0 ? undefined : at("end") - at("start")
      },
      catch: cannot("read", windows)
    })
  ).pipe(
    Effect.map((width) => {
      const misfit = width === undefined ? undefined : SequenceModel.lengthFault({ name: model, lengths }, width)
      const hint = `build-windows has a param for it: width: ${lengths.preferred}`
      return misfit === undefined ? [] : [{ at: "windows", message: `windows: ${misfit}`, hint }]
    }),
    Effect.mapError((error) => Requirement.ofFile("windows", error))
  )
}

/** The outputs of every model of that name; undefined where weights, a table or a service say what they are. */
export const knownOutputs = (
  { model, organism }: Pick<Params, "model" | "organism">,
  given: GivenInputs
): ReadonlyArray<SequenceModel.Output> | undefined => {
  const { outputs, organisms }: ModelEntry["known"] = Model.models[model].known
  return given.has("tracks") || outputs === undefined || !(organisms?.includes(organism) ?? true)
    ? undefined
    : outputs(organism)
}

/** The model that params and inputs name. */
export const open = Effect.fnUntraced(function* (
  { model, organism, batch, command, address, model_version }: Params,
  { weights, tracks }: Pick<Inputs, "weights" | "tracks">
) {
  return yield* Model.open(model, {
    organism,
    batch,
    command,
    address,
    modelVersion: model_version,
    weights: weights ?? [],
    tracks: tracks === undefined ? undefined : { path: tracks.path, rows: yield* tracks.rows }
  })
})

/** The windows, of one length that the model reads, each with a name of its own. */
export const windowsOf = Effect.fnUntraced(function* (
  info: SequenceModel.ModelInfo,
  table: Port.InputTable<typeof Window.table>
): Effect.fn.Return<
  { readonly windows: ReadonlyArray<Window.Window>; readonly length: number },
  InputError,
  FileSystem.FileSystem
> {
  const windows = yield* table.rows
  const [first] = windows
  const length = first === undefined ? info.lengths.preferred : first.end - first.start
  const names = new Set<string>()
  for (const [index, { window_id, start, end }] of windows.entries()) {
    const misfit = SequenceModel.lengthFault(info, end - start)
    const fault =
      misfit !== undefined
        ? `window '${window_id}' has ${misfit}`
        : end - start !== length
          ? `window '${window_id}' has ${end - start} bp, the first one ${length}: all must have one length`
          : names.has(window_id)
            ? `two windows are named '${window_id}'`
            : undefined
    if (fault !== undefined) {
      const hint =
        misfit === undefined ? undefined : `build-windows has a param for it: width: ${info.lengths.preferred}`
      return yield* new InputError({
        message: fault,
        file: table.path,
        line: index + 2,
        ...(hint === undefined ? {} : { hint })
      })
    }
    names.add(window_id)
  }
  return { windows, length }
})
