/** A param of a workflow: its declaration, its value, and where that was written. */
import type { Binding } from "./CheckedStage.ts"
import type { Origin } from "../text/Origin.ts"
import type { ParamValue } from "../param/ParamValue.ts"
import type { GivenPort } from "../stage/Port.ts"
import type { ParamDeclaration } from "../file/WorkflowFile.ts"

export type ParamSource = "default" | "profile" | "file" | "command line" | "workflow"

export interface Param {
  readonly name: string
  readonly value: ParamValue
  readonly from: ParamSource
  readonly declaration: ParamDeclaration
  readonly origin: Origin
  /** A file that a stage of the workflow around this one gives. */
  readonly bound?: BoundFile
}

/** A file for a param, by what gives it when it is there. */
export class BoundFile {
  readonly binding: Binding
  readonly port: GivenPort
  constructor(binding: Binding, port: GivenPort) {
    this.binding = binding
    this.port = port
  }
}
