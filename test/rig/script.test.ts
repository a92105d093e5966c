/** What a script is given, what it may do, and what is said when it does not do what it should. */
import { existsSync, readFileSync, renameSync, symlinkSync } from "node:fs"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { pause, Rig, step, until, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const run = (stages: Readonly<Record<string, unknown>>, outputs: Readonly<Record<string, string>> = {}) => {
  rig.write("flow.yaml", workflow(stages, { outputs }))
  return rig.agflow(["run", "flow.yaml"])
}

const succeed = async (stages: Readonly<Record<string, unknown>>, outputs: Readonly<Record<string, string>>) => {
  const { code, stdout, stderr } = await run(stages, outputs)
  assert.strictEqual(code, 0, stdout + stderr)
  return rig.results()
}

describe("names and values reach the script unharmed, and nothing of them is executed", () => {
  const names = [
    "two words.txt",
    'it\'s "quoted".txt',
    "$(touch owned).txt",
    "`touch owned`; touch owned #.txt",
    "größe-日本-🧬.txt"
  ]

  it("file names", async () => {
    const inputs = Object.fromEntries(names.map((name, at) => [`x${at}`, `./in put/${name}`]))
    for (const name of names) rig.write(`in put/${name}`, `content of ${name}\n`)
    const script = 'cat "$x0" "$x1" "$x2" "$x3" "$x4" > "$out"; ls -1 > "$listing"; pwd > "$place"'
    const results = await succeed(
      { odd: step(rig, "odd", script, { inputs, outputs: { out: "text", listing: "text", place: "text" } }) },
      { out: "${{ odd.out }}", listing: "${{ odd.listing }}", place: "${{ odd.place }}" }
    )
    assert.strictEqual(results["out.txt"], names.map((name) => `content of ${name}\n`).join(""))
    // A script sees the user's files by their own names in its working folder, and nothing else is there.
    assert.sameMembers(results["listing.txt"]!.trimEnd().split("\n"), names)
    assert.isFalse(existsSync(results["place.txt"]!.trim()))
    assert.isFalse(existsSync(rig.path("owned")))
  })

  it("values of env, params among them", async () => {
    const values = [
      "two  words",
      `it's "quoted"`,
      "$(touch owned)",
      "`touch owned`",
      "a\nb\tc",
      "größe 日本 🧬",
      "",
      "--n=1",
      "\\n%s*"
    ]
    const env = Object.fromEntries(values.map((value, at) => [`v${at}`, value]))
    const script = `for i in ${values.map((_, at) => at).join(" ")}; do v="v$i"; printf '%s\\0' "\${!v}"; done > "$out"`
    const results = await succeed({ odd: step(rig, "odd", script, { env }) }, { out: "${{ odd.out }}" })
    assert.deepStrictEqual(results["out.txt"]!.split("\0").slice(0, -1), values)
    assert.isFalse(existsSync(rig.path("owned")))
  })

  it("the folder that the state lies in", async () => {
    const home = rig.path("st ate's $(touch owned)")
    rig.write("flow.yaml", workflow({ a: step(rig, "a", 'echo "$out" > "$out"') }))
    const { code, stdout } = await rig.agflow(["run", "flow.yaml"], { env: { AGFLOW_HOME: home } })
    assert.strictEqual(code, 0, stdout)
    assert.isFalse(existsSync(rig.path("owned")))
  })
})

it("a script sees no variables but those declared and a few that programs need", async () => {
  const script =
    'env | cut -d= -f1 | sort > "$out"; echo "$LC_ALL $LANG $TZ $OMP_NUM_THREADS $OPENBLAS_NUM_THREADS $PATH" > "$values"'
  const stage = step(rig, "a", script, { outputs: { out: "text", values: "text" }, resources: { cpus: 2 } })
  rig.write("flow.yaml", workflow({ a: stage }, { outputs: { out: "${{ a.out }}", values: "${{ a.values }}" } }))
  const env = {
    SECRET_TOKEN: "hunter2",
    NODE_OPTIONS: "--no-warnings",
    TZ: "Asia/Tokyo",
    LC_ALL: "tr_TR.UTF-8",
    LC_COLLATE: "C",
    OMP_NUM_THREADS: "7",
    PATH: `:bin:${process.env["PATH"]}`,
    BASH_ENV: rig.write("evil", "exit 3")
  }
  const { code, stdout } = await rig.agflow(["run", "flow.yaml"], { env })
  assert.strictEqual(code, 0, stdout)
  const { "out.txt": names, "values.txt": values } = rig.results()
  assert.deepStrictEqual(names!.trimEnd().split("\n"), [
    "AGFLOW_ACCOUNT",
    "AGFLOW_ATTEMPT",
    "AGFLOW_CPUS",
    "AGFLOW_MEMORY",
    "HOME",
    "LANG",
    "LC_ALL",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PATH",
    "PWD",
    "SHLVL",
    "TMPDIR",
    "TZ",
    "_",
    "executed",
    "out",
    "values"
  ])
  const path = process.env["PATH"]!.split(":").filter((folder) => folder.startsWith("/"))
  assert.strictEqual(values, `C.UTF-8 C.UTF-8 UTC 2 2 ${path.join(":")}\n`)
})

it("inputs of the same name from different folders both arrive", async () => {
  rig.write("one/counts.txt", "1\n")
  rig.write("two/counts.txt", "2\n")
  const results = await succeed(
    {
      a: step(rig, "a", 'cat "$x" "$y" > "$out"', { inputs: { x: "./one/counts.txt", y: "./two/counts.txt" } }),
      b: step(rig, "b", 'xargs cat <<< "$all" > "$out"', { inputs: { all: ["./two/counts.txt", "./one/counts.txt"] } }),
      c: step(rig, "c", 'cat "$x" "$y" > "$out"', { inputs: { x: "./one/counts.txt", y: "./one/counts.txt" } })
    },
    { a: "${{ a.out }}", b: "${{ b.out }}", c: "${{ c.out }}" }
  )
  assert.deepStrictEqual(results, { "a.txt": "1\n2\n", "b.txt": "2\n1\n", "c.txt": "1\n1\n" })
})

it("items of a list arrive one a line, files and outputs of stages mixed, in order", async () => {
  rig.write("b.txt", "B\n")
  rig.write("a.txt", "A\n")
  const results = await succeed(
    {
      made: step(rig, "made", 'echo made > "$out"'),
      list: step(rig, "list", 'while read -r file; do cat "$file"; done <<< "$files" > "$out"', {
        inputs: { files: ["./b.txt", "${{ made.out }}", "./a.txt"] }
      })
    },
    { out: "${{ list.out }}" }
  )
  assert.strictEqual(results["out.txt"], "B\nmade\nA\n")
})

it("a name with a line break cannot be one of a list", async () => {
  rig.write("odd\nname.txt", "1\n")
  rig.write("name.txt", "2\n")
  const list = { inputs: { files: ["./odd\nname.txt", "./name.txt"] } }
  const { code, stdout } = await run({ a: step(rig, "a", 'wc -l <<< "$files" > "$out"', list) })
  assert.strictEqual(code, 1)
  assert.match(stdout, /name\.txt: a file of the list 'files' has a line break in its path/u)
  assert.deepStrictEqual(rig.executed(), [])
  const alone = step(rig, "a", 'cat "$file" > "$out"', { inputs: { file: "./odd\nname.txt" } })
  assert.deepStrictEqual(await succeed({ a: alone }, { a: "${{ a.out }}" }), { "a.txt": "1\n" })
})

it("an index arrives beside its file: of a user's file, and of another script's output", async () => {
  rig.write("genome.fa", ">c\nACGT\n")
  rig.write("genome.fa.fai", "c\t4\t3\t4\t5\n")
  const results = await succeed(
    {
      index: step(rig, "index", 'cp "$genome" "$fasta"; cp "$genome.fai" "$fasta.fai"', {
        inputs: { genome: "./genome.fa" },
        outputs: { fasta: "fasta" }
      }),
      use: step(rig, "use", 'cut -f2 "$genome.fai" > "$out"', { inputs: { genome: "${{ index.fasta }}" } })
    },
    { length: "${{ use.out }}", genome: "${{ index.fasta }}" }
  )
  assert.deepStrictEqual(results, {
    "length.txt": "4\n",
    "genome.fa": ">c\nACGT\n",
    "genome.fa.fai": "c\t4\t3\t4\t5\n"
  })
  // The index is part of what the task is given: another index, another task.
  rig.executed()
  rig.write("genome.fa.fai", "c\t4\t3\t4\t6\n")
  await rig.agflow(["run", "flow.yaml"])
  assert.deepStrictEqual(rig.executed(), ["index", "use"])
})

it("of outputs that are one file each has it", async () => {
  const outputs = { outputs: { a: "text", b: "text", c: "text" } }
  const results = await succeed(
    { s: step(rig, "s", 'echo 1 > "$c"; ln -s "$c" "$a"; ln "$c" "$b"', outputs) },
    { a: "${{ s.a }}", b: "${{ s.b }}", c: "${{ s.c }}" }
  )
  assert.deepStrictEqual(results, { "a.txt": "1\n", "b.txt": "1\n", "c.txt": "1\n" })
})

it("what a script leaves running ends with it", async () => {
  await succeed({ a: step(rig, "a", '(sleep 60; echo late) & echo 1 > "$out"') }, {})
  assert.deepStrictEqual(rig.processes(), [])
})

it("what has left the script's process group ends with the run, however that ends", async () => {
  await succeed({ a: step(rig, "a", 'setsid sleep 61 & sleep 0.3; echo 1 > "$out"') }, {})
  assert.deepStrictEqual(rig.processes(), [])
  rig.write("slow.yaml", workflow({ b: step(rig, "b", "setsid sleep 61 & sleep 62") }))
  const slow = rig.start(["run", "slow.yaml"])
  const sleeping = () => rig.processes().filter(({ command }) => command.startsWith("sleep 6")).length === 2
  await until("both sleep", sleeping)
  while (slow.child.exitCode === null && slow.child.kill("SIGINT")) await pause(20)
  await until("nothing runs", () => rig.processes().length === 0)
})

describe("a program that a script has started and not waited for", () => {
  it.each([
    ["in its process group", `bash -c 'exec 3>> "$out"; sleep 1; echo late >&3' & sleep 0.3; echo 1 > "$out"`],
    ["outside of it", `setsid bash -c 'exec 3>> "$out"; sleep 1; echo late >&3' & sleep 0.3; echo 1 > "$out"`]
  ])("%s, and that writes an output, fails the task", async (_, script) => {
    const { code, stdout } = await run({ a: step(rig, "a", script) }, { a: "${{ a.out }}" })
    assert.strictEqual(code, 1, stdout)
    assert.match(stdout, /was still writing its output 'out\.txt': bash -c .*\n +hint: wait for it/u)
    assert.deepStrictEqual(rig.processes(), [])
    assert.deepStrictEqual(rig.state("work"), [])
  })

  it("writes nothing more into it, and the log says that it was ended", async () => {
    const late = `setsid bash -c 'sleep 1; echo late >> "$out"' & sleep 0.3; echo 1 > "$out"`
    const stages = { a: step(rig, "a", late), b: step(rig, "b", 'sleep 2; echo 2 > "$out"') }
    const results = await succeed(stages, { a: "${{ a.out }}", b: "${{ b.out }}" })
    assert.deepStrictEqual(results, { "a.txt": "1\n", "b.txt": "2\n" })
    assert.match(
      readFileSync(rig.latest("logs/a.stderr.log"), "utf8"),
      /ended what the script had left running: bash -c/u
    )
  })
})

describe("a list", () => {
  const names = Array.from(
    { length: 1500 },
    (_, at) => `./a_file_with_a_rather_long_name_${String(at).padStart(5, "0")}.txt`
  )
  beforeEach(() => names.forEach((name, at) => rig.write(name, `${at}\n`)))

  it("is a variable with its paths, and a file that holds them", async () => {
    const some = names.slice(0, 700)
    const script = 'diff <(cat $xs) <(xargs cat < "$xs_list") && wc -l < "$xs_list" > "$out"'
    await succeed({ a: step(rig, "a", script, { inputs: { xs: some } }) }, { n: "${{ a.out }}" })
    assert.deepStrictEqual(rig.results(), { "n.txt": "700\n" })
  })

  it("that is too long for a variable is the file alone, which a failed task's folder keeps", async () => {
    const many = { inputs: { xs: names } }
    const sum = `xargs cat < "$xs_list" | awk '{ s += $1 } END { print s }' > "$out"`
    await succeed({ a: step(rig, "a", sum, many) }, { n: "${{ a.out }}" })
    assert.deepStrictEqual(rig.results(), { "n.txt": `${(1499 * 1500) / 2}\n` })
    const { code, stdout } = await run({ a: step(rig, "a", `${sum}; wc -l <<< "$xs"`, many) })
    assert.strictEqual(code, 1)
    assert.match(
      stdout,
      /hint: the paths of 'xs' are more than a variable holds: they stand, one a line, in the file "\$xs_list"/u
    )
    const kept = readFileSync(rig.latest("logs/failed/a/inputs/xs.list"), "utf8").trimEnd().split("\n")
    assert.strictEqual(readFileSync(kept[3]!, "utf8"), "3\n")
  })

  it("leaves a name that is declared to what declares it", async () => {
    const options = { inputs: { xs: names.slice(0, 2) }, env: { xs_list: "mine" } }
    await succeed({ a: step(rig, "a", 'echo "$xs_list" > "$out"', options) }, { n: "${{ a.out }}" })
    assert.deepStrictEqual(rig.results(), { "n.txt": "mine\n" })
  })
})

it("variables that are too long together are refused with what to do", async () => {
  const env = Object.fromEntries(Array.from({ length: 80 }, (_, at) => [`v${at}`, "x".repeat(100_000)]))
  const { code, stdout } = await run({ a: step(rig, "a", 'echo 1 > "$out"', { env }) })
  assert.strictEqual(code, 1)
  assert.match(stdout, /cannot start bash: .*E2BIG\n +hint: all its variables together are longer/u)
})

describe("a script that fails", () => {
  const fail = async (script: string, options = {}) => {
    const finished = await run({ a: step(rig, "a", script, options) })
    assert.strictEqual(finished.code, 1, finished.stdout + finished.stderr)
    assert.notMatch(finished.stdout + finished.stderr, /\n\s+at /u)
    return finished.stdout
  }

  it("shows its exit code, the last lines of its log and its folder, which is kept", async () => {
    const stdout = await fail("for i in $(seq 40); do echo line $i; done; echo it broke >&2; exit 7")
    assert.match(stdout, /✗ a +failed after [\d.]+ s\n +the script ended with exit code 7\n/u)
    const log = /last lines of its log:\n([^]*)\n +its folder: (.*)\n/u.exec(stdout)!
    assert.deepStrictEqual(
      log[1]!.split("\n").map((line) => line.trim()),
      [...Array.from({ length: 10 }, (_, at) => `line ${31 + at}`), "it broke"]
    )
    assert.strictEqual(readFileSync(`${log[2]}/stdout.log`, "utf8").split("\n").length, 41)
    assert.match(stdout, /\nfailed in /u)
    assert.strictEqual(rig.trace()["a"]!["status"], "failed")
  })

  it("ends at a command that fails in its middle, or within a pipe, or at a variable that is not set", async () => {
    assert.match(await fail('false; true > "$out"'), /ended with exit code 1 at line 2: false; true > "\$out"\n/u)
    assert.match(
      await fail('true\nfalse | cat > "$out"'),
      /exit code 1 at line 3, in the first command of the pipe: false \| cat > "\$out"\n/u
    )
    const unset = await fail('echo "$nowhere" > "$out"')
    assert.match(
      unset,
      /ended with exit code 1\n +hint: 'nowhere' is no input, output or env of the stage: these are out/u
    )
    assert.match(unset, /nowhere: unbound variable/u)
    // What a script lets pass is not what ended it.
    assert.match(await fail("set +e; false; true; exit 1"), /ended with exit code 1\n/u)
  })

  it("says what can be done about the failures that one meets most", async () => {
    assert.match(
      await fail('nosuchprogram > "$out"'),
      /exit code 127 at line 2: .*\n +hint: 'nosuchprogram' is not installed here[^]*nosuchprogram: command not found/u
    )
    assert.match(
      await fail('echo x | grep y | cat > "$out"'),
      /second command of the pipe: .*\n +hint: grep ends with 1 when/u
    )
    assert.match(
      await fail('seq 100000 | head -n 1 > "$out"'),
      /exit code 141 .*\n +hint: a command was still writing/u
    )
    assert.match(
      await fail('cat table.tsv > "$out"'),
      /\n +hint: a script works in a folder of its own, with the files that its 'inputs' name/u
    )
    assert.match(
      await fail("cp /dev/null result.txt"),
      /did not write its output 'out'; it left 'result.txt' in its working folder\n/u
    )
    const table = { outputs: { out: { table: { chrom: "string", pos: "integer" } } as never } }
    assert.match(
      await fail(`echo chrom,pos > "$out"`, table),
      /missing columns 'chrom', 'pos'\n +hint: the table has one column, 'chrom,pos': its fields may be separated by/u
    )
  })

  it("names an output that it did not write, and one that it should not have", async () => {
    assert.match(
      await fail("true"),
      /the script did not write its output 'out'\n +hint: write it to "\$out" \(.*out\.txt\)/u
    )
    const extra = await fail('echo 1 > "$out"; echo 2 > "$(dirname "$out")/more.txt"')
    assert.match(extra, /the script wrote 'more\.txt', which is not declared\n +hint: declare it under 'outputs'/u)
    assert.match(
      await fail('mkdir "$out"'),
      /output 'out' is a folder, where one file is kept\n +hint: pack it: tar -cf "\$out" -C FOLDER \./u
    )
  })

  it("names an output that is no file, and what stands beside one without being its index", async () => {
    assert.match(await fail('ln -s /nowhere "$out"'), /output 'out' is a link that leads to nothing/u)
    assert.match(await fail('ln -s "$out" "$out"'), /output 'out' is a link that leads to nothing/u)
    assert.match(await fail('ln -s . "$out"'), /output 'out' is a folder, where one file is kept/u)
    assert.match(await fail('mkfifo "$out"'), /output 'out' is no file, but a pipe or a device/u)
    assert.match(await fail('rm -r "${out%/*}"'), /the script did not write its output 'out'/u)
    assert.match(
      await fail('echo 1 > "$out"; echo 2 > "$out.backup"'),
      /the script wrote 'out.txt.backup', which is not declared/u
    )
  })

  it("does not steer the terminal, nor fill the screen, by what it prints", async () => {
    const script = String.raw`printf '\033[31m 1%%\r 99%%\n\000\033]0;title\007x\n'; head -c 3000 /dev/zero | tr '\0' y; exit 3`
    const stdout = await fail(script)
    assert.match(stdout, /last lines of its log:\n +99%\n +\ufffdx\n +y{500}\.\.\. \(\d+ characters\)\n/u)
    const { stdout: live } = await rig.agflow(["run", "flow.yaml", "-v"])
    assert.match(live, /a \| +99%\n +a \| \ufffdx\n +a \| y{500}\.\.\. /u)
    // oxlint-disable-next-line no-control-regex
    assert.notMatch(live + stdout, /[\0\x07\x1b\r]/u)
    const { stdout: whole } = await rig.agflow(["logs", "a"])
    assert.include(whole, "\x1b[31m 1%\r 99%\n\0", "as it is")
  })

  it("tells the signal that ended it", async () => {
    assert.match(await fail("kill -KILL $$"), /was killed \(SIGKILL\) [^]*hint: it may have run out of memory/u)
    assert.match(await fail("kill -SEGV $$"), /was killed \(SIGSEGV\) [^]*hint: a program in it crashed/u)
    assert.match(await fail("kill -HUP $$"), /was killed \(SIGHUP\) before it could say how it ended\n +its folder/u)
  })

  it("runs again the next time, without a manual step", async () => {
    const script = `[ -e ${JSON.stringify(rig.path("ready"))} ] && echo 1 > "$out"`
    await fail(script)
    rig.write("ready", "")
    const { code } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0)
    assert.deepStrictEqual(rig.executed(), ["a", "a"])
  })
})

