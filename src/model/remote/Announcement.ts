/**
 * What a server of agflow says of its model beside the official answers, in a header of GetMetadata: the official ones do
 * not tell lengths and bins. Other clients do not look at it; of other servers AlphaGenome's are assumed.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Lengths } from "../SequenceModel.ts"
import type { OutputType } from "./Protocol.ts"

export const header = "agflow-model"

export const Announcement = Schema.Struct({
  name: Schema.String,
  licence: Schema.String,
  citation: Schema.String,
  lengths: Schema.Struct({ preferred: Schema.Int, min: Schema.Int, max: Schema.Int, multiple: Schema.Int }),
  /** By type of output: base pairs a bin, and base pairs at each side without output. */
  bins: Schema.Record(Schema.String, Schema.Struct({ resolution: Schema.Int, offset: Schema.Int }))
})
export type Announcement = typeof Announcement.Type

const Text = Schema.fromJsonString(Announcement)
const decodeText = Schema.decodeUnknownOption(Text)

/** Headers are ASCII. */
export const encode = (announcement: Announcement): string => encodeURIComponent(JSON.stringify(announcement))

/** Of a header that is not one of ours, nothing. */
export const decode = (header: string | undefined): Option.Option<Announcement> =>
  Option.flatMap(Option.liftThrowable(decodeURIComponent)(header ?? ""), (text) => decodeText(text))

/** Lengths that the hosted service reads. */
export const officialLengths = [16_384, 131_072, 524_288, 1_048_576] as const

const lengths: Lengths = { preferred: 1_048_576, min: 16_384, max: 1_048_576, multiple: 16_384 }

const resolutions: Readonly<Record<OutputType, number>> = {
  ATAC: 1,
  CAGE: 1,
  DNASE: 1,
  RNA_SEQ: 1,
  CHIP_HISTONE: 128,
  CHIP_TF: 128,
  SPLICE_SITES: 1,
  SPLICE_SITE_USAGE: 1,
  SPLICE_JUNCTIONS: 1,
  CONTACT_MAPS: 2048,
  PROCAP: 1
}

export const official: Announcement = {
  name: "AlphaGenome",
  licence: "AlphaGenome API Additional Terms of Service: non-commercial use",
  citation: "Avsec et al. 2026",
  lengths,
  bins: Object.fromEntries(Object.entries(resolutions).map(([type, resolution]) => [type, { resolution, offset: 0 }]))
}
