/** What became of the windows that a stage scored: a window is kept when it has a score. */
import { groupBy } from "../core/GroupBy.ts"
import * as Tally from "../core/Tally.ts"
import type { Unscored, Window } from "../genome/Window.ts"
import type { Scored } from "./VariantScoring.ts"

const aboutOf = ({ variant_id, gene_id }: Pick<Window | Unscored, "variant_id" | "gene_id">): string =>
  `${variant_id ?? ""}\t${gene_id ?? ""}`

/** Enters the windows of one place. A window that only some of the scorers could score is kept, with a note. */
export const enter = (book: Tally.Book, windows: ReadonlyArray<Window>, { scores, unscored }: Scored): void => {
  const scored = new Set(scores.map(({ window_id }) => window_id))
  const reasons = groupBy(unscored, aboutOf)
  book.take(windows.length)
  for (const window of windows) {
    const why = reasons.get(aboutOf(window))?.[0]?.reason
    const reason = why === undefined ? undefined : Tally.category(why)
    if (!scored.has(window.window_id)) book.leave(reason ?? "no scorer gave a value", window.window_id)
    else {
      book.keep()
      if (reason !== undefined) book.note(`not by every scorer: ${reason}`, window.window_id)
    }
  }
}
