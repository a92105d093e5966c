/**
 * Scripts in containers, with each engine that is installed and runs here. The image is made of nothing but bash and
 * busybox, and comes from a registry on the loopback.
 */
import { execFile } from "node:child_process"
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { afterAll, afterEach, assert, beforeEach, describe, it } from "vitest"
import { engines, type Engine } from "../../src/executor/Container.ts"
import { Registry } from "../support/registry.ts"
import { pause, Rig, step, until, workflow, type StartOptions } from "../support/rig.ts"
import { temporaryFolder } from "../support/stage.ts"

const folder = temporaryFolder()
const registry = await Registry.start()
const image = `${registry.host}/agflow-rig`

/** The files of an image, which tells its name by `/name`. */
const layer = (name: string): string => {
  const root = join(folder, name)
  for (const path of ["bin", "etc", "proc", "sys", "dev", "tmp"]) mkdirSync(join(root, path), { recursive: true })
  copyFileSync("/bin/bash-static", join(root, "bin/bash"))
  copyFileSync("/bin/busybox", join(root, "bin/busybox"))
  for (const applet of ["cat", "sleep", "id", "ls", "grep"])
    linkSync(join(root, "bin/busybox"), join(root, "bin", applet))
  chmodSync(join(root, "tmp"), 0o1777)
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/bash\n")
  writeFileSync(join(root, "etc/group"), "root:x:0:\n")
  writeFileSync(join(root, "name"), `${name}\n`)
  return root
}

const config = join(folder, "containers.conf")
const registries = join(folder, "registries.conf")
// What works also where there is no systemd.
writeFileSync(
  config,
  '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\n[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'
)
writeFileSync(registries, `[[registry]]\nlocation = "${registry.host}"\ninsecure = true\n`)
/** What the engines are to know of this machine, and of a registry without encryption. */
const env: Readonly<Record<string, string>> = {
  CONTAINERS_CONF: config,
  CONTAINERS_REGISTRIES_CONF: registries,
  APPTAINER_NOHTTPS: "true",
  // Where they keep their images, and where their daemon is.
  ...Object.fromEntries(
    ["HOME", "XDG_RUNTIME_DIR", "CONTAINERS_STORAGE_CONF", "DOCKER_HOST"].flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name]]]
    )
  )
}

/** Not in step: the registry is to answer meanwhile. */
const call = (engine: Engine, ...args: ReadonlyArray<string>) =>
  new Promise<{ readonly failed: string | undefined; readonly stdout: string }>((done) => {
    execFile(engine, args, { env: { ...process.env, ...env } }, (failed, stdout, stderr) =>
      done({ failed: failed === null ? undefined : (stderr.trim().split("\n").at(-1) ?? failed.message), stdout })
    )
  })

const lacking = ["/bin/busybox", "/bin/bash-static"].find((file) => !existsSync(file))
const digest = lacking === undefined ? registry.tag("agflow-rig", "1", layer("first")) : ""

/** Why there is nothing to test with; undefined where there is. */
const missing = async (engine: Engine): Promise<string | undefined> => {
  if (lacking !== undefined) return `there is no ${lacking}`
  const { failed } = await call(engine, "version")
  if (failed !== undefined) return `${engine} does not run: ${failed}`
  const file = join(folder, "first.sif")
  const pulled =
    engine === "apptainer"
      ? await call(engine, "pull", "--disable-cache", file, `docker://${image}:1`)
      : await call(engine, "pull", "--quiet", `${image}:1`)
  if (pulled.failed !== undefined) return `${engine} cannot fetch: ${pulled.failed}`
  const ran =
    engine === "apptainer"
      ? await call(engine, "exec", "--containall", "--net", "--network", "none", file, "bash", "-c", "true")
      : await call(engine, "run", "--rm", "--network", "none", "--entrypoint", "bash", `${image}:1`, "-c", "true")
  return ran.failed === undefined ? undefined : `${engine} cannot run: ${ran.failed}`
}

