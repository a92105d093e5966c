import { assert, describe, it } from "vitest"
import { InputError, messageOf, render } from "../../src/core/Failure.ts"

describe("Failure", () => {
  it("is shown with file, line and hint, as far as they are known", () => {
    assert.strictEqual(render(new InputError({ message: "no" })), "no")
    assert.strictEqual(render(new InputError({ message: "no", file: "a.vcf" })), "a.vcf: no")
    assert.strictEqual(
      render(new InputError({ message: "no", file: "a.vcf", line: 4, hint: "write yes" })),
      "a.vcf:4: no\n  hint: write yes"
    )
  })

  it("has a message whatever was thrown", () => {
    assert.strictEqual(messageOf(new Error("x")), "x")
    assert.strictEqual(messageOf("x"), "x")
    assert.strictEqual(messageOf(undefined), "undefined")
  })
})
