/** Whether a runtime can be used here, whether it computes what it should, and how fast. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ModelError } from "./ModelError.ts"
import * as Program from "./Program.ts"
import { runtimeIds, type RuntimeId } from "./Runtime.ts"
import * as Runtimes from "./Runtimes.ts"
import * as WeightSource from "./WeightSource.ts"

export const RuntimeFinding = Schema.Struct({
  runtime: Schema.Literals(runtimeIds),
  /** Why it cannot be used; null when it can. */
  refused: Schema.NullOr(Schema.String),
  hint: Schema.NullOr(Schema.String),
  kind: Schema.NullOr(Schema.Literals(["cpu", "gpu"])),
  device: Schema.NullOr(Schema.String),
  version: Schema.NullOr(Schema.String),
  numerics: Schema.NullOr(Schema.String),
  /** Bytes that a model may take; null where the runtime does not tell. */
  memory: Schema.NullOr(Schema.Finite),
  /** Billions of multiplications and additions a second, of a small convolution. */
  gflops: Schema.NullOr(Schema.Finite)
})
export type RuntimeFinding = typeof RuntimeFinding.Type

const length = 16_384
const channels = 64
const width = 11
const millis = 1000

/** Of one run: a multiplication and an addition for each weight that a position meets. */
const operations = 2 * length * channels * channels * width

/** Of ones everywhere, with weights that make a mean of it: inside, the result is 1. */
const fault = (output: Float32Array): string | undefined => {
  const middle = output[Math.floor(length / 2) * channels]
  return output.length === length * channels && middle !== undefined && Math.abs(middle - 1) < 1e-3
    ? undefined
    : `it computes ${String(middle)} where 1 is right`
}

/** For about a second; the median of the runs counts. */
const speed = Effect.fnUntraced(function* (id: RuntimeId, threads: number) {
  const net = Program.builder()
  const program = net.build(net.conv1d(net.input([length, channels]), "conv", channels, width))
  const kernel = new Float32Array(width * channels * channels).fill(1 / (width * channels))
  const weights = WeightSource.ofTensors(
    new Map([
      ["conv/kernel", { shape: [width, channels, channels], data: kernel }],
      ["conv/bias", { shape: [channels], data: new Float32Array(channels) }]
    ])
  )
  const executable = yield* Runtimes.runtimes[id].load(program, weights, threads)
  const input = new Float32Array(length * channels).fill(1)
  const wrong = fault(yield* executable.predict(input, 1))
  if (wrong !== undefined) return yield* new ModelError({ message: wrong })
  const times: Array<number> = []
  const start = yield* Clock.currentTimeMillis
  for (let now = start; now - start < millis;) {
    const before = yield* Clock.currentTimeNanos
    yield* executable.predict(input, 1)
    times.push(Number((yield* Clock.currentTimeNanos) - before))
    now = yield* Clock.currentTimeMillis
  }
  yield* executable.release
  return operations / times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!
})

const unknown = { kind: null, device: null, version: null, numerics: null, memory: null, gflops: null }

export const refused = (runtime: RuntimeId, why: string, hint: string | undefined): RuntimeFinding => ({
  ...unknown,
  runtime,
  refused: why,
  hint: hint ?? null
})

/** In this process: a native library that crashes takes it along. */
export const check = Effect.fnUntraced(
  function* (id: RuntimeId, threads: number) {
    const runtime = Runtimes.runtimes[id]
    const { kind, name: device, version, numerics } = yield* runtime.probe
    const { limit } = runtime.memory
    return {
      runtime: id,
      refused: null,
      hint: null,
      kind,
      device,
      version,
      numerics,
      memory: Number.isFinite(limit) ? limit : null,
      gflops: yield* speed(id, threads)
    } satisfies RuntimeFinding as RuntimeFinding
  },
  (effect, id) => Effect.catch(effect, ({ message, hint }) => Effect.succeed(refused(id, message, hint)))
)
