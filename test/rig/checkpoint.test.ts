/** An inference that is killed half-way goes on from where it was, and gives the same bytes. */
import { afterEach, assert, beforeEach, it } from "vitest"
import { readdirSync } from "node:fs"
import * as CheckpointJournal from "../../src/executor/CheckpointJournal.ts"
import * as Effect from "effect/Effect"
import { Rig, until, workflow } from "../support/rig.ts"

let rig: Rig
let undisturbed: Rig
beforeEach(() => {
  rig = new Rig()
  undisturbed = new Rig()
})
afterEach(() => {
  rig.remove()
  undisturbed.remove()
})

/** Some hundred windows: seconds of inference. */
const flow = (uses: "score-variants" | "predict-tracks", retry: object) => {
  const shared = {
    reference: "${{ reference.fasta }}",
    variants: "${{ cohort.variants }}",
    genes: "${{ cohort.genes }}"
  }
  const stages = {
    reference: { uses: "fetch-reference", with: { genome: "synthetic", seed: 1, chromosomes: 2, length: 200000 } },
    cohort: {
      uses: "synthetic-cohort",
      with: { reference: "${{ reference.fasta }}", seed: 1, genes: 120, variants_per_gene: 6 }
    },
    windows: {
      uses: "build-windows",
      with: { mode: "pairs", width: 8192, pairs: "${{ cohort.pairs }}", ...shared }
    },
    networks: { uses: "synthetic-model", with: { seed: 1, noise: 0.05 } },
    inference: {
      uses,
      with: {
        model: "synthetic",
        weights: "${{ networks.teacher }}",
        windows: "${{ windows.windows }}",
        ...(uses === "score-variants" ? shared : { reference: shared.reference, batch: 2 })
      },
      ...retry
    }
  }
  const outputs = uses === "score-variants" ? ["scores", "unscored"] : ["predictions"]
  return workflow(stages, {
    outputs: Object.fromEntries(outputs.map((name) => [name, `\${{ inference.${name} }}`]))
  })
}

/** Items in the journals of the one task that is not done: one of a batch that was cut in two may stand there twice. */
const batches = (): number => {
  const [key] = rig.state("checkpoints").length === 0 ? [] : readdirSync(rig.path("state/checkpoints"))
  if (key === undefined) return 0
  const kept = Effect.runSync(CheckpointJournal.make(rig.path("state/checkpoints", key), "").read)
  return new Set(Array.from(kept, (part) => (part as { readonly index: number }).index)).size
}

const workers = () => rig.processes().filter(({ command }) => /worker\.js/u.test(command))

const continued = () =>
  rig
    .events()
    .flatMap((event) => (event._tag === "TaskLog" ? [event.line] : []))
    .flatMap((line) => /continued: (\d+) of (\d+) batches/u.exec(line)?.slice(1).map(Number) ?? [])

it.each(["score-variants", "predict-tracks"] as const)(
  "%s, in the next attempt after its worker was killed, and in the next run after all was",
  // On a busy machine the inference can end before it is killed.
  { retry: 2 },
  async (uses) => {
    undisturbed.write("flow.yaml", flow(uses, {}))
    const whole = await undisturbed.agflow(["run", "flow.yaml"])
    assert.strictEqual(whole.code, 0, whole.stdout)

    rig.write("flow.yaml", flow(uses, { retry: { attempts: 2 } }))
    const run = rig.start(["run", "flow.yaml"])
    await until("some batches are done", () => batches() >= 20)
    for (const { pid } of workers()) process.kill(pid, "SIGKILL")
    await until("the next attempt continues", () => continued().length >= 2)
    const [first, total] = continued()
    assert.isAtLeast(first!, 20)
    assert.isBelow(first!, total!)
    await until("more are done", () => batches() >= first! + 20)
    run.child.kill("SIGKILL")
    await run.ended
    await until("its workers are gone", () => workers().length === 0)
    const kept = batches()

    const again = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(again.code, 0, again.stdout)
    assert.deepStrictEqual(continued(), [kept, total!])
    assert.deepStrictEqual(rig.results(), undisturbed.results())
    assert.deepStrictEqual(rig.state("checkpoints"), [])
  }
)