describe("an input that changes while the task runs", () => {
  it("is no input of a result that is kept: the script's own doing", async () => {
    const path = rig.write("x.txt", "precious\n")
    const { code, stdout } = await run({
      a: step(rig, "a", 'echo new > "$x"; echo 1 > "$out"', { inputs: { x: "./x.txt" } })
    })
    assert.strictEqual(code, 1)
    assert.include(stdout, `${path}: input 'x' changed while the task ran: the result is not kept`)
    assert.match(stdout, /hint: .* a script writes to its outputs, never to an input/u)
    assert.strictEqual(rig.keys().size, 0)
  })

  it("nor somebody else's", async () => {
    rig.write("x.txt", "before\n")
    const env = { go: rig.path("go") }
    const script = 'until [ -e "$go" ]; do sleep 0.05; done; cat "$x" > "$out"'
    rig.write(
      "flow.yaml",
      workflow({ a: step(rig, "a", script, { inputs: { x: "./x.txt" }, env }) }, { outputs: { out: "${{ a.out }}" } })
    )
    const first = rig.start(["run", "flow.yaml"])
    await until("the script runs", () => rig.read("executed.log") !== "")
    rig.write("x.txt", "after\n")
    rig.write("go", "")
    assert.strictEqual((await first.ended).code, 1)
    rig.write("x.txt", "before\n")
    // Had the result been kept, it would be found now.
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
    assert.deepStrictEqual(rig.results(), { "out.txt": "before\n" })
  })

  describe("and is put back before its end", () => {
    const cases: ReadonlyArray<readonly [what: string, change: () => void, back: () => void]> = [
      ["in place", () => rig.write("x.txt", "other\n"), () => rig.write("x.txt", "before\n")],
      [
        "by another file of its name",
        () => renameSync(rig.write("y.txt", "other\n"), rig.path("x.txt")),
        () => renameSync(rig.write("y.txt", "before\n"), rig.path("x.txt"))
      ],
      ["by a link that leads elsewhere meanwhile", () => link("other"), () => link("first")]
    ]
    const link = (to: string) => {
      symlinkSync(rig.path(to), rig.path("draft"))
      renameSync(rig.path("draft"), rig.path("data"))
    }
    it.each(cases)("%s", async (what, change, back) => {
      rig.write("x.txt", "before\n")
      rig.write("first/x.txt", "before\n")
      rig.write("other/x.txt", "other\n")
      link("first")
      const x = what.includes("link") ? "./data/x.txt" : "./x.txt"
      const env = { go: rig.path("go"), end: rig.path("end") }
      const wait = (name: string) => `until [ -e "$${name}" ]; do sleep 0.05; done`
      const script = `${wait("go")}; cat $xs > "$out"; echo read >> "$executed"; ${wait("end")}`
      const inputs = { xs: [x, "./y0.txt"] }
      rig.write("y0.txt", "0\n")
      const flow = workflow({ a: step(rig, "a", script, { inputs, env }) }, { outputs: { out: "${{ a.out }}" } })
      rig.write("flow.yaml", flow)
      const first = rig.start(["run", "flow.yaml"])
      await until("the script runs", () => rig.read("executed.log") !== "")
      change()
      rig.write("go", "")
      await until("it has read", () => rig.read("executed.log").includes("read"))
      back()
      rig.write("end", "")
      const { code, stdout } = await first.ended
      assert.strictEqual(code, 1, stdout)
      assert.include(stdout, "input 'xs' changed while the task ran: the result is not kept")
      assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
      assert.deepStrictEqual(rig.results(), { "out.txt": "before\n0\n" })
    })
  })
})

it("an output that calls itself a table and is none does not spoil the run", async () => {
  const { code, stdout, stderr } = await run(
    { a: step(rig, "a", `printf 'x\\ty\\n1\\n' > "$out"`, { outputs: { out: "tsv" } }) },
    { out: "${{ a.out }}" }
  )
  assert.strictEqual(code, 0, stdout + stderr)
  assert.notMatch(stdout + stderr, /\n\s+at |agflow broke/u)
})
