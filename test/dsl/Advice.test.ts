/** Faults that people make who are new to the language, or come from another: what they are told to do. */
import { assert, describe, it } from "vitest"
import * as Diagnostic from "../../src/core/Diagnostic.ts"
import type { CheckedStage } from "../../src/dsl/check/CheckedStage.ts"
import { load } from "../support/workflow.ts"

describe("what people write who are new to it, or come from elsewhere, is told with what to do", () => {
  const head = "agflow: 1\nname: x\nstages:\n"
  const params = "params: { x: { type: string, default: a } }\n"
  const expression = (text: string) => `${stage(`    env: { y: '\${{ ${text.replaceAll("'", "''")} }}' }\n`)}${params}`
  const stage = (lines: string) => `${head}  a:\n    run: echo 1 > "$out"\n    outputs: { out: text }\n${lines}`

  it.each([
    ["a tab", `${head}\ta:\n\t\trun: x\n`, /:4:1 error: a tab indents this line[^]*hint: two spaces/u],
    [
      "a wrong indentation",
      `${head}  a:\n    run: x\n   outputs: {}\n`,
      /:6:1 error: this line is not indented as the others/u
    ],
    [
      "a colon within a value",
      `${head}  a:\n    run: echo "a: b"\n`,
      /:5:10 error: there is a ': ' within this value[^]*hint: .* a \|/u
    ],
    ["a missing colon", "agflow: 1\nname: x\nstages\n  a:\n    run: x\n", /:3:1 error: this is no key with a value/u],
    [
      "braces without quotes",
      stage("    env: { x: ${{ params.y }} }\n"),
      /:7:16 error: within \{ \} and \[ \] an expression needs quotes/u
    ],
    ["a list of stages", `${head}  - name: a\n`, /:4:3 error: expected a mapping, got a list/u],
    [
      "another language's key",
      stage("    shell: x\n"),
      /unknown key 'shell'\n.*\n.*\n +hint: it is called 'run' here/u
    ],
    [
      "resources beside the script",
      stage("    threads: 4\n"),
      /unknown key 'threads'\n.*\n.*\n +hint: write it under 'resources': \{ cpus: /u
    ],
    [
      "an order of stages",
      stage("    needs: [b]\n"),
      /unknown key 'needs'\n.*\n.*\n +hint: a stage runs after those whose outputs it reads/u
    ],
    [
      "a number in quotes",
      stage('    resources: { cpus: "2" }\n'),
      /expected number, got "2"\n.*\n.*\n +hint: write it without quotes/u
    ],
    [
      "an extension for a kind",
      `${head}  a:\n    run: x\n    outputs: { out: vcf.gz }\n`,
      /no file kind 'vcf\.gz'\n.*\n.*\n +hint: write its kind: vcf/u
    ],
    [
      "an expression with one brace too few",
      stage('    inputs: { x: "{{ b.out }}" }\n'),
      /hint: an expression is written \$\{\{ STAGE\.OUTPUT \}\}/u
    ],
    [
      "an output as a path",
      stage("    inputs: { x: a.out }\n"),
      /hint: for what stage 'a' gives, write "\$\{\{ a\.out \}\}"/u
    ],
    [
      "an output by the way to it",
      stage('    inputs: { x: "${{ stages.a.outputs.out }}" }\n'),
      /no stage 'stages'\n.*\n.*\n +hint: write a\.out/u
    ],
    ["a pattern", stage('    inputs: { x: "./*.tsv" }\n'), /hint: a pattern stands for no file/u],
    ["an address", stage('    inputs: { x: "https://example.org/a.vcf" }\n'), /hint: an address is no path/u],
    [
      "a name nearly right",
      stage("    inputs: { x: ./valeus.tsv }\n"),
      /there is no file .*valeus\.tsv\n.*\n.*\n +hint: did you mean 'values\.tsv'\?/u
    ],
    ["a folder", stage("    inputs: { x: ../ }\n"), / is a folder, where a file is expected/u],
    [
      "a scatter whose item nobody reads",
      stage("    scatter: { over: [x, y], as: name }\n"),
      /:7:14 error: nothing in the stage reads 'name'[^]*hint: under 'env': \{ name: "\$\{\{ name \}\}" \}/u
    ],
    [
      "a condition without braces",
      stage("    if: params.x\n"),
      /hint: write it as an expression: "\$\{\{ params\.x \}\}"/u
    ],
    [
      "a list without braces",
      stage("    scatter: { over: params.x }\n"),
      /a list is expected[^]*hint: write "\$\{\{ params\.x \}\}"/u
    ],
    [
      "another language's type",
      `${head}  a:\n    run: x\n    outputs: { out: { table: { pos: int } } }\n`,
      /expected one of string, number, .*, got "int"[^]*hint: did you mean 'integer'\?/u
    ],
    [
      "an anchor that is none",
      stage("  b: &b { <<: *c }\n"),
      /:7:15 error: there is no anchor 'c'[^]*hint: did you mean 'b'|hint: the anchors/u
    ],
    ["a text that is merged", stage("    <<: x\n"), /:7:9 error: only mappings can be merged/u],
    ["two documents", `${stage("")}---\n${stage("")}`, /:7:1 error: a second document begins here/u],
    ["bytes that are no UTF-8", stage("    env: { x: caf\uFFFD }\n"), /:7:18 error: this is no text in UTF-8/u],
    [
      "a workflow nearly right",
      `${head}  a: { uses: ./workflw.yaml }\n`,
      /there is no file .*workflw\.yaml\n.*\n.*\n +hint: did you mean 'workflow\.yaml'/u
    ],
    ["a folder of stages", `${head}  a: { uses: ./lab/ }\n`, /hint: the file of a workflow ends in \.yaml/u],
    [
      "a param that is not given",
      `${head}  a: { uses: make-variants }\n`,
      /param 'genome' of 'make-variants' is not given/u
    ],
    [
      "a param that has no value",
      `${head}  a: { uses: make-variants, with: { genome: "\${{ params.none }}" } }\nparams: { none: { type: string, optional: true } }\n`,
      /:4:\d+ error: param 'genome' must be given, but param 'none' has no value/u
    ],
    [
      "a script in another language",
      `${head}  a:\n    run: |\n      #!/usr/bin/env python3\n      import sys\n    outputs: { out: text }\n`,
      /:5:5 error: bash runs a script, not python3[^]*hint: put it into a file: .* python3 "\$program"/u
    ],
    [
      "a script beside a stage",
      `${head}  a: { uses: make-variants, with: { genome: hg38 }, run: x }\n`,
      /'run' does not go with 'uses'[^]*hint: a stage has one of the two/u
    ],
    ["a word for yes", stage("    if: yes\n"), /hint: write true or false/u],
    ["no GPUs at all", stage("    resources: { gpus: -1 }\n"), /error: expected 0 or more, got -1\n/u],
    [
      "memory without a unit",
      stage("    resources: { memory: 4 }\n"),
      /4 bytes are too little for any script[^]*hint: write 4 GB or 512 MiB/u
    ],
    ["half a GPU", stage("    resources: { gpus: 0.5 }\n"), /expected a whole number, got 0\.5/u],
    [
      "an expression for a resource",
      stage('    resources: { cpus: "${{ params.n }}" }\n'),
      /hint: an expression cannot stand/u
    ],
    ["a number for a text", "agflow: 1\nname: 3\nstages: {}\n", /expected string, got 3[^]*hint: write it in quotes/u],
    [
      "a version in quotes",
      'agflow: "1"\nname: x\nstages: {}\n',
      /expected 1, got "1"[^]*hint: write it without quotes/u
    ],
    ["one for a list", stage("profiles: { a: { extends: b } }\n"), /expected a list, got "b"[^]*hint: write \[b\]/u],
    ["nothing for a value", stage("    container:\n"), /expected string, got nothing/u],
    ["a list for a scatter", stage("    scatter: [x]\n"), /hint: write scatter: \{ over: /u],
    ["a pattern to scatter over", stage('    scatter: { over: "*.tsv" }\n'), /hint: a pattern stands for no file/u],
    ["a text in double quotes", expression('params.x == "a"'), /hint: texts stand in single quotes/u],
    ["Python's words", expression("params.x and true"), /unexpected 'and'[^]*hint: write &&/u],
    ["Python's words before", expression("not params.x"), /hint: write !/u],
    ["Python's choice", expression("1 if params.x else 2"), /hint: write CONDITION \? A : B/u],
    ["Python's constants", expression("True"), /hint: write true/u],
    ["one sign of equality", expression("params.x = 1"), /hint: to compare, write ==/u],
    ["another language's function", expression("len(params.x)"), /hint: did you mean 'length'\?/u],
    [
      "a member for a function",
      expression("params.x.length"),
      /'params\.x' has no 'length'[^]*hint: write length\(params\.x\)/u
    ],
    ["a param without its scope", expression("x"), /hint: write params\.x/u],
    ["no param", expression("params"), /which param\?[^]*hint: write params\.NAME/u],
    ["a place in a text", expression("params.x[0]"), /'a' is neither a list nor a mapping/u],
    ["an open quote", expression("'a"), /hint: a quote is not closed/u],
    [
      "another language's braces",
      `${stage('    env: { y: "{{ params.x }}" }\n')}${params}`,
      /stands for itself, not for the value of a param[^]*hint: an expression is written \$\{\{ params\.x \}\}/u
    ],
    ["an output without braces", `${stage("")}outputs: { out: a.out }\n`, /hint: write "\$\{\{ a\.out \}\}"/u],
    ["a word nearly right", stage("    onError: ignroe\n"), /hint: did you mean 'ignore'\?/u]
  ])("%s", async (_, text, told) => {
    const { diagnostics } = await load(text, { files: { "values.tsv": "" } })
    assert.match(Diagnostic.formats.text(diagnostics), told)
  })

  it("amounts in any of the usual ways, Windows line ends and a byte order mark are no faults", async () => {
    const resources =
      "    resources: { memory: 1G, cpus: 1, time: 1-00:00:00 }\n    retry: { attempts: 2, delay: 2 minutes }\n"
    const { workflow, diagnostics } = await load(`\uFEFF${stage(resources)}`.replaceAll("\n", "\r\n"))
    assert.deepStrictEqual(diagnostics, [])
    const [{ resources: asked, policy }] = workflow!.stages as [CheckedStage]
    assert.deepStrictEqual([asked.memory, policy.time, policy.delay], [1e9, 86_400, 120])
  })
})
