import type { Binding, Body } from "./CheckedStage.ts"
import type * as Port from "../stage/Port.ts"
import type { Proposal } from "../stage/Stage.ts"

/** The half of a stage that depends on whether it uses a stage or runs a script. */
export interface StageBody {
  readonly body: Body
  readonly inputs: ReadonlyMap<string, Binding>
  readonly inputPorts: { readonly [name: string]: Port.InputPort }
  /** What it asks for where the YAML says nothing. */
  readonly proposed: Proposal
  readonly description: string
}