const reasons = new Map<Engine, string | undefined>()
for (const engine of engines) reasons.set(engine, await missing(engine))

/** Of a docker of one's own, one is root inside. */
const rootless = (await call("docker", "info", "--format", "{{.SecurityOptions}}")).stdout.includes("name=rootless")

afterAll(async () => {
  for (const engine of ["docker", "podman"] as const) {
    if (reasons.get(engine) !== undefined) continue
    const { stdout } = await call(engine, "images", "--quiet", image)
    for (const id of new Set(stdout.split("\n").filter((each) => each !== ""))) await call(engine, "rmi", "--force", id)
  }
  registry.stop()
  rmSync(folder, { recursive: true, force: true })
})

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const contained = (script: string, more: object = {}) => ({
  run: script,
  outputs: { out: "text" },
  container: `docker://${image}:1`,
  ...more
})

/** A program of this name that is found first, and fails. */
const refusing = (name: string): string => {
  const bin = rig.path("refusing")
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, name), "#!/bin/sh\necho 'Client: 1.0'\necho 'is the daemon running?' >&2\nexit 1\n")
  chmodSync(join(bin, name), 0o755)
  return bin
}

for (const engine of engines) {
  const why = reasons.get(engine)
  describe.skipIf(why !== undefined)(
    `a script in a container of ${engine}${why === undefined ? "" : ` (skipped: ${why})`}`,
    () => {
      const inside = engine === "docker" && rootless ? 0 : process.getuid!()
      const run = (file: string, options: StartOptions = {}) =>
        rig.agflow(["run", file, "--container-engine", engine], { ...options, env: { ...env, ...options.env } })

      const contains = async (): Promise<string> =>
        engine === "apptainer"
          ? ""
          : (await call(engine, "ps", "--all", "--filter", "name=agflow-", "--format", "{{.Names}}")).stdout.trim()
      const sleeping = () => rig.processes().some(({ command }) => command.startsWith("sleep 300"))

      it("reads its inputs, writes its outputs, and reaches nothing else", async () => {
        const cwd = rig.path("my work")
        const input = rig.write("my work/my data, of 'today'.txt".replace(",", ""), "data\n")
        const secret = rig.write("secret.txt", "secret\n")
        const word = `two  words, it's "x" $(id) \`id\` $HOME \\ *\n second = line`
        const script = [
          "set +e",
          'cat "$data" > "$out"',
          '( echo x >> "$data" ) 2>/dev/null && echo written >> "$out"',
          '[ -e "$secret" ] && echo seen >> "$out"',
          'grep -c : /proc/net/dev >> "$out"',
          'printf "%s|" "$word" "$empty" >> "$out"',
          'echo "${http_proxy-} ${LEAK-}" >> "$out"',
          'id -u >> "$out"',
          'echo x > "$HOME/x" && echo x > "$TMPDIR/x" && echo x > /tmp/x || echo no room >> "$out"'
        ].join("\n")
        const more = {
          inputs: { data: "./my data of 'today'.txt" },
          env: { secret, word, empty: "" }
        }
        rig.write("my work/flow.yaml", workflow({ a: contained(script, more) }, { outputs: { a: "${{ a.out }}" } }))
        const options = {
          cwd,
          env: {
            AGFLOW_HOME: join(cwd, "state"),
            http_proxy: "http://127.0.0.1:9",
            APPTAINERENV_LEAK: "leaked",
            SINGULARITYENV_LEAK: "leaked"
          }
        }
        const { code, stdout, stderr } = await run("flow.yaml", options)
        assert.strictEqual(code, 0, stdout + stderr)
        const result = join(cwd, "state/runs/latest/results/a.txt")
        assert.strictEqual(readFileSync(result, "utf8"), `data\n1\n${word}|| \n${inside}\n`)
        assert.strictEqual(statSync(realpathSync(result)).uid, process.getuid!())
        assert.strictEqual(readFileSync(input, "utf8"), "data\n")
        assert.match((await run("flow.yaml", options)).stdout, /= a +cached/u)
        const planned = await rig.agflow(["plan", "flow.yaml", "--container-engine", engine], {
          cwd,
          env: { ...env, ...options.env }
        })
        assert.match(planned.stdout, / a +cached/u)
      })

      it("has a network when it asks for one", async ({ skip }) => {
        if (engine !== "apptainer") {
          const { failed } = await call(engine, "run", "--rm", "--entrypoint", "bash", `${image}:1`, "-c", "true")
          skip(failed !== undefined, `${engine} gives no network here: ${failed}`)
        }
        rig.write(
          "flow.yaml",
          workflow(
            { a: contained('cat /proc/net/dev > "$out"', { network: true }) },
            { outputs: { a: "${{ a.out }}" } }
          )
        )
        const { code, stdout } = await run("flow.yaml")
        assert.strictEqual(code, 0, stdout)
        assert.match(rig.results()["a.txt"]!, /^ *(?!lo:)\w+:/mu)
      })

      it("is told by its exit code, and apart from an engine that did not start it", async () => {
        rig.write("flow.yaml", workflow({ a: contained("trap : EXIT; echo no; exit 125") }))
        const failed = await run("flow.yaml", { env: { SECRET_OF_MINE: "hidden" } })
        assert.strictEqual(failed.code, 1)
        assert.match(failed.stdout, /the script ended with exit code 125[^]*\n +no\n/u)
        // What can be run again tells nobody what surrounded it.
        const kept = readFileSync(rig.latest("logs/failed/a/run.sh"), "utf8")
        assert.include(kept, engine)
        assert.notInclude(kept, "hidden")
        const bare = join(folder, "bare")
        mkdirSync(join(bare, "bin"), { recursive: true })
        copyFileSync("/bin/busybox", join(bare, "bin/sh"))
        registry.tag("agflow-rig", "bare", bare)
        rig.write("bare.yaml", workflow({ a: contained("true", { container: `${image}:bare` }) }))
        assert.match(
          (await run("bare.yaml")).stdout,
          new RegExp(
            `${engine} did not start the script: it ended with exit code \\d+\n +hint: the image must have bash`,
            "u"
          )
        )
      })

      it("is known by what its image holds, wherever its tag points", async () => {
        const moving = `${image}:moving`
        registry.tag("agflow-rig", "moving", join(folder, "first"))
        const stage = contained('cat /name > "$out"', { container: `docker://${moving}` })
        rig.write("flow.yaml", workflow({ a: stage }, { outputs: { a: "${{ a.out }}" } }))
        assert.match((await rig.agflow(["plan", "flow.yaml", "--container-engine", engine], { env })).stdout, /to run/u)
        assert.strictEqual((await run("flow.yaml")).code, 0)
        assert.strictEqual(rig.results()["a.txt"], "first\n")
        registry.tag(
          "agflow-rig",
          "moving",
          existsSync(join(folder, "second")) ? join(folder, "second") : layer("second")
        )
        // Here, the tag points where it did until somebody fetches it.
        assert.match((await run("flow.yaml")).stdout, /= a +cached/u)
        if (engine === "apptainer") rmSync(join(rig.home, "images"), { recursive: true })
        else assert.isUndefined((await call(engine, "pull", "--quiet", moving)).failed)
        assert.match((await run("flow.yaml")).stdout, /> a +container sha256:[0-9a-f]+\S* -> sha256:/u)
        assert.strictEqual(rig.results()["a.txt"], "second\n")
        const { container: _, ...bare } = stage
        rig.write("bare.yaml", workflow({ a: { ...bare, run: 'echo 1 > "$out"' } }))
        assert.match((await run("bare.yaml")).stdout, /container sha256:[0-9a-f]+\S* -> none/u)
        const pinned = contained('cat /name > "$out"', { container: `${image}@${digest}` })
        rig.write("pinned.yaml", workflow({ a: pinned }, { outputs: { a: "${{ a.out }}" } }))
        const { code, stdout } = await run("pinned.yaml")
        assert.strictEqual(code, 0, stdout)
        assert.strictEqual(rig.results()["a.txt"], "first\n")
      })

      it("cannot be of an image that is nowhere", async () => {
        rig.write("flow.yaml", workflow({ a: contained("true", { container: `${image}:none` }) }))
        const { code, stdout } = await run("flow.yaml")
        assert.strictEqual(code, 1)
        assert.match(stdout, new RegExp(`${engine} has no image '${image}:none', and cannot fetch it: \\S`, "u"))
        assert.match(stdout, /hint: look at its name/u)
        assert.deepStrictEqual(rig.state("work"), [])
      })

      it("ends with the run, however that ends", async () => {
        rig.write("flow.yaml", workflow({ a: contained("sleep 300") }))
        const args = ["run", "flow.yaml", "--container-engine", engine]
        const stopped = rig.start(args, { env })
        await until("it runs", sleeping)
        stopped.child.kill("SIGINT")
        assert.strictEqual((await stopped.ended).code, 130)
        assert.deepStrictEqual([await contains(), rig.processes()], ["", []])
        rig.write("slow.yaml", workflow({ a: contained("sleep 300", { resources: { time: "2 s" } }) }))
        assert.match((await run("slow.yaml")).stdout, /longer than its limit of 2/u)
        assert.deepStrictEqual([await contains(), rig.processes()], ["", []])
        const killed = rig.start(args, { env })
        await until("it runs again", sleeping)
        killed.child.kill("SIGKILL")
        await killed.ended
        rig.write("other.yaml", workflow({ b: step(rig, "b", 'echo 1 > "$out"') }))
        assert.strictEqual((await run("other.yaml")).code, 0)
        assert.strictEqual(await contains(), "")
        await until("nothing is left", () => rig.processes().length === 0)
        rig.write("deaf.yaml", workflow({ a: contained(`trap "" TERM INT; sleep 300`) }))
        const twice = rig.start(["run", "deaf.yaml", "--container-engine", engine], { env })
        await until("it runs without listening", sleeping)
        twice.child.kill("SIGINT")
        await pause(300)
        twice.child.kill("SIGINT")
        assert.strictEqual((await twice.ended).code, 130)
        for (let waited = 0; waited < 50 && (await contains()) !== ""; waited++) await pause(100)
        assert.strictEqual(await contains(), "")
        await until("nothing of it runs", () => !sleeping())
      })

      it.skipIf(engine === "docker")("is taken where the engine before it does not run", async () => {
        const bins = engines.slice(0, engines.indexOf(engine)).map(refusing)
        const PATH = [...bins, process.env["PATH"]!].join(":")
        rig.write("flow.yaml", workflow({ a: contained('cat /name > "$out"') }))
        const { code, stdout } = await rig.agflow(["run", "flow.yaml"], { env: { ...env, PATH } })
        assert.strictEqual(code, 0, stdout)
        assert.match((await rig.agflow(["plan", "flow.yaml"], { env: { ...env, PATH } })).stdout, / a +cached/u)
        const refused = await rig.agflow(["run", "flow.yaml", "--container-engine", "docker"], {
          env: { ...env, PATH }
        })
        assert.match(
          refused.stdout,
          /docker does not run: is the daemon running\?\n +hint: start it, or choose another with --container-engine: podman/u
        )
      })

      if (engine !== "apptainer") return

      it("runs an image in a file, and is known by what that holds", async () => {
        const file = rig.path("my tools.sif")
        copyFileSync(join(folder, "first.sif"), file)
        rig.write(
          "sub/flow.yaml",
          workflow(
            { a: contained('cat /name > "$out"', { container: "../my tools.sif" }) },
            { outputs: { a: "${{ a.out }}" } }
          )
        )
        const first = await rig.agflow(["run", "sub/flow.yaml"], { env: { ...env, PATH: process.env["PATH"]! } })
        assert.strictEqual(first.code, 0, first.stdout)
        assert.strictEqual(rig.results()["a.txt"], "first\n")
        assert.match((await run("sub/flow.yaml")).stdout, /= a +cached/u)
        registry.tag("agflow-rig", "third", layer("third"))
        const made = await call("apptainer", "pull", "--force", "--disable-cache", file, `docker://${image}:third`)
        assert.isUndefined(made.failed)
        assert.match((await run("sub/flow.yaml")).stdout, /> a +container sha256:/u)
        assert.strictEqual(rig.results()["a.txt"], "third\n")
        rig.write(
          "slow.yaml",
          workflow({ a: contained('cat /name > "$out"; sleep 3', { container: "./my tools.sif" }) })
        )
        const changed = rig.start(["run", "slow.yaml"], { env })
        await until("it runs", () => rig.processes().some(({ command }) => command.startsWith("sleep 3")))
        copyFileSync(join(folder, "first.sif"), rig.path("other.sif"))
        renameSync(rig.path("other.sif"), file)
        assert.match(
          (await changed.ended).stdout,
          /image of its container changed while the task ran: the result is not kept/u
        )
        rmSync(file)
        assert.match((await rig.agflow(["check", "sub/flow.yaml"])).stderr, /there is no file \S*\/my tools\.sif/u)
      })

      it.skipIf(process.getuid!() !== 0)("also for who is not root", async () => {
        const nobody = 65_534
        rig.write("data.txt", "data\n")
        const script = 'cat "$data" > "$out"; grep -c : /proc/net/dev >> "$out"; id -u >> "$out"; echo x > "$HOME/x"'
        const stage = contained(script, { inputs: { data: "./data.txt" } })
        rig.write("flow.yaml", workflow({ a: stage }, { outputs: { a: "${{ a.out }}" } }))
        for (const path of ["", ...readdirSync(rig.folder)]) chownSync(rig.path(path), nobody, nobody)
        const { code, stdout } = await run("flow.yaml", { uid: nobody })
        assert.strictEqual(code, 0, stdout)
        assert.strictEqual(rig.results()["a.txt"], `data\n1\n${nobody}\n`)
        // What shows it the image ends as well, after a run that was killed.
        rig.write("slow.yaml", workflow({ a: contained("sleep 300") }))
        const killed = rig.start(["run", "slow.yaml", "--container-engine", engine], { env, uid: nobody })
        await until("it runs", sleeping)
        killed.child.kill("SIGKILL")
        await killed.ended
        rig.write("other.yaml", workflow({ b: { run: 'echo 1 > "$out"', outputs: { out: "text" } } }))
        assert.strictEqual((await run("other.yaml", { uid: nobody })).code, 0)
        await until("nothing is left", () => rig.processes().length === 0, 5000)
      })
    }
  )
}

