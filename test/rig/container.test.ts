/** Scripts in containers, with podman where it is installed; the image is made here, of nothing but bash and busybox. */
import { spawnSync } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, afterEach, assert, beforeEach, describe, it } from "vitest"
import { temporaryFolder } from "../support/stage.ts"
import { Rig, step, until, workflow } from "../support/rig.ts"

const image = "agflow-rig"
const bare = "agflow-rig-bare"
const folder = temporaryFolder()
const config = join(folder, "containers.conf")
// What works also where there is no systemd.
writeFileSync(
  config,
  '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\n[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'
)
const podman = (...args: ReadonlyArray<string>) =>
  spawnSync("podman", args, { encoding: "utf8", env: { ...process.env, CONTAINERS_CONF: config } })

/** Why there is no image to test with; undefined when there is. */
const missing = ((): string | undefined => {
  for (const file of ["/bin/busybox", "/bin/bash-static"]) if (!existsSync(file)) return `there is no ${file}`
  if (podman("--version").status !== 0) return "podman is not installed"
  mkdirSync(join(folder, "image"))
  copyFileSync("/bin/busybox", join(folder, "image/busybox"))
  copyFileSync("/bin/bash-static", join(folder, "image/bash"))
  const applets = ["cat", "sleep", "id", "ls"].map((name) => `COPY busybox /bin/${name}\n`).join("")
  writeFileSync(join(folder, "image/Containerfile"), `FROM scratch\nCOPY bash /bin/bash\n${applets}`)
  writeFileSync(join(folder, "image/Bare"), "FROM scratch\nCOPY busybox /bin/sh\n")
  const build = (tag: string, file: string) =>
    podman("build", "--isolation=chroot", "--quiet", "--tag", tag, "--file", file, join(folder, "image"))
  build(bare, join(folder, "image/Bare"))
  const built = build(image, join(folder, "image/Containerfile"))
  if (built.status !== 0) return `podman cannot build: ${built.stderr.trim().split("\n").at(-1)}`
  const ran = podman("run", "--rm", "--network", "none", "--entrypoint", "bash", image, "-c", "true")
  return ran.status === 0 ? undefined : `podman cannot run: ${ran.stderr.trim().split("\n").at(-1)}`
})()
afterAll(() => void (missing === undefined && podman("rmi", "--force", image, bare)))

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const env = { CONTAINERS_CONF: config }
const contained = (script: string, more: object = {}) => ({
  run: script,
  outputs: { out: "text" },
  container: `docker://${image}`,
  ...more
})

describe.skipIf(missing !== undefined)(
  `a script in a container${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    it("reads its inputs, writes its outputs, and reaches nothing else", async () => {
      const input = rig.write("data.txt", "data\n")
      const secret = rig.write("secret.txt", "secret\n")
      const script = [
        'cat "$data" > "$out"',
        'echo "$PWD" | grep -q . 2>/dev/null || true',
        '( echo x >> "$(readlink -f "$data" 2>/dev/null || echo "$data")" ) 2>/dev/null && echo written >> "$out"',
        '[ -e "$secret" ] && echo seen >> "$out"',
        'ls /sys/class/net >> "$out"',
        'echo "$word" >> "$out"',
        'id -u >> "$out"'
      ].join("\n")
      const more = { inputs: { data: "./data.txt" }, env: { secret, word: "two words, it's" } }
      rig.write("flow.yaml", workflow({ a: contained(`set +e\n${script}`, more) }, { outputs: { a: "${{ a.out }}" } }))
      const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml", "--container-engine", "podman"], { env })
      assert.strictEqual(code, 0, stdout + stderr)
      assert.deepStrictEqual(rig.results()["a.txt"]!.split("\n"), [
        "data",
        "lo",
        "two words, it's",
        String(process.getuid!()),
        ""
      ])
      assert.strictEqual(readFileSync(input, "utf8"), "data\n")
      assert.match(
        (await rig.agflow(["run", "flow.yaml", "--container-engine", "podman"], { env })).stdout,
        /= a +cached/u
      )
    })

    it("is told by its exit code; and is the result of another when the image is another", async () => {
      rig.write("flow.yaml", workflow({ a: contained("echo no; exit 7") }))
      const failed = await rig.agflow(["run", "flow.yaml", "--container-engine", "podman"], { env })
      assert.strictEqual(failed.code, 1)
      assert.match(failed.stdout, /the script ended with exit code 7[^]*\n +no\n/u)
      const stage = contained('echo 1 > "$out"')
      rig.write("flow.yaml", workflow({ a: stage }))
      assert.strictEqual((await rig.agflow(["run", "flow.yaml", "--container-engine", "podman"], { env })).code, 0)
      const { container: _, ...bare } = stage
      rig.write("flow.yaml", workflow({ a: bare }))
      assert.match(
        (await rig.agflow(["run", "flow.yaml", "--container-engine", "podman"], { env })).stdout,
        /container sha256:[0-9a-f]+\S* -> none/u
      )
    })

    it("says whether the engine, the image or the script failed", async () => {
      const fail = async (stage: object, engine = "podman") => {
        rig.write("flow.yaml", workflow({ a: { ...contained("true"), ...stage } }))
        const { code, stdout } = await rig.agflow(["run", "flow.yaml", "--container-engine", engine], { env })
        assert.strictEqual(code, 1)
        return stdout
      }
      assert.match(
        await fail({ container: `docker://${bare}` }),
        /podman could not start the container: exit code 127\n +hint: the image agflow-rig-bare has no bash/u
      )
      assert.match(
        await fail({ container: "docker://localhost/nowhere:1" }),
        /podman could not start the container: exit code 125\n +hint: is the image here, .*'podman pull localhost\/nowhere:1'/u
      )
      assert.match(
        await fail({ run: "samtools view" }),
        /the script ended with exit code 127 at line 1: samtools view\n +hint: 'samtools' is not in the image agflow-rig,/u
      )
      assert.match(await fail({ run: "exit 125" }), /the script ended with exit code 125\n +its folder/u)
    })

    it("ends with the run, however that ends", async () => {
      rig.write("flow.yaml", workflow({ a: contained("sleep 300") }))
      const names = () => podman("ps", "--format", "{{.Names}}").stdout.trim()
      const stopped = rig.start(["run", "flow.yaml", "--container-engine", "podman"], { env })
      await until("it runs", () => names().startsWith("agflow-"))
      stopped.child.kill("SIGINT")
      assert.strictEqual((await stopped.ended).code, 130)
      assert.strictEqual(names(), "")
      const killed = rig.start(["run", "flow.yaml", "--container-engine", "podman"], { env })
      await until("it runs again", () => names().startsWith("agflow-"))
      killed.child.kill("SIGKILL")
      await killed.ended
      rig.write("other.yaml", workflow({ b: step(rig, "b", 'echo 1 > "$out"') }))
      assert.strictEqual((await rig.agflow(["run", "other.yaml", "--container-engine", "podman"], { env })).code, 0)
      assert.strictEqual(names(), "")
    })
  }
)

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
  rig.write(
    "odd.yaml",
    workflow({ a: contained("true", { container: "--privileged" }), b: { ...step(rig, "b", "true"), network: true } })
  )
  const odd = await rig.agflow(["check", "odd.yaml"])
  assert.strictEqual(odd.code, 2)
  assert.match(odd.stderr, /'--privileged' is not a container image/u)
  assert.match(odd.stderr, /'network' goes with 'container'/u)
})
