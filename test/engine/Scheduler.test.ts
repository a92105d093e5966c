import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import type { Resources } from "../../src/dsl/stage/Stage.ts"
import * as Random from "../../src/core/Random.ts"
import * as Scheduler from "../../src/engine/Scheduler.ts"

const machine: Resources = { cpus: 2, memory: 8, gpus: 1 }
const one: Resources = { cpus: 1, memory: 1, gpus: 0 }

interface Plan extends Partial<Pick<Scheduler.Job, "onError" | "dispensable">> {
  readonly needs?: ReadonlyArray<string>
  readonly resources?: Partial<Resources>
  readonly millis?: number
  readonly end?: "fail" | "die" | "cached" | "unresolved"
}

/** Runs the jobs; what happened, in order: `+a` started, `-a` ended, `=a` cached, and the most that was in use. */
const run = async (plans: Readonly<Record<string, Plan>>, total = machine) => {
  const happened: Array<string> = []
  const used = { cpus: 0, memory: 0, gpus: 0 }
  const most = { ...used }
  const jobs = Object.entries(plans).map(
    ([id, { needs = [], resources, onError = "finish", dispensable = new Set<string>() }]) => ({
      id,
      needs,
      dispensable,
      onError,
      resources: { ...one, ...resources }
    })
  )
  const take = (resources: Resources, sign: 1 | -1) => {
    for (const name of ["cpus", "memory", "gpus"] as const) {
      used[name] += sign * resources[name]
      most[name] = Math.max(most[name], used[name])
    }
  }
  const outcome = await Effect.runPromise(
    Effect.scoped(
      Scheduler.run(jobs, total, (id) =>
        Effect.suspend((): Effect.Effect<Scheduler.Resolved<string, never>, string> => {
          const { end, millis = 1 } = plans[id]!
          const { resources } = jobs.find((job) => job.id === id)!
          if (end === "unresolved") return Effect.fail("unresolved")
          if (end === "cached") {
            happened.push(`=${id}`)
            return Effect.succeed({ _tag: "Done" })
          }
          const work = Effect.gen(function* () {
            happened.push(`+${id}`)
            take(resources, 1)
            yield* Effect.sleep(millis)
            take(resources, -1)
            happened.push(`-${id}`)
            if (end === "fail") return yield* Effect.fail("failed")
            if (end === "die") return yield* Effect.die(new Error("broke"))
          })
          return Effect.succeed({ _tag: "ToRun", run: work })
        })
      )
    )
  )
  return { happened, most, ...outcome }
}

