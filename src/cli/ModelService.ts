/** What `agflow serve-model` runs: loaded when it is asked for, for it needs all models. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Table from "../data/Table.ts"
import * as Annotation from "../genome/Annotation.ts"
import * as Fasta from "../genome/Fasta.ts"
import * as GeneIndex from "../genome/GeneIndex.ts"
import * as PolyaSite from "../genome/PolyaSite.ts"
import * as Model from "../model/Model.ts"
import * as Announcement from "../model/remote/Announcement.ts"
import { exposures } from "../model/remote/Exposure.ts"
import * as ModelServer from "../model/remote/ModelServer.ts"
import * as Server from "../model/remote/Server.ts"
import type { Organism } from "../model/SequenceModel.ts"
import * as Track from "../model/Track.ts"
import * as ServedScores from "../scoring/ServedScores.ts"
import { stderr, stdout } from "./Quit.ts"

export interface Choice {
  readonly model: string
  readonly weights: ReadonlyArray<string>
  readonly command: ReadonlyArray<string>
  readonly organism: Organism
  readonly tracks: Option.Option<string>
  readonly reference: Option.Option<string>
  readonly genes: Option.Option<string>
  readonly polyaSites: Option.Option<string>
  readonly host: string
  readonly port: number
}

/** Opens the model, listens and says where; until the scope ends. */
export const start = Effect.fnUntraced(function* ({
  model: name,
  weights,
  command,
  organism,
  tracks,
  reference,
  genes,
  polyaSites,
  host,
  port
}: Choice) {
  const model = yield* Model.open(yield* Model.named(name), {
    organism,
    weights,
    command,
    batch: undefined,
    tracks: Option.isNone(tracks)
      ? undefined
      : { path: tracks.value, rows: yield* Table.read(tracks.value, Track.table) }
  })
  const fasta = Option.isNone(reference) ? undefined : yield* Fasta.open(reference.value)
  const sites = Option.isNone(polyaSites) ? [] : yield* Table.read(polyaSites.value, PolyaSite.table)
  const sources = {
    model,
    genes: GeneIndex.make(Option.isNone(genes) ? [] : yield* Annotation.read(genes.value)),
    polyaSites: PolyaSite.byGene(sites)
  }
  const handlers = ModelServer.make(model, {
    reference: fasta,
    scoring: fasta && ServedScores.make({ ...sources, reference: fasta }),
    chunkBytes: 2 ** 16
  })
  const bound = yield* Server.listen(handlers, {
    host,
    port,
    headers: { [Announcement.header]: Announcement.encode(ModelServer.announcement(model)) }
  })
  for (const each of model.info.organisms) {
    for (const { type, tracks } of exposures(model.info.outputs(each))) {
      yield* stderr(`${each}: ${type}, ${tracks.length} ${tracks.length === 1 ? "track" : "tracks"}`)
    }
  }
  yield* stdout(`${model.info.name} answers at ${host}:${bound}`)
})
