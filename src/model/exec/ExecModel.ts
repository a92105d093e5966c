/** A model whose answers come from a process that a lab has written (docs/model-process.md). */
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Digest from "../../core/Digest.ts"
import { InputError, messageOf } from "../../core/Failure.ts"
import { Settings } from "../../core/Settings.ts"
import { Task } from "../../core/Task.ts"
import * as TrackColumns from "../TrackColumns.ts"
import * as Gpu from "../Gpu.ts"
import type { ModelEntry, ModelRequest } from "../ModelEntry.ts"
import { ModelError, type ModelFailure } from "../ModelError.ts"
import { keyNames } from "../remote/Key.ts"
import * as SequenceModel from "../SequenceModel.ts"
import * as Track from "../Track.ts"
import * as Values from "../Values.ts"
import * as ModelProcess from "./ModelProcess.ts"
import type { Info, Output } from "./Protocol.ts"

const outputOf = ({ name, kind = "tracks", resolution, offset = 0, tracks }: Output): SequenceModel.Output => {
  const rows = typeof tracks === "number" ? Track.generic(tracks) : tracks
  return {
    name,
    kind,
    resolution,
    offset,
    tracks: rows.map((row, track) => ({
      track,
      group: name,
      strand: ".",
      description: "",
      ...(typeof row === "string" ? { name: row } : row)
    }))
  }
}

const infoOf = (info: Info): SequenceModel.ModelInfo => {
  const { lengths } = info
  const outputs = info.outputs.map(outputOf)
  return {
    name: info.name,
    summary: info.summary ?? "a model of the lab's own",
    licence: info.licence ?? "not told",
    citation: info.citation ?? "not told",
    organisms: info.organisms ?? ["human"],
    lengths:
      typeof lengths === "number"
        ? { preferred: lengths, min: lengths, max: lengths, multiple: lengths }
        : { multiple: 1, ...lengths },
    outputs: () => outputs
  }
}

/** Of one sequence and one output; throws with what does not fit. */
const valuesOf = (
  output: SequenceModel.Output,
  length: number,
  want: SequenceModel.Want,
  answer: ModelProcess.Answer | undefined
): SequenceModel.Values => {
  if (answer === undefined) throw new Error(`no answer for '${output.name}'`)
  const { shape, values } = answer
  const given = answer.tracks ?? output.tracks.map(({ track }) => track)
  const bins = SequenceModel.binCount(output, length)
  const expected = output.kind === "contacts" ? [bins, bins, given.length] : [bins, given.length]
  if (shape.join() !== expected.join() || values.length !== expected.reduce((product, axis) => product * axis, 1)) {
    throw new Error(
      `'${output.name}' has ${values.length} numbers of shape ${shape.join(" x ")}, expected ${expected.join(" x ")}`
    )
  }
  const wrong = Values.firstNotFinite(values)
  if (wrong !== -1) throw new Error(`number ${wrong} of '${output.name}' is ${values[wrong]!}`)
  const columns = TrackColumns.find(given, want.tracks ?? output.tracks.map(({ track }) => track), (missing) => {
    throw new Error(`'${output.name}' lacks track ${missing}`)
  })
  const tracks = columns.map((column) => given[column]!)
  if (output.kind === "contacts") {
    return { kind: "contacts", tracks, bins, values: TrackColumns.pick(values, given.length, columns) }
  }
  const picked = TrackColumns.pick(values, given.length, columns)
  const answered = { ...output, tracks: tracks.map((track) => output.tracks[track]!) }
  const { regions } = want
  return { ...Values.select(answered, length, picked, { output: output.name, ...(regions && { regions }) }), tracks }
}

