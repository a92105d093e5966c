import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { assert, describe, it } from "vitest"
import * as Fasta from "../../../src/genome/Fasta.ts"
import * as Announcement from "../../../src/model/remote/Announcement.ts"
import * as Connection from "../../../src/model/remote/Connection.ts"
import * as ModelServer from "../../../src/model/remote/ModelServer.ts"
import * as Protocol from "../../../src/model/remote/Protocol.ts"
import * as RemoteEntry from "../../../src/model/remote/RemoteEntry.ts"
import * as Model from "../../../src/model/Model.ts"
import { runPromise } from "../../support/stage.ts"
import * as Reading from "../../../src/model/remote/Reading.ts"
import * as RemoteModel from "../../../src/model/remote/RemoteModel.ts"
import * as Server from "../../../src/model/remote/Server.ts"
import type { SequenceModel } from "../../../src/model/SequenceModel.ts"
import { countingModel, outputs } from "../../support/countingModel.ts"
import { fasta, randomSequence } from "../../support/synthetic.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

const connect = (port: number, options: Partial<Connection.Options> = {}) =>
  Connection.open({
    address: `127.0.0.1:${port}`,
    plaintext: true,
    key: undefined,
    workers: 3,
    perMinute: undefined,
    timeout: 20,
    ...options
  })

const serve = (model: SequenceModel, options: Partial<ModelServer.Options> = {}) =>
  Server.listen(ModelServer.make(model, { reference: undefined, scoring: undefined, chunkBytes: 1000, ...options }), {
    host: "127.0.0.1",
    port: 0,
    headers: { [Announcement.header]: Announcement.encode(ModelServer.announcement(model)) }
  })

const remote = Effect.fnUntraced(function* (model: SequenceModel) {
  const connection = yield* connect(yield* serve(model))
  return yield* RemoteModel.make(connection, { modelVersion: "", workers: 3 })
})

describe("a model over the network", () => {
  it("is told as the model itself: outputs, bins, lengths, all that tracks say", async () => {
    const model = countingModel()
    const { info } = await run(remote(model))
    assert.deepEqual(info.organisms, ["human"])
    assert.deepEqual(info.lengths, model.info.lengths)
    assert.strictEqual(info.citation, "none – it only counts")
    const told = info.outputs("human")
    assert.deepEqual(
      told.map((output) => ({ ...output, tracks: output.tracks.length })),
      outputs.map((output) => ({ ...output, tracks: output.tracks.length }))
    )
    assert.deepEqual(told[0]!.tracks[0]!.metadata, outputs[0]!.tracks[0]!.metadata)
    assert.deepInclude(told[0]!.tracks[1]!.metadata, { endedness: "paired", genetically_modified: false })
    assert.deepEqual(
      told.flatMap(({ tracks }) => tracks.map(({ name, strand, group }) => [name, strand, group])),
      outputs.flatMap(({ tracks }) => tracks.map(({ name, strand, group }) => [name, strand, group]))
    )
  })

  it("answers as the model itself: every output, wanted tracks in their order, wanted regions", async () => {
    const model = countingModel()
    const sequences = [1, 2, 3, 4].map((seed) => randomSequence(2048, seed))
    const wants = [
      {
        output: "RNA_SEQ",
        tracks: [2, 0],
        regions: [
          [10, 20],
          [500, 777]
        ]
      },
      { output: "CHIP_TF" },
      { output: "CONTACT_MAPS" },
      { output: "SPLICE_JUNCTIONS" }
    ] as const
    const here = await run(model.predict("human", sequences, wants))
    const there = await run(Effect.flatMap(remote(model), ({ predict }) => predict("human", sequences, wants)))
    assert.deepEqual(there, here)
  })

  it("asks the service only for the samples of the wanted tracks", async () => {
    const model = countingModel()
    const wants = [
      { output: "RNA_SEQ", tracks: [1] },
      { output: "CHIP_TF", tracks: [1] }
    ] as const
    const sequence = randomSequence(1024)
    const terms: Array<unknown> = []
    const handlers = ModelServer.make(model, { reference: undefined, scoring: undefined, chunkBytes: 2 ** 20 })
    const answers = await run(
      Effect.gen(function* () {
        const port = yield* Server.listen(
          {
            ...handlers,
            PredictSequence: (request, send) => {
              terms.push(...request.ontologies)
              return handlers.PredictSequence(request, send)
            }
          },
          {
            host: "127.0.0.1",
            port: 0,
            headers: { [Announcement.header]: Announcement.encode(ModelServer.announcement(model)) }
          }
        )
        const client = yield* RemoteModel.make(yield* connect(port), { modelVersion: "", workers: 1 })
        return yield* client.predict("human", [sequence], wants)
      })
    )
    assert.deepEqual(terms, [{ type: Protocol.ontologies.UBERON, id: 948 }])
    assert.deepEqual(answers, await run(model.predict("human", [sequence], wants)))
  })

  it("refuses what the model does not read or have, in words", async () => {
    const failure = (length: number, output: string) =>
      run(
        Effect.flatMap(remote(countingModel()), ({ predict }) =>
          Effect.flip(predict("human", ["A".repeat(length)], [{ output }]))
        )
      )
    assert.include(
      (await failure(1000, "RNA_SEQ")).message,
      "a sequence has 1000 bp where alphagenome-api reads 1024 to 131072"
    )
    assert.include((await failure(1024, "RNA")).message, "alphagenome-api has no output 'RNA'")
  })
})

