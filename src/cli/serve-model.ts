/** `agflow serve-model`: a model for AlphaGenome's clients. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Settings } from "../core/Settings.ts"
import { Task } from "../core/Task.ts"
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
import { organisms } from "../model/SequenceModel.ts"
import * as Track from "../model/Track.ts"
import * as ServedScores from "../scoring/ServedScores.ts"
import * as Options from "./Options.ts"
import { stderr, stdout } from "./Quit.ts"

const optional = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)
const repeated = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.atLeast(0))

/** What the model tells of itself goes to standard error. */
const task = Task.of({
  progress: () => Effect.void,
  log: stderr,
  note: (fact) => (fact.kind === "device" ? stderr(`${fact.runtime}: ${fact.name} (${fact.numerics})`) : Effect.void),
  scratch: ".",
  checkpoint: { read: Effect.succeed([]), append: () => Effect.void }
})

export const serveModel = Command.make(
  "serve-model",
  {
    model: Flag.String("model").pipe(Flag.withDescription(Object.keys(Model.models).join(", "))),
    weights: repeated("weights", "file of weights; of several files the predictions are averaged"),
    command: repeated("command", "for exec: the program, then each of its arguments"),
    organism: Flag.Literals("organism", organisms).pipe(
      Flag.withDescription("whose tracks --tracks describes"),
      Flag.withDefault("human")
    ),
    tracks: optional("tracks", "table of what the model's outputs are"),
    reference: optional("reference", "FASTA file, for questions about intervals and variants"),
    genes: optional("genes", "GTF file, for scores of genes"),
    polyaSites: optional("polya-sites", "table of polyadenylation sites, for their scores"),
    host: Flag.String("host").pipe(
      Flag.withDescription("address to listen at; without encryption, so keep it inside your network"),
      Flag.withDefault("127.0.0.1")
    ),
    port: Flag.Int("port").pipe(Flag.withDescription("0 for any that is free"), Flag.withDefault(50_051)),
    device: Options.settingsFlags.device
  },
  Effect.fnUntraced(
    function* ({ model: name, weights, command, organism, tracks, reference, genes, polyaSites, host, port }) {
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
        score: fasta && ServedScores.make({ ...sources, reference: fasta }),
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
      return yield* Effect.never
    },
    Effect.scoped,
    (effect, { device }) => {
      const settings = Options.settings({ mirror: [], acceptLicence: [], device })
      return Effect.provide(effect, Layer.merge(Layer.succeed(Settings)(settings), Layer.succeed(Task)(task)))
    }
  )
).pipe(
  Command.withDescription("Serve a model over AlphaGenome's gRPC protocol, for its clients and for agflow elsewhere"),
  Command.withExamples([
    {
      command: "agflow serve-model --model synthetic --weights weights.safetensors --reference genome.fa",
      description: "on this machine, port 50051"
    }
  ])
)
