/** Models elsewhere, from end to end: a served model, workflows that ask it, servers that end in the middle. */
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { createServer, type AddressInfo } from "node:net"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import * as Announcement from "../../src/model/remote/Announcement.ts"
import * as ModelServer from "../../src/model/remote/ModelServer.ts"
import * as Server from "../../src/model/remote/Server.ts"
import { countingModel } from "../support/countingModel.ts"
import { Rig, until, workflow, type Started } from "../support/rig.ts"
import { fasta, randomSequence, textFile, weights } from "../support/synthetic.ts"

let rig: Rig
beforeEach(() => void (rig = new Rig()))
afterEach(() => rig.remove())

const genome = randomSequence(40_000, 3)
const reference = fasta({ chr1: genome })
const places = [9000, 12_000, 17_500, 21_000, 26_000, 31_000]

const variants = textFile("variants.tsv", [
  ["variant_id", "chrom", "pos", "ref", "alt"],
  ...places.map((pos) => {
    const ref = genome[pos - 1]!
    const alt = ref === "A" ? "C" : "A"
    return [`chr1_${pos}_${ref}_${alt}`, "chr1", pos, ref, alt]
  })
])

const windowsOf = (width: number) =>
  textFile("windows.tsv", [
    ["window_id", "chrom", "start", "end", "strand", "variant_id", "gene_id"],
    ...places.map((pos) => {
      const alt = genome[pos - 1] === "A" ? "C" : "A"
      const start = pos - width / 2
      return [`at_${pos}`, "chr1", start, start + width, "+", `chr1_${pos}_${genome[pos - 1]}_${alt}`, "NA"]
    })
  ])

const scoring = (model: object, width: number, output: string) => ({
  uses: "score-variants",
  with: { reference, variants, windows: windowsOf(width), scorers: [{ scorer: "centre_mask", output }], ...model }
})

/** Scores by variant and track. */
const scoresOf = (table: string): ReadonlyMap<string, number> => {
  const [header, ...rows] = table.trimEnd().split("\n")
  const at = (name: string) => header!.split("\t").indexOf(name)
  return new Map(
    rows.map((row) => {
      const cells = row.split("\t")
      return [`${cells[at("variant_id")]} ${cells[at("track_name")]}`, Number(cells[at("score")])]
    })
  )
}

const served = async (args: ReadonlyArray<string>): Promise<{ readonly server: Started; readonly port: number }> => {
  const server = rig.start(["serve-model", ...args, "--port", "0"])
  await until("the server answers", () => /answers at 127\.0\.0\.1:\d+/u.test(server.output()))
  return { server, port: Number(/answers at 127\.0\.0\.1:(\d+)/u.exec(server.output())![1]) }
}

describe("serve-model", () => {
  it("gives the scores that the model gives here, by its predictions and by its own scoring", async () => {
    const path = await weights()
    const { server, port } = await served(["--model", "synthetic", "--weights", path, "--reference", reference])
    const remote = { model: "alphagenome-api", address: `http://127.0.0.1:${port}` }
    rig.write(
      "flow.yaml",
      workflow(
        {
          here: scoring({ model: "synthetic", weights: path }, 8192, "DNASE"),
          asked: scoring(remote, 8192, "DNASE"),
          told: scoring({ ...remote, scored_by: "service" }, 8192, "DNASE")
        },
        { outputs: { here: "${{ here.scores }}", asked: "${{ asked.scores }}", told: "${{ told.scores }}" } }
      )
    )
    const run = await rig.agflow(["run", "flow.yaml"], { env: { AGFLOW_ALPHAGENOME_API_KEY: "s3cret-key" } })
    assert.strictEqual(run.code, 0, run.stdout + run.stderr)
    const results = rig.results()
    const [here, asked, told] = ["here", "asked", "told"].map((name) => scoresOf(results[`${name}.tsv`]!))
    assert.strictEqual(here!.size, places.length * 2)
    assert.isAbove(Math.max(...here!.values()), 0)
    assert.deepEqual(asked, here)
    assert.sameMembers([...told!.keys()], [...here!.keys()])
    // Scores travel as float32.
    for (const [key, score] of told!) assert.strictEqual(score, Math.fround(here!.get(key)!))
    assert.throws(() => execFileSync("grep", ["-rl", "s3cret", rig.folder]), /Command failed/u)

    server.child.kill("SIGTERM")
    const ended = await server.ended
    assert.strictEqual(ended.code, 130)
    assert.include(ended.stderr, "human: DNASE, 2 tracks")
    const again = createServer()
    await new Promise<void>((done) => again.listen(port, "127.0.0.1", done))
    again.close()
  })

  it("says what it lacks", async () => {
    const busy = createServer()
    const port = await new Promise<number>((done) =>
      busy.listen(0, "127.0.0.1", () => done((busy.address() as AddressInfo).port))
    )
    const path = await weights()
    const told = async (...args: ReadonlyArray<string>) => {
      const { code, stderr } = await rig.agflow(["serve-model", ...args])
      assert.strictEqual(code, 2)
      return stderr
    }
    assert.include(
      await told("--model", "synthetc"),
      "error: there is no model 'synthetc'\n  hint: did you mean 'synthetic'?"
    )
    assert.include(await told("--model", "synthetic"), "error: synthetic needs weights")
    assert.include(
      await told("--model", "synthetic", "--weights", path, "--port", String(port)),
      `error: cannot listen at 127.0.0.1:${port}`
    )
    busy.close()
  })
})

