/**
 * HTML and SVG text that cannot be broken out of: the template tag escapes every value that is not itself markup, for
 * element content and for attributes in double quotes.
 */

export interface Markup {
  readonly markup: string
}

export type Part = Markup | string | number | null | undefined | false | ReadonlyArray<Part>

const entities: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

// XML forbids these even as references: one of them would make an SVG unreadable.
// oxlint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFFFE\uFFFF]|\p{Surrogate}/gu

export const escape = (text: string): string =>
  text.replace(forbidden, "\uFFFD").replace(/[&<>"']/gu, (character) => entities[character]!)

/** Text that is already markup and comes from this program. */
export const trusted = (text: string): Markup => ({ markup: text })

const render = (part: Part): string => {
  if (part === null || part === undefined || part === false) return ""
  if (typeof part === "string") return escape(part)
  if (typeof part === "number") return String(part)
  if ("markup" in part) return part.markup
  return part.map(render).join("")
}

export const markup = (strings: TemplateStringsArray, ...parts: ReadonlyArray<Part>): Markup =>
  trusted(strings.reduce((text, string, index) => text + render(parts[index - 1]) + string))

/** A link target below the current page: every segment encoded, so that no scheme can be smuggled in. */
export const relativeHref = (path: string): string =>
  path
    .split("/")
    .map((segment) => encodeURIComponent(segment.replace(/\p{Surrogate}/gu, "\uFFFD")))
    .join("/")

/** The URL where it is one that a reader can follow. */
export const webHref = (url: string | null): string | undefined =>
  url !== null && /^https?:\/\//u.test(url) ? url : undefined
