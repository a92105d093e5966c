/** What a record has to say beside its result, as an event carries it. */
import type { Record as CacheRecord } from "../cache/Record.ts"
import * as Provenance from "../core/Provenance.ts"
import type { Tally } from "../core/Tally.ts"

export interface Remarks {
  /** What became of the rows that the task took; without it, it took none. */
  readonly account?: ReadonlyArray<Tally>
  /** Files of which nobody states the digest, a line each. */
  readonly unpinned?: ReadonlyArray<string>
}

export const of = ({ account, provenance }: CacheRecord, has: "just come" | "been kept"): Remarks => {
  const unpinned = Provenance.unpinned(provenance, has)
  return { ...(account === undefined ? {} : { account }), ...(unpinned.length === 0 ? {} : { unpinned }) }
}