describe("a service that ends in the middle", () => {
  const listen = (handlers: Server.Handlers) =>
    Server.listen(handlers, {
      host: "127.0.0.1",
      port: 0,
      headers: { [Announcement.header]: Announcement.encode(ModelServer.announcement(countingModel())) }
    })

  it("keeps the variants that are finished: the next run asks for the rest alone", async () => {
    let asked = 0
    let broken = true
    const handlers = ModelServer.make(
      countingModel(() => void asked++),
      { reference: undefined, scoring: undefined, chunkBytes: 4096 }
    )
    const [first, half, second, again] = await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const port = yield* listen({
            ...handlers,
            PredictSequence: (request, send) =>
              broken && asked >= 6
                ? Effect.fail({ code: 13, message: "out of luck" })
                : handlers.PredictSequence(request, send)
          })
          const model = { model: "alphagenome-api", address: `http://127.0.0.1:${port}`, batch: 1 }
          rig.write(
            "flow.yaml",
            workflow({ scores: scoring(model, 2048, "RNA_SEQ") }, { outputs: { scores: "${{ scores.scores }}" } })
          )
          const first = yield* Effect.promise(() => rig.agflow(["run", "flow.yaml"]))
          const half = asked
          broken = false
          const second = yield* Effect.promise(() => rig.agflow(["run", "flow.yaml"]))
          return [first, half, second, asked] as const
        })
      )
    )
    assert.strictEqual(first.code, 1)
    assert.match(first.stdout + first.stderr, /the server 127\.0\.0\.1:\d+ failed: out of luck/u)
    assert.strictEqual(half, 6)
    assert.strictEqual(second.code, 0, second.stdout)
    // Two alleles of each variant, none asked twice.
    assert.strictEqual(again, places.length * 2)
    assert.strictEqual(scoresOf(rig.results()["scores.tsv"]!).size, places.length * 2)
  })

  const scoringBy = (variant: ModelServer.Scoring["variant"]): ModelServer.Scoring => {
    const none = () => Effect.fail({ code: Server.codes.unimplemented, message: "not here" })
    return { variant, mutagenesis: none, interval: none }
  }

  it("that refuses one variant scores the others", async () => {
    const refused = places[2]!
    const score: ModelServer.Scoring["variant"] = ({ variant }) =>
      variant.pos === refused
        ? Effect.fail({ code: Server.codes.invalid, message: "this one is not for me" })
        : Effect.succeed([
            {
              output: {
                variant: {
                  values: {
                    shape: [2, 1, 1],
                    type: 2,
                    whole: { data: Buffer.from(Float32Array.of(variant.pos, 0.5).buffer), compression: 0 }
                  },
                  metadata: { variant: undefined, tracks: [{ name: "heart RNA_SEQ", strand: 1 }], genes: [] }
                }
              },
              chunks: []
            }
          ])
    const run = await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const port = yield* listen(
            ModelServer.make(countingModel(), { reference: undefined, scoring: scoringBy(score), chunkBytes: 4096 })
          )
          const model = { model: "alphagenome-api", address: `http://127.0.0.1:${port}`, scored_by: "service" }
          const outputs = { scores: "${{ scores.scores }}", unscored: "${{ scores.unscored }}" }
          rig.write("flow.yaml", workflow({ scores: scoring(model, 2048, "RNA_SEQ") }, { outputs }))
          return yield* Effect.promise(() => rig.agflow(["run", "flow.yaml"]))
        })
      )
    )
    assert.strictEqual(run.code, 0, run.stdout)
    const { "scores.tsv": scores, "unscored.tsv": unscored } = rig.results()
    assert.deepEqual(
      [...scoresOf(scores!).values()],
      places.filter((pos) => pos !== refused)
    )
    assert.include(scores, "\t0.5")
    assert.match(unscored!, /^chr1_17500_.*refuses the request: this one is not for me$/mu)
  })
})
