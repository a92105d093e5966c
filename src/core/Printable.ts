/** What programs print, as it may be shown to people: a terminal is not to be steered by it, nor a screen filled. */

const longest = 500

/** Escape sequences: of one letter, with parameters (colours, movements), and with a text (titles, links). */
// oxlint-disable-next-line no-control-regex -- that is what they begin with
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/gu

// oxlint-disable-next-line no-control-regex -- these
const controls = /[\0-\x08\x0b-\x1f\x7f-\x9f]/gu

/** One line: what was written over with a carriage return is gone, as on a screen. */
export const line = (text: string): string => {
  const last = text.replace(/\r+$/u, "")
  const shown = last
    .slice(last.lastIndexOf("\r") + 1)
    .replace(escapes, "")
    .replace(controls, "\ufffd")
  return shown.length <= longest ? shown : `${shown.slice(0, longest)}... (${shown.length} characters)`
}

const codes: { readonly [character: string]: string } = { "\t": "\\t", "\n": "\\n", "\r": "\\r" }

const escaped = (character: string): string =>
  codes[character] ?? `\\x${character.codePointAt(0)!.toString(16).padStart(2, "0")}`

/** Several lines of a message: control characters become what JavaScript writes for them, line breaks and tabs stay. */
export const message = (text: string): string => text.replace(controls, escaped)

/** A value of somebody's file within a message: in quotes, shortened, on one line. */
export const quoted = (text: string, most = 60): string => {
  const shown = text.length > most ? `${text.slice(0, most - 3)}...` : text
  // oxlint-disable-next-line no-control-regex -- these are made visible
  return `'${shown.replace(/[\0-\x1f\x7f-\x9f]/gu, escaped)}'`
}