/** `outputs` are the process's own, or what a table of tracks makes of them. */
export const make = (
  { info: said, ask }: ModelProcess.ModelProcess,
  outputs: ReadonlyArray<SequenceModel.Output>
): SequenceModel.SequenceModel => {
  const info: SequenceModel.ModelInfo = { ...infoOf(said), outputs: () => outputs }
  const batch = said.batch ?? 1

  const askFor = Effect.fnUntraced(function* (
    organism: SequenceModel.Organism,
    sequences: ReadonlyArray<string>,
    wanted: ReadonlyArray<{ readonly want: SequenceModel.Want; readonly output: SequenceModel.Output }>
  ): Effect.fn.Return<ReadonlyArray<SequenceModel.Prediction>, ModelError> {
    const wants = wanted.map(({ want: { output, tracks } }) => ({ output, ...(tracks && { tracks }) }))
    const answers = yield* ask({ organism, sequences, wants })
    return yield* Effect.try({
      try: () =>
        sequences.map(
          ({ length }, at) =>
            new Map(
              wanted.map(({ want, output }) => {
                const answer = answers.find((each) => each.sequence === at && each.output === output.name)
                return [output.name, valuesOf(output, length, want, answer)]
              })
            )
        ),
      catch: (cause) => new ModelError({ message: `the process of ${info.name} answers amiss: ${messageOf(cause)}` })
    })
  })

  const predict: SequenceModel.SequenceModel["predict"] = Effect.fnUntraced(function* (organism, sequences, wants) {
    const wanted = yield* SequenceModel.wanted(info, organism, wants)
    const parts = Array.from({ length: Math.ceil(sequences.length / batch) }, (_, part) =>
      sequences.slice(part * batch, (part + 1) * batch)
    )
    return (yield* Effect.forEach(parts, (part) => askFor(organism, part, wanted))).flat()
  })

  const prepare = (length: number): Effect.Effect<number, ModelFailure> => {
    const fault = SequenceModel.lengthFault(info, length)
    return fault === undefined
      ? Effect.succeed(batch)
      : Effect.fail(new ModelError({ message: `a sequence has ${fault}` }))
  }
  return { info, prepare, predict, predictVariants: SequenceModel.predictVariants(predict) }
}

/** The folder of agflow_model.py, which a process in Python may import. */
const adapters = (folder = dirname(fileURLToPath(import.meta.url))): string | undefined => {
  if (existsSync(join(folder, "adapters/agflow_model.py"))) return join(folder, "adapters")
  return folder === dirname(folder) ? undefined : adapters(dirname(folder))
}

/** All of this process's but the keys of services, which are none of a model's business. */
const environment = (threads: number, device: string): Readonly<Record<string, string | undefined>> => {
  const paths = [adapters(), process.env["PYTHONPATH"]].filter((path) => path !== undefined && path !== "")
  const own = Object.entries(Gpu.givenEnvironment()).filter(([name]) => !keyNames.some((key) => key === name))
  return {
    ...Object.fromEntries(own),
    PYTHONPATH: paths.join(":"),
    AGFLOW_THREADS: String(threads),
    AGFLOW_DEVICE: device
  }
}

const lacksCommand = {
  message: "the model 'exec' needs the param 'command'",
  hint: "for example command: [python3] with weights: [./my_model.py]"
}

const open = Effect.fnUntraced(function* ({ command, weights, tracks, batch }: ModelRequest) {
  const { threads, device } = yield* Settings
  const task = yield* Task
  const [program, ...args] = command ?? []
  if (program === undefined) {
    return yield* new InputError(lacksCommand)
  }
  const child = yield* ModelProcess.start({ program, args: [...args, ...weights], env: environment(threads, device) })
  const info = infoOf(child.info)
  const own = info.outputs("human")
  const outputs = tracks === undefined ? own : yield* Track.assign(own, tracks.rows, tracks.path)
  yield* task.note({ kind: "device", runtime: "exec", name: program, numerics: "the process's own", version: "1" })
  for (const path of weights) {
    const { name, licence, citation } = info
    yield* task.note({ kind: "model", name, weights: yield* Digest.ofFile(path), licence, citation })
  }
  return make(batch === undefined ? child : { ...child, info: { ...child.info, batch } }, outputs)
})

export const entry: ModelEntry = {
  name: "exec",
  summary: "A process of the lab's own: any model, in any language",
  known: {},
  needs: ({ command = [] }) => (command.length === 0 ? [{ of: "command", ...lacksCommand }] : []),
  open: (request) => open(request)
}
