import { assert, describe, it } from "vitest"
import * as Container from "../../src/executor/Container.ts"

const run: Container.ContainerRun = {
  engine: "docker",
  image: "python:3.12",
  folder: "/state/work/k-host-1.2-0",
  workingFolder: "/state/work/k-host-1.2-0/scratch",
  files: ["/state/store/ab/abc", "/data/my reads.bam"],
  env: { PATH: "/usr/bin", HOME: "/root", CUDA_VISIBLE_DEVICES: "3", scores: "/state/x y", quote: "a'b,c" },
  network: false,
  devices: undefined,
  user: { uid: 1000, gid: 100 },
  command: ["bash", "-c", "echo"]
}

describe("Container", () => {
  it("calls docker", () => {
    assert.deepStrictEqual(Container.invocation(run), {
      program: "docker",
      args: [
        "run",
        "--rm",
        "--init",
        "--name",
        "agflow-k-host-1.2-0",
        "--user",
        "1000:100",
        "--network",
        "none",
        "--mount",
        "type=bind,source=/state/work/k-host-1.2-0,target=/state/work/k-host-1.2-0",
        "--mount",
        "type=bind,source=/state/store/ab/abc,target=/state/store/ab/abc,readonly",
        "--mount",
        "type=bind,source=/data/my reads.bam,target=/data/my reads.bam,readonly",
        "--workdir",
        "/state/work/k-host-1.2-0/scratch",
        "--env",
        "HOME=/state/work/k-host-1.2-0/tmp",
        "--env",
        "scores=/state/x y",
        "--env",
        "quote=a'b,c",
        "--entrypoint",
        "bash",
        "python:3.12",
        "-c",
        "echo"
      ],
      env: {},
      container: { engine: "docker", name: "agflow-k-host-1.2-0" }
    })
  })

  const args = (changes: Partial<Container.ContainerRun>) => Container.invocation({ ...run, ...changes }).args.join(" ")

  it("gives podman the user's own id, GPUs by their device names, and the network when asked to", () => {
    const podman = args({ engine: "podman", devices: "0,GPU-7f", network: true })
    assert.include(
      podman,
      "--user 1000:100 --userns keep-id --http-proxy=false --device nvidia.com/gpu=0 --device nvidia.com/gpu=GPU-7f --mount"
    )
    assert.notInclude(podman, "--network")
    assert.notInclude(args({ engine: "podman", user: { uid: 0, gid: 0 } }), "--userns")
    assert.include(args({ devices: "0,1" }), '--gpus "device=0,1"')
  })

  it("calls apptainer, its variables in its surroundings", () => {
    const {
      program,
      args: words,
      env,
      container
    } = Container.invocation({
      ...run,
      engine: "apptainer",
      image: "/data/tools.sif",
      devices: "3"
    })
    assert.deepStrictEqual(
      [program, ...words],
      [
        "apptainer",
        "--quiet",
        "exec",
        "--containall",
        "--cleanenv",
        "--no-eval",
        "--home",
        "/state/work/k-host-1.2-0/tmp",
        "--workdir",
        "/state/work/k-host-1.2-0/tmp",
        "--net",
        "--network",
        "none",
        "--nv",
        "--bind",
        "/state/work/k-host-1.2-0:/state/work/k-host-1.2-0",
        "--bind",
        "/state/store/ab/abc:/state/store/ab/abc:ro",
        "--bind",
        "/data/my reads.bam:/data/my reads.bam:ro",
        "--pwd",
        "/state/work/k-host-1.2-0/scratch",
        "/data/tools.sif",
        "bash",
        "-c",
        "echo"
      ]
    )
    assert.deepStrictEqual(env, {
      APPTAINERENV_CUDA_VISIBLE_DEVICES: "3",
      APPTAINERENV_scores: "/state/x y",
      APPTAINERENV_quote: "a'b,c"
    })
    assert.isUndefined(container)
  })

  it("knows the paths that an engine would take apart", () => {
    assert.deepStrictEqual(
      ["/a b", "/a,b", "/a:b", '/a"b'].map((path) => [
        Container.unmountable("podman", path),
        Container.unmountable("apptainer", path)
      ]),
      [
        [false, false],
        [true, true],
        [false, true],
        [true, false]
      ]
    )
  })
})