it.each([
  ["docker", "lab/tools:1"],
  ["podman", "docker://lab/tools:1"]
])("an image is asked for at Docker's registry: %s pull %s", async (engine, asked) => {
  const bin = rig.path("bin")
  mkdirSync(bin)
  const script = ["#!/bin/sh", `[ "$1" = pull ] && echo "$@" > '${rig.path("called")}'`, '[ "$1" = version ]']
  writeFileSync(join(bin, engine), script.join("\n"))
  chmodSync(join(bin, engine), 0o755)
  rig.write("flow.yaml", workflow({ a: contained("true", { container: "docker://lab/tools:1" }) }))
  const env = { PATH: `${bin}:${process.env["PATH"]}` }
  const { stdout } = await rig.agflow(["run", "flow.yaml", "--container-engine", engine], { env })
  assert.include(stdout, `${engine} has no image 'lab/tools:1', and cannot fetch it: `)
  assert.strictEqual(rig.read("called"), `pull --quiet ${asked}\n`)
})

it("without an engine, a container is a clear error, and what is no image is a fault", async () => {
  rig.write("flow.yaml", workflow({ a: contained('echo 1 > "$out"') }))
  const bin = rig.path("bin")
  mkdirSync(bin)
  const { code, stdout } = await rig.agflow(["run", "flow.yaml"], { env: { PATH: bin } })
  assert.strictEqual(code, 1)
  assert.match(
    stdout,
    /there is no container engine on this machine\n +hint: install one of docker, podman, apptainer/u
  )
  const refused = await rig.agflow(["run", "flow.yaml"], { env: { PATH: refusing("docker") } })
  assert.match(
    refused.stdout,
    /docker does not run: is the daemon running\?\n +hint: start it, or install one of podman, apptainer/u
  )
  rig.write(
    "odd.yaml",
    workflow({
      a: contained("true", { container: "--privileged" }),
      b: { ...step(rig, "b", "true"), network: true },
      c: contained("true", { container: "oras://host/tools.sif" })
    })
  )
  const odd = await rig.agflow(["check", "odd.yaml"])
  assert.strictEqual(odd.code, 2)
  assert.match(odd.stderr, /'--privileged' is not a container image/u)
  assert.match(odd.stderr, /'oras:\/\/host\/tools\.sif' is not a container image/u)
  assert.match(odd.stderr, /'network' goes with 'container'/u)
})

