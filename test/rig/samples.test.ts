/** A sheet of samples: one task for each row, named by its id. */
import { readFileSync } from "node:fs"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const flow = `agflow: 1
name: samples
params:
  samples:
    type: table
    columns: { id: string, reads: file, mate: file?, depth: integer? }
    default: ./sheets/samples.tsv
stages:
  count:
    scatter: { over: "\${{ params.samples }}", as: sample }
    run: echo "$id [$depth] $(cat "$reads" $mate | tr '\\n' ' ')" > "$line"
    inputs: { reads: "\${{ sample.reads }}", mate: "\${{ sample.mate }}" }
    env: { id: "\${{ sample.id }}", depth: "\${{ sample.depth }}" }
    outputs: { line: text }
outputs: { line: "\${{ count.line }}" }
profiles:
  one: { params: { samples: [{ id: NA3, reads: ./c.txt }] } }
`

const setUp = () => {
  rig.write("flow.yaml", flow)
  rig.write("sheets/samples.tsv", "id\treads\tmate\tdepth\nNA1\ta.txt\t../c.txt\t30\nNA2\ta.txt\tNA\tNA\n")
  rig.write("sheets/a.txt", "a\n")
  rig.write("c.txt", "c\n")
}

describe("a sheet of samples", () => {
  it("gives each row a task, and only a changed row's runs again", async () => {
    setUp()
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout + stderr)
    assert.deepStrictEqual(rig.results(), { "line.NA1.txt": "NA1 [30] a c \n", "line.NA2.txt": "NA2 [] a \n" })
    assert.deepStrictEqual(Object.keys(rig.trace()), ["count/NA1", "count/NA2"])
    rig.write("sheets/more.csv", "depth,id,lane,reads\n30,NA2,1,../c.txt\n,NA2b,2,a.txt\n")
    rig.write("sheets/samples.tsv", "id\treads\tdepth\tmate\nNA2\ta.txt\tNA\tNA\nNA1\ta.txt\t31\t../c.txt\n")
    await rig.agflow(["run", "flow.yaml"])
    assert.deepStrictEqual(
      Object.entries(rig.trace()).map(([id, { status }]) => [id, status]),
      [
        ["count/NA2", "cached"],
        ["count/NA1", "done"]
      ]
    )
    await rig.agflow(["run", "flow.yaml", "--param", "samples=sheets/more.csv"])
    assert.deepStrictEqual(rig.results(), { "line.NA2.txt": "NA2 [30] c \n", "line.NA2b.txt": "NA2b [] a \n" })
    await rig.agflow(["run", "flow.yaml", "--profile", "one"])
    assert.deepStrictEqual(rig.results(), { "line.NA3.txt": "NA3 [] c \n" })
  })

  it("is checked before anything runs, each fault at its place", async () => {
    setUp()
    const faults = async (...args: ReadonlyArray<string>) => {
      const { code, stderr } = await rig.agflow(["check", "flow.yaml", ...args])
      assert.strictEqual(code, 2)
      return stderr
    }
    rig.write("sheets/bad.tsv", "id\treads\tdepth\nNA1\ta.txt\tdeep\n")
    assert.match(
      await faults("--param", "samples=sheets/bad.tsv"),
      /sheets\/bad\.tsv:2:1 error: column 'depth': 'deep'/u
    )
    rig.write("sheets/gone.tsv", "id\treads\nNA1\tgone.txt\n")
    assert.match(await faults("--param", "samples=sheets/gone.tsv"), /there is no file .*sheets\/gone\.txt/u)
    assert.match(await faults("--param", "samples=none.tsv"), /there is no file .*none\.tsv/u)
    rig.write("sheets/twice.tsv", "id\treads\nNA1\ta.txt\nNA2\ta.txt\nNA1\t../c.txt\n")
    assert.match(
      await faults("--param", "samples=sheets/twice.tsv"),
      /sheets\/twice\.tsv:4:1 error: id 'NA1' stands in two rows: 1 and 3\n/u
    )
    rig.write("flow.yaml", flow.replace(/ {4}columns: .*\n/u, ""))
    assert.match(await faults(), /flow\.yaml:5:11 error: param 'samples': a table needs columns/u)
  })

  it("names what is published by the row's id, whatever characters that has, and says the id in the indexes", async () => {
    setUp()
    rig.write("sheets/odd.tsv", "id\treads\nrep 1\ta.txt\nrep/1\ta.txt\nplain\t../c.txt\n")
    const args = ["run", "flow.yaml", "--param", "samples=sheets/odd.tsv", "--outdir", "out"]
    const { code, stdout, stderr } = await rig.agflow(args)
    assert.strictEqual(code, 0, stdout + stderr)
    const index = JSON.parse(rig.read("out/outputs.json")) as ReadonlyArray<{ file: string; item: string }>
    assert.deepStrictEqual(
      index.map(({ item }) => item),
      ["rep 1", "rep/1", "plain"]
    )
    const files = index.map(({ file }) => file)
    assert.match(files.join(" "), /^line\.rep_1-[0-9a-f]{8}\.txt line\.rep_1-[0-9a-f]{8}\.txt line\.plain\.txt$/u)
    assert.strictEqual(new Set(files).size, 3)
    assert.strictEqual(rig.read("out", files[1]!), "rep/1 [] a \n")
    const lines = rig.read("out/outputs.tsv").trimEnd().split("\n")
    assert.deepStrictEqual(
      lines.map((line) => line.split("\t")[2]),
      ["item", "rep 1", "rep/1", "plain"]
    )
    const record = JSON.parse(readFileSync(rig.latest("run.json"), "utf8")) as {
      outputs: ReadonlyArray<{ item: string }>
    }
    assert.deepStrictEqual(
      record.outputs.map(({ item }) => item),
      ["rep 1", "rep/1", "plain"]
    )
    // Another row before them changes none of the names.
    rig.write("sheets/odd.tsv", "id\treads\nfirst\ta.txt\nrep 1\ta.txt\nrep/1\ta.txt\nplain\t../c.txt\n")
    await rig.agflow(args)
    for (const file of files) assert.include(rig.read("out/outputs.json"), `"${file}"`)
  })

  it("names the tasks and files of those who scatter over what its rows gave", async () => {
    rig.write("s.tsv", "id\tx\nS1\t1\nS 2\t2\n")
    rig.write(
      "chain.yaml",
      workflow(
        {
          a: {
            scatter: { over: "${{ params.samples }}", as: "s" },
            run: 'echo $x > "$o"',
            env: { x: "${{ s.x }}" },
            outputs: { o: "text" }
          },
          b: {
            scatter: [
              { over: "${{ a.o }}", as: "f" },
              { over: ["u", "v"], as: "w" }
            ],
            run: 'cat "$f" > "$o"; echo $w >> "$o"',
            inputs: { f: "${{ f }}" },
            env: { w: "${{ w }}" },
            outputs: { o: "text" }
          },
          c: {
            scatter: { over: "${{ b.o }}", as: "f" },
            run: 'cat "$f" > "$o"',
            inputs: { f: "${{ f }}" },
            outputs: { o: "text" }
          }
        },
        {
          params: { samples: { type: "table", columns: { id: "string", x: "integer" }, default: "./s.tsv" } },
          outputs: { o: "${{ c.o }}" }
        }
      )
    )
    const { code, stdout, stderr } = await rig.agflow(["run", "chain.yaml", "--outdir", "out"])
    assert.strictEqual(code, 0, stdout + stderr)
    assert.deepStrictEqual(Object.keys(rig.trace()).slice(6), ["c/S1,u", "c/S1,v", "c/S_2,u", "c/S_2,v"])
    assert.strictEqual(rig.results()["o.S_2.u.txt"], "2\nu\n")
    const index = JSON.parse(rig.read("out/outputs.json")) as ReadonlyArray<{ item: string }>
    assert.deepStrictEqual(
      index.map(({ item }) => item),
      ["S1,u", "S1,v", "S 2,u", "S 2,v"]
    )
    // Without the rows before it, the task of a row is the same one.
    rig.write("s.tsv", "id\tx\nS 2\t2\n")
    await rig.agflow(["run", "chain.yaml"])
    assert.deepStrictEqual(
      Object.entries(rig.trace()).map(([id, { status }]) => [id, status]),
      ["a/S_2", "b/S_2,u", "b/S_2,v", "c/S_2,u", "c/S_2,v"].map((id) => [id, "cached"])
    )
  })

  it("of one row has one task, and one without rows none, which is said", async () => {
    setUp()
    rig.write("sheets/one.tsv", "id\treads\nonly\ta.txt\n")
    assert.strictEqual((await rig.agflow(["run", "flow.yaml", "--param", "samples=sheets/one.tsv"])).code, 0)
    assert.deepStrictEqual(rig.results(), { "line.only.txt": "only [] a \n" })
    rig.write("sheets/empty.tsv", "id\treads\n")
    const { code, stdout } = await rig.agflow(["run", "flow.yaml", "--param", "samples=sheets/empty.tsv"])
    assert.strictEqual(code, 0, stdout)
    assert.match(stdout, /! count +0 tasks: it is scattered over nothing\n/u)
    assert.deepStrictEqual(rig.results(), {})
  })
})

