import type { Range, SourceText } from "../../core/Diagnostic.ts"

/** Where a value was written, and the folder that a path starts from there. */
export interface Origin {
  readonly source: SourceText
  readonly range: Range
  readonly folder: string
}
