/** Workflows used as stages: with what they are given, and once for each item of a scatter. */
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig, step, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const inner = `agflow: 1
name: inner
params: { table: { type: file }, factor: { type: integer, default: 2 } }
stages:
  scaled:
    scatter: { over: "\${{ params.table }}", rows: 1 }
    run: awk -v f=$f 'NR==1{print} NR>1{print $1*f}' "$in" > "$out"
    inputs: { in: "\${{ item }}" }
    env: { f: "\${{ params.factor }}" }
    outputs: { out: { table: { x: integer } } }
outputs: { scaled: "\${{ scaled.out }}" }
`
const outer = (factor: number) => `agflow: 1
name: outer
stages:
  table: { run: 'printf "x\\n1\\n2\\n3\\n" > "$t"', outputs: { t: { table: { x: integer } } } }
  part: { uses: ./parts/inner.yaml, with: { table: "\${{ table.t }}", factor: ${factor} } }
  other: { uses: ./parts/inner.yaml, with: { table: "\${{ part.scaled }}" } }
outputs: { part: "\${{ part.scaled }}", other: "\${{ other.scaled }}" }
`

it("a workflow used as a stage runs with what it is given, and shares the cache with itself elsewhere", async () => {
  rig.write("parts/inner.yaml", inner)
  rig.write("outer.yaml", outer(10))
  const first = await rig.agflow(["run", "outer.yaml"])
  assert.strictEqual(first.code, 0, first.stdout + first.stderr)
  assert.deepStrictEqual(rig.results(), { "part.tsv": "x\n10\n20\n30\n", "other.tsv": "x\n20\n40\n60\n" })
  assert.include(Object.keys(rig.trace()), "part/scaled/0")

  rig.write("outer.yaml", outer(2))
  rig.write("outer2.yaml", outer(10).replace("part:", "piece:").replaceAll("part.", "piece."))
  await rig.agflow(["run", "outer2.yaml"])
  assert.deepStrictEqual([...new Set(Object.values(rig.trace()).map(({ status }) => status))], ["cached"])
})

