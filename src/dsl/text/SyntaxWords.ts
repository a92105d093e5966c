/** What is wrong with a text that is no YAML, in words for those who write it. */
import type { YAMLError } from "yaml"

interface Words {
  readonly message: string
  readonly hint?: string
}

const words: { readonly [code: string]: Words } = {
  DUPLICATE_KEY: { message: "this key stands twice" },
  MULTIPLE_DOCS: { message: "a second document begins here", hint: "a file holds one: take out what is not meant" },
  NON_STRING_KEY: { message: "a key must be plain text" },
  TAB_AS_INDENT: {
    message: "a tab indents this line, where YAML knows only spaces",
    hint: "two spaces for each step; most editors put them in at the Tab key when told to"
  },
  BAD_INDENT: {
    message: "this line is not indented as the others of its block",
    hint: "keys that belong together begin in the same column"
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: "there is a ': ' within this value",
    hint: "put the value in quotes, or on lines of its own below a |"
  },
  MULTILINE_IMPLICIT_KEY: { message: "this is no key with a value", hint: "is the colon missing? write KEY: VALUE" },
  BAD_SCALAR_START: { message: "a value cannot begin with this character", hint: "put the value in quotes" }
}

const lineAt = (text: string, at: number): string => {
  const start = text.lastIndexOf("\n", at - 1) + 1
  const end = text.indexOf("\n", at)
  return text.slice(start, end === -1 ? text.length : end)
}

/** An expression without quotes where its braces are taken for those of a mapping. */
const bare = /[{,[]\s*(?:\w+:\s*)?\$\{\{/u

export const of = (error: YAMLError, text: string): Words =>
  bare.test(lineAt(text, error.pos[0]))
    ? { message: "within { } and [ ] an expression needs quotes", hint: 'write "${{ ... }}"' }
    : (words[error.code] ?? { message: error.message.split("\n")[0]! })

/** Of many errors those that tell something: what follows the first of a kind as a rule follows from it. */
export const telling = (errors: ReadonlyArray<YAMLError>): ReadonlyArray<YAMLError> =>
  errors.filter(
    ({ code }, index) =>
      code === "DUPLICATE_KEY" ||
      index === 0 ||
      (code !== "UNEXPECTED_TOKEN" && errors.findIndex((each) => each.code === code) === index)
  )
