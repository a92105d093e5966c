import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as SyntheticWeights from "../../src/model/architectures/SyntheticWeights.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"

export default Stage.make({
  name: "synthetic-model",
  version: 1,
  summary: "Makes weights of the synthetic model from a seed: a teacher, and a student that resembles it.",
  params: {
    seed: Param.withDefault(Schema.Int, 1, "the same seed gives the same weights"),
    noise: Param.withDefault(
      Schema.Finite.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(0))),
      0.03,
      "how far the student is from the teacher, relative to the spread of each tensor"
    )
  },
  inputs: {},
  outputs: {
    teacher: Port.file("safetensors", "weights that stand for the truth"),
    student: Port.file("safetensors", "the same weights, perturbed: a model that has learnt imperfectly")
  },
  synthetic: () => true,
  run: Effect.fnUntraced(function* ({ params, outputs }) {
    const teacher = SyntheticWeights.teacher(params.seed)
    yield* Safetensors.writeAll(outputs.teacher.path, teacher)
    yield* Safetensors.writeAll(outputs.student.path, SyntheticWeights.student(teacher, params.seed, params.noise))
  })
})
