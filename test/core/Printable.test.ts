import { assert, it } from "vitest"
import * as Printable from "../../src/core/Printable.ts"

it.each([
  ["plain text,\ttabs and é", "plain text,\ttabs and é"],
  ["\x1b[1;31mred\x1b[0m and \x1b[2Kthe rest", "red and the rest"],
  ["\x1b]0;a title\x07text \x1b]8;;http://x\x1b\\link", "text link"],
  ["\x1b(Bcharset \x1bcreset", "charset reset"],
  [" 10%|#   |\r 50%|##  |\r100%|####|\r", "100%|####|"],
  ["carriage return of DOS\r", "carriage return of DOS"],
  ["a\0b\x07c\x9b2J", "a\ufffdb\ufffdc\ufffd2J"],
  ["x".repeat(1000), `${"x".repeat(500)}... (1000 characters)`]
])("%j is shown without what steers a terminal", (text, shown) => {
  assert.strictEqual(Printable.line(text), shown)
})