describe("the service", () => {
  it("that is hosted needs a key", async () => {
    const request = { organism: "human", weights: [], tracks: undefined, batch: 1 } as const
    const hosted = await runPromise(Effect.scoped(Effect.flip(Model.open("alphagenome-api", request))))
    assert.strictEqual(hosted.message, "the hosted AlphaGenome service needs a key")
    assert.include("hint" in hosted ? hosted.hint : "", "AGFLOW_ALPHAGENOME_API_KEY")
  })

  it.each([
    ["gpu-box:50051", "gpu-box:50051", false],
    ["http://gpu-box:50051/", "gpu-box:50051", true],
    ["https://models.lab.org", "models.lab.org", false]
  ])("at %s is found at %s", (text, address, plaintext) => {
    assert.deepEqual(RemoteEntry.parseAddress(text), { address, plaintext })
  })

  it("is not asked for lengths that it does not read, nor for padding", async () => {
    const [model, official] = await run(
      Effect.gen(function* () {
        const handlers = ModelServer.make(countingModel(), {
          reference: undefined,
          scoring: undefined,
          chunkBytes: 1000
        })
        const row = (name: string) => ({ name, strand: 3 })
        const port = yield* Server.listen(
          {
            ...handlers,
            GetMetadata: (_, send) =>
              send({ outputs: [{ type: 1, tracks: { rows: [row("a"), row("padding"), row("b"), row("Padding")] } }] })
          },
          { host: "127.0.0.1", port: 0, headers: {} }
        )
        const model = yield* RemoteModel.make(yield* connect(port), {
          modelVersion: "",
          workers: 1,
          onlyLengths: Announcement.officialLengths
        })
        const official = yield* Effect.forEach([16_384, 32_768], (length) => Effect.result(model.prepare(length)))
        return [model, official] as const
      })
    )
    assert.deepEqual(
      model.info
        .outputs("human")
        .map(({ name, resolution, tracks }) => [name, resolution, tracks.map((each) => each.name)]),
      [["ATAC", 1, ["a", "b"]]]
    )
    assert.deepEqual(
      official.map((each) => (each._tag === "Failure" ? each.failure.message : each.success)),
      [1, "a window has 32768 bp where the service reads 16384, 131072, 524288, 1048576"]
    )
  })
})