describe("a workflow used as a stage and scattered", () => {
  const of = (value: string) => `\${{ ${value} }}`
  const run = async (...args: ReadonlyArray<string>) => {
    const finished = await rig.agflow(["run", "outer.yaml", ...args])
    assert.strictEqual(finished.code, 0, finished.stdout + finished.stderr)
    return finished.stdout
  }
  const tasks = () => Object.keys(rig.trace())

  /** Cuts its table into rows, joins them again behind a label, and counts them. */
  const part = (more: object = {}) =>
    workflow(
      {
        each: {
          ...step(rig, "each", '{ head -n 1 "$row"; tail -n +2 "$row" | sed "s/^/$label-/"; } > "$out"', {
            inputs: { row: of("item") },
            env: { label: of("params.label") },
            outputs: { out: "tsv" }
          }),
          scatter: { over: of("params.table"), rows: 1 }
        },
        count: step(rig, "count", 'echo "$label $(tail -n +2 "$all" | wc -l)" > "$out"', {
          inputs: { all: of("each.out") },
          env: { label: of("params.label") }
        }),
        ...more
      },
      {
        params: { table: { type: "file" }, label: { type: "string", default: "piece" } },
        outputs: { all: of("each.out"), count: of("count.out") }
      }
    )

  const outer = (scatter: unknown, given: object) =>
    workflow(
      {
        table: step(rig, "table", "printf 'id\\na\\nb\\nc\\n' > \"$out\"", { outputs: { out: "tsv" } }),
        part: { uses: "./part.yaml", scatter, with: given },
        counts: step(rig, "counts", 'cat $counts > "$out"', { inputs: { counts: of("part.count") } })
      },
      { outputs: { all: of("part.all"), counts: of("counts.out") } }
    )

  it("over values: each goes its own way, and the outputs come together in the list's order", async () => {
    rig.write("part.yaml", part())
    const text = outer({ over: ["lung", "liver"], as: "tissue" }, { table: of("table.out"), label: of("tissue") })
    rig.write("outer.yaml", text)
    await run()
    assert.deepStrictEqual(rig.results(), {
      "all.tsv": [
        "tissue\tid",
        ...["lung", "liver"].flatMap((each) => ["a", "b", "c"].map((n) => `${each}\t${each}-${n}`)),
        ""
      ].join("\n"),
      "counts.txt": "lung 3\nliver 3\n"
    })
    assert.deepStrictEqual(tasks(), [
      "table",
      ...["lung,0", "lung,1", "lung,2", "liver,0", "liver,1", "liver,2"].map((name) => `part/each/${name}`),
      "part/count/lung",
      "part/count/liver",
      "counts"
    ])
    const { stdout } = await rig.agflow(["plan", "outer.yaml"])
    assert.match(stdout, /^ {2}part\/each +6 tasks: all cached {2}/mu)
    assert.match(stdout, /^10 cached, 0 to run/mu)

    // Another order gathers anew, and a further value runs alone.
    rig.executed()
    rig.write("outer.yaml", text.replace('"lung"', '"liver",\n"skin"').replace(/"liver"(?=\s*\])/u, '"lung"'))
    await run()
    assert.sameMembers([...rig.executed()], ["each", "each", "each", "count", "counts"])
    assert.strictEqual(rig.results()["counts.txt"], "liver 3\nskin 3\nlung 3\n")
  })

  it("over pieces of a table, which are known only in the run", async () => {
    rig.write("part.yaml", part())
    rig.write("outer.yaml", outer({ over: of("table.out"), rows: 2, as: "piece" }, { table: of("piece") }))
    await run()
    assert.deepStrictEqual(rig.results(), {
      "all.tsv": "id\npiece-a\npiece-b\npiece-c\n",
      "counts.txt": "piece 2\npiece 1\n"
    })
    assert.includeMembers(tasks(), ["part/each/0,1", "part/each/1,0", "part/count/1"])
    // Each piece only reads what was made of it: with one more row in the second, the first stands.
    rig.executed()
    rig.write("outer.yaml", rig.read("outer.yaml").replace("c\\\\n'", "c\\\\nd\\\\n'"))
    await run()
    assert.deepStrictEqual([...rig.executed()].sort(), ["count", "counts", "each", "table"])
    assert.match(
      (await rig.agflow(["explain", "part/count/1"])).stdout,
      /input all content .*\n +because 'part\/each' has 2 tasks, it had 1\n/u
    )
  })

  it("over the files of a scattered stage", async () => {
    const twice = step(rig, "twice", 'cat "$file" "$file" > "$out"', { inputs: { file: of("params.file") } })
    const params = { file: { type: "file" } }
    rig.write("part.yaml", workflow({ twice }, { params, outputs: { twice: of("twice.out") } }))
    const made = { ...step(rig, "made", 'echo "$n" > "$out"', { env: { n: of("item") } }), scatter: { over: [1, 2] } }
    const part = { uses: "./part.yaml", scatter: { over: of("made.out") }, with: { file: of("item") } }
    rig.write("outer.yaml", workflow({ made, part }, { outputs: { all: of("part.twice") } }))
    await run()
    assert.deepStrictEqual(rig.results(), { "all.1.txt": "1\n1\n", "all.2.txt": "2\n2\n" })
  })

  it("within one another, in the order of the scatters", async () => {
    rig.write(
      "inner.yaml",
      workflow(
        {
          said: step(rig, "said", 'echo "$tissue $n $m" > "$out"', {
            env: { tissue: of("params.tissue"), n: of("params.n"), m: of("params.m") }
          })
        },
        {
          params: { tissue: { type: "string" }, n: { type: "integer" }, m: { type: "integer" } },
          outputs: { said: of("said.out") }
        }
      )
    )
    rig.write(
      "part.yaml",
      workflow(
        {
          inner: {
            uses: "./inner.yaml",
            scatter: [{ over: of("range(params.n)"), as: "m" }],
            with: { tissue: of("params.tissue"), n: of("params.n"), m: of("m") }
          },
          joined: step(rig, "joined", 'cat $all > "$out"', { inputs: { all: of("inner.said") } })
        },
        {
          params: { tissue: { type: "string" }, n: { type: "integer" } },
          outputs: { joined: of("joined.out"), said: of("inner.said") }
        }
      )
    )
    rig.write(
      "outer.yaml",
      workflow(
        {
          part: {
            uses: "./part.yaml",
            scatter: [
              { over: [2, 1], as: "n" },
              { over: ["x", "y"], as: "tissue" }
            ],
            with: { n: of("n"), tissue: of("tissue") }
          },
          all: step(rig, "all", 'cat $said > "$out"', { inputs: { said: of("part.said") } }),
          // Of a list of lists each is a list, which can be gone through in its turn.
          lane: {
            ...step(rig, "lane", 'cat $lane > "$out"', { inputs: { lane: of("lane") } }),
            scatter: { over: of("part.said"), as: "lane" }
          },
          again: { uses: "./again.yaml", scatter: { over: of("part.said") }, with: { files: of("item") } }
        },
        {
          outputs: {
            joined: of("part.joined"),
            all: of("all.out"),
            said: of("part.said"),
            lane: of("lane.out"),
            again: of("again.out")
          }
        }
      )
    )
    const each = step(rig, "each", 'cat "$file" > "$out"', { inputs: { file: of("item") } })
    rig.write(
      "again.yaml",
      workflow(
        { each: { ...each, scatter: { over: of("params.files") } } },
        { params: { files: { type: "file" } }, outputs: { out: of("each.out") } }
      )
    )
    await run()
    const results = rig.results()
    // Values are called by themselves, files of a list by their places.
    const names = {
      said: ["2.x.0", "2.x.1", "2.y.0", "2.y.1", "1.x.0", "1.y.0"],
      again: ["0.0", "0.1", "1.0", "1.1", "2.0", "3.0"]
    }
    for (const [name, places] of Object.entries(names)) {
      assert.deepStrictEqual(
        Object.keys(results).filter((file) => file.startsWith(name)),
        places.map((place) => `${name}.${place}.txt`).sort()
      )
      assert.strictEqual(places.map((place) => results[`${name}.${place}.txt`]).join(""), results["all.txt"])
    }
    assert.strictEqual(results["lane.1.txt"], "y 2 0\ny 2 1\n")
    rig.write("outer.yaml", rig.read("outer.yaml").replace('"y"', '"z"'))
    await run()
    assert.match(
      (await rig.agflow(["explain", "lane/1"])).stdout,
      /input lane content .*\n +because 'part\/inner\/said\/2,z,0' is new\n +because 'part\/inner\/said\/2,z,1' is new\n/u
    )
    const types = (await rig.agflow(["check", "outer.yaml", "--types"])).stdout
    assert.match(types, /^ {2}said +from part\/inner\/said\.out +list of list of text$/mu)
    assert.match(types, /^ {2}lane +from lane\.out +list of text$/mu)
    assert.strictEqual(results["all.txt"], "x 2 0\nx 2 1\ny 2 0\ny 2 1\nx 1 0\ny 1 0\n")
    assert.deepStrictEqual(Object.fromEntries(Object.entries(results).filter(([name]) => name.startsWith("joined"))), {
      "joined.2.x.txt": "x 2 0\nx 2 1\n",
      "joined.2.y.txt": "y 2 0\ny 2 1\n",
      "joined.1.x.txt": "x 1 0\n",
      "joined.1.y.txt": "y 1 0\n"
    })
  })

  it("goes on with the other items where the failure of one is ignored", async () => {
    rig.write(
      "part.yaml",
      workflow(
        {
          first: {
            ...step(rig, "first", '[ "$n" != 2 ]; echo "$n" > "$out"', { env: { n: of("params.n") } }),
            onError: "ignore"
          },
          second: step(rig, "second", 'cat "$first" > "$out"', { inputs: { first: of("first.out") } })
        },
        { params: { n: { type: "integer" } }, outputs: { out: of("second.out") } }
      )
    )
    rig.write(
      "outer.yaml",
      workflow(
        {
          part: { uses: "./part.yaml", scatter: { over: [1, 2, 3] }, with: { n: of("item") } },
          all: step(rig, "all", 'cat $said > "$out"', { inputs: { said: of("part.out") } })
        },
        { outputs: { all: of("all.out") } }
      )
    )
    const stdout = await run()
    assert.match(stdout, /- part\/second\/2 +not run: it needs 'part\/first'/u)
    assert.deepStrictEqual(rig.results(), { "all.txt": "1\n3\n" })
  })

  it("has its types shown, and its faults told once, at their own place", async () => {
    rig.write("part.yaml", part())
    const text = outer({ over: ["lung", "liver"], as: "tissue" }, { table: of("table.out"), label: of("tissue") })
    rig.write("outer.yaml", text)
    const { stdout } = await rig.agflow(["check", "outer.yaml", "--types"])
    assert.match(stdout, /^part\/count \(run\) {2}scattered over 2 values: 2 tasks$/mu)
    assert.match(stdout, /^part\/each \(run\) {2}scattered over 2 values and each 1 rows of table\.out$/mu)
    assert.match(stdout, /^ {2}\d+:\d+ +part\.count +list of text$/mu)
    rig.write("part.yaml", part().replace("params.label", "params.lable"))
    const { code, stderr } = await rig.agflow(["check", "outer.yaml"])
    assert.strictEqual(code, 2)
    assert.strictEqual(stderr.match(/ error: /gu)?.length, 1, stderr)
    assert.match(stderr, /^part\.yaml:\d+:\d+ error: .*'lable'/u)
  })
})

