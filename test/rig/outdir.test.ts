import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs"
import { afterAll, assert, it } from "vitest"
import { Rig } from "../support/rig.ts"

const workflow = `agflow: 1
name: published
params: { n: { type: integer, default: 1 } }
stages:
  made:
    run: |
      printf '>c\\nACGT\\n' > "$genome"; printf 'c\\t4\\t3\\t4\\t5\\n' > "$genome.fai"; echo $n > "$note"
    env: { n: "\${{ params.n }}" }
    outputs: { genome: fasta, note: text }
outputs: { genome: "\${{ made.genome }}", note: "\${{ made.note }}" }
`

const rig = new Rig()
afterAll(() => rig.remove())

it("--outdir is a folder, or can be made one: else nothing runs", async () => {
  rig.write("file", "")
  rig.write("w.yaml", workflow)
  for (const [outdir, message] of [
    ["", /--outdir is given no folder/u],
    ["file", /file: this is a file, where a folder is expected/u]
  ] as const) {
    const { code, stdout, stderr } = await rig.agflow(["run", "w.yaml", "--outdir", outdir])
    assert.strictEqual(code, 2)
    assert.match(stderr, message)
    assert.strictEqual(stdout, "")
  }
})

it("--outdir has what the last run gave, and nothing of the runs before it, even after one that was killed", async () => {
  const lists = `agflow: 1
name: lists
params: { words: { type: list, default: [a, b, c] } }
stages:
  each: { scatter: { over: "\${{ params.words }}" }, run: 'echo $w > "$out"', env: { w: "\${{ item }}" }, outputs: { out: text } }
outputs: { words: "\${{ each.out }}" }
`
  rig.write("lists.yaml", lists)
  const publish = (...more: ReadonlyArray<string>) => rig.agflow(["run", "lists.yaml", "--outdir", "words", ...more])
  const files = () => readdirSync(rig.path("words")).sort()
  assert.strictEqual((await publish()).code, 0)
  assert.deepStrictEqual(files(), ["outputs.json", "outputs.tsv", "words.a.txt", "words.b.txt", "words.c.txt"])
  rig.write("words/mine.txt", "")
  const { stdout } = await publish("--param", "words=d")
  assert.include(stdout, "removed there, as the workflow no longer gives it: words.a.txt, words.b.txt, words.c.txt\n")
  assert.deepStrictEqual(files(), ["mine.txt", "outputs.json", "outputs.tsv", "words.d.txt"])

  // As a run leaves it that is killed while it puts its files there.
  renameSync(rig.path("words/outputs.json"), rig.path("words/.outputs.json.tmp"))
  assert.strictEqual((await publish("--param", "words=e")).code, 0)
  assert.strictEqual(rig.read("words/words.e.txt"), "e\n")
  assert.deepStrictEqual(files(), ["mine.txt", "outputs.json", "outputs.tsv", "words.e.txt"])
})

it("--outdir has the outputs with their companions and an index, and replaces only its own files", async () => {
  rig.write("w.yaml", workflow)
  const publish = (...more: ReadonlyArray<string>) => rig.agflow(["run", "w.yaml", "--outdir", "out", ...more])
  assert.strictEqual((await publish()).code, 0)
  assert.strictEqual(rig.read("out", "genome.fa"), ">c\nACGT\n")
  assert.strictEqual(rig.read("out", "genome.fa.fai"), "c\t4\t3\t4\t5\n")
  const entries = JSON.parse(rig.read("out", "outputs.json")) as ReadonlyArray<Readonly<Record<string, unknown>>>
  assert.deepStrictEqual(
    entries.map(({ name, file, bytes, synthetic }) => [name, file, bytes, synthetic]),
    [
      ["genome", "genome.fa", 8, false],
      ["genome", "genome.fa.fai", 10, false],
      ["note", "note.txt", 2, false]
    ]
  )
  assert.deepStrictEqual(
    rig
      .read("out", "outputs.tsv")
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split("\t")[1]),
    ["genome.fa", "genome.fa.fai", "note.txt"]
  )

  assert.strictEqual((await publish("--param", "n=2")).code, 0)
  assert.strictEqual(rig.read("out", "note.txt"), "2\n")

  const other = rig.path("other")
  rig.write("other/note.txt", "mine\n")
  const refused = await rig.agflow(["run", "w.yaml", "--outdir", "other"])
  assert.strictEqual(refused.code, 1)
  assert.match(refused.stderr, /note\.txt is there already, and not from an earlier run/u)
  assert.strictEqual(readFileSync(`${other}/note.txt`, "utf8"), "mine\n")
  assert.isFalse(existsSync(`${other}/genome.fa`))

  // A run whose outputs cannot be put there has ended all the same, and leaves no half file.
  rmSync(rig.path("out/note.txt"))
  mkdirSync(rig.path("out/note.txt"))
  const before = readdirSync(rig.path("out"))
  const failed = await publish()
  assert.strictEqual(failed.code, 1)
  assert.match(failed.stdout, /\nsucceeded in [\d.]+ s\nreport: \S+\n$/u)
  assert.match(failed.stderr, /cannot publish the outputs: EISDIR/u)
  // Beside what tells the next run which files are its own.
  assert.deepStrictEqual(
    readdirSync(rig.path("out")).filter((name) => name !== ".outputs.json.tmp"),
    before
  )

  mkdirSync(rig.path("inside"))
  const here = await rig.agflow(["run", "../w.yaml", "--outdir", "."], { cwd: rig.path("inside") })
  assert.match(here.stdout, /\nresults: \.\n$/u)
})

it("--outdir keeps what another workflow has put there, also one of the same name, and refuses to overwrite it", async () => {
  const one = (output: string) => `agflow: 1
name: same
stages:
  a: { run: 'echo ${output} > "$o"', outputs: { o: text } }
outputs: { ${output}: "\${{ a.o }}" }
`
  rig.write("w.yaml", one("first"))
  rig.write("sub/w.yaml", one("second"))
  assert.strictEqual((await rig.agflow(["run", "w.yaml", "--outdir", "both"])).code, 0)
  assert.strictEqual((await rig.agflow(["run", "sub/w.yaml", "--outdir", "both"])).code, 0)
  assert.deepStrictEqual(readdirSync(rig.path("both")).sort(), [
    "first.txt",
    "outputs.json",
    "outputs.tsv",
    "second.txt"
  ])
  const index = JSON.parse(rig.read("both/outputs.json")) as ReadonlyArray<{ file: string; source: string }>
  assert.deepStrictEqual(
    index.map(({ file, source }) => [file, source]),
    [
      ["first.txt", "../w.yaml"],
      ["second.txt", "../sub/w.yaml"]
    ]
  )
  rig.write("sub/w.yaml", one("first").replace("echo first", "echo other"))
  const { code, stderr } = await rig.agflow(["run", "sub/w.yaml", "--outdir", "both"])
  assert.strictEqual(code, 1)
  assert.match(stderr, /first\.txt is there already: it is an output of the workflow 'same' \(\.\.\/w\.yaml\)/u)
  assert.strictEqual(rig.read("both/first.txt"), "first\n")
})
