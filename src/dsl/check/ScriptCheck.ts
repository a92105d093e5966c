/** Whether bash can read the scripts of a workflow: a fault in the syntax of one is told before anything runs. */
import { spawnSync } from "node:child_process"
import type { Diagnostic, Range } from "../../core/Diagnostic.ts"
import type { YamlDocument, YamlPath } from "../text/YamlDocument.ts"

/** A script, and where it is written. */
export interface WrittenScript {
  readonly text: string
  readonly document: YamlDocument
  readonly path: YamlPath
}

/** What bash says of a text; nothing where it can read it, or where there is no bash to ask. */
const read = (text: string): string => {
  // Patterns that a script may switch on are known from the start, as bash only reads here and switches nothing.
  const { status, stderr } = spawnSync("bash", ["--norc", "--noprofile", "-O", "extglob", "-n"], {
    input: text,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LC_ALL: "C" }
  })
  return status === null || status === 0 ? "" : stderr
}

const asFunctions = (texts: ReadonlyArray<string>): string => texts.map((text) => `f() {\n:\n${text}\n}\n`).join("")

/** Where a line of a script stands; of one that is not written line by line, all of it. */
const rangeOf = ({ document, path }: WrittenScript, line: number): Range => {
  const whole = document.locate(path)
  const { text } = document.source
  if (text[whole.start] !== "|") return whole
  let start = whole.start
  for (let left = line; left > 0; left--) {
    const end = text.indexOf("\n", start)
    if (end === -1 || end + 1 >= whole.end) break
    start = end + 1
  }
  const end = text.indexOf("\n", start)
  const indent = /^ */u.exec(text.slice(start))![0].length
  return { start: start + indent, end: Math.max(end === -1 ? text.length : end, start + indent + 1) }
}

const hintOf = (message: string): string | undefined =>
  /looking for matching/u.test(message)
    ? "what opens there is not closed: a quote, a parenthesis or a brace"
    : /end of file/u.test(message)
      ? "something that begins does not end: if ... fi, for ... done, { ... }"
      : undefined

const faultOf = (script: WrittenScript): Diagnostic | undefined => {
  const said = /line (\d+): (.*)/u.exec(read(script.text))
  if (said === null) return undefined
  const message = said[2]!.replace(/^syntax error:? ?/u, "")
  const hint = hintOf(message)
  return {
    code: "script-syntax",
    message: `bash cannot read this script: ${message}`,
    ...(hint === undefined ? {} : { hint }),
    source: script.document.source,
    range: rangeOf(script, Number(said[1]))
  }
}

/** Texts that bash could read: those of a workflow's profiles are for the most part the same. */
const sound = new Set<string>()

/** One Diagnostic for each script that bash cannot read. */
export const check = (scripts: ReadonlyArray<WrittenScript>): ReadonlyArray<Diagnostic> => {
  const unread = scripts.filter(({ text }) => !sound.has(text))
  const distinct = [...new Map(unread.map((each) => [each.text, each])).values()]
  if (distinct.length === 0) return []
  // As a rule all are sound, which one bash says of all of them.
  if (read(asFunctions(distinct.map(({ text }) => text))) !== "")
    return distinct.flatMap((script) => faultOf(script) ?? [])
  for (const { text } of distinct) sound.add(text)
  return []
}