describe("a server of intervals and variants", () => {
  const genome = `${"N".repeat(200)}${randomSequence(3800, 9)}`
  const withServer = <A>(body: (connection: Connection.Connection) => Effect.Effect<A, unknown, Scope.Scope>) =>
    run(
      Effect.gen(function* () {
        const reference = yield* Fasta.open(fasta({ chr1: genome }))
        const port = yield* serve(countingModel(), { reference })
        return yield* body(yield* connect(port))
      })
    )

  it("answers an interval of the genome, N beyond its end, turned for the minus strand", async () => {
    const ask =
      (strand: number, start = 3000) =>
      (connection: Connection.Connection) =>
        connection.call(
          "PredictInterval",
          {
            interval: { chromosome: "chr1", start, end: start + 1024, strand },
            organism: 9606,
            outputs: [Protocol.outputTypes.RNA_SEQ],
            ontologies: [],
            modelVersion: ""
          },
          ({ next }) =>
            Reading.all(next, ({ output }) => (output == null ? undefined : [output, output.tracks?.values]))
        )
    const [plus] = await withServer(ask(1))
    assert.deepEqual(plus!.array.shape, [1024, 3])
    assert.deepInclude(plus!.item.tracks!.interval, { chromosome: "chr1", start: 3000, end: 4024 })
    const code = "ACGT".indexOf(genome[3007]!) + 1
    assert.strictEqual(plus!.array.values[7 * 3], code * (1 + (7 % 5)))
    assert.strictEqual(plus!.array.values[1020 * 3], 0)
    const outside = await withServer((connection) => Effect.flip(ask(1, 4000)(connection)))
    assert.include(outside.message, "chr1:4001-5024 lies outside the reference sequence")
    const [minus] = await withServer(ask(2))
    // The complement of the last base but 24 is the 24th that the model reads; its minus track is the genome's plus.
    const complement = "TGCA".indexOf(genome[3999]!) + 1
    assert.strictEqual(minus!.array.values[999 * 3], (complement * (1 + (24 % 5))) / 2)
  })

  it("answers both alleles of a variant, and refuses one outside the window", async () => {
    const ask = (position: number) => (connection: Connection.Connection) =>
      connection.call(
        "PredictVariant",
        {
          interval: { chromosome: "chr1", start: 1000, end: 2024, strand: 3 },
          variant: { chromosome: "1", position, reference: genome.slice(1100, 1103), alternate: "A" },
          organism: 9606,
          outputs: [Protocol.outputTypes.RNA_SEQ],
          ontologies: [{ type: Protocol.ontologies.CL, id: 81 }],
          modelVersion: ""
        },
        ({ next }) =>
          Reading.all(next, ({ reference, alternate }) => {
            const output = reference ?? alternate
            return output == null ? undefined : [reference == null ? "alternate" : "reference", output.tracks?.values]
          })
      )
    const answers = await withServer(ask(1101))
    assert.deepEqual(
      answers.map(({ item, array }) => [item, array.shape]),
      [
        ["reference", [1024, 1]],
        ["alternate", [1024, 1]]
      ]
    )
    const letters = answers.map(({ array }) =>
      Array.from(array.values, (value, i) => "NACGT"[Math.round((value * 3) / (1 + (i % 5)))]).join("")
    )
    assert.strictEqual(letters[0], genome.slice(1000, 2024))
    assert.strictEqual(letters[1], `${genome.slice(1000, 1100)}A${genome.slice(1103, 2026)}`)
    const refusal = await withServer((connection) => Effect.flip(ask(3000)(connection)))
    assert.strictEqual(refusal.reason, "refused")
    assert.include(refusal.message, "does not lie inside chr1:1001-2024")
  })

  it("says that it has no scorers, and of an organism that it does not know it", async () => {
    const request = { organism: 9606, scorers: [], modelVersion: "", mergeStrands: false }
    const refusals = await withServer((connection) =>
      Effect.all([
        Effect.flip(connection.call("ScoreVariant", request, ({ next }) => next)),
        Effect.flip(connection.call("GetMetadata", { organism: 10090 }, ({ next }) => next))
      ])
    )
    assert.deepEqual(
      refusals.map(({ reason }) => reason),
      ["refused", "refused"]
    )
    assert.include(refusals[0].message, "scores nothing")
    assert.include(refusals[1].message, "counting knows human, not organism 10090")
  })
})
