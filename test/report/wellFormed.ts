/** The tags of a document in order, checked to be closed where they must be; fails on anything that is not markup. */
const empty = new Set(["meta", "br", "img"])
const tag = /<(?:!doctype html|(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*(\/?))>/gu

export const elements = (text: string): ReadonlyArray<string> => {
  const open: Array<string> = []
  const all: Array<string> = []
  // Style sheets hold `>` and quotes that mean nothing to a parser of markup.
  const body = text.replace(/<style>[^<]*<\/style>/gu, "")
  const rest = body.replace(
    tag,
    (whole, close: string, name: string | undefined, _attributes: string, self: string) => {
      if (name === undefined) return ""
      if (close === "/") {
        const last = open.pop()
        if (last !== name) throw new Error(`</${name}> closes <${last}>`)
        return ""
      }
      all.push(whole)
      if (self !== "/" && !empty.has(name)) open.push(name)
      return ""
    }
  )
  if (open.length > 0) throw new Error(`never closed: ${open.join(", ")}`)
  const stray = /[<>]|&(?!(?:amp|lt|gt|quot|#39);)/u.exec(rest)
  if (stray !== null) throw new Error(`stray '${rest.slice(Math.max(0, stray.index - 40), stray.index + 40)}'`)
  return all
}

/** Texts that break out of naive markup, attributes, links and XML. */
export const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>\u0000\u001b\ud800&lt; ]]> --> </title></style> \${x} javascript:alert(3)`
