import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { assert, beforeEach, describe, it } from "vitest"
import { Leases } from "../../src/cache/Lease.ts"
import * as Process from "../../src/core/Process.ts"
import { temporaryFolder } from "../support/stage.ts"
import { withCache } from "./cache.ts"

let folder: string
const lease = () => join(folder, "leases", "key")
beforeEach(() => {
  folder = temporaryFolder()
  mkdirSync(join(folder, "leases"))
})

/** Holds the lease while `effect` runs; the holders that were waited for. */
const holding = <A>(effect: Effect.Effect<A>) =>
  Effect.gen(function* () {
    const waited: Array<string> = []
    const leases = yield* Leases
    const value = yield* Effect.scoped(
      Effect.andThen(
        leases.hold("key", (holder) => Effect.sync(() => void waited.push(holder))),
        effect
      )
    )
    return { value, waited }
  })

const write = (holder: unknown, ageSeconds = 0) => {
  writeFileSync(lease(), typeof holder === "string" ? holder : JSON.stringify(holder))
  const then = new Date(Date.now() - ageSeconds * 1000)
  utimesSync(lease(), then, then)
}

type Waiter = Fiber.Fiber<{ readonly waited: ReadonlyArray<string> }, unknown>

/** Somebody waits for the lease, and time goes as the test says. */
const watched = <E>(test: (waiter: Waiter) => Effect.Effect<void, E, Leases>) =>
  withCache(
    folder,
    Effect.flatMap(Effect.forkChild(holding(Effect.void)), test).pipe(Effect.provide(TestClock.layer()))
  )

describe("Leases", () => {
  it("are held for the scope, by one at a time", async () => {
    let inside = 0
    let most = 0
    const visit = Effect.gen(function* () {
      most = Math.max(most, ++inside)
      assert.strictEqual((JSON.parse(readFileSync(lease(), "utf8")) as { pid: number }).pid, process.pid)
      yield* Effect.sleep("30 millis")
      inside--
    })
    const visits = await withCache(
      folder,
      Effect.all(
        [1, 2, 3, 4].map(() => holding(visit)),
        { concurrency: "unbounded" }
      )
    )
    assert.strictEqual(most, 1)
    const told = visits.filter(({ waited }) => waited.length > 0)
    assert.strictEqual(told.length, 3)
    for (const { waited } of told) assert.deepStrictEqual(waited, [`process ${process.pid} on ${hostname()}`])
    assert.deepStrictEqual(readdirSync(join(folder, "leases")), [])
  })

  it("of a dead process, and of one whose number another has now, are taken over at once", async () => {
    const { pid } = spawnSync("true")
    for (const holder of [
      { nonce: "a", host: hostname(), pid, started: "1" },
      { nonce: "b", ...Process.identify(process.pid), started: "1" }
    ]) {
      write(holder)
      const since = Date.now()
      const { waited } = await withCache(folder, holding(Effect.void))
      assert.deepStrictEqual(waited, [])
      assert.isBelow(Date.now() - since, 1000)
      assert.isFalse(existsSync(lease()))
    }
  })

  it.each([
    ["of another machine that were not renewed for long", { nonce: "a", host: "elsewhere", pid: 1, started: null }],
    ["that a crash left unreadable", '{"nonce":']
  ])("%s are taken over; until then they are waited for", async (_, holder) => {
    // Its clock is an hour behind, which is no sign of silence, nor is it when the hour is made up for.
    write(holder, 3600)
    await watched(
      Effect.fnUntraced(function* (waiter) {
        for (const age of [3590, 3580, 0]) {
          yield* TestClock.adjust("10 seconds")
          write(holder, age)
        }
        yield* TestClock.adjust("10 seconds")
        yield* Fiber.interrupt(waiter)
        assert.isTrue(existsSync(lease()), "whoever gives up leaves it alone")
      })
    )
    write(holder, -3600)
    await watched(
      Effect.fnUntraced(function* (waiter) {
        yield* TestClock.adjust("14 seconds")
        assert.isTrue(existsSync(lease()))
        yield* TestClock.adjust("2 seconds")
        assert.lengthOf((yield* Fiber.join(waiter)).waited, 1)
      })
    )
  })

  it("of a machine whose process was found silent are taken over without waiting for each", async () => {
    const holder = { nonce: "a", host: "nowhere", pid: 1, started: null }
    write(holder, 3600)
    await watched((waiter) =>
      Effect.gen(function* () {
        yield* TestClock.adjust("16 seconds")
        yield* Fiber.join(waiter)
        write(holder, 3599)
        assert.deepStrictEqual((yield* holding(Effect.void)).waited, [])
      })
    )
  })

  it("are given back when their holder is interrupted, and left alone when they are another's by then", async () => {
    await withCache(
      folder,
      Effect.gen(function* () {
        const held = yield* Deferred.make<void>()
        const fiber = yield* Effect.forkChild(holding(Effect.andThen(Deferred.succeed(held, undefined), Effect.never)))
        yield* Deferred.await(held)
        assert.isTrue(existsSync(lease()))
        yield* Fiber.interrupt(fiber)
        assert.isFalse(existsSync(lease()))
      })
    )
    const other = { nonce: "other", host: "elsewhere", pid: 1, started: null }
    await withCache(folder, holding(Effect.sync(() => write(other))))
    assert.deepStrictEqual(JSON.parse(readFileSync(lease(), "utf8")), other)
  })

  it("tell by their mtime that the holder lives", async () => {
    const age = await withCache(
      folder,
      holding(
        Effect.gen(function* () {
          const before = statSync(lease()).mtimeMs
          const since = () => statSync(lease()).mtimeMs - before
          // One pulse renews all leases: its first beat may come at once, the next one does not.
          for (let waits = 0; waits < 200 && since() <= 1500; waits++) yield* Effect.sleep("100 millis")
          return since()
        })
      )
    )
    assert.isAbove(age.value, 1500)
  })
})
