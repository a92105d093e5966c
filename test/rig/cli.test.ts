/** The command line: what it prints, and the codes it ends with. */
import { spawnSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import packageJson from "../../package.json" with { type: "json" }
import { binary, Rig, step, workflow, type Finished } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const clean = ({ stdout, stderr }: Finished) => {
  const text = stdout + stderr
  assert.notMatch(text, /\n\s+at |agflow broke|node:internal|UnhandledPromise/u, "no stack trace")
  assert.notInclude(text, "\x1b", "no escape codes")
}

const agflow = async (code: number, ...args: ReadonlyArray<string>) => {
  const finished = await rig.agflow(args)
  assert.strictEqual(finished.code, code, `${args.join(" ")}\n${finished.stdout}${finished.stderr}`)
  clean(finished)
  return finished
}

describe("without a workflow", () => {
  it("tells its version, and how it is used", async () => {
    assert.strictEqual((await agflow(0, "--version")).stdout.trim(), `agflow v${packageJson.version}`)
    const { stdout } = await agflow(0, "--help")
    for (const command of ["run", "check", "plan", "stages"]) assert.match(stdout, new RegExp(`\\n +${command} `, "u"))
    const { stdout: help } = await agflow(0, "run", "--help")
    for (const flag of ["--profile", "--param ", "--params-file", "--mirror", "--device"]) assert.include(help, flag)
  })

  it("says what is wrong with a command or flag that it does not know, with code 2", async () => {
    const command = await agflow(2, "rnu")
    assert.match(command.stdout + command.stderr, /rnu/u)
    const flag = await agflow(2, "run", "flow.yaml", "--parm", "n=1")
    assert.match(flag.stdout + flag.stderr, /--parm/u)
    const none = await agflow(2, "run")
    assert.strictEqual(
      none.stderr,
      "error: Missing required argument: workflow\n  usage: agflow run [flags] <workflow>\n  hint: agflow run --help says more\n"
    )
    assert.match((await agflow(2, "flow.yaml")).stderr, /\n {2}hint: agflow run flow\.yaml\n$/u)
    rig.write("flow.yaml", "")
    assert.match((await agflow(2, "check", "flwo.yaml")).stderr, /did you mean 'flow\.yaml'\?/u)
  })

  it("lists the stages and shows one", async () => {
    const { stdout } = await agflow(0, "stages")
    assert.match(stdout, /^build-windows +\S/mu)
    assert.match((await agflow(0, "stages", "build-windows")).stdout, /build-windows/u)
    assert.match((await agflow(2, "stages", "build-window")).stderr, /did you mean 'build-windows'\?/u)
  })
})

describe("a workflow file that is none", () => {
  it("is named, with what to do", async () => {
    for (const command of ["run", "check", "plan"]) {
      assert.match((await agflow(2, command, "nowhere.yaml")).stderr, /^error: nowhere\.yaml: cannot read this file\n/u)
    }
    mkdirSync(rig.path("folder"))
    assert.match((await agflow(2, "check", "folder")).stderr, /^error: folder: cannot read this file/u)
  })

  it.each([
    ["nothing", ""],
    ["a list", "- 1\n"],
    ["a word", "hello\n"],
    ["half a mapping", "agflow: 1\nname: [\n"],
    ["bytes", "\0\x01\x02"],
    ["no stages", "agflow: 1\nname: x\n"],
    ["stages that are a list", "agflow: 1\nname: x\nstages: []\n"],
    ["a stage that is a word", "agflow: 1\nname: x\nstages: { a: b }\n"],
    ["params that are a list", "agflow: 1\nname: x\nparams: [1]\nstages: { a: { run: 'x', outputs: { o: text } } }\n"],
    ["another version", "agflow: 2\nname: x\nstages: { a: { run: 'x', outputs: { o: text } } }\n"],
    ["an alias of itself", "agflow: 1\nname: x\nstages: &s { a: *s }\n"]
  ])("%s", async (_, text) => {
    rig.write("flow.yaml", text)
    const { stderr, stdout } = await agflow(2, "run", "flow.yaml")
    assert.match(stderr, /^flow\.yaml:\d+:\d+ error: .+\n +\d+ \| [^]*faults?: nothing was run\n$/u)
    assert.strictEqual(stdout, "")
    assert.deepStrictEqual(rig.state("."), [], "nothing is written")
  })
})

describe("params", () => {
  const setUp = () => {
    rig.write(
      "flow.yaml",
      workflow(
        {
          a: step(rig, "a", 'echo "$n $word $flag" > "$out"', {
            env: { n: "${{ params.n }}", word: "${{ params.word }}", flag: "${{ params.flag }}" }
          })
        },
        {
          params: {
            n: { type: "integer", default: 1, min: 0 },
            word: { type: "string", default: "default" },
            flag: { type: "boolean", default: false }
          },
          outputs: { out: "${{ a.out }}" },
          profiles: {
            one: { params: { n: 10, word: "one" } },
            two: { params: { n: 20 } },
            later: { unavailable: "it needs a cluster" }
          }
        }
      )
    )
    rig.write("values.yaml", "n: 100\n")
    rig.write("values.json", '{"word": "json", "flag": true}')
  }
  const said = async (...args: ReadonlyArray<string>) => {
    await agflow(0, "run", "flow.yaml", ...args)
    return rig.results()["out.txt"]!.trim()
  }

  it("come from the default, the profiles in turn, the file and the flags, the later ones winning", async () => {
    setUp()
    assert.strictEqual(await said(), "1 default false")
    assert.strictEqual(await said("--profile", "one"), "10 one false")
    assert.strictEqual(await said("--profile", "one,two"), "20 one false")
    assert.strictEqual(await said("--profile", "two", "--profile", "one"), "10 one false")
    assert.strictEqual(await said("--profile", "one", "--params-file", "values.yaml"), "100 one false")
    assert.strictEqual(await said("--params-file", "values.json", "--param", "n=5"), "5 json true")
    assert.strictEqual(
      await said(
        "--profile",
        "one",
        "--params-file",
        "values.yaml",
        "--param",
        "n=7",
        "--param",
        "n=8",
        "--param",
        "word=a=b"
      ),
      "8 a=b false"
    )
  })

  it("that are wrong are shown where they were written, all at once", async () => {
    setUp()
    const { stderr } = await agflow(
      2,
      "run",
      "flow.yaml",
      "--param",
      "wrod=x",
      "--param",
      "n=many",
      "--param",
      "flag=yes"
    )
    assert.match(
      stderr,
      /--param:1:1 error: the workflow has no param 'wrod'\n +1 \| wrod=x\n +\| \^{4}\n +hint: did you mean 'word'\?/u
    )
    assert.match(stderr, /--param:1:3 error: param 'n': expected integer, got many/u)
    assert.match(stderr, /--param:1:6 error: param 'flag': expected boolean, got yes/u)
    assert.match(stderr, /3 faults: nothing was run/u)
    assert.match((await agflow(2, "run", "flow.yaml", "--param", "n=-1")).stderr, /expected at least 0, got -1/u)
    assert.match((await agflow(2, "run", "flow.yaml", "--param", "n")).stderr, /--param/u)
    assert.match(
      (await agflow(2, "run", "flow.yaml", "--profile", "oen")).stderr,
      /no profile 'oen'[^]*did you mean 'one'\?/u
    )
    assert.match(
      (await agflow(2, "run", "flow.yaml", "--profile", "later")).stderr,
      /cannot run in this version[^]*it needs a cluster/u
    )
    assert.match((await agflow(2, "run", "flow.yaml", "--params-file", "none.yaml")).stderr, /none\.yaml/u)
  })

  it.each([
    ["a list", "- 1\n"],
    ["a word", "hello\n"],
    ["broken", "n: [\n"],
    ["an unknown name", "m: 1\n"],
    ["a wrong type", "n: x\n"]
  ])("a params file that is %s", async (_, text) => {
    setUp()
    rig.write("bad.yaml", text)
    assert.match(
      (await agflow(2, "check", "flow.yaml", "--params-file", "bad.yaml")).stderr,
      /bad\.yaml:\d+:\d+ error: /u
    )
  })

  it("a params file that is empty changes nothing", async () => {
    setUp()
    rig.write("empty.yaml", "")
    assert.strictEqual(await said("--params-file", "empty.yaml"), "1 default false")
  })
})

describe("check and plan", () => {
  const setUp = (script = 'cat "$a" > "$out"') =>
    rig.write(
      "flow.yaml",
      workflow({
        a: step(rig, "a", 'echo 1 > "$out"'),
        b: step(rig, "b", script, { inputs: { a: "${{ a.out }}" } }),
        c: step(rig, "c", 'cat "$b" > "$out"', { inputs: { b: "${{ b.out }}" } })
      })
    )

  it("check prints one line", async () => {
    setUp()
    assert.strictEqual(
      (await agflow(0, "check", "flow.yaml")).stdout,
      "flow.yaml: 'rig' is sound: 3 stages, 0 outputs\n"
    )
    assert.deepStrictEqual(rig.state("."), [], "nothing is written")
  })

  it("plan says what is cached, what would run and why, and what cannot be known yet", async () => {
    setUp()
    assert.strictEqual(
      (await agflow(0, "plan", "flow.yaml")).stdout,
      "  a  to run   not run before\n" +
        "  b  unknown  depends on what 'a' gives\n" +
        "  c  unknown  depends on what 'b' gives\n" +
        "0 cached, 1 to run, 2 unknown until these end\n"
    )
    assert.deepStrictEqual(rig.executed(), [])
    await agflow(0, "run", "flow.yaml")
    rig.executed()
    setUp('cat "$a"  > "$out"')
    assert.match(
      (await agflow(0, "plan", "flow.yaml")).stdout,
      new RegExp(
        "^  a  cached   nothing that it depends on has changed\n" +
          "  b  to run   script changed\n" +
          "  c  unknown  depends on what 'b' gives .about [\\d.]+ s, \\d+ B.\n" +
          "1 cached, 1 to run, 1 unknown until these end\n" +
          "about [\\d.]+ s, \\d+ B at most, going by earlier tasks of the same stages, without 'b'\n$",
        "u"
      )
    )
    assert.deepStrictEqual(rig.executed(), [])
  })
})

const util = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? ""

it.skipIf(!util.includes("util-linux"))(
  "on a terminal there are colours and a line for what runs (needs util-linux's script)",
  () => {
    rig.write("flow.yaml", workflow({ slow: step(rig, "slow", 'sleep 0.3; echo 1 > "$out"') }))
    const onTerminal = (env: Readonly<Record<string, string>>) =>
      spawnSync("script", ["-qec", '"$NODE" "$BINARY" run flow.yaml', "/dev/null"], {
        cwd: rig.folder,
        env: {
          PATH: process.env["PATH"]!,
          HOME: rig.folder,
          NODE: process.execPath,
          BINARY: binary,
          TERM: "xterm",
          ...env
        },
        encoding: "utf8"
      }).stdout
    const shown = onTerminal({ AGFLOW_HOME: rig.home })
    assert.include(shown, "\x1b[32m✓\x1b[0m slow")
    assert.match(shown, /running: slow/u)
    const plain = onTerminal({ AGFLOW_HOME: rig.path("other"), NO_COLOR: "1" })
    assert.match(plain, /✓ slow/u)
    assert.notInclude(plain, "\x1b")
  }
)

it("a reader that goes away ends the program without a complaint of its own", () => {
  const env = {
    PATH: process.env["PATH"]!,
    HOME: rig.folder,
    AGFLOW_HOME: rig.home,
    NODE: process.execPath,
    BINARY: binary
  }
  for (const command of ["stages", "run flow.yaml"]) {
    rig.write(
      "flow.yaml",
      workflow({ a: step(rig, "a", 'sleep 0.3; echo 1 > "$out"'), b: step(rig, "b", 'echo 2 > "$out"') })
    )
    const { stderr } = spawnSync("bash", ["-c", `"$NODE" "$BINARY" ${command} | head -c 5 > /dev/null`], {
      cwd: rig.folder,
      env,
      encoding: "utf8"
    })
    assert.strictEqual(stderr, "", command)
  }
})
