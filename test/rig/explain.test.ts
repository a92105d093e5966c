/** Why a task ran or was cached: at the time, and when one looks back. */
import { rmSync, renameSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig, step, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
  rig.write("x.tsv", "name\tn\nalpha\t1\nbeta\t2\ngamma\t3\n")
})
afterEach(() => rig.remove())

const params = { n: { type: "integer", default: 3 } }
const table = (id: string, run: string, options: Parameters<typeof step>[3]) =>
  step(rig, id, run, { outputs: { out: "tsv" }, ...options })

/** a reads a file, b takes the first lines, c is scattered over its rows, d counts what c gives. */
const stages = (names: { readonly b?: string } = {}) => {
  const b = names.b ?? "b"
  return {
    a: table("a", 'cat "$x" > "$out"', { inputs: { x: "./x.tsv" } }),
    [b]: table("b", 'head -n "$n" "$a" > "$out"', { inputs: { a: "${{ a.out }}" }, env: { n: "${{ params.n }}" } }),
    c: {
      ...table("c", 'tr z y < "$row" > "$out"', { inputs: { row: "${{ item }}" } }),
      scatter: { over: `\${{ ${b}.out }}`, rows: 1 }
    },
    d: step(rig, "d", 'wc -l < "$c" > "$out"', { inputs: { c: "${{ c.out }}" } })
  }
}

const run = async (file = "flow.yaml", ...args: ReadonlyArray<string>) => {
  const finished = await rig.agflow(["run", file, ...args])
  assert.strictEqual(finished.code, 0, finished.stdout + finished.stderr)
  return { stdout: finished.stdout, id: rig.runId()! }
}

const explain = async (...args: ReadonlyArray<string>) => {
  const { code, stdout, stderr } = await rig.agflow(["explain", ...args])
  assert.strictEqual(code, 0, stderr)
  return stdout
}

