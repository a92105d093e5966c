/**
 * Scripts in containers: what docker, podman and apptainer are to be called with. Arguments only, never a shell.
 *
 * A container sees the task's folder, under its own path, the input files, read-only, and no network unless it is asked
 * for. It runs as the user who runs agflow. The image must have bash.
 */
import { spawn, spawnSync } from "node:child_process"
import { basename, join } from "node:path"

export const engines = ["docker", "podman", "apptainer"] as const
export type Engine = (typeof engines)[number]

export interface ContainerRun {
  readonly engine: Engine
  /** As the engine knows it: a digest, or the path of an image file. */
  readonly image: string
  /** The task's folder. */
  readonly folder: string
  readonly workingFolder: string
  /** Files that the task reads. */
  readonly files: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly network: boolean
  /** For CUDA_VISIBLE_DEVICES: `0,1`. */
  readonly devices: string | undefined
  readonly user: { readonly uid: number; readonly gid: number }
  readonly command: ReadonlyArray<string>
}

export interface Invocation {
  readonly program: Engine
  readonly args: ReadonlyArray<string>
  /** For the engine itself, beside its own surroundings. */
  readonly env: Readonly<Record<string, string>>
  /** Its container, where the end of the program that started it does not end that. */
  readonly container: Contained | undefined
}

/** A container that goes on when the program that started it is killed. */
export interface Contained {
  readonly engine: "docker" | "podman"
  readonly name: string
}

/** The container of a task's folder, which is named after it; undefined where the folder has no name that a task's has. */
export const of = (engine: string, folder: string): Contained | undefined => {
  const name = basename(folder)
  return (engine === "docker" || engine === "podman") && /^[\w.~-]+$/u.test(name)
    ? { engine, name: `agflow-${name}` }
    : undefined
}

/** What the container gets from the image, not from where agflow runs. */
const ofImage = new Set(["PATH", "HOME", "USER", "LD_LIBRARY_PATH"])

const variables = ({ env, folder }: ContainerRun): ReadonlyArray<readonly [string, string]> => [
  ["HOME", join(folder, "tmp")],
  ...Object.entries(env).filter(([name]) => !ofImage.has(name))
]

/** docker-run(1) and podman-run(1), which take the same words. */
const ofDocker = (engine: Contained["engine"], run: ContainerRun): Invocation => {
  // Inside, the GPUs that it is given are all there are, and are counted from 0.
  const env = variables(run).filter(([name]) => name !== "CUDA_VISIBLE_DEVICES")
  const { folder, files, user, devices } = run
  const name = `agflow-${basename(folder)}`
  const gpus =
    devices === undefined
      ? []
      : engine === "docker"
        ? ["--gpus", `"device=${devices}"`]
        : devices.split(",").flatMap((id) => ["--device", `nvidia.com/gpu=${id}`])
  return {
    program: engine,
    args: [
      "run",
      "--rm",
      // Passes signals on; podman's is a package of its own, which need not be there.
      ...(engine === "docker" ? ["--init"] : []),
      "--name",
      name,
      "--user",
      `${user.uid}:${user.gid}`,
      // Without root, podman maps users: the one inside is to be the one outside.
      ...(engine === "podman" && user.uid !== 0 ? ["--userns", "keep-id"] : []),
      // Podman passes the proxies of its surroundings on, which nobody has declared.
      ...(engine === "podman" ? ["--http-proxy=false"] : []),
      ...(run.network ? [] : ["--network", "none"]),
      ...gpus,
      "--mount",
      `type=bind,source=${folder},target=${folder}`,
      ...files.flatMap((file) => ["--mount", `type=bind,source=${file},target=${file},readonly`]),
      "--workdir",
      run.workingFolder,
      ...env.flatMap(([key, value]) => ["--env", `${key}=${value}`]),
      ...["--entrypoint", run.command[0]!],
      run.image,
      ...run.command.slice(1)
    ],
    env: {},
    container: { engine, name }
  }
}

/** apptainer-exec(1). Values with commas are safe only in the environment. */
const ofApptainer = (run: ContainerRun): Invocation => ({
  program: "apptainer",
  args: [
    "--quiet",
    "exec",
    "--containall",
    "--cleanenv",
    // Else a shell reads the values of variables, and does what stands in them.
    "--no-eval",
    // It takes HOME from here alone, and /tmp would be memory.
    "--home",
    join(run.folder, "tmp"),
    "--workdir",
    join(run.folder, "tmp"),
    ...(run.network ? [] : ["--net", "--network", "none"]),
    ...(run.devices === undefined ? [] : ["--nv"]),
    "--bind",
    `${run.folder}:${run.folder}`,
    ...run.files.flatMap((file) => ["--bind", `${file}:${file}:ro`]),
    "--pwd",
    run.workingFolder,
    run.image,
    ...run.command
  ],
  env: Object.fromEntries(
    variables(run).flatMap(([key, value]) => (key === "HOME" ? [] : [[`APPTAINERENV_${key}`, value]]))
  ),
  container: undefined
})

export const invocation = (run: ContainerRun): Invocation =>
  run.engine === "apptainer" ? ofApptainer(run) : ofDocker(run.engine, run)

/** Paths that an engine would take apart. */
export const unmountable = (engine: Engine, path: string): boolean =>
  engine === "apptainer" ? /[:,\\]/u.test(path) : /[",\n]/u.test(path)

const removal = ({ engine, name }: Contained): ReadonlyArray<string> => [
  "rm",
  "--force",
  ...(engine === "podman" ? ["--time", "0"] : []),
  name
]

/** Ends a container whose run was killed. */
export const end = (container: Contained): void => {
  spawnSync(container.engine, removal(container), { stdio: "ignore", timeout: 20_000 })
}

/** The same, for a process that ends itself and cannot wait for it. */
export const endLater = (container: Contained): void =>
  spawn(container.engine, removal(container), { stdio: "ignore", detached: true })
    .on("error", () => undefined)
    .unref()
