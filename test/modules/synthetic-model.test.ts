import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import syntheticModel from "../../modules/synthetic-model/stage.ts"
import { architectures } from "../../src/model/Model.ts"
import * as Program from "../../src/model/Program.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import { runStage } from "../support/stage.ts"

const read = (path: string) => Effect.runPromise(Safetensors.readAll(path))

describe("synthetic-model", () => {
  it("makes a teacher and a student that fit the model, the same for the same seed", async () => {
    const { outputs } = await runStage(syntheticModel, { seed: 7, noise: 0.05 })
    const again = await runStage(syntheticModel, { seed: 7, noise: 0.05 })
    const elsewhere = await runStage(syntheticModel, { seed: 8 })
    const program = architectures.synthetic.program(8192)
    for (const name of ["teacher", "student"]) {
      assert.strictEqual(Program.weightFault(program, await read(outputs[name]!)), undefined)
      assert.isTrue(readFileSync(outputs[name]!).equals(readFileSync(again.outputs[name]!)))
      assert.isFalse(readFileSync(outputs[name]!).equals(readFileSync(elsewhere.outputs[name]!)))
    }
    assert.isTrue(syntheticModel.synthetic({}))
  })

  it("perturbs by the spread of each tensor", async () => {
    const { outputs } = await runStage(syntheticModel, { noise: 0.25 })
    const name = "encoder_0/kernel"
    const teacher = (await read(outputs["teacher"]!)).get(name)!.data
    const student = (await read(outputs["student"]!)).get(name)!.data
    const spread = (values: Float32Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length)
    // He: sqrt(2 / (5 x 16)) = 0.158.
    assert.approximately(spread(teacher), 0.158, 0.01)
    const change = student.map((value, i) => value - teacher[i]!)
    assert.approximately(spread(change) / spread(teacher), 0.25, 0.02)
    const still = await runStage(syntheticModel, { noise: 0 })
    assert.isTrue(readFileSync(still.outputs["teacher"]!).equals(readFileSync(still.outputs["student"]!)))
  })
})
