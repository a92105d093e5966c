/** A page that a lab puts together: sections of text, tables and figures. */
import type { TableText } from "./Grid.ts"
import { markup, type Part } from "./Markup.ts"
import * as Page from "./Page.ts"
import * as TableView from "./TableView.ts"

export type Item =
  | { readonly kind: "table"; readonly name: string | undefined; readonly table: TableText; readonly total: number }
  | { readonly kind: "figure"; readonly name: string | undefined; readonly picture: Page.Picture }
  | { readonly kind: "text"; readonly name: string | undefined; readonly text: string }

export interface Document {
  readonly title: string
  readonly intro?: string
  /** Says at the top that the content is made up. */
  readonly synthetic: boolean
  readonly sections: ReadonlyArray<{
    readonly title: string
    readonly text?: string
    readonly items: ReadonlyArray<Item>
  }>
}

/** Blank lines part paragraphs. */
const paragraphs = (text: string): Part =>
  text
    .split(/\n\s*\n/u)
    .filter((paragraph) => paragraph.trim() !== "")
    .map((paragraph) => markup`<p>${paragraph.trim()}</p>\n`)

/** The title that a figure carries in itself: what a reader who cannot see it is told. */
const spokenTitle = ({ type, base64 }: Page.Picture): string | undefined =>
  /<title[^>]*>([^<]*)<\/title>/u
    .exec(type === "image/svg+xml" ? Buffer.from(base64, "base64").toString("utf8") : "")?.[1]
    ?.replace(
      /&(?:amp|lt|gt|quot|#39);/gu,
      (entity) => ({ "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" })[entity] ?? "&"
    )

/** Whether a table or a figure says of itself that it is synthetic: on a page from elsewhere it stays so. */
export const saysSynthetic = (each: Item): boolean => {
  if (each.kind === "figure") {
    const { type, base64 } = each.picture
    return type === "image/svg+xml" && Buffer.from(base64, "base64").includes(">SYNTHETIC<")
  }
  if (each.kind === "text") return false
  const at = each.table.columns.indexOf("synthetic")
  return at !== -1 && each.table.rows.some((cells) => cells[at] === "true")
}

const heading = ({ name }: Item): Part => name !== undefined && markup`<h3>${name}</h3>\n`

const item = (each: Item): Part => {
  switch (each.kind) {
    case "table":
      return [heading(each), TableView.render(each.table, each.total)]
    case "figure":
      return Page.figure(each.picture, spokenTitle(each.picture) ?? each.name ?? "figure")
    case "text":
      return [heading(each), markup`<pre>${each.text}</pre>\n`]
  }
}

export const render = ({ title, intro, synthetic, sections }: Document): string =>
  Page.render(title, [
    markup`<h1>${title}</h1>\n`,
    synthetic &&
      Page.syntheticBanner(
        "What is on this page was drawn from a seed, or made from what was: it says nothing about a real model."
      ),
    intro !== undefined && markup`<div class="lead">${paragraphs(intro)}</div>\n`,
    sections.map((section, index) =>
      Page.section(`section-${index + 1}`, section.title, [
        section.text !== undefined && paragraphs(section.text),
        section.items.map(item)
      ])
    )
  ])
