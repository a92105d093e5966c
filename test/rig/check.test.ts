/** What `agflow check` tells programs and editors, and the types that it shows. */
import { readdirSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { parse } from "yaml"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { benchmark, Rig, type Finished } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const sound = `agflow: 1
name: small
params:
  seeds: { type: integer, default: 3 }
stages:
  made:
    run: 'printf "id\\tpos\\nx\\t1\\n" > "$table"'
    outputs: { table: { table: { id: string, pos: integer } } }
  each:
    scatter: [{ over: "\${{ range(params.seeds) }}", as: seed }, { over: "\${{ made.table }}", rows: 2, as: part }]
    run: cp "$part" "$out"; wc "$part" > "$count"
    inputs: { part: "\${{ part }}" }
    env: { seed: "\${{ seed * 2 }}" }
    outputs: { out: tsv, count: text }
outputs: { all: "\${{ each.count }}" }
`
const faulty = sound.replace("seed * 2", "sede * 2").replace("made.table }}", "made.tabel }}")

describe.each(["check", "plan", "run"])("faults that %s finds", (command) => {
  const tell = async (format: string): Promise<Finished> => {
    rig.write("flow.yaml", faulty)
    rig.write("values.yaml", "seeds: many\n")
    const finished = await rig.agflow([
      command,
      "flow.yaml",
      "--params-file",
      "values.yaml",
      "--param",
      "seed=1",
      "--format",
      format
    ])
    assert.strictEqual(finished.code, 2)
    return finished
  }

  it("as JSON, each with its place", async () => {
    const { stdout, stderr } = await tell("json")
    assert.strictEqual(stderr, "")
    const faults = JSON.parse(stdout) as ReadonlyArray<Readonly<Record<string, unknown>>>
    assert.deepStrictEqual(
      faults.map(({ file, line, column, endLine, endColumn, code }) => [file, line, column, endLine, endColumn, code]),
      [
        ["--param", 1, 1, 1, 5, "unknown-param"],
        ["flow.yaml", 10, 78, 10, 88, "unknown-output"],
        ["flow.yaml", 13, 23, 13, 27, "unknown-stage"],
        ["values.yaml", 1, 8, 1, 12, "invalid-param"]
      ]
    )
    assert.strictEqual(faults[0]!["hint"], "did you mean 'seeds'?")
  })

  it("line by line for an editor", async () => {
    const { stdout } = await tell("editor")
    assert.deepStrictEqual(stdout.trimEnd().split("\n"), [
      "--param:1:1: error: the workflow has no param 'seed' [unknown-param]",
      "flow.yaml:10:78: error: stage 'made': no output 'tabel' [unknown-output]",
      "flow.yaml:13:23: error: there is no stage or item 'sede' [unknown-stage]",
      "values.yaml:1:8: error: param 'seeds': expected integer, got \"many\" [invalid-param]"
    ])
  })
})

it("a file that cannot be read is a fault like any other to a program", async () => {
  const { code, stdout } = await rig.agflow(["check", "nowhere.yaml", "--format", "editor"])
  assert.strictEqual(code, 2)
  assert.strictEqual(stdout, "nowhere.yaml:1:1: error: cannot read this file [unreadable]\n")
})

it("a sound workflow has no faults in any format", async () => {
  rig.write("flow.yaml", sound)
  const said = async (format: string) => (await rig.agflow(["check", "flow.yaml", "--format", format])).stdout
  assert.strictEqual(await said("json"), "[]\n")
  assert.strictEqual(await said("editor"), "")
})

describe("check --types", () => {
  it("shows the types of stages and of expressions, with their values", async () => {
    rig.write("flow.yaml", sound)
    const { code, stdout } = await rig.agflow(["check", "flow.yaml", "--types"])
    assert.strictEqual(code, 0)
    for (const line of [
      /^ {2}seeds {2}= 3 \(default\) {2}integer$/mu,
      /^each \(run\) {2}scattered over 3 values and each 2 rows of made\.table$/mu,
      /^ {2}< table {4}table\(id, pos\)$/mu,
      /^ {2}> part +from part +table\(id, pos\)$/mu,
      /^ {2}< count +of each task; together list of text +text$/mu,
      /^ {2}all {2}from each\.count {2}list of text$/mu,
      /^ {2}10:\d+ +range\(params\.seeds\) +list of integer = \[0,1,2\]$/mu,
      /^ {2}10:78 +made\.table +table\(id, pos\)$/mu,
      /^ {2}13:23 +seed \* 2 +integer = 0 \(the first of 3\)$/mu
    ]) {
      assert.match(stdout, line)
    }
  })

  it("shows what params are made from", async () => {
    rig.write(
      "flow.yaml",
      sound.replace("stages:", '  words: { type: list, items: integer, default: ["${{ params.seeds * 2 }}"] }\nstages:')
    )
    const { stdout, stderr } = await rig.agflow(["check", "flow.yaml", "--types"])
    assert.match(stdout, /^ {2}words {2}= \[6\] \(default\) {2}list of integer$/mu, stderr)
    assert.match(stdout, /^ {2}\d+:\d+ +params\.seeds \* 2 +integer = 6$/mu)
  })

  it("as JSON, with the number of tasks where it is known", async () => {
    rig.write(
      "flow.yaml",
      sound
        .replace(', { over: "${{ made.table }}", rows: 2, as: part }', "")
        .replace("${{ part }}", "${{ made.table }}")
    )
    const { stdout } = await rig.agflow(["check", "flow.yaml", "--types", "--format", "json", "--param", "seeds=7"])
    const { stages, params } = JSON.parse(stdout)
    assert.deepStrictEqual(params, { seeds: { type: "integer", value: 7, from: "command line" } })
    assert.deepStrictEqual(stages[1].scatter, { tasks: 7, over: ["7 values"] })
    assert.deepStrictEqual(stages[1].params, { seed: { type: "string", values: ["0", "2", "4"], distinct: 7 } })
    assert.deepStrictEqual(stages[1].outputs.count, { type: "text", given: "list of text" })
  })
})

describe("scripts that bash cannot read", () => {
  const flow = (...scripts: ReadonlyArray<string>) =>
    `agflow: 1\nname: x\nstages:\n${scripts.map((script, at) => `  s${at}:\n    run: |\n${script.replace(/^/gmu, "      ")}\n    outputs: { out: text }\n`).join("")}`

  it("are told before anything runs, each at its line", async () => {
    rig.write("flow.yaml", flow("echo 1", "echo 2\nif true; then echo 3", "for i in 1 2\necho $i; done", 'echo "open'))
    const { code, stdout } = await rig.agflow(["check", "flow.yaml", "--format", "editor"])
    assert.strictEqual(code, 2)
    assert.deepStrictEqual(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(/token .*(?= \[)/u, "token")),
      [
        "flow.yaml:11:7: error: bash cannot read this script: unexpected end of file [script-syntax]",
        "flow.yaml:16:7: error: bash cannot read this script: near unexpected token [script-syntax]",
        "flow.yaml:20:7: error: bash cannot read this script: unexpected EOF while looking for matching `\"' [script-syntax]"
      ]
    )
  })

  it("are not those that only look so", async () => {
    const odd = [
      "# nothing",
      "shopt -s extglob\nls !(a|b)",
      "cat <<EOF\n} done fi (\nEOF",
      "f() { echo; }; f",
      "x='}'; echo ${x#\\}}"
    ]
    rig.write("flow.yaml", flow(...odd))
    const { code, stderr } = await rig.agflow(["check", "flow.yaml"])
    assert.strictEqual(code, 0, stderr)
  })
})

describe("our own workflows", () => {
  const folder = dirname(benchmark)
  const profilesOf = (file: string) => {
    const { profiles } = parse(readFileSync(file, "utf8")) as {
      readonly profiles: Record<string, { unavailable?: string }>
    }
    return Object.entries(profiles).map(
      ([name, { unavailable }]) => [basename(file), name, file, unavailable !== undefined] as const
    )
  }
  const all = readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .flatMap((name) => profilesOf(join(folder, name)))

  it.each(all)("%s, profile %s", async (_, profile, file, unavailable) => {
    const { code, stdout, stderr } = await rig.agflow(["check", file, "--profile", profile])
    assert.strictEqual(code, unavailable ? 2 : 0, stdout + stderr)
    if (unavailable) assert.match(stdout + stderr, /cannot run in this version/u)
  })
})

it("a run on a device that there is not does not begin", async () => {
  rig.write("flow.yaml", sound)
  const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml", "--device", "cup"])
  assert.notStrictEqual(code, 0)
  assert.match(stdout + stderr, /there is no device 'cup'[^]*did you mean 'cpu'/u)
  assert.strictEqual(rig.runId(), undefined)
})

it("says which licences a run will ask for", async () => {
  rig.write("flow.yaml", "agflow: 1\nname: x\nstages:\n  a: { uses: fetch-dataset, with: { dataset: spliceai-1 } }\n")
  const { code, stdout } = await rig.agflow(["check", "flow.yaml"])
  assert.strictEqual(code, 0)
  assert.match(stdout, /is sound: 1 stage[^]*run with --accept-licence CC-BY-NC-4\.0/u)
})

it("a TypeScript stage's rows are held to its table, and what it requires is reported at its key", async () => {
  rig.write(
    "stages.ts",
    `import { Effect, Param, Port, Schema, Stage, Table } from "agflow"
const row = { id: Table.string("id"), n: Table.integer("count") }
export const fractions = Stage.make({
  name: "fractions", version: 1, summary: "x",
  params: { low: Param.withDefault(Schema.Finite, 0, "low"), high: Param.withDefault(Schema.Finite, 1, "high") },
  inputs: {}, outputs: { o: Port.table(row, "rows") },
  check: ({ low, high }) => (low < high ? [] : [{ at: "low", message: "low is not below high" }]),
  run: Effect.fnUntraced(function* ({ outputs }) { yield* outputs.o.write([{ id: "a", n: 1 }, { id: "b", n: 1.5 }]) })
})
`
  )
  const flow = (given: string) =>
    `agflow: 1\nname: x\nimports: [./stages.ts]\nstages:\n  a: { uses: fractions, with: ${given} }\n`
  rig.write("flow.yaml", flow("{ low: 3 }"))
  const refused = await rig.agflow(["run", "flow.yaml", "--format", "editor"])
  assert.strictEqual(refused.stdout, "flow.yaml:5:38: error: low is not below high [requirement]\n")
  rig.write("flow.yaml", flow("{}"))
  const failed = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(failed.code, 1)
  assert.match(failed.stdout, /output 'o' is not the table it declares: row 2, column 'n': 1\.5 where an integer/u)
})
