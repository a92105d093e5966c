/** One self-contained HTML page: style inline, nothing loaded, nothing run; light, dark and print. */
import { markup, trusted, type Markup, type Part } from "./Markup.ts"
import { style } from "./Style.ts"

/** The document; `title` is also the browser's. */
export const render = (title: string, body: Part): string =>
  markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.markup

export const syntheticBadge: Markup = markup`<span class="badge synthetic">SYNTHETIC</span>`

/** Says what a made-up number is worth, before the first number. */
export const syntheticBanner = (words: string): Markup =>
  markup`<p class="banner"><strong>SYNTHETIC</strong> <span>${words}</span></p>\n`

/** What a browser shows, by the endings of names. */
const pictureTypes = {
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp"
} as const

export interface Picture {
  readonly type: (typeof pictureTypes)[keyof typeof pictureTypes]
  readonly base64: string
}

/** The type of a file that is a picture; undefined of any other. */
export const pictureType = (path: string): Picture["type"] | undefined => {
  const ending = path.slice(path.lastIndexOf(".") + 1).toLowerCase()
  return Object.hasOwn(pictureTypes, ending) ? pictureTypes[ending as keyof typeof pictureTypes] : undefined
}

export const picture = (type: Picture["type"], bytes: Uint8Array): Picture => ({
  type,
  base64: Buffer.from(bytes).toString("base64")
})

export const svg = (text: string): Picture => picture(pictureTypes.svg, Buffer.from(text, "utf8"))

/** As an image: a figure may come from any stage, and a browser runs no script and follows no link of an image. */
export const figure = ({ type, base64 }: Picture, description: string): Markup =>
  markup`<figure><img alt="${description}" src="data:${type};base64,${base64}"></figure>\n`

export const section = (id: string, title: string, body: Part): Markup =>
  markup`<section id="${id}"><h2>${title}</h2>\n${body}</section>\n`
