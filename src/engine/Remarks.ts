/** What a record has to say beside its result, as an event carries it. */
import type { Record as CacheRecord } from "../cache/Record.ts"
import * as Provenance from "../core/Provenance.ts"
import type { Tally } from "../core/Tally.ts"
import * as RowAccount from "./RowAccount.ts"

export interface Remarks {
  /** What became of the rows that the task took; without it, it took none. */
  readonly account?: ReadonlyArray<Tally>
  /** Outputs that hold no byte. */
  readonly empty?: ReadonlyArray<string>
  /** Files of which nobody states the digest, a line each. */
  readonly unpinned?: ReadonlyArray<string>
}

export const of = (task: RowAccount.KeysRead, record: CacheRecord, has: "just come" | "been kept"): Remarks => {
  const { outputs, provenance } = record
  const account = RowAccount.ofResult(task, record)
  const unpinned = Provenance.unpinned(provenance, has)
  const empty = Object.keys(outputs).filter((name) => outputs[name]!.files.some(({ bytes }) => bytes === 0))
  return {
    ...(account.length === 0 ? {} : { account }),
    ...(empty.length === 0 ? {} : { empty }),
    ...(unpinned.length === 0 ? {} : { unpinned })
  }
}
