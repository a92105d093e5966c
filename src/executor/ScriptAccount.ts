/**
 * The account of the rows that a script took, as it writes it: tab-separated lines in the file `$AGFLOW_ACCOUNT`,
 *
 *   variants  taken  300
 *   variants  kept   298
 *   variants  left   2    outside the reference    chr9_5_A_G
 *   variants  note   5    alleles trimmed          chr1_7_AG_AT
 *
 * `taken` may be left out: it is then the sum. What it means is in core/Tally.ts.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Failure } from "../core/Failure.ts"
import * as Tally from "../core/Tally.ts"

export const variable = "AGFLOW_ACCOUNT"

export const path = (folder: string): string => join(folder, "account.tsv")

const verbs = ["taken", "kept", "left", "note"] as const
type Verb = (typeof verbs)[number]

const isVerb = (word: string | undefined): word is Verb => (verbs as ReadonlyArray<string | undefined>).includes(word)

const textOf = (folder: string): string => {
  try {
    return readFileSync(path(folder), "utf8")
  } catch {
    return ""
  }
}

/** The tallies, or why the account cannot be believed. */
export const read = (folder: string): ReadonlyArray<Tally.Tally> | Failure => {
  const ledger = Tally.makeLedger()
  const taken = new Set<string>()
  for (const [index, line] of textOf(folder).split("\n").entries()) {
    if (line.trim() === "") continue
    const [rows = "", verb, amount = "", reason = "", example = ""] = line.replace(/\r$/u, "").split("\t")
    const explained = verb === "taken" || verb === "kept" || reason !== ""
    if (rows === "" || !isVerb(verb) || !/^\d{1,15}$/u.test(amount) || !explained) {
      return {
        _tag: "ScriptFailed",
        message: `line ${index + 1} of its account is not one: '${line.slice(0, 100)}'`,
        hint: `write tab-separated lines to "$${variable}": ROWS, one of ${verbs.join(", ")}, a count; for left and note a reason, and an example`
      }
    }
    const book = ledger.open(rows)
    const count = Number(amount)
    if (verb === "taken") taken.add(rows)
    if (verb === "taken" || verb === "kept") book[verb === "taken" ? "take" : "keep"](count)
    else book[verb === "left" ? "leave" : "note"](reason, example, count)
  }
  const tallies = ledger
    .tallies()
    .map((tally) => (taken.has(tally.rows) ? tally : { ...tally, taken: tally.kept + Tally.leftOutOf(tally) }))
  const lost = Tally.imbalance(tallies)
  return lost === undefined ? tallies : { ...lost, _tag: "ScriptFailed" }
}
