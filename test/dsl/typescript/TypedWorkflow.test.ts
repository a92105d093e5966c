import { assert, describe, it } from "vitest"
import * as TypedWorkflow from "../../../src/dsl/typescript/TypedWorkflow.ts"
import { load, makeVariants } from "../../support/workflow.ts"

/** A workflow whose only stage has these values in its env. */
const withEnv = (
  env: (params: { readonly n: TypedWorkflow.Value<number>; readonly q: TypedWorkflow.Value<string> }) => object
) =>
  TypedWorkflow.make({
    name: "typed",
    params: { n: { type: "integer", default: 2 }, q: { type: "string", default: 'it\'s \\ "q"' } },
    compose: ({ params, script }) => {
      const made = script("made", { run: "echo", outputs: { out: "text" }, env: env(params) as {} })
      return { out: made.out }
    }
  })

/** What the script is given. */
const given = async (env: Parameters<typeof withEnv>[0]) => {
  const { workflow, diagnostics } = await load(JSON.stringify(withEnv(env).declaration))
  assert.deepStrictEqual(diagnostics, [])
  const body = workflow!.stages[0]!.instances[0]!.body
  return body._tag === "Script" ? body.env : undefined
}

describe("values of a workflow in TypeScript", () => {
  it("keep together what was computed before", async () => {
    const env = await given(({ n }) => {
      const sum = TypedWorkflow.expression<number>`${n} + ${3}`
      const many = TypedWorkflow.expression<boolean>`${sum} > ${4} || ${false}`
      return {
        twice: TypedWorkflow.expression<number>`${sum} * 2`,
        less: TypedWorkflow.expression<number>`10 - ${sum}`,
        few: TypedWorkflow.expression<boolean>`!${many}`
      }
    })
    assert.deepStrictEqual(env, { twice: "10", less: "5", few: "false" })
  })

  it("are compared with values of the file's own, whatever stands in them", async () => {
    const env = await given(({ q }) => ({ same: TypedWorkflow.expression<boolean>`${q} == ${'it\'s \\ "q"'}` }))
    assert.deepStrictEqual(env, { same: "true" })
  })

  it("stand in texts as in YAML, and are nothing to compute with", async () => {
    assert.deepStrictEqual(await given(({ n }) => ({ a: `chr${n}`, b: "n=" + n })), { a: "chr2", b: "n=2" })
    const compute = () => withEnv(({ n }) => ({ many: (n as unknown as number) > 1 }))
    assert.throws(compute, "'params.n' has no value before the run: compute with Workflow.expression")
  })
})

it("several scatters run for each combination, their items by name", async () => {
  const scattered = TypedWorkflow.make({
    name: "product",
    compose: ({ scatter }) => {
      const made = scatter(
        "made",
        makeVariants,
        [
          { over: ["hg38", "hg19"], as: "genome" },
          { over: [1, 2], as: "count" }
        ],
        ({ genome, count }) => ({ genome, count })
      )
      return { variants: made.variants }
    }
  })
  const { workflow, diagnostics } = await load(JSON.stringify(scattered.declaration))
  assert.deepStrictEqual(diagnostics, [])
  assert.deepStrictEqual(
    workflow!.stages[0]!.instances.map(({ body }) => body._tag === "Uses" && body.params),
    [
      { genome: "hg38", count: 1 },
      { genome: "hg38", count: 2 },
      { genome: "hg19", count: 1 },
      { genome: "hg19", count: 2 }
    ]
  )
})