it("scatters run in the order in which they are written, values and pieces alike", async () => {
  rig.write("rows.tsv", "id\na\nb\n")
  const flow = (...order: ReadonlyArray<"piece" | "value">) => {
    const dimensions = { piece: { over: "./rows.tsv", rows: 1, as: "piece" }, value: { over: ["x", "y"], as: "value" } }
    const stage = {
      ...step(rig, "each", 'sed "2s/$/$v/" "$piece" > "$out"', {
        inputs: { piece: "${{ piece }}" },
        env: { v: "${{ value }}" },
        outputs: { out: "tsv" }
      }),
      scatter: order.map((name) => dimensions[name])
    }
    rig.write("flow.yaml", workflow({ each: stage }, { outputs: { all: "${{ each.out }}" } }))
    return rig.agflow(["run", "flow.yaml"])
  }
  assert.strictEqual((await flow("piece", "value")).code, 0)
  assert.deepStrictEqual(Object.keys(rig.trace()), ["each/0,x", "each/0,y", "each/1,x", "each/1,y"])
  assert.deepStrictEqual(rig.results(), { "all.tsv": "value\tid\nx\tax\ny\tay\nx\tbx\ny\tby\n" })
  assert.strictEqual((await flow("value", "piece")).code, 0)
  assert.deepStrictEqual(rig.results(), { "all.tsv": "value\tid\nx\tax\nx\tbx\ny\tay\ny\tby\n" })
  assert.strictEqual(rig.executed().length, 4, "the same tasks in another order")
})

it("a stage runs for each item of a list param, whose default is made from another", async () => {
  const stage = {
    ...step(rig, "each", 'echo "$item of $half" > "$out"', {
      env: { item: "${{ item }}", half: "${{ params.half }}" }
    }),
    scatter: { over: "${{ params.tissues }}" }
  }
  const params = {
    width: { type: "integer", default: 8 },
    half: { type: "integer", default: "${{ params.width / 2 }}" },
    tissues: { type: "list", default: ["liver"] }
  }
  rig.write("flow.yaml", workflow({ each: stage }, { params, outputs: { all: "${{ each.out }}" } }))
  const { code, stdout } = await rig.agflow(["run", "flow.yaml", "--param", "tissues=lung,skin", "--param", "width=6"])
  assert.strictEqual(code, 0, stdout)
  assert.deepStrictEqual(rig.results(), { "all.lung.txt": "lung of 3\n", "all.skin.txt": "skin of 3\n" })
})
