/** Which outputs of a model go out as which of the service's. */
import { groupBy } from "../../core/GroupBy.ts"
import type { Output } from "../SequenceModel.ts"
import type { Track } from "../Track.ts"
import { outputTypes, type OutputType } from "./Protocol.ts"

export interface Exposure {
  readonly type: OutputType
  readonly output: Output
  /** Those of the output's tracks that are of this type. */
  readonly tracks: ReadonlyArray<Track>
}

const isType = (name: string): name is OutputType => name in outputTypes

/** Of a track in an output that mixes assays, by its group. */
const typeOf = ({ group, description }: Track): OutputType | undefined => {
  if (group === "RNA") return "RNA_SEQ"
  if (group === "CHIP") return /^H[1-4]/u.test(description) ? "CHIP_HISTONE" : "CHIP_TF"
  return isType(group) ? group : undefined
}

/** All that can be told of in the service's terms; tracks of other assays are not served. */
export const exposures = (outputs: ReadonlyArray<Output>): ReadonlyArray<Exposure> =>
  outputs.flatMap((output): ReadonlyArray<Exposure> => {
    const { name, tracks } = output
    if (isType(name)) return [{ type: name, output, tracks }]
    return [...groupBy(tracks, typeOf)].flatMap(([type, tracks]) =>
      type === undefined || output.kind !== "tracks" ? [] : [{ type, output, tracks }]
    )
  })
