/** The models that a workflow can name. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { InputError } from "../core/Failure.ts"
import * as Suggest from "../core/Suggest.ts"
import type { Architecture } from "./Architecture.ts"
import * as AlphaGenomeEntry from "./architectures/alphagenome/Entry.ts"
import { aparent2 } from "./architectures/Aparent2.ts"
import { miniBorzoi, miniBorzoiShort } from "./architectures/MiniBorzoi.ts"
import { spliceAi } from "./architectures/SpliceAI.ts"
import { synthetic } from "./architectures/Synthetic.ts"
import * as ExecModel from "./exec/ExecModel.ts"
import type { ModelAsked, ModelEntry, ModelNeed, ModelRequest } from "./ModelEntry.ts"
import * as ProgramModel from "./ProgramModel.ts"
import * as RemoteEntry from "./remote/RemoteEntry.ts"
import * as SequenceModel from "./SequenceModel.ts"

/** Those that are one program. */
export const architectures = {
  aparent2,
  "mini-borzoi": miniBorzoi,
  "mini-borzoi-short": miniBorzoiShort,
  spliceai: spliceAi,
  synthetic
} as const satisfies Readonly<Record<string, Architecture>>

export const models = {
  alphagenome: AlphaGenomeEntry.entry,
  aparent2: ProgramModel.entry(aparent2),
  "mini-borzoi": ProgramModel.entry(miniBorzoi),
  "mini-borzoi-short": ProgramModel.entry(miniBorzoiShort),
  spliceai: ProgramModel.entry(spliceAi),
  synthetic: ProgramModel.entry(synthetic),
  "alphagenome-api": RemoteEntry.entry,
  exec: ExecModel.entry
} as const satisfies Readonly<Record<string, ModelEntry>>

export type ModelName = keyof typeof models
export const ModelName = Schema.Literals(Object.keys(models) as ReadonlyArray<ModelName>)

/** The model of that name, as a user wrote it. */
export const named = (name: string): Effect.Effect<ModelName, InputError> => {
  const names = Object.keys(models) as ReadonlyArray<ModelName>
  const found = names.find((each) => each === name)
  return found === undefined
    ? Effect.fail(new InputError({ message: `there is no model '${name}'`, hint: Suggest.hint(name, names, "models") }))
    : Effect.succeed(found)
}

const foreign = (name: ModelName, organisms: ReadonlyArray<SequenceModel.Organism>, organism: SequenceModel.Organism) =>
  organisms.includes(organism) ? undefined : `${name} knows ${organisms.join(" and ")}, not ${organism}`

/** Params that one model alone has a use for. */
const own = { command: "exec", address: "alphagenome-api", modelVersion: "alphagenome-api" } as const

/** What a request for the model lacks, as far as it is known before the run. */
export const needs = (name: ModelName, asked: ModelAsked): ReadonlyArray<ModelNeed> => {
  const entry: ModelEntry = models[name]
  const { organisms, lengths } = entry.known
  const unknown = organisms && foreign(name, organisms, asked.organism)
  const misfit = lengths && asked.width !== undefined && SequenceModel.lengthFault({ name, lengths }, asked.width)
  const idle = (Object.keys(own) as ReadonlyArray<keyof typeof own>).filter(
    (of) => own[of] !== name && asked[of] !== undefined
  )
  return [
    ...entry.needs(asked),
    ...(unknown === undefined ? [] : [{ of: "organism" as const, message: unknown }]),
    ...(misfit ? [{ of: "width" as const, message: misfit }] : []),
    ...idle.map((of) => ({ of, message: `${name} has no use for it: it is for the model ${own[of]}` }))
  ]
}

/** Opens a model by its name; one that does not know the organism is refused. */
export const open = Effect.fnUntraced(function* (name: ModelName, request: ModelRequest) {
  const model = yield* models[name].open(request)
  const { organisms } = model.info
  const message = foreign(name, organisms, request.organism)
  return message === undefined ? model : yield* new InputError({ message })
})