describe("Scheduler", () => {
  it("starts a job when all that it needs has ended", async () => {
    const { happened, failed, skipped } = await run({
      a: { millis: 300 },
      b: { millis: 5 },
      c: { needs: ["a", "b"] },
      d: { needs: ["b"] },
      e: { needs: ["c", "d"] }
    })
    const at = (what: string) => happened.indexOf(what)
    assert.strictEqual(happened.length, 10)
    assert.isBelow(Math.max(at("-a"), at("-b")), at("+c"))
    assert.isBelow(at("-b"), at("+d"))
    assert.isBelow(at("+d"), at("-a"), "d does not wait for what it does not need")
    assert.isBelow(Math.max(at("-c"), at("-d")), at("+e"))
    assert.deepStrictEqual([failed, skipped], [[], []])
  })

  it("goes past a cached job at once, and one that is cached holds nothing", async () => {
    const { happened, most } = await run({
      a: { end: "cached", resources: { cpus: 2 } },
      b: { needs: ["a"], end: "cached" },
      c: { needs: ["b"] }
    })
    assert.deepStrictEqual(happened, ["=a", "=b", "+c", "-c"])
    assert.strictEqual(most.cpus, 1)
  })

  it("takes jobs that are ready in the order of the workflow", async () => {
    const { happened } = await run({ a: {}, b: {}, c: {}, d: {} }, { ...machine, cpus: 1 })
    assert.deepStrictEqual(happened, ["+a", "-a", "+b", "-b", "+c", "-c", "+d", "-d"])
  })

  it("lets a small job pass one that waits for room", async () => {
    const { happened } = await run({
      a: { millis: 20, resources: { memory: 5 } },
      b: { resources: { memory: 5 } },
      c: { resources: { memory: 3 } }
    })
    assert.deepStrictEqual(happened, ["+a", "+c", "-c", "-a", "+b", "-b"])
  })

  it("never exceeds any resource, and uses what there is", async () => {
    const random = Random.make(7)
    const plans = Object.fromEntries(
      Array.from({ length: 150 }, (_, at): [string, Plan] => [
        `j${at}`,
        {
          needs: at < 5 ? [] : [...new Set([`j${random.int(at)}`, `j${random.int(at)}`])],
          resources: { cpus: 1 + random.int(4), memory: 1 + random.int(8), gpus: random.int(3) },
          millis: random.int(3)
        }
      ])
    )
    const total = { cpus: 4, memory: 8, gpus: 2 }
    const { most, happened, skipped } = await run(plans, total)
    assert.deepStrictEqual(most, total)
    assert.strictEqual(happened.length, 300)
    assert.deepStrictEqual(skipped, [])
  })

  it.each(["fail", "die"] as const)(
    "after a job that ends in '%s' starts nothing new, and lets finish",
    async (end) => {
      const { happened, failed, skipped } = await run({
        long: { millis: 30 },
        bad: { millis: 5, end },
        ready: { millis: 5 },
        next: { needs: ["bad"] },
        after: { needs: ["long"] }
      })
      assert.include(happened, "-long")
      assert.notInclude(happened, "+ready")
      assert.notInclude(happened, "+after")
      assert.deepStrictEqual(failed, ["bad"])
      assert.deepStrictEqual(skipped, ["ready", "next", "after"])
    }
  )

  it("counts a job that cannot be resolved as failed", async () => {
    const { happened, failed, skipped } = await run({
      long: { millis: 30 },
      quick: { millis: 5 },
      bad: { needs: ["quick"], end: "unresolved" },
      next: { needs: ["bad"] },
      after: { needs: ["long"] }
    })
    assert.deepStrictEqual(happened, ["+long", "+quick", "-quick", "-long"])
    assert.deepStrictEqual([failed, skipped], [["bad"], ["next", "after"]])
  })

  it("lists every job that fails", async () => {
    const { failed, skipped } = await run({
      a: { end: "fail" },
      b: { end: "fail", millis: 10 },
      c: { needs: ["a", "b"] }
    })
    assert.deepStrictEqual([failed, skipped], [["a", "b"], ["c"]])
  })

  it("runs no jobs at all", async () => {
    assert.deepStrictEqual(await run({}), {
      happened: [],
      most: { cpus: 0, memory: 0, gpus: 0 },
      failed: [],
      skipped: [],
      stopped: []
    })
  })

  it("after a failure that is ignored goes on with what can do without", async () => {
    const { happened, failed, skipped, stopped } = await run({
      bad: { end: "fail", onError: "ignore" },
      other: { millis: 10 },
      next: { needs: ["bad", "other"] },
      last: { needs: ["next"] },
      lucky: { needs: ["bad", "other"], dispensable: new Set(["bad"]) },
      sole: { needs: ["next", "lucky"], dispensable: new Set(["next"]) }
    })
    assert.deepStrictEqual(
      happened.filter((what) => what.startsWith("-")),
      ["-bad", "-other", "-lucky", "-sole"]
    )
    assert.deepStrictEqual([failed, skipped, stopped], [["bad"], ["next", "last"], []])
  })

  it("after a failure that stops the run ends what runs", async () => {
    const { happened, failed, skipped, stopped } = await run({
      bad: { millis: 5, end: "fail", onError: "stop" },
      long: { millis: 10_000 },
      next: { needs: ["long"] }
    })
    assert.deepStrictEqual(happened, ["+bad", "+long", "-bad"])
    assert.deepStrictEqual([failed, skipped, stopped], [["bad"], ["next"], ["long"]])
  })

  it("runs a job again that asks for it, when what it asks for is free, even while the run is finishing", async () => {
    const happened: Array<string> = []
    const say = (what: string, millis = 0) =>
      Effect.andThen(
        Effect.sync(() => void happened.push(what)),
        Effect.sleep(millis)
      )
    const big: Resources = { ...one, memory: 8 }
    const steps: Readonly<Record<string, Scheduler.Step<string, never>["run"]>> = {
      again: Effect.as(say("again 1"), {
        resources: Scheduler.nothing,
        run: Effect.as(say("wait", 5), { resources: big, run: say("again 2") })
      }),
      long: Effect.andThen(say("long", 40), say("long ends")),
      bad: Effect.andThen(say("bad", 1), Effect.fail("bad"))
    }
    const jobs = [
      { id: "again", needs: [], resources: one },
      { id: "long", needs: [], resources: one },
      { id: "bad", needs: [], resources: one },
      { id: "late", needs: ["bad"], resources: one }
    ]
    const outcome = await Effect.runPromise(
      Effect.scoped(
        Scheduler.run(jobs, { ...machine, cpus: 3 }, (id) =>
          Effect.succeed({ _tag: "ToRun" as const, run: steps[id]! })
        )
      )
    )
    assert.deepStrictEqual(happened, ["again 1", "long", "bad", "wait", "long ends", "again 2"])
    assert.deepStrictEqual(outcome, { failed: ["bad"], skipped: ["late"], stopped: [] })
  })

  it("stops what runs when it is interrupted", async () => {
    const ended: Array<string> = []
    const jobs = ["a", "b", "c"].map((id) => ({ id, needs: [], resources: one }))
    const outcome = await Effect.runPromise(
      Effect.scoped(
        Scheduler.run(jobs, machine, (id) =>
          Effect.succeed({
            _tag: "ToRun" as const,
            run: Effect.onInterrupt(Effect.never, () => Effect.sync(() => void ended.push(id)))
          })
        )
      ).pipe(Effect.timeoutOption("50 millis"))
    )
    assert.strictEqual(outcome._tag, "None")
    assert.deepStrictEqual(ended, ["a", "b"])
  })
})
