/** Whether a task kept enough of the rows that it took, by its record: of a cached one as of one that just ran. */
import * as Tally from "../core/Tally.ts"
import type { Failure } from "../core/Failure.ts"
import type { Record as CacheRecord } from "../cache/Record.ts"
import { shardsOf, type CheckedStage } from "../dsl/check/CheckedStage.ts"

/** Tasks on pieces of one table are judged together: a piece may be bad luck. */
const inPieces = (stage: CheckedStage): boolean => shardsOf(stage).some(({ rows }) => rows !== undefined)

export const ofTask = (stage: CheckedStage, { account }: CacheRecord): Failure | undefined =>
  account === undefined || inPieces(stage) ? undefined : Tally.shortfall(account, stage.policy.keepAtLeast)

/** Of the tasks of a scattered stage, in their order. */
export const together = (records: ReadonlyArray<CacheRecord | undefined>): ReadonlyArray<Tally.Tally> =>
  Tally.merge(records.flatMap((record) => (record?.account === undefined ? [] : [record.account])))

/** `account` is that of all its tasks together. */
export const ofPieces = (stage: CheckedStage, account: ReadonlyArray<Tally.Tally>): Failure | undefined =>
  inPieces(stage) ? Tally.shortfall(account, stage.policy.keepAtLeast) : undefined
