import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as IndelAlignment from "../../src/genome/IndelAlignment.ts"
import * as AlphaGenome from "../../src/model/architectures/alphagenome/AlphaGenome.ts"
import { Metadata } from "../../src/model/architectures/alphagenome/Tracks.ts"
import * as Runtimes from "../../src/model/Runtimes.ts"
import type { JunctionValues, SequenceModel, TrackValues } from "../../src/model/SequenceModel.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import { mirror } from "../support/stage.ts"
import { randomSequence } from "../support/synthetic.ts"

const golden = join(mirror ?? "", "../golden/alphagenome-tiny")
const most = 24
const length = 4096

const withModel = <A>(use: (model: SequenceModel) => Effect.Effect<A, unknown>) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const source = yield* Safetensors.source(join(golden, "tiny_weights.safetensors"))
      const text = readFileSync(join(golden, "tiny_metadata.json"), "utf8")
      const metadata = Schema.decodeUnknownSync(Metadata)(JSON.parse(text))
      const options = { numerics: "f32", sites: most } as const
      return yield* use(yield* AlphaGenome.make(Runtimes.runtimes["onnxruntime-cpu"], source, metadata, options))
    }).pipe(Effect.scoped)
  )

const sitesOf = ({ strands }: JunctionValues) =>
  strands.flatMap(({ donors, acceptors }) => [[...donors], [...acceptors]])

/** Of a junction by strand and places; undefined where it is not among the sites. */
const valueAt = ({ strands, tracks }: JunctionValues, strand: number, donor: number, acceptor: number) => {
  const { donors, acceptors, values } = strands[strand]!
  const [d, a] = [donors.indexOf(donor), acceptors.indexOf(acceptor)]
  return d === -1 || a === -1 ? undefined : values[(d * acceptors.length + a) * tracks.length]
}

describe.skipIf(mirror === undefined)("Splice sites of alleles (AGFLOW_MIRROR names a folder of public files)", () => {
  it("counts junctions among the most probable sites of either allele, on the places of the reference", async () => {
    const sequence = randomSequence(length + 8, 5)
    const at = 2000
    const changes = { snv: ["A", "C"], insertion: ["A", "AGTAAG"], deletion: ["ACGTAA", "A"] } as const
    const region = [1000, 3000] as const
    // Of the annotation: one in the region, and one outside it that does not count.
    const [donor, outside] = [1234, 3100]
    const sites = [{ strand: "-", donors: [donor, outside], acceptors: [] }] as const
    const wants = [{ output: "SPLICE_JUNCTIONS", regions: [region], sites }, { output: "SPLICE_SITES" }]
    for (const [name, [before, after]] of Object.entries(changes)) {
      const allele = (bases: string) => sequence.slice(0, at) + bases + sequence.slice(at + before.length)
      const reference = allele(before).slice(0, length)
      const alternative = allele(after).slice(0, length)
      const edit = { at, removed: before.length, inserted: after.length }
      const { together, alone } = await withModel((model) =>
        Effect.all({
          together: model.predictVariants({
            organism: "mouse",
            reference,
            alternatives: [{ sequence: alternative, edit }],
            wants
          }),
          alone: model.predict("mouse", [reference, alternative], wants)
        })
      )
      const junctions = [together.reference, together.alternatives[0]!].map(
        (each) => each.get("SPLICE_JUNCTIONS") as JunctionValues
      )
      // From the probabilities of all places: the greatest of both alleles, the alternative aligned.
      const alignment = IndelAlignment.make(edit, length)
      const [r, a] = alone.map((each) => each.get("SPLICE_SITES") as TrackValues)
      const width = r!.tracks.length
      const alignedSites = IndelAlignment.align(alignment, a!.values, width)
      const expected = [0, 1, 2, 3].map((site) => {
        const places = Array.from({ length: region[1] - region[0] }, (_, i) => region[0] + i)
        const probability = (place: number) =>
          site === 2 && place === donor
            ? 1
            : Math.max(r!.values[place * width + site]!, alignedSites[place * width + site]!)
        return places
          .filter((place) => probability(place) >= 0.1)
          .sort((p, q) => probability(q) - probability(p) || p - q)
          .slice(0, most)
          .sort((p, q) => p - q)
      })
      assert.include(expected[2]!, donor)
      for (const each of junctions) assert.deepStrictEqual(sitesOf(each), expected, name)
      assert.isAbove(Math.min(...expected.map((each) => each.length)), 1)

      // What each allele has alone is the same together.
      const own = alone.map((each) => each.get("SPLICE_JUNCTIONS") as JunctionValues)
      let compared = 0
      for (const strand of [0, 1]) {
        for (const donor of expected[2 * strand]!) {
          for (const acceptor of expected[2 * strand + 1]!) {
            const ref = valueAt(own[0]!, strand, donor, acceptor)
            if (ref !== undefined) {
              assert.approximately(valueAt(junctions[0]!, strand, donor, acceptor)!, ref, 1e-5 * Math.abs(ref), name)
              compared++
            }
            // Junctions of an alternative without insertions and deletions left of both sites have the same places.
            const alt = donor < at && acceptor < at ? valueAt(own[1]!, strand, donor, acceptor) : undefined
            if (alt === undefined) continue
            assert.approximately(valueAt(junctions[1]!, strand, donor, acceptor)!, alt, 1e-5 * Math.abs(alt), name)
            compared++
          }
        }
      }
      assert.isAbove(compared, 100, name)
    }
  })
})