describe("a list of files", () => {
  const each = (over: ReadonlyArray<string>) =>
    workflow(
      { a: { scatter: { over, as: "f" }, run: 'cat "$x" > "$o"', inputs: { x: "${{ f }}" }, outputs: { o: "text" } } },
      { outputs: { o: "${{ a.o }}" } }
    )
  it("names what is published by the files' names, or, where these are the same, by their places", async () => {
    for (const name of ["d/x.fa.gz", "d/y.fa.gz", "e/x.txt"]) rig.write(name, `${name}\n`)
    rig.write("flow.yaml", each(["./d/x.fa.gz", "./d/y.fa.gz"]))
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
    assert.deepStrictEqual(rig.results(), { "o.x.txt": "d/x.fa.gz\n", "o.y.txt": "d/y.fa.gz\n" })
    rig.write("flow.yaml", each(["./d/x.fa.gz", "./e/x.txt"]))
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
    assert.deepStrictEqual(rig.results(), { "o.0.txt": "d/x.fa.gz\n", "o.1.txt": "e/x.txt\n" })
  })
})

describe("an empty list", () => {
  it("gives no tasks; lists and tables behind it are empty, in workflows that it scatters as well", async () => {
    rig.write(
      "part.yaml",
      `agflow: 1
name: part
params: { n: { type: integer } }
stages:
  t:
    run: printf 'n\\n%s\\n' "$n" > "$t"
    env: { n: "\${{ params.n }}" }
    outputs: { t: { table: { n: integer } } }
outputs: { t: "\${{ t.t }}" }
`
    )
    rig.write(
      "flow.yaml",
      `agflow: 1
name: empty
params: { l: { type: list, items: integer, default: [] } }
stages:
  a: { scatter: { over: "\${{ params.l }}", as: k }, run: 'echo "$k" > "$o"; cp "$o" "$u"', env: { k: "\${{ k }}" }, outputs: { o: text, u: { table: { x: integer, y: "string?" } } } }
  again: { scatter: { over: "\${{ a.o }}", as: f }, run: 'cat "$f" > "$o"', inputs: { f: "\${{ f }}" }, outputs: { o: text } }
  part: { uses: ./part.yaml, scatter: { over: "\${{ params.l }}", as: k }, with: { n: "\${{ k }}" } }
  count:
    run: 'echo "$(wc -l < "$xs_list") $(wc -l < "$ys_list") [$xs] $(cat "$t" "$u" | tr "\\n\\t" ";,")" > "$o"'
    inputs: { xs: "\${{ a.o }}", ys: "\${{ again.o }}", t: "\${{ part.t }}", u: "\${{ a.u }}" }
    outputs: { o: text }
outputs: { o: "\${{ count.o }}", each: "\${{ a.o }}" }
`
    )
    assert.strictEqual((await rig.agflow(["check", "flow.yaml"])).code, 0)
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout + stderr)
    for (const stage of ["a", "again", "part/t"])
      assert.match(stdout, new RegExp(`! ${stage} +0 tasks: it is scattered over nothing\n`, "u"))
    assert.deepStrictEqual(rig.results(), { "o.txt": "0 0 [] n;x,y;\n" })
    assert.match((await rig.agflow(["plan", "flow.yaml"])).stdout, /a +0 tasks: it is scattered over nothing/u)
    assert.strictEqual((await rig.agflow(["graph", "flow.yaml"])).code, 0)
    assert.strictEqual((await rig.agflow(["check", "flow.yaml", "--types"])).code, 0)
  })

  it("scatters a stage of agflow's own over nothing, and one written as [] is a mistake", async () => {
    const stages = (over: unknown) => ({
      a: {
        scatter: { over, as: "k" },
        uses: "build-windows",
        with: { mode: "tiles", reference: "./g.fa", width: "${{ k }}" }
      }
    })
    rig.write("g.fa", ">c\nACGT\n")
    const params = { params: { l: { type: "list", items: "integer", default: [] } } }
    rig.write("flow.yaml", workflow(stages("${{ params.l }}"), params))
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout + stderr)
    rig.write("flow.yaml", workflow(stages([]), params))
    assert.match((await rig.agflow(["check", "flow.yaml"])).stderr, /error: the list is empty/u)
  })
})
