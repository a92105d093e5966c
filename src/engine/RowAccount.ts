/** Whether a task kept enough of the rows that it took, by its record: of a cached one as of one that just ran. */
import * as Tally from "../core/Tally.ts"
import type { Failure } from "../core/Failure.ts"
import type { Record as CacheRecord } from "../cache/Record.ts"
import { outputsIn, shardsOf, type CheckedStage, type SkippedKey } from "../dsl/check/CheckedStage.ts"

type Account = ReadonlyArray<Tally.Tally>

/** A task, as far as it reads files by key. */
export interface KeysRead {
  readonly keyAccount: Account
}

/** Tasks on pieces of one table are judged together: a piece may be bad luck. */
const inPieces = (stage: CheckedStage): boolean => shardsOf(stage).some(({ rows }) => rows !== undefined)

export const ofTask = (stage: CheckedStage, { account }: CacheRecord): Failure | undefined =>
  account === undefined || inPieces(stage) ? undefined : Tally.shortfall(account, stage.policy.keepAtLeast)

/** `account` is that of all its tasks together. */
export const ofPieces = (stage: CheckedStage, account: ReadonlyArray<Tally.Tally>): Failure | undefined =>
  inPieces(stage) ? Tally.shortfall(account, stage.policy.keepAtLeast) : undefined

/** All that is known of what a task took and kept: rows, and the keys of lists that it reads. */
export const ofResult = ({ keyAccount }: KeysRead, { account = [] }: CacheRecord): Account => [
  ...account,
  ...keyAccount
]

const reads = ({ instances }: CheckedStage): boolean =>
  Array.from(instances[0]!.inputs.values()).some((binding) => outputsIn(binding).some(({ at }) => at !== undefined))

/** Of a stage that skips keys which are missing: whose tasks were made, and which were left out. */
export const ofKeys = (stage: CheckedStage, made: number, leftOut: ReadonlyArray<SkippedKey>): Account => {
  if (stage.skipped.length === 0 && (stage.missing !== "skip" || !stage.scattered || !reads(stage))) return []
  const reasons = [...leftOut, ...stage.skipped].map(({ item, from }) => ({
    reason: `missing from '${from}'`,
    count: 1,
    example: item
  }))
  return Tally.merge([[Tally.ofKeys(made, reasons)]])
}
