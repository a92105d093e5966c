import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import { reverseComplement } from "../../src/genome/Sequence.ts"
import * as Orientation from "../../src/model/Orientation.ts"
import * as SequenceModel from "../../src/model/SequenceModel.ts"
import * as Values from "../../src/model/Values.ts"

const length = 12
const track = (index: number, name: string, strand: string) => ({
  track: index,
  name,
  group: "RNA",
  strand,
  description: ""
})
const tracks: SequenceModel.Output = {
  name: "TRACKS",
  kind: "tracks",
  resolution: 2,
  offset: 2,
  tracks: [track(0, "a+", "+"), track(1, "a-", "-"), track(2, "b", ".")]
}
const contacts: SequenceModel.Output = { ...tracks, name: "CONTACTS", kind: "contacts", tracks: [track(0, "c", ".")] }
const junctions: SequenceModel.Output = {
  ...tracks,
  name: "JUNCTIONS",
  kind: "junctions",
  tracks: [track(0, "j", ".")]
}

/** Of bases around bin i: the code of the one at its start on this strand, on the other strand, and the sum of all four. */
const tracksOf = (sequence: string): Float32Array => {
  const code = (base: string) => "ACGT".indexOf(base)
  return Float32Array.from({ length: 12 }, (_, i) => {
    const [bin, which] = [Math.floor(i / 3), i % 3]
    const [left, right] = [code(sequence[2 + 2 * bin]!), code(sequence[3 + 2 * bin]!)]
    // The complement of base c is base 3 - c.
    return [left, 3 - right, left + (3 - right)][which]!
  })
}

/** A + site at each A, read as donor, and at each C, as acceptor; - sites where the other strand has them. */
const junctionsOf = (sequence: string): SequenceModel.JunctionValues => {
  const places = (base: string) => Int32Array.from([...sequence].flatMap((each, at) => (each === base ? [at] : [])))
  const strand = (sign: "+" | "-", donors: Int32Array, acceptors: Int32Array) => ({
    strand: sign,
    donors,
    acceptors,
    values:
      Float32Array.from(donors).length === 0
        ? new Float32Array(0)
        : Float32Array.from([...donors].flatMap((d) => [...acceptors].map((a) => Math.abs(d - a))))
  })
  return {
    kind: "junctions",
    tracks: [0],
    strands: [strand("+", places("A"), places("C")), strand("-", places("T"), places("G"))]
  }
}

const calls: Array<string> = []
const predict: SequenceModel.SequenceModel["predict"] = (_, sequences, wants) =>
  Effect.sync(() =>
    sequences.map((sequence) => {
      const whole = tracksOf(sequence)
      const values = (want: SequenceModel.Want): SequenceModel.Values => {
        if (want.output === "TRACKS") return Values.select(tracks, length, whole, want)
        if (want.output === "JUNCTIONS") return junctionsOf(sequence)
        const map = Float32Array.from(
          { length: 16 },
          (_, i) => whole[3 * Math.floor(i / 4) + 2]! * whole[3 * (i % 4) + 2]! + i
        )
        return { kind: "contacts", tracks: [0], bins: 4, values: map }
      }
      return new Map(wants.map((want) => [want.output, values(want)]))
    })
  )
const model: SequenceModel.SequenceModel = {
  info: {
    name: "made up",
    summary: "",
    licence: "",
    citation: "",
    organisms: ["human"],
    lengths: { preferred: length, min: length, max: length, multiple: 1 },
    outputs: () => [tracks, contacts, junctions]
  },
  prepare: () => Effect.succeed(2),
  predict,
  predictVariants: (query) => {
    calls.push("predictVariants")
    return SequenceModel.predictVariants(predict)(query)
  }
}

const options = (...wants: ReadonlyArray<SequenceModel.Want>): Orientation.Options => ({
  organism: "human",
  averageStrands: false,
  wants
})
const sequence = "ACCGTTAGCATC"
const values = (prediction: SequenceModel.Prediction | undefined, output: string) => {
  const found = prediction!.get(output)!
  return found.kind === "junctions" ? [] : [...found.values]
}

