/** What a record has to say beside its result, as an event carries it. */
import type { Record as CacheRecord } from "../cache/Record.ts"
import * as Provenance from "../core/Provenance.ts"
import type { Tally } from "../core/Tally.ts"

export interface Remarks {
  /** What became of the rows that the task took; without it, it took none. */
  readonly account?: ReadonlyArray<Tally>
  /** Outputs that hold no byte. */
  readonly empty?: ReadonlyArray<string>
  /** Files of which nobody states the digest, a line each. */
  readonly unpinned?: ReadonlyArray<string>
}

export const of = ({ account, outputs, provenance }: CacheRecord, has: "just come" | "been kept"): Remarks => {
  const unpinned = Provenance.unpinned(provenance, has)
  const empty = Object.keys(outputs).filter((name) => outputs[name]!.files.some(({ bytes }) => bytes === 0))
  return {
    ...(account === undefined ? {} : { account }),
    ...(empty.length === 0 ? {} : { empty }),
    ...(unpinned.length === 0 ? {} : { unpinned })
  }
}
