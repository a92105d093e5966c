import * as Schema from "effect/Schema"
import { assert, describe, expect, it } from "vitest"
import * as Dataset from "../../src/data/Dataset.ts"
import * as DatasetRegistry from "../../src/data/DatasetRegistry.ts"
import * as JsonSchema from "../../src/dsl/file/JsonSchema.ts"
import * as FileKind from "../../src/dsl/stage/FileKind.ts"

describe("Dataset", () => {
  it("has one entry per name, well-formed, of a known file kind", () => {
    assert.strictEqual(new Set(DatasetRegistry.all.map(({ name }) => name)).size, DatasetRegistry.all.length)
    for (const dataset of DatasetRegistry.all) {
      assert.isTrue(Schema.is(Dataset.Dataset)(dataset), dataset.name)
      assert.isTrue(FileKind.isFileKindName(dataset.kind), `${dataset.name}: ${dataset.kind}`)
      assert.isTrue(dataset.url !== null || dataset.recipe !== null, dataset.name)
      assert.notStrictEqual(dataset.citation, "", dataset.name)
    }
  })

  it("is mirrored under host and path", () => {
    for (const { url, mirror } of DatasetRegistry.all) {
      if (url !== null) assert.strictEqual(Dataset.mirrorPath(new URL(url)), mirror)
    }
  })

  it("asks for consent to the licences that restrict use", () => {
    const asked = DatasetRegistry.all.filter(({ licenceAcceptance }) => licenceAcceptance).map(({ name }) => name)
    assert.deepStrictEqual(
      asked,
      [1, 2, 3, 4, 5].map((i) => `spliceai-${i}`)
    )
  })

  // `npx vitest run test/data/Dataset.test.ts -u` writes it anew.
  it("is described by schemas/dataset.schema.json", () =>
    expect(`${JSON.stringify(JsonSchema.document(Dataset.Dataset), null, 2)}\n`).toMatchFileSnapshot(
      "../../schemas/dataset.schema.json"
    ))
})
