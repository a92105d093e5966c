import { readdirSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, expect, it } from "vitest"
import * as JsonSchema from "../src/dsl/file/JsonSchema.ts"
import type * as Port from "../src/dsl/stage/Port.ts"
import type { Stage } from "../src/dsl/stage/Stage.ts"
import * as StageDoc from "../src/dsl/stage/StageDoc.ts"

const root = join(import.meta.dirname, "..")
const names = readdirSync(join(root, "modules"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort()
const stages = await Promise.all(
  names.map(async (name) => ((await import(`../modules/${name}/stage.ts`)) as { readonly default: Stage }).default)
)
const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

// `npx vitest run test/schemas.test.ts -u` writes them anew.
describe("files made from the code are up to date", () => {
  it("schemas/workflow.schema.json", () =>
    expect(text(JsonSchema.workflow(stages))).toMatchFileSnapshot("../schemas/workflow.schema.json"))

  it("modules/README.md", () => {
    const page = [
      "# Stages",
      "",
      "What each stage takes and gives, as `agflow stages NAME` prints it. Made from the stages' definitions.",
      "",
      ...stages.map((stage) => `${StageDoc.markdown(stage)}\n`)
    ].join("\n")
    return expect(page).toMatchFileSnapshot("../modules/README.md")
  })
})

describe("every stage", () => {
  const described = (port: Port.InputPort): ReadonlyArray<string> =>
    port._tag === "Optional"
      ? [port.description, ...described(port.port)]
      : port._tag === "List"
        ? [port.description, ...described(port.item)]
        : port._tag === "Table"
          ? [port.description, ...Object.values(port.columns).map(({ description }) => description)]
          : [port.description]

  it.each(stages.map((stage) => [stage.name, stage] as const))(
    "%s is named after its folder and says what it does",
    (name, stage) => {
      assert.include(names, name)
      const texts = [stage.summary, ...Object.values({ ...stage.inputs, ...stage.outputs }).flatMap(described)]
      assert.notInclude(texts, "")
      for (const param of Object.keys(stage.params.fields)) {
        const line = StageDoc.markdown(stage)
          .split("\n")
          .find((each) => each.startsWith(`- \`${param}\` (`))
        assert.match(line ?? "", /\): \S/u, `param '${param}' has no description`)
      }
    }
  )
})
