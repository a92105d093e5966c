import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Diagnostic from "../../src/core/Diagnostic.ts"
import { shardsOf } from "../../src/dsl/check/CheckedStage.ts"
import * as Edge from "../../src/dsl/stage/Edge.ts"
import { temporaryFolder } from "../support/stage.ts"
import { load } from "../support/workflow.ts"

const sound = `agflow: 1
name: small
params:
  genome: { type: string, enum: [hg38, hg19], default: hg38 }
  count: { type: integer, default: 5, min: 1, max: 50 }
stages:
  scored:
    uses: score
    with: { variants: "\${{ made.variants }}", reference: ./genome.fa }
  made:
    uses: make-variants
    with: { genome: "\${{ params.genome }}", count: "\${{ params.count }}" }
  ranked:
    run: sort "$scores" > "$ranked"
    inputs: { scores: "\${{ scored.scores }}" }
    outputs: { ranked: tsv }
outputs: { ranked: "\${{ ranked.ranked }}" }
`
const files = { "genome.fa": ">chr1\nACGT\n" }

describe("a sound workflow", () => {
  it("puts every stage after those it reads from, and decodes params", async () => {
    const { workflow, diagnostics } = await load(sound, { files })
    assert.deepStrictEqual(diagnostics, [])
    assert.deepStrictEqual(
      workflow?.stages.map(({ id }) => id),
      ["made", "scored", "ranked"]
    )
    const [made, scored] = workflow!.stages
    assert.deepStrictEqual(made?.instances[0]?.body._tag === "Uses" && made.instances[0].body.params, {
      count: 5,
      genome: "hg38"
    })
    assert.deepStrictEqual(scored?.instances[0]?.inputs.get("variants"), {
      _tag: "Output",
      stage: "made",
      port: "variants",
      depth: 0
    })
  })

  it("takes params from the file, then the profile, then the params file, then the command line", async () => {
    const text = `${sound}profiles: { many: { params: { count: 7 } } }\n`
    const value = async (options: Parameters<typeof load>[1]) => {
      const { workflow, diagnostics } = await load(text, { files, ...options })
      assert.deepStrictEqual(diagnostics, [])
      const param = workflow?.params.find(({ name }) => name === "count")
      return [param?.value, param?.from]
    }
    assert.deepStrictEqual(await value({}), [5, "default"])
    assert.deepStrictEqual(await value({ profiles: ["many"] }), [7, "profile"])
    assert.deepStrictEqual(await value({ profiles: ["many"], params: ["count=9"] }), [9, "command line"])
  })

  it("makes defaults from other params, in whatever order they stand", async () => {
    const text = (params: string) => `agflow: 1
name: derived
params:
  quarter: { type: integer, default: "\${{ params.half / 2 }}" }
  half: { type: integer, default: "\${{ params.width / 2 }}" }
  width: { type: integer, default: 4096 }
  label: { type: string, default: "w\${{ params.width }}" }
  tissues: { type: list, default: [liver, lung], enum: [liver, lung, heart] }
  extra: { type: file, optional: true }
${params}stages:
  made: { uses: make-variants, with: { genome: hg38, reference: "\${{ params.extra }}" } }
`
    const values = async (options: Parameters<typeof load>[1]) => {
      const { workflow, diagnostics } = await load(text(""), options)
      assert.deepStrictEqual(diagnostics, [])
      return Object.fromEntries(workflow!.params.map(({ name, value }) => [name, value]))
    }
    const base = { quarter: 1024, half: 2048, width: 4096, label: "w4096", tissues: ["liver", "lung"], extra: null }
    assert.deepStrictEqual(await values({}), base)
    assert.deepStrictEqual(await values({ params: ["width=8192", "tissues=heart"] }), {
      ...base,
      quarter: 2048,
      half: 4096,
      width: 8192,
      label: "w8192",
      tissues: ["heart"]
    })
    const codes = async (params: string, ...flags: ReadonlyArray<string>) =>
      (await load(text(params), { params: flags })).diagnostics.map(({ code }) => code)
    assert.deepStrictEqual(await codes("", "tissues=liver,brain"), ["invalid-param"])
    assert.deepStrictEqual(await codes("", "width=9"), ["invalid-param"])
    assert.deepStrictEqual(
      await codes(
        '  a: { type: number, default: "${{ params.b }}" }\n  b: { type: number, default: "${{ params.a }}" }\n'
      ),
      ["cycle"]
    )
  })

  it("lets a profile add and replace stages", async () => {
    const text = `${sound}profiles:
  short:
    stages:
      ranked: { run: 'head "$scores" > "$ranked"', inputs: { scores: "\${{ scored.scores }}" }, outputs: { ranked: tsv } }
`
    const { workflow } = await load(text, { files, profiles: ["short"] })
    const ranked = workflow?.stages.find(({ id }) => id === "ranked")
    assert.deepStrictEqual(ranked?.instances[0]?.body, {
      _tag: "Script",
      script: 'head "$scores" > "$ranked"',
      env: {}
    })
  })

  it("resolves paths from the folder of the file", async () => {
    const { workflow, folder } = await load(sound, { files })
    const scored = workflow?.stages.find(({ id }) => id === "scored")
    assert.deepStrictEqual(scored?.instances[0]?.inputs.get("reference"), {
      _tag: "File",
      path: join(folder, "genome.fa")
    })
  })

  it("takes the files of a list param, one for each task and all of them for one, from where they were written", async () => {
    const text = `agflow: 1
name: lists
params: { notes: { type: list, items: file, default: ["a 1.txt"] } }
stages:
  made: { uses: make-variants, with: { genome: hg38 } }
  scored:
    uses: score
    with: { variants: "\${{ made.variants }}", reference: ./genome.fa, extra: "\${{ params.notes }}" }
  script: { run: 'cat "$notes" > "$out"', inputs: { notes: "\${{ params.notes }}" }, outputs: { out: text } }
  each:
    scatter: { over: "\${{ params.notes }}" }
    run: cat "$note" > "$out"
    inputs: { note: "\${{ item }}" }
    outputs: { out: text }
  part: { uses: ./part.yaml, with: { notes: "\${{ params.notes }}", made: "\${{ each.out }}" } }
outputs: { copies: "\${{ part.copies }}" }
`
    const part = `agflow: 1
name: part
params: { notes: { type: list, items: file }, made: { type: list, items: file } }
stages:
  copied:
    scatter: { over: "\${{ params.made }}" }
    run: cat "$made" $notes > "$out"
    inputs: { made: "\${{ item }}", notes: "\${{ params.notes }}" }
    outputs: { out: text }
outputs: { copies: "\${{ copied.out }}" }
`
    const elsewhere = temporaryFolder()
    const paramsFile = join(elsewhere, "params.yaml")
    writeFileSync(paramsFile, "notes: [a 1.txt, b.txt]\n")
    writeFileSync(join(elsewhere, "a 1.txt"), "")
    const all = { ...files, "a 1.txt": "", "part.yaml": part }
    const bound = async (options: Parameters<typeof load>[1]) => {
      const { workflow, diagnostics, folder } = await load(text, { files: all, ...options })
      const inputs = (id: string, name: string) =>
        workflow!.stages.find((stage) => stage.id === id)!.instances.map((each) => each.inputs.get(name))
      return { diagnostics, folder, inputs }
    }
    const { diagnostics, folder, inputs } = await bound({})
    assert.deepStrictEqual(diagnostics, [])
    const file = { _tag: "File", path: join(folder, "a 1.txt") } as const
    const list = { _tag: "List", items: [{ _tag: "List", items: [file] }] } as const
    assert.deepStrictEqual(inputs("scored", "extra"), [list])
    assert.deepStrictEqual(inputs("script", "notes"), [list.items[0]])
    assert.deepStrictEqual(inputs("each", "note"), [file])
    assert.deepStrictEqual(inputs("part/copied", "notes"), [list.items[0]])

    // Once for each place that names it, which is the file of params alone.
    const missing = await bound({ paramsFile })
    assert.deepStrictEqual(
      missing.diagnostics.map(({ message, source }) => [message, source.file]),
      [[`there is no file ${join(elsewhere, "b.txt")}`, paramsFile]]
    )
    writeFileSync(join(elsewhere, "b.txt"), "")
    assert.deepStrictEqual(
      (await bound({ paramsFile })).inputs("each", "note"),
      ["a 1.txt", "b.txt"].map((name) => ({ _tag: "File", path: join(elsewhere, name) }))
    )
  })
})

