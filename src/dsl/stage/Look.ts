/** What a stage wants to know, before the run, of files that are there. */
import type { Diagnostic } from "../../core/Diagnostic.ts"
import type * as Requirement from "./Requirement.ts"

/** Where something is reported: at a param or input of the stage. */
export type PlaceOf = (at: Requirement.Place) => Pick<Diagnostic, "source" | "range">

export type Look =
  | {
      readonly _tag: "Column"
      readonly file: string
      readonly named: Requirement.NamedColumn
      readonly placeOf: PlaceOf
    }
  | {
      readonly _tag: "Inspection"
      readonly files: ReadonlyArray<string>
      readonly run: Requirement.Inspection
      readonly placeOf: PlaceOf
    }
