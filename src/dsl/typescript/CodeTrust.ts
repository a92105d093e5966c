/** Whether the code of a user's file may be run to find out what it exports. Asked for it, a run has said so. */
import * as Context from "effect/Context"

export interface CodeTrust {
  /** Of an absolute path; what is allowed once is allowed from then on. */
  readonly allows: (file: string) => boolean
}

export const CodeTrust: Context.Reference<CodeTrust> = Context.Reference("agflow/dsl/CodeTrust", {
  defaultValue: (): CodeTrust => ({ allows: () => true })
})
