import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import * as DatasetRegistry from "../../src/data/DatasetRegistry.ts"
import * as Download from "../../src/data/Download.ts"
import { mirror, runPromise } from "../support/stage.ts"

describe.skipIf(mirror === undefined)("Datasets (AGFLOW_MIRROR names a folder of public files)", () => {
  it.each(DatasetRegistry.all.filter(({ sha256 }) => sha256 !== null).map(({ name }) => name))(
    "%s is what the registry says",
    async (name) => {
      const found = await runPromise(Download.dataset(name), { acceptedLicences: ["CC-BY-NC-4.0"] })
      assert.deepStrictEqual(
        [found.origin, found.sha256, found.bytes],
        ["mirror", found.dataset.sha256, found.dataset.bytes]
      )
    }
  )

  it("is not taken without the licence", async () => {
    const failure = await runPromise(Effect.flip(Download.dataset("spliceai-3")))
    assert.strictEqual(failure._tag, "LicenceNotAccepted")
  })
})
