/** What tests of several themes run: a lab's own stage, and a workflow that cuts and joins a table. */
import { step, workflow, type Rig } from "./rig.ts"

/** A stage file with one stage, `scale`. */
export const labStages = `import { Effect, Param, Port, Schema, Stage, Table } from "agflow"

const values = { x: Table.number("a value") }

export const scale = Stage.make({
  name: "scale",
  version: 1,
  summary: "Multiplies a column.",
  params: { by: Param.withDefault(Schema.Finite, 2, "factor") },
  inputs: { values: Port.table(values, "values") },
  outputs: { scaled: Port.table(values, "scaled values") },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const rows = yield* inputs.values.rows
    yield* outputs.scaled.write(rows.map(({ x }) => ({ x: x * params.by })))
  })
})
`

type Stages = Readonly<Record<string, unknown>>

/** Writes `flow.yaml`: `table` reads `rows.tsv`, `each` is scattered over its three rows and gathered; and further stages. */
export const writeTableFlow = (rig: Rig, more: Stages, outputs: Readonly<Record<string, string>>): void => {
  const tsv = { outputs: { out: "tsv" } }
  rig.write("rows.tsv", "id\nx\ny\nz\n")
  const stages = {
    table: step(rig, "table", 'cat "$t" > "$out"', { inputs: { t: "./rows.tsv" }, ...tsv }),
    each: {
      ...step(rig, "each", '(cat "$part"; echo more) > "$out"', { inputs: { part: "${{ part }}" }, ...tsv }),
      scatter: { over: "${{ table.out }}", rows: 1, as: "part" }
    },
    ...more
  }
  rig.write("flow.yaml", workflow(stages, { outputs: { each: "${{ each.out }}", ...outputs } }))
}
