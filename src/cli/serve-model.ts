/** `agflow serve-model`: a model for AlphaGenome's clients. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Settings } from "../core/Settings.ts"
import * as Tally from "../core/Tally.ts"
import { Task } from "../core/Task.ts"
import { organisms } from "../model/SequenceModel.ts"
import * as Options from "./Options.ts"
import { stderr } from "./Quit.ts"

const optional = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)
const repeated = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.atLeast(0))

/** What the model tells of itself goes to standard error. */
const task = Task.of({
  progress: () => Effect.void,
  log: stderr,
  note: (fact) => (fact.kind === "device" ? stderr(`${fact.runtime}: ${fact.name} (${fact.numerics})`) : Effect.void),
  ledger: Tally.makeLedger(),
  synthetic: false,
  lineage: {},
  scratch: ".",
  checkpoint: { read: Effect.succeed([]), append: () => Effect.void }
})

export const serveModel = Command.make(
  "serve-model",
  {
    model: Flag.String("model").pipe(
      Flag.withDescription("its name, as in a workflow: synthetic, mini-borzoi, exec, ...")
    ),
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
    function* (choice) {
      const { start } = yield* Effect.promise(() => import("./ModelService.ts"))
      yield* start(choice)
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
