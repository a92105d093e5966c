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

/**
 * An SVG as an image: a figure may come from any stage, and a browser runs no script and follows no link of an image.
 */
export const figure = (svg: string, description: string): Markup =>
  markup`<figure><img alt="${description}" src="data:image/svg+xml;base64,${Buffer.from(svg, "utf8").toString("base64")}"></figure>\n`

export const section = (id: string, title: string, body: Part): Markup =>
  markup`<section id="${id}"><h2>${title}</h2>\n${body}</section>\n`