describe("an address without a stated digest", () => {
  it("is shown as not pinned, and that it gives other content is said", async () => {
    let body = "name\tn\nalpha\t1\n"
    const server = createServer((_, response) => void response.end(body))
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/t.tsv`
    const fetch = { uses: "fetch-dataset", with: { url } }
    const count = step(rig, "count", 'wc -c < "$in" > "$out"', { inputs: { in: "${{ fetch.file }}" } })
    rig.write("flow.yaml", workflow({ fetch, count }))
    const first = await run()
    const report = () => rig.read(`state/runs/${rig.runId()}/report.html`)
    const pin = (change: string) => `not pinned: ${url} \\(${change}sha256 [0-9a-f]{8}, which nothing states\\)\n`
    const now = new RegExp(`\n {4,}${pin("")}`, "u")
    assert.match(first.stdout, now)
    assert.include(report(), "<strong>not pinned</strong>")
    assert.notInclude(report(), "content changed")
    for (const name of ["records", "index"]) rmSync(join(rig.home, name), { recursive: true })
    body = "name\tn\nbeta\t22\n"
    const second = await run()
    server.close()
    const changed = pin("content changed, it was [0-9a-f]{8}; ")
    assert.match(second.stdout, new RegExp(`\n {4,}${changed}`, "u"))
    assert.match(report(), /not pinned<\/strong>; content changed when it was fetched, it was <code title="sha256/u)
    for (const what of [[], ["fetch"]]) {
      const { stdout } = await rig.agflow(["show", ...what])
      assert.match(stdout, new RegExp(`\n {2}${changed}`, "u"))
    }
    assert.match(await explain("fetch"), new RegExp(`\n {2}${changed}`, "u"))
    assert.match(await explain("count"), new RegExp(`because 'fetch' ran again: ${changed}`, "u"))
    const third = await run()
    assert.match(third.stdout, /= fetch +cached/u)
    assert.match(third.stdout, now, "a cached task keeps the mark; that the content changed is no news")
    assert.include(report(), "<strong>not pinned</strong>")
  })
})

describe("explain", () => {
  it("follows a change of content up to the param behind it", async () => {
    rig.write("flow.yaml", workflow(stages(), { params }))
    const first = await run()
    assert.match(first.stdout, /✓ c +2 tasks, 0 cached; 2 ran: not run before\n/u)
    const second = await run("flow.yaml", "--param", "n=4")
    assert.match(
      await explain("d"),
      new RegExp(
        `^d ran in run ${second.id}, compared with run ${first.id}\n` +
          "  input c content [0-9a-f]{8} -> [0-9a-f]{8}\n" +
          "    because 'c' has 3 tasks, it had 2\n" +
          "      because 'b' ran: params.n 3 -> 4\n$",
        "u"
      )
    )
    assert.strictEqual(
      await explain("b"),
      `b ran in run ${second.id}, compared with run ${first.id}\n  params.n 3 -> 4\n`
    )
  })

  it("names the user's file at the beginning of the chain, and the scattered task that saw its change", async () => {
    rig.write("flow.yaml", workflow(stages(), { params }))
    const first = await run()
    rig.write("x.tsv", "name\tn\nalpha\t1\nzeta\t2\ngamma\t3\n")
    const second = await run()
    assert.match(second.stdout, /✓ c +2 tasks, 1 cached; 1 ran: input row content [0-9a-f]{8} -> [0-9a-f]{8}\n/u)
    assert.match(
      await explain("d", "--run", second.id, "--against", first.id),
      new RegExp(
        "\n  input c content .*\n" +
          "    because 'c/1' ran:\n" +
          "      input row content .*\n" +
          "        because 'b' ran:\n" +
          "          input a content .*\n" +
          "            because 'a' ran:\n" +
          "              input x content .*\n" +
          `                because the file ${join(rig.folder, "x.tsv")} changed\n$`,
        "u"
      )
    )
    const [explanation] = JSON.parse(await explain("a", "--json"))
    assert.strictEqual(explanation.task, "a")
    assert.strictEqual(explanation.state, "done")
    assert.deepStrictEqual(explanation.against.run, first.id)
    assert.strictEqual(explanation.changes[0].because[0].text, `the file ${join(rig.folder, "x.tsv")} changed`)
    const shortened = await explain("c", "--run", second.id.slice(-4))
    assert.match(shortened, /^c\/0 was cached in run .*\n {2}nothing that it depends on has changed\n/u)
    assert.match(shortened, /\n\nc\/1 ran in run /u)
  })

  it("says whose result a cached task has, and what changed since the run before", async () => {
    rig.write("flow.yaml", workflow(stages(), { params }))
    const first = await run()
    const second = await run("flow.yaml", "--param", "n=4")
    const third = await run()
    assert.match(third.stdout, /= a +cached: nothing that it depends on has changed\n/u)
    assert.match(third.stdout, /= b +cached: done before; since the last run: params\.n 4 -> 3\n/u)
    assert.match(third.stdout, /✓ c +2 tasks, all cached; nothing that it depends on has changed\n/u)
    assert.strictEqual(
      await explain("b"),
      `b was cached in run ${third.id}, compared with run ${second.id}\n` +
        `  params.n 4 -> 3\n  its result was there: that of run ${first.id}\n`
    )
  })

  it("sees a stage that gives other content each time", async () => {
    const flaky = {
      now: step(rig, "now", 'date +%s%N > "$out"'),
      after: step(rig, "after", 'cat "$now" > "$out"', { inputs: { now: "${{ now.out }}" } })
    }
    rig.write("flow.yaml", workflow(flaky))
    await run()
    rmSync(join(rig.home, "store"), { recursive: true })
    const { stdout } = await run()
    assert.match(stdout, /> now +its result is gone or damaged\n/u)
    assert.match(
      await explain("after"),
      /because 'now' ran again with the same key and gave other content: it does not give the same each time\n/u
    )
  })

  it("goes by the run's own events where the cache has let go of a record", async () => {
    rig.write("flow.yaml", workflow(stages(), { params }))
    await run()
    await run("flow.yaml", "--param", "n=4")
    const told = await explain("d")
    rmSync(join(rig.home, "records"), { recursive: true })
    assert.strictEqual(await explain("d"), told)
    // And so does the next run, for its reasons.
    assert.match((await run("flow.yaml", "--param", "n=2")).stdout, /> b +params\.n 4 -> 2\n/u)
  })

  it("knows no task of that name", async () => {
    rig.write("flow.yaml", workflow(stages(), { params }))
    assert.match((await rig.agflow(["explain", "a"])).stderr, /there are no runs yet/u)
    await run()
    const { code, stderr } = await rig.agflow(["explain", "c/7"])
    assert.strictEqual(code, 2)
    assert.match(stderr, /has no task 'c\/7'\n {2}hint: did you mean 'c\/0'\?/u)
  })
})

describe("the reason on a run's line", () => {
  it("is true after the stage or the workflow got another name", async () => {
    rig.write("flow.yaml", workflow(stages(), { params }))
    await run()
    rig.write("flow.yaml", workflow(stages({ b: "head" }), { params }))
    const renamed = await run()
    assert.match(renamed.stdout, /= head +cached: done before, as 'b'\n/u)
    assert.match(renamed.stdout, /= d +cached: nothing that it depends on has changed\n/u)

    rig.write("flow.yaml", workflow(stages({ b: "first" }), { params }))
    assert.match(
      (await run("flow.yaml", "--param", "n=2")).stdout,
      /> first +first run under this name; 'head' before it: params\.n 3 -> 2\n/u
    )
    rig.write("flow.yaml", workflow(stages({ b: "first" }), { params, name: "another" }))
    const { stdout } = await run("flow.yaml", "--param", "n=4")
    assert.match(stdout, /> first +params\.n 2 -> 4\n/u)

    // Nothing is known of a workflow that changed both.
    renameSync(rig.path("flow.yaml"), rig.path("other.yaml"))
    rig.write("other.yaml", workflow(stages(), { params, name: "third" }))
    const third = await run("other.yaml")
    assert.match(third.stdout, /= b +cached: done before\n/u)
  })

  it("tells a failure and a kill from a change", async () => {
    const failing = { a: step(rig, "a", 'test -e "$flag" && echo 1 > "$out"', { env: { flag: rig.path("flag") } }) }
    rig.write("flow.yaml", workflow(failing))
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 1)
    rig.write("flag", "")
    assert.match((await run()).stdout, /> a +it failed the last time\n/u)
  })
})
