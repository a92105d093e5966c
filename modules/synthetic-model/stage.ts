import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"
import * as SyntheticWeights from "../../src/model/architectures/SyntheticWeights.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"

export default Stage.make({
  name: "synthetic-model",
  version: 1,
  summary: "Makes weights of the synthetic model from a seed: a teacher, and a student that resembles it.",
  params: {
    seed: Schema.Int.pipe(
      Schema.annotate({ description: "the same seed gives the same weights" }),
      Schema.withDecodingDefaultKey(Effect.succeed(1))
    ),
    noise: Schema.Number.pipe(
      Schema.check(Schema.isGreaterThanOrEqualTo(0)),
      Schema.annotate({
        description: "how far the student is from the teacher, relative to the spread of each tensor"
      }),
      Schema.withDecodingDefaultKey(Effect.succeed(0.03))
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