describe("a docker that only tells how it is called", () => {
  /** It has every image, and is the user's own where `security` says so. */
  const docker = (security: string): string => {
    const bin = rig.path("bin")
    mkdirSync(bin)
    const script = [
      "#!/bin/sh",
      `[ "$1" = run ] && { echo "$@" > '${rig.path("called")}'; exit 99; }`,
      `[ "$1" = info ] && exec echo '${security}'`,
      "echo sha256:1"
    ]
    writeFileSync(join(bin, "docker"), script.join("\n"))
    chmodSync(join(bin, "docker"), 0o755)
    return `${bin}:${process.env["PATH"]}`
  }
  const pinned = () => workflow({ a: contained('echo 1 > "$out"', { container: `${image}@sha256:${"0".repeat(64)}` }) })

  it("is not given a path that it would take apart", async () => {
    rig.write("flow.yaml", pinned())
    const env = { PATH: docker("[]"), AGFLOW_HOME: rig.path("state,mine") }
    const { code, stdout } = await rig.agflow(["run", "flow.yaml"], { env })
    assert.strictEqual(code, 1)
    assert.match(
      stdout,
      /docker cannot be given a path with these characters\n +hint: set AGFLOW_HOME to a folder without/u
    )
    assert.isFalse(existsSync(rig.path("called")))
  })

  it.each([
    ["[name=seccomp,profile=default]", false],
    ["[name=seccomp,profile=default name=rootless]", true]
  ])("runs as who owns the outputs, with %s", async (security, own) => {
    rig.write("flow.yaml", pinned())
    const PATH = docker(security)
    // Root is root inside, whatever the daemon.
    const uid = process.getuid!() === 0 ? 65_534 : process.getuid!()
    const gid = process.getuid!() === 0 ? uid : process.getgid!()
    if (uid !== process.getuid!())
      for (const path of ["", ...readdirSync(rig.folder)]) chownSync(rig.path(path), uid, gid)
    const { stdout } = await rig.agflow(["run", "flow.yaml"], {
      env: { PATH },
      ...(uid === process.getuid!() ? {} : { uid })
    })
    assert.match(stdout, /docker did not start the script: it ended with exit code 99/u)
    assert.include(rig.read("called"), ` --user ${own ? "0:0" : `${uid}:${gid}`} --network none `)
    assert.include(rig.read("called"), " sha256:1 ")
  })
})