describe("Orientation", () => {
  it("turns back what a model says of the other strand: it reads the same thing here", async () => {
    const oriented = Orientation.make(model, options({ output: "TRACKS" }, { output: "JUNCTIONS" }))
    const [minus, plus] = await Effect.runPromise(
      oriented.predict([
        { sequence, strand: "-" },
        { sequence, strand: "+" }
      ])
    )
    assert.deepStrictEqual(values(minus, "TRACKS"), [...tracksOf(sequence)])
    assert.deepStrictEqual(values(plus, "TRACKS"), [...tracksOf(sequence)])
    assert.deepStrictEqual(minus!.get("JUNCTIONS"), junctionsOf(sequence))
  })

  it("moves cuts one bin to the right, in the regions that are wanted", async () => {
    const cuts: SequenceModel.SequenceModel = {
      ...model,
      info: { ...model.info, outputs: () => [{ ...tracks, cuts: true }] }
    }
    const turned = async (want: SequenceModel.Want) => {
      const oriented = Orientation.make(cuts, options(want))
      const [minus] = await Effect.runPromise(oriented.predict([{ sequence, strand: "-" }]))
      const found = minus!.get("TRACKS")!
      assert(found.kind === "tracks")
      return found
    }
    const whole = [0, 0, 0, ...tracksOf(sequence).slice(0, -3)]
    assert.deepStrictEqual([...(await turned({ output: "TRACKS" })).values], whole)
    // Bins 0 and 2 of four.
    const regions = [
      [0, 4],
      [6, 7]
    ] as const
    const part = await turned({ output: "TRACKS", regions })
    assert.deepStrictEqual(part.bins, [
      [0, 1],
      [2, 3]
    ])
    assert.deepStrictEqual([...part.values], [...whole.slice(0, 3), ...whole.slice(6, 9)])
  })

  it("turns contact maps on both axes", async () => {
    const oriented = Orientation.make(model, options({ output: "CONTACTS" }))
    const [minus] = await Effect.runPromise(oriented.predict([{ sequence, strand: "-" }]))
    const [other] = await Effect.runPromise(
      model.predict("human", [reverseComplement(sequence)], [{ output: "CONTACTS" }])
    )
    assert.deepStrictEqual(values(minus, "CONTACTS"), values(other, "CONTACTS").toReversed())
  })

  it("asks for the partners of the tracks, and the regions from the other end", async () => {
    const want = {
      output: "TRACKS",
      tracks: [2, 0],
      regions: [
        [0, 5],
        [9, 10]
      ]
    } as const
    const oriented = Orientation.make(model, options(want))
    const [minus] = await Effect.runPromise(oriented.predict([{ sequence, strand: "-" }]))
    assert.deepStrictEqual(minus!.get("TRACKS"), Values.select(tracks, length, tracksOf(sequence), want))
  })

  it("averages strands, but not junctions", async () => {
    const both = Orientation.make(model, { ...options({ output: "CONTACTS" }), averageStrands: true })
    const [mean] = await Effect.runPromise(both.predict([{ sequence, strand: "+" }]))
    const apart = Orientation.make(model, options({ output: "CONTACTS" }))
    const [minus, plus] = await Effect.runPromise(
      apart.predict([
        { sequence, strand: "-" },
        { sequence, strand: "+" }
      ])
    )
    const expected = values(minus, "CONTACTS").map((value, i) => (value + values(plus, "CONTACTS")[i]!) / 2)
    assert.deepStrictEqual(values(mean, "CONTACTS"), expected)
    const none = Orientation.make(model, { ...options({ output: "JUNCTIONS" }), averageStrands: true })
    const error = await Effect.runPromise(Effect.flip(none.predict([{ sequence, strand: "+" }])))
    assert.match(error.message, /JUNCTIONS has no mean over the strands/u)
  })

  it("lets alleles share work, but for indels on the other strand", async () => {
    const oriented = Orientation.make(model, options({ output: "TRACKS" }))
    const changed = `${sequence.slice(0, 4)}A${sequence.slice(5)}`
    const shorter = `${sequence.slice(0, 4)}${sequence.slice(5)}G`
    const ask = (strand: string, sequence_: string, removed: number) =>
      Effect.runPromise(
        oriented.predictVariants({ sequence, strand }, [{ sequence: sequence_, edit: { at: 4, removed, inserted: 1 } }])
      )
    for (const [strand, alternative, removed, shared] of [
      ["+", changed, 1, true],
      ["-", changed, 1, true],
      ["+", shorter, 2, true],
      ["-", shorter, 2, false]
    ] as const) {
      calls.length = 0
      const { reference, alternatives } = await ask(strand, alternative, removed)
      assert.deepStrictEqual(values(reference, "TRACKS"), [...tracksOf(sequence)])
      assert.deepStrictEqual(values(alternatives[0], "TRACKS"), [...tracksOf(alternative)])
      assert.strictEqual(calls.length === 1, shared)
    }
  })
})
