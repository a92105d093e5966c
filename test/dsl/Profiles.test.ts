/** Profiles that nobody asked for are checked too; and workflows that use one another more often than anybody means. */
import { assert, describe, it } from "vitest"
import { load } from "../support/workflow.ts"

const text = (profiles: string) => `agflow: 1
name: x
params: { width: { type: integer, default: 3 }, path: { type: file, default: ./there.txt }, given: { type: string, default: a } }
stages:
  a: { run: 'cat "$in" > "$out"', inputs: { in: "\${{ params.path }}" }, env: { w: "\${{ params.width }}" }, outputs: { out: text } }
outputs: { o: "\${{ a.out }}" }
profiles:
${profiles}`

const check = (profiles: string, options: Parameters<typeof load>[1] = {}) =>
  load(text(profiles), { files: { "there.txt": "x" }, everyProfile: true, ...options })

describe("every profile", () => {
  it.each([
    ["  p: { params: { widht: 4 } }", "the workflow has no param 'widht'"],
    ["  p: { params: { width: wide } }", "param 'width': expected integer, got \"wide\""],
    ["  p: { extends: [q] }", "the workflow has no profile 'q'"],
    ["  p: { stages: { b: { uses: nope } } }", "there is no stage named 'nope'"],
    ["  p: { stages: { b: { run: cat, outputs: { out: tet } } } }", "there is no file kind 'tet'"],
    ['  p: { outputs: { more: "${{ a.uot }}" } }', "stage 'a': no output 'uot'"],
    ["  p: { stages: { a: { run: 'echo > \"$o\"', outputs: { o: text } } } }", "stage 'a': no output 'out'"]
  ])("%s", async (profile, message) => {
    const { diagnostics } = await check(profile)
    assert.deepStrictEqual(
      diagnostics.map((each) => each.message),
      [`profile 'p': ${message}`]
    )
    assert.deepStrictEqual((await load(text(profile), { files: { "there.txt": "x" } })).diagnostics, [])
  })

  it("is told of circles once each, and of what it shares with others once", async () => {
    const { diagnostics } = await check(
      "  p: { extends: [q] }\n  q: { extends: [p] }\n  r: { params: { n: 1 } }\n  s: { extends: [r] }"
    )
    assert.deepStrictEqual(
      diagnostics.map(({ message }) => message),
      ["profile 'q' extends itself", "profile 'p' extends itself", "profile 'r': the workflow has no param 'n'"]
    )
  })

  it("may name files and resources of another machine, and params that its user gives", async () => {
    const { diagnostics } = await check(
      [
        "  cluster: { params: { path: /lustre/big.txt } }",
        "  large: { stages: { b: { run: 'echo > \"$o\"', outputs: { o: text }, resources: { cpus: 5000, gpus: 8 } } } }",
        "  later: { unavailable: it needs the moon, stages: { b: { uses: nope } } }"
      ].join("\n")
    )
    assert.deepStrictEqual(diagnostics, [])
  })
})

const twice = (next: string) =>
  `agflow: 1\nname: n\nstages:\n  a: { uses: ${next} }\n  b: { uses: ${next} }\noutputs: { o: "\${{ a.o }}" }\n`
const leaf = `agflow: 1\nname: leaf\nstages:\n  a: { run: 'echo 1 > "$o"', outputs: { o: text } }\noutputs: { o: "\${{ a.o }}" }\n`

describe("workflows that use others", () => {
  const chain = (length: number, one: (next: string) => string) =>
    Object.fromEntries(
      Array.from({ length }, (_, at) => [`n${at}.yaml`, at === length - 1 ? leaf : one(`./n${at + 1}.yaml`)])
    )

  it("twice each are refused where they have too many stages, at the use that makes them so", async () => {
    const { diagnostics } = await load(twice("./n0.yaml"), { files: chain(24, twice) })
    assert.strictEqual(diagnostics.length, 1)
    assert.match(diagnostics[0]!.message, /the workflow has more than 20,000 stages/u)
    assert.match(diagnostics[0]!.source.file, /n\d+\.yaml$/u)
  })

  it("in too many levels are refused", async () => {
    const once = (next: string) => twice(next).replace(/ {2}b: .*\n/u, "")
    const { diagnostics } = await load(once("./n0.yaml"), { files: chain(60, once) })
    assert.match(diagnostics[0]!.message, /more than 50 levels/u)
  })

  it("for each of many items count all their stages", async () => {
    const { diagnostics } = await load(
      `agflow: 1\nname: n\nstages:\n  a:\n    scatter: { over: "\${{ range(900000) }}" }\n    uses: ./two.yaml\n    with: { n: "\${{ item }}" }\n`,
      {
        files: {
          "two.yaml": `agflow: 1\nname: two\nparams: { n: { type: integer } }\nstages:\n  a: { run: 'echo $n > "$o"', env: { n: "\${{ params.n }}" }, outputs: { o: text } }\n  b: { run: 'cat "$i" > "$o"', inputs: { i: "\${{ a.o }}" }, outputs: { o: text } }\n`
        }
      }
    )
    assert.match(diagnostics[0]!.message, /more than 1,000,000 tasks/u)
  })

  it("in scatters within scatters are counted before any is laid out", async () => {
    const over = (n: number) => `scatter: { over: "\${{ range(${n}) }}" }`
    const outer = (next: string, n: number) =>
      `agflow: 1\nname: n\nparams: { n: { type: integer, default: 0 } }\nstages:\n  a: { ${over(n)}, uses: ${next}, with: { n: "\${{ item }}" } }\n`
    const inner = (n: number) =>
      `agflow: 1\nname: n\nparams: { n: { type: integer, default: 0 } }\nstages:\n  a: { ${over(n)}, run: 'echo $n $i > "$o"', env: { n: "\${{ params.n }}", i: "\${{ item }}" }, outputs: { o: text } }\n`
    const of = (a: number, b: number, c: number) =>
      load(outer("./b.yaml", a), { files: { "b.yaml": outer("./c.yaml", b), "c.yaml": inner(c) } })
    const few = await of(3, 4, 5)
    assert.deepStrictEqual(few.diagnostics, [])
    // The first of the outermost alone has a million instances, which nobody would wait for.
    const { diagnostics } = await of(1000, 1000, 1000)
    assert.strictEqual(diagnostics.length, 1)
    assert.match(diagnostics[0]!.message, /more than 1,000,000 tasks/u)
  })

  it("with an error in a file that is used often say it once", async () => {
    const files = { "one.yaml": leaf.replace("o: text", "o: tetx") }
    const { diagnostics } = await load(twice("./one.yaml"), { files })
    assert.deepStrictEqual(
      diagnostics.map(({ code }) => code),
      ["unknown-kind"]
    )
  })
})