const list = (text: string) => `agflow: 1
name: scattered
params:
  seeds: { type: integer, default: 3 }
  genome: { type: string, default: hg38 }
stages:
  made: { uses: make-variants, with: { genome: "\${{ params.genome }}" } }
${text}`

describe("scatter, if and expressions", () => {
  it("makes an instance for each value, and for each combination", async () => {
    const { workflow, diagnostics } = await load(
      list(`  a:
    scatter: { over: [hg38, hg19] }
    uses: make-variants
    with: { genome: "\${{ item }}", count: "\${{ item == 'hg38' ? 10 * params.seeds : 1 }}" }
  b:
    scatter: [{ over: [x, y], as: name }, { over: "\${{ range(params.seeds) }}", as: seed }]
    run: echo "$name $seed" > "$out"
    env: { name: "\${{ name }}", seed: "\${{ seed }}" }
    outputs: { out: tsv }
`)
    )
    assert.deepStrictEqual(diagnostics, [])
    const [a, b] = workflow!.stages.slice(1)
    assert.deepStrictEqual(
      a!.instances.map(({ levels, body }) => [levels[0]!.chosen[0]!.word, body._tag === "Uses" && body.params]),
      [
        ["hg38", { count: 30, genome: "hg38" }],
        ["hg19", { count: 1, genome: "hg19" }]
      ]
    )
    assert.deepStrictEqual(
      b!.instances.map(({ levels }) => levels[0]!.chosen.map(({ word }) => word).join(",")),
      ["x,0", "x,1", "x,2", "y,0", "y,1", "y,2"]
    )
  })

  it.each([
    ["id", "{ id: NA12878, name: x, reads: 2 }", "NA12878"],
    ["name", "{ name: liver, reads: 2 }", "liver"],
    ["place, where that is none's own", "{ id: NA12877, reads: 2 }", "1"],
    ["place, where that is no word", "{ id: [7], reads: 2 }", "1"],
    ["place, without either", "{ reads: 2 }", "1"]
  ])("calls a mapping by its %s", async (_, second, word) => {
    const { workflow, diagnostics } = await load(
      list(`  a:
    scatter: { over: [{ id: NA12877, reads: 1 }, ${second}], as: sample }
    run: echo "$reads" > "$out"
    env: { reads: "\${{ sample.reads }}" }
    outputs: { out: tsv }
`)
    )
    assert.deepStrictEqual(diagnostics, [])
    assert.strictEqual(workflow!.stages[1]!.instances[1]!.levels[0]!.chosen[0]!.word, word)
  })

  it("takes an item that only some of the combinations read", async () => {
    const { workflow, diagnostics } = await load(
      list(`  a:
    scatter: [{ over: [plain, noisy], as: kind }, { over: [1, 2], as: seed }]
    run: echo "$how" > "$out"
    env: { how: "\${{ kind == 'plain' ? 'no noise' : seed }}" }
    outputs: { out: tsv }
`)
    )
    assert.deepStrictEqual(diagnostics, [])
    assert.deepStrictEqual(
      workflow!.stages[1]!.instances.map(({ body }) => body._tag === "Script" && body.env),
      [{ how: "no noise" }, { how: "no noise" }, { how: "1" }, { how: "2" }]
    )
  })

  it("cuts a table by rows, and gathers tables into one and files into lists", async () => {
    const { workflow, diagnostics } = await load(
      list(`  cut:
    scatter: { over: "\${{ made.variants }}", rows: 64, as: part }
    run: cp "$part" "$out"; wc "$part" > "$count"
    inputs: { part: "\${{ part }}" }
    outputs: { out: { table: { variant_id: string, pos: integer } }, count: text }
  each:
    scatter: { over: "\${{ cut.count }}" }
    run: cp "$one" "$out"
    inputs: { one: "\${{ item }}" }
    outputs: { out: tsv }
  scored: { uses: score, with: { variants: "\${{ cut.out }}", reference: ./genome.fa } }
`),
      { files }
    )
    assert.deepStrictEqual(diagnostics, [])
    const stage = (id: string) => workflow!.stages.find((each) => each.id === id)!
    assert.deepStrictEqual(shardsOf(stage("cut")), [
      { at: 0, name: "part", of: { _tag: "Output", stage: "made", port: "variants", depth: 0 }, rows: 64 }
    ])
    assert.deepStrictEqual(shardsOf(stage("each"))[0]?.of, { _tag: "Output", stage: "cut", port: "count", depth: 0 })
    assert.deepStrictEqual(stage("cut").instances[0]?.inputs.get("part"), { _tag: "Item", name: "part" })
  })

  it("leaves out a stage whose if is false, where nothing must have it", async () => {
    const text = list(`  extra:
    if: "\${{ params.seeds > 5 }}"
    run: 'echo x > "$out"'
    outputs: { out: tsv }
  scored:
    uses: score
    with: { variants: "\${{ made.variants }}", reference: ./genome.fa, extra: ["\${{ extra.out }}"] }
outputs: { extra: "\${{ extra.out }}" }
`)
    const off = await load(text, { files })
    assert.deepStrictEqual(off.diagnostics, [])
    assert.deepStrictEqual(
      off.workflow?.stages.map(({ id }) => id),
      ["made", "scored"]
    )
    assert.deepStrictEqual(off.workflow?.outputs, [])
    const on = await load(text, { files, params: ["seeds=6"] })
    assert.deepStrictEqual(
      on.workflow?.stages.map(({ id }) => id),
      ["made", "extra", "scored"]
    )
    const needed = await load(text.replace("extra: [", "reference: ./genome.fa, variants: ").replace("]", ""), {
      files
    })
    assert.isAbove(needed.diagnostics.length, 0)
    const script = (value: string) =>
      text.replace(
        / {2}scored:[^]*?\n(?=outputs)/u,
        `  scored:\n    run: 'cat $x > "$out"'\n    inputs: { x: ${value} }\n    outputs: { out: tsv }\n`
      )
    assert.deepStrictEqual((await load(script('["${{ extra.out }}"]'), { files })).diagnostics, [])
    const [fault, ...others] = (await load(script('"${{ extra.out }}"'), { files })).diagnostics
    assert.deepStrictEqual(others, [])
    assert.strictEqual(
      fault!.message,
      "'x' must be given, but the stage 'extra' that gives it is switched off by its 'if'"
    )
    assert.strictEqual(fault!.hint, 'a list may be without it: ["${{ extra.out }}"]')
    for (const over of ['over: "${{ extra.out }}", rows: 1', 'over: ["${{ extra.out }}"]']) {
      const scattered = script('"${{ item }}"').replace("  scored:\n", `  scored:\n    scatter: { ${over} }\n`)
      assert.deepStrictEqual(
        (await load(scattered, { files })).diagnostics.map(({ message }) => message),
        ["there is nothing to scatter over: the stage 'extra' that gives it is switched off by its 'if'"]
      )
    }
    const some = script('"${{ item }}"').replace(
      "  scored:\n",
      '  scored:\n    scatter: { over: ["${{ extra.out }}", "${{ made.variants }}"] }\n'
    )
    const { workflow, diagnostics } = await load(some, { files })
    assert.deepStrictEqual(diagnostics, [])
    assert.lengthOf(workflow!.stages.find(({ id }) => id === "scored")!.instances, 1)
  })

  it.each([
    ["over: [hg38, hg39]", "invalid-value"],
    ["over: []", "scatter"],
    ["over: 7", "scatter"],
    ['over: "${{ made.variants }}"', "scatter"],
    ['{ over: "${{ made.log }}", rows: 3 }', "scatter"],
    ["{ over: [a], rows: 3 }", "scatter"],
    ["{ over: ./genome.fa, rows: 3 }", "type-mismatch"],
    ["{ over: ./none.tsv, rows: 3 }", "missing-file"],
    ['over: "${{ params.seeds / 0 }}"', "invalid-expression"],
    ['over: "${{ length(params.seeds) }}"', "invalid-expression"],
    ["[{ over: [hg38] }, { over: [hg19] }]", "scatter"]
  ])("finds what is wrong with %s", async (scatter, code) => {
    const value = /^[[{]/u.test(scatter) ? scatter : `{ ${scatter} }`
    const { diagnostics } = await load(
      list(`  a: { scatter: ${value}, uses: make-variants, with: { genome: "\${{ item }}" } }\n`)
    )
    assert.strictEqual(diagnostics[0]?.code, code, JSON.stringify(diagnostics.map(({ message }) => message)))
  })
})

describe("workflows as stages", () => {
  const inner = `agflow: 1
name: inner
params:
  table: { type: file }
  genome: { type: file }
  count: { type: integer, default: 3 }
stages:
  more: { uses: make-variants, with: { genome: hg38, count: "\${{ params.count }}" } }
  scored: { uses: score, with: { variants: "\${{ params.table }}", reference: "\${{ params.genome }}" } }
outputs: { scores: "\${{ scored.scores }}", more: "\${{ more.variants }}" }
`
  const outer = `agflow: 1
name: outer
params: { n: { type: integer, default: 4 } }
stages:
  made: { uses: make-variants, with: { genome: hg38 } }
  part:
    uses: ./inner.yaml
    with: { table: "\${{ made.variants }}", genome: ./genome.fa, count: "\${{ params.n * 2 }}" }
  again: { uses: score, with: { variants: "\${{ part.more }}", reference: ./genome.fa } }
outputs: { scores: "\${{ part.scores }}" }
`
  const withInner = (text = inner) => ({ files: { ...files, "inner.yaml": text } })

  it("are taken apart into their stages, bound to what they are given", async () => {
    const { workflow, diagnostics, folder } = await load(outer, withInner())
    assert.deepStrictEqual(diagnostics, [])
    assert.deepStrictEqual(
      workflow!.stages.map(({ id }) => id),
      ["made", "part/more", "part/scored", "again"]
    )
    const stage = (id: string) => workflow!.stages.find((each) => each.id === id)!.instances[0]!
    const { body } = stage("part/more")
    assert.deepStrictEqual(body._tag === "Uses" && body.params, { count: 8, genome: "hg38" })
    assert.deepStrictEqual(
      [...stage("part/scored").inputs],
      [
        ["variants", { _tag: "Output", stage: "made", port: "variants", depth: 0 }],
        ["reference", { _tag: "File", path: join(folder, "genome.fa") }]
      ]
    )
    assert.deepStrictEqual(stage("again").inputs.get("variants"), {
      _tag: "Output",
      stage: "part/more",
      port: "variants",
      depth: 0
    })
    assert.deepStrictEqual(workflow!.outputs, [{ name: "scores", stage: "part/scored", port: "scores" }])
  })

  const codes = async (text: string, within?: string) =>
    (await load(text, withInner(within))).diagnostics.map(
      ({ code, source }) => `${source.file.replace(/.*\//u, "")} ${code}`
    )

  it("have their faults told at their own place", async () => {
    assert.deepStrictEqual(await codes(outer.replace("count:", "cuont:")), ["workflow.yaml unknown-key"])
    assert.deepStrictEqual(
      await codes(outer.replace("table: ", "count: ").replace(', count: "${{ params.n * 2 }}"', "")),
      ["workflow.yaml missing-param", "workflow.yaml invalid-param"]
    )
    assert.deepStrictEqual(await codes(outer.replace("part.more", "part.less")), ["workflow.yaml unknown-output"])
    assert.deepStrictEqual(await codes(outer.replace("made.variants", "made.log")), ["inner.yaml type-mismatch"])
    assert.deepStrictEqual(await codes(outer, inner.replace("uses: score", "uses: scoer")), [
      "inner.yaml unknown-stage"
    ])
    assert.deepStrictEqual(await codes(outer.replace("inner.yaml\n", "inner.yaml\n    retry: { attempts: 2 }\n")), [
      "workflow.yaml stage-body"
    ])
    assert.include(await codes(outer.replace("./inner", "./outer")), "workflow.yaml workflow-in-workflow")
    assert.include(
      await codes(outer, inner.replace("uses: make-variants", "uses: ./workflow.yaml")),
      "inner.yaml workflow-in-workflow"
    )
  })

  it("are left out whole when their if is false", async () => {
    const off = outer.replace("    uses: ./inner", "    if: false\n    uses: ./inner").replace(/ {2}again.*\n/u, "")
    const { workflow, diagnostics } = await load(off, withInner())
    assert.deepStrictEqual(diagnostics, [])
    assert.deepStrictEqual(
      workflow!.stages.map(({ id }) => id),
      ["made"]
    )
    assert.deepStrictEqual(workflow!.outputs, [])
  })
})

describe("what a stage gives that is switched off", () => {
  const part = `agflow: 1
name: part
params: { on: { type: boolean, default: false }, given: { type: file, optional: true } }
stages:
  inner: { if: "\${{ params.on }}", run: 'echo > "$out"', inputs: { x: "\${{ params.given }}" }, outputs: { out: text } }
outputs: { out: "\${{ inner.out }}" }
`
  const whole = (stages: string) => `agflow: 1
name: whole
params: { none: { type: file, optional: true } }
stages:
  off: { if: false, run: 'echo > "$out"', outputs: { out: text, table: tsv } }
  part: { uses: ./part.yaml, with: { given: "\${{ off.out }}" } }
  lanes: { scatter: { over: [true, false] }, uses: ./part.yaml, with: { on: "\${{ item }}" } }
${stages}
`
  const read = (stages: string) => load(whole(stages), { files: { "part.yaml": part } })
  const reader = (more: string) => `  reader: { run: 'echo > "$out"', outputs: { out: text }, ${more} }`

  it.each([
    'inputs: { x: "${{ off.out }}" }',
    // Also where a workflow that is used has switched it off, wherever it stands in the file.
    'inputs: { x: "${{ part.out }}" }',
    'scatter: { over: "${{ off.table }}", rows: 3 }, inputs: { x: "${{ item }}" }',
    'scatter: { over: "${{ part.out }}" }, inputs: { x: "${{ item }}" }',
    'scatter: { over: ["${{ part.out }}", "${{ off.out }}"] }, inputs: { x: "${{ item }}" }'
  ])("is a fault where it must be given: %s", async (more) => {
    const { diagnostics } = await read(reader(more))
    assert.deepStrictEqual(
      diagnostics.map(({ code }) => code),
      ["absent"]
    )
    assert.match(diagnostics[0]!.message, /the stage '(off|part\/inner)' that gives it is switched off by its 'if'/u)
    assert.match(diagnostics[0]!.hint!, /^(a list may be without it: \["\$\{\{ |give this stage an 'if')/u)
  })

  it("is done without by lists, by scatters over several, by optional params and by inputs that are made of them", async () => {
    const { workflow, diagnostics } = await read(
      [
        reader(
          'inputs: { all: ["${{ off.out }}", "${{ part.out }}", "${{ lanes.out }}"], none: "${{ params.none }}" }'
        ),
        reader('scatter: { over: ["${{ part.out }}", "${{ lanes.out }}"] }, inputs: { x: "${{ item }}" }').replace(
          "reader",
          "each"
        ),
        '  again: { uses: ./part.yaml, with: { on: true, given: "${{ off.out }}" } }'
      ].join("\n")
    )
    assert.deepStrictEqual(diagnostics, [])
    const inputs = (id: string) =>
      workflow!.stages.find((stage) => stage.id === id)!.instances.map((each) => Object.fromEntries(each.inputs))
    const lanes = { _tag: "Output", stage: "lanes/inner", port: "out", depth: 0 } as const
    assert.deepStrictEqual(inputs("reader"), [
      { all: { _tag: "List", items: [lanes] }, none: { _tag: "List", items: [] } }
    ])
    assert.deepStrictEqual(inputs("each"), [{ x: lanes }])
    assert.deepStrictEqual(inputs("again/inner"), [{ x: { _tag: "List", items: [] } }])
  })

  it("is told where a workflow that is used needs it", async () => {
    const needed = part.replace("given: { type: file, optional: true }", "given: { type: file }")
    const { places } = await load(whole(""), { files: { "part.yaml": needed } })
    assert.deepStrictEqual(places, ["6:45 absent", "7:52 missing-param"])
  })
})

describe("faults", () => {
  it("reports twelve different faults at once, each at its place", async () => {
    const { workflow, places, diagnostics } = await load(
      `agflow: 1
name: twelve faults
params:
  genome: { type: string, defualt: hg38 }
  width: { type: integer, default: wide }
stages:
  made:
    uses: make-variants
    with: { genome: hg37, cuont: 3 }
  scored:
    uses: score
    with:
      variants: "\${{ made.varaints }}"
      reference: "\${{ made.log }}"
  lost:
    uses: scoer
  Ranked:
    run: cat > "$out"
    outputs: { out: tvs }
  greedy:
    run: echo \${{ params.width }} > "$out"
    inputs: { table: ./none.tsv }
    outputs: { out: tsv }
    resources: { cpus: 64 }
outputs: { best: "\${{ nowhere.out }}" }
`
    )
    assert.strictEqual(workflow, undefined)
    assert.deepStrictEqual(places, [
      "4:27 unknown-key",
      "5:36 invalid-param",
      "9:21 invalid-value",
      "9:27 unknown-key",
      "13:22 unknown-output",
      "14:23 type-mismatch",
      "16:11 unknown-stage",
      "17:3 invalid-name",
      "19:21 unknown-kind",
      "21:5 expression-in-script",
      "22:22 missing-file",
      "24:24 impossible-resources",
      "25:23 unknown-stage"
    ])
    const hints = Object.fromEntries(diagnostics.map(({ code, hint }) => [code, hint]))
    assert.match(hints["unknown-output"]!, /'variants'/u)
    assert.match(hints["unknown-kind"]!, /'tsv'/u)
  })

  const one = async (text: string, options: Parameters<typeof load>[1] = {}) => {
    const { diagnostics, places } = await load(text, { files, ...options })
    assert.strictEqual(diagnostics.length, 1, JSON.stringify(places))
    return { ...diagnostics[0]!, place: places[0]! }
  }
  const stage = (text: string) => `agflow: 1\nname: x\nstages:\n${text}`

  it.each([
    ["another language's key", "script: echo, outputs: { out: text }", "unknown key 'script'"],
    ["a slip in a key", "run: echo, output: { out: text }", "unknown key 'output'"],
    ["a list of outputs", "run: echo, outputs: [out]", "expected a mapping, got a list"],
    ["a type that is none", "run: echo, outputs: { out: { table: { x: int? } } }", "expected one of "],
    ["a script that is a list", "run: [echo], outputs: { out: text }", "expected string, got ["],
    [
      "a scatter that is a list",
      'run: echo, outputs: { out: text }, env: { i: "${{ item }}" }, scatter: [a]',
      "expected a mapping, got a text"
    ],
    [
      "rows that are none",
      'run: echo, outputs: { out: text }, inputs: { i: "${{ item }}" }, scatter: { over: ./t.tsv, rows: 0 }',
      "expected 1 or more"
    ],
    [
      "a list that has faults",
      'run: echo, outputs: { out: text }, env: { i: "${{ item }}" }, scatter: { over: "${{ params.words }}" }',
      "param 'words': expected a list of string"
    ],
    ["params that are a list", "uses: make-variants, with: [hg38]", "expected a mapping, got a list"]
  ])("says nothing of what follows from %s", async (_, keys, message) => {
    const text = `agflow: 1
name: x
params: { words: { type: list, default: ${keys.includes("params.words") ? "3" : "[a]"} } }
stages:
  stage: { ${keys} }
  reader: { run: 'cat "$x" > "$out"', inputs: { x: "\${{ stage.out }}" }, outputs: { out: text } }
outputs: { out: "\${{ stage.out }}" }
`
    const known = text.replaceAll("stage.out", keys.startsWith("uses") ? "stage.variants" : "stage.out")
    assert.include((await one(known)).message, message)
  })

  it("says nothing of a stage and of a profile that could not be read, nor of what unknown profiles may hold", async () => {
    const reads =
      '  reader: { run: \'cat "$x" > "$out"\', inputs: { x: "${{ empty.out }}" }, outputs: { out: text } }\n'
    assert.strictEqual((await one(stage(`  empty:\n${reads}`))).message, "expected a mapping, got nothing")
    const profiles = `${stage(reads)}profiles: { more: 3, full: { stages: { empty: ${"{ run: echo, outputs: { out: text } } } }"} }\n`
    assert.strictEqual((await one(profiles, { profiles: ["more", "full"] })).message, "expected a mapping, got 3")
    const unknown = profiles.replace("more: 3, ", "")
    assert.strictEqual((await one(unknown, { profiles: ["fulll"] })).hint, "did you mean 'full'?")
  })

  it("has names that mean something else", async () => {
    for (const name of ["params", "true", "null"]) {
      assert.strictEqual((await one(stage(`  ${name}: { run: echo, outputs: { out: text } }\n`))).code, "invalid-name")
    }
    const item = (name: string) =>
      one(
        stage(
          `  a: { scatter: { over: [1], as: ${name} }, run: echo, env: { x: "\${{ ${name} }}" }, outputs: { out: text } }\n`
        )
      )
    assert.match((await item("params")).message, /cannot name an item: it means something else/u)
    const variable = (keys: string) => one(stage(`  a: { run: echo, ${keys} }\n`))
    for (const keys of [
      "outputs: { PATH: text }",
      "outputs: { IFS: text }",
      "outputs: { out: text }, env: { RANDOM: 1 }"
    ]) {
      assert.match(
        (await variable(keys)).message,
        /cannot name a variable of the script: to bash it means something else/u
      )
    }
    const own = await load(stage("  a: { run: echo, outputs: { out: text }, env: { PATH: /bin } }\n"))
    assert.deepStrictEqual(own.diagnostics, [])
  })

  it("finds an item unread that no task of the scatter reads, and none that only some read", async () => {
    const scattered = (value: string) =>
      stage(`  a:
    scatter: [{ over: [x, y], as: first }, { over: [1, 2], as: second }]
    run: echo
    env: { value: "\${{ ${value} }}" }
    outputs: { out: text }
`)
    assert.deepStrictEqual((await load(scattered("first == 'y' ? second : 0"))).diagnostics, [])
    assert.match((await one(scattered("first == 'z' ? second : 0"))).message, /nothing in the stage reads 'second'/u)
  })

  it("names the column that is missing between two stages", async () => {
    const text = stage(
      `  made: { uses: make-variants, with: { genome: hg38 } }\n  a: { uses: score, with: { variants: "\${{ made.variants }}", reference: ./genome.fa } }\n  b: { uses: score, with: { variants: "\${{ a.scores }}", reference: ./genome.fa } }\n`
    )
    assert.match((await one(text)).message, /'a\.scores' does not fit 'variants': it has no column 'pos'$/u)
    const declaring = (columns: string) =>
      stage(
        `  a: { run: x, outputs: { out: { table: { variant_id: string, ${columns} } } } }\n  b: { uses: score, with: { variants: "\${{ a.out }}", reference: ./genome.fa } }\n`
      )
    assert.match((await one(declaring("poss: integer"))).message, /it has no column 'pos': is 'poss' meant\?$/u)
    assert.match(
      (await one(declaring("pos: integer?"))).message,
      /it may lack values in column 'pos', which must not be/u
    )
    assert.match((await one(declaring("pos: string"))).message, /column 'pos' of type string, integer is expected$/u)
  })

  it.each([
    ["outputs", sound.replace('{ ranked: "', '{ "../../escape": "'), "17:12", "write 'escape'"],
    ["outputs, which have an index", sound.replace('{ ranked: "', '{ outputs: "'), "17:12", "give it another name"],
    [
      "params",
      sound.replace("  genome:", "  Genome Build:").replace("params.genome", "params.count"),
      "4:3",
      "write 'genome_build'"
    ],
    [
      "a profile",
      `${sound}profiles: { p: { outputs: { "/etc/x": "\${{ ranked.ranked }}" } } }\n`,
      "18:29",
      "write 'etc_x'"
    ]
  ])("takes nothing but names under %s", async (_, text, at, hint) => {
    const { places, diagnostics } = await load(text, { files })
    assert.include(places, `${at} invalid-name`)
    assert.strictEqual(diagnostics.find(({ code }) => code === "invalid-name")?.hint, hint)
  })

  it.each(["constructor", "toString", "__proto__", "hasOwnProperty"])("knows nothing called %s", async (name) => {
    const codes = async (text: string, options: Parameters<typeof load>[1] = {}) =>
      (await load(text, { files, ...options })).diagnostics.map(({ code }) => code)
    assert.deepStrictEqual(await codes(sound, { params: [`${name}=1`] }), ["unknown-param"])
    assert.deepStrictEqual(await codes(sound, { profiles: [name] }), ["unknown-profile"])
    assert.deepStrictEqual(await codes(sound.replace("ranked.ranked", `ranked.${name}`)), ["unknown-output"])
    assert.deepStrictEqual(await codes(sound.replace("params.count", `${name}(1)`)), ["invalid-expression"])
    assert.deepStrictEqual(await codes(sound.replace("params.count", `params.${name}`)), ["unknown-param"])
    assert.deepStrictEqual(await codes(sound.replace("reference: ./", `${name}: 1, reference: ./`)), ["unknown-key"])
  })

  it("finds a ring of stages", async () => {
    const text = stage(
      `  a: { run: 'cp "$x" "$y"', inputs: { x: "\${{ b.y }}" }, outputs: { y: tsv } }\n  b: { run: 'cp "$x" "$y"', inputs: { x: "\${{ a.y }}" }, outputs: { y: tsv } }\n`
    )
    const { code, message } = await one(text)
    assert.strictEqual(code, "cycle")
    assert.match(message, /a <- b <- a/u)
  })

  it("says where a broken expression stands, also in a quoted value", async () => {
    const { place, code } = await one(sound.replace("${{ params.count }}", "${{ params count }}"))
    assert.strictEqual(code, "invalid-expression")
    assert.strictEqual(place.split(" ")[0], "12:64")
  })

  it("checks values given on the command line", async () => {
    const wrong = await one(sound, { params: ["count=many"] })
    assert.strictEqual(wrong.source.file, "--param")
    assert.match(wrong.message, /expected integer, got many/u)
    assert.match((await one(sound, { params: ["count=51"] })).message, /at most 50/u)
    assert.match((await one(sound, { params: ["cuont=5"] })).hint!, /'count'/u)
    assert.match((await one(sound, { params: ["genome=mm10"] })).message, /one of hg38, hg19/u)
    const bare = await one(sound, { params: ["genome"] })
    assert.deepInclude(bare, { message: "param 'genome' is given no value", hint: "write --param NAME=VALUE" })
  })

  it("asks for a required param and a required input", async () => {
    assert.strictEqual((await one(sound.replace(", default: hg38", ""))).code, "missing-param")
    const { message } = await one(sound.replace("reference: ./genome.fa", ""))
    assert.match(message, /input 'reference' of 'score' is not given/u)
  })

  it("says what a profile needs that cannot run", async () => {
    const text = `${sound}profiles: { published: { unavailable: the tables of the paper } }\n`
    const { code, hint } = await one(text, { profiles: ["published"] })
    assert.strictEqual(code, "unavailable-profile")
    assert.strictEqual(hint, "the tables of the paper")
    assert.match((await one(text, { profiles: ["publishd"] })).hint!, /'published'/u)
  })

  it("applies the profiles that a profile extends before it, each once", async () => {
    const text = (...extended: ReadonlyArray<string>) =>
      `${sound}profiles:\n  a: { params: { count: 7, genome: hg19 } }\n  b: { extends: [${extended}], params: { count: 8 } }\n`
    const { workflow } = await load(text("a"), { files, profiles: ["b", "a"] })
    assert.deepStrictEqual(workflow?.profiles, ["a", "b"])
    const values = Object.fromEntries(workflow!.params.map(({ name, value }) => [name, value]))
    assert.deepInclude(values, { count: 8, genome: "hg19" })
    assert.match((await one(text("aa"), { profiles: ["b"] })).hint!, /'a'/u)
    const cycle = await one(text("b"), { profiles: ["b"] })
    assert.deepInclude(cycle, { code: "profile-cycle", hint: "b extends b" })
  })

  it("reads on after a key that stands twice", async () => {
    const { places } = await load(sound.replace("name: small", "name: small\nname: twice\ntitle: x"), { files })
    assert.deepStrictEqual(places, ["3:1 yaml-syntax", "4:1 unknown-key"])
  })

  it("refuses text that is no YAML, no mapping, or unfolds without end", async () => {
    assert.strictEqual((await one("name: [")).code, "yaml-syntax")
    assert.strictEqual((await one("- a\n- b\n")).code, "invalid-value")
    const bomb = Array.from({ length: 9 }, (_, i) => `k${i}: &k${i} [${`*k${i - 1},`.repeat(9)}]`)
    bomb[0] = "k0: &k0 [x]"
    assert.strictEqual((await one(bomb.join("\n"))).code, "yaml-alias")
  })

  it("takes what is merged into a mapping as written there, and what is wrong with it at its own place", async () => {
    const text = (resources: string) => `agflow: 1
name: merged
params: { x: { type: integer, default: 3 } }
stages:
  first: &first
    run: 'echo > "$out"'
    outputs: { out: text }
    resources: { ${resources} }
  second: { <<: *first, env: { x: "\${{ params.x }}" } }
  third: { <<: [*first], outputs: { out: json } }
`
    const { workflow, diagnostics } = await load(text("memory: 4 GB"))
    assert.deepStrictEqual(diagnostics, [])
    assert.deepStrictEqual(
      workflow!.stages.map(({ id, outputs, resources }) => [id, Edge.show(outputs["out"]!), resources.memory]),
      [
        ["first", "text", 4e9],
        ["second", "text", 4e9],
        ["third", "json", 4e9]
      ]
    )
    assert.deepStrictEqual((await load(text("memry: 4 GB"))).places, ["8:18 unknown-key"])
  })

  // It was minutes while each fault had the file copied, and its lines counted.
  it("tells thousands of faults soon", { timeout: 60_000 }, async () => {
    const many = Array.from({ length: 12_000 }, (_, at) => `  s${at}: { run: echo, outptus: { out: text } }\n`).join("")
    const { diagnostics } = await load(stage(many))
    assert.match(
      Diagnostic.renderAll(diagnostics),
      /:12003:\d+ error: unknown key 'outptus'[^]*12000 faults: nothing was run$/u
    )
  })

  it("tells the first of a thousand errors that follow from one", async () => {
    const { diagnostics, places } = await load(`name: x\nstages: "${'" : true ? 1'.repeat(1000)}"\n`)
    assert.isAtMost(diagnostics.length, 20)
    assert.match(places[0]!, /^2:/u)
  })

  it("refuses what nests too deeply to be walked, and nothing that only looks so", async () => {
    for (const deep of ["[".repeat(100_000), "{ a: ".repeat(20_000), "- ".repeat(20_000), "? ".repeat(20_000)]) {
      assert.match((await one(`name: x\nstages: ${deep}`)).message, /nested too deeply/u)
    }
    const chain = Array.from({ length: 5_000 }, (_, i) => `k${i}: &k${i} [${i === 0 ? "x" : `*k${i - 1}`}]`)
    assert.strictEqual((await one(chain.join("\n"))).code, "yaml-alias")
    const wide = `{ ${Array.from({ length: 500 }, (_, i) => `v${i}: "[${i}"`).join(", ")} }`
    const text = sound.replace(
      "    outputs: { ranked: tsv }",
      `    env:${" ".repeat(500)}${wide}\n    outputs: { ranked: tsv }`
    )
    assert.deepStrictEqual((await load(text, { files })).diagnostics, [])
  })
})
