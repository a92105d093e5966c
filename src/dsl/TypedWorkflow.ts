/** A workflow composed in TypeScript. */
import type { Stage } from "./Stage.ts"
import type { WorkflowDeclaration } from "./WorkflowFile.ts"

export interface TypedWorkflow {
  readonly "~agflow": "Workflow"
  /** As it would be written in YAML. */
  readonly declaration: WorkflowDeclaration
  readonly uses: ReadonlyArray<Stage>
}

export const isTypedWorkflow = (value: unknown): value is TypedWorkflow =>
  typeof value === "object" && value !== null && "~agflow" in value && value["~agflow"] === "Workflow"
