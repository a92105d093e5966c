/**
 * Scripts in containers: what docker, podman and apptainer are to be called with. Arguments only, never a shell.
 *
 * A container sees the task's folder, under its own path, the input files, read-only, and no network unless it is asked
 * for. It runs as the user who runs agflow. The image must have bash.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { execFile, spawn, spawnSync } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { basename, delimiter, join } from "node:path"
import { InputError } from "../core/Failure.ts"

export const engines = ["docker", "podman", "apptainer"] as const
export type Engine = (typeof engines)[number]

export interface ContainerRun {
  readonly engine: Engine
  /** Without the scheme: `python:3.12`. */
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
  /** What ends it for certain, where the end of the program that started it does not. */
  readonly stop: ReadonlyArray<string> | undefined
}

/** What the container gets from the image, not from where agflow runs. */
const ofImage = new Set(["PATH", "HOME", "USER", "LD_LIBRARY_PATH"])

const variables = ({ env, folder }: ContainerRun): ReadonlyArray<readonly [string, string]> => [
  ["HOME", join(folder, "tmp")],
  ...Object.entries(env).filter(([name]) => !ofImage.has(name))
]

/** docker-run(1) and podman-run(1), which take the same words. */
const ofDocker = (run: ContainerRun): Invocation => {
  // Inside, the GPUs that it is given are all there are, and are counted from 0.
  const env = variables(run).filter(([name]) => name !== "CUDA_VISIBLE_DEVICES")
  const { engine, folder, files, user, devices } = run
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
    stop: [engine, "rm", "--force", ...(engine === "podman" ? ["--time", "0"] : []), name]
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
    /^[./]/u.test(run.image) ? run.image : `docker://${run.image}`,
    ...run.command
  ],
  env: Object.fromEntries(
    variables(run).flatMap(([key, value]) => (key === "HOME" ? [] : [[`APPTAINERENV_${key}`, value]]))
  ),
  stop: undefined
})

export const invocation = (run: ContainerRun): Invocation =>
  run.engine === "apptainer" ? ofApptainer(run) : ofDocker(run)

/** Paths that an engine would take apart. */
export const unmountable = (engine: Engine, path: string): boolean =>
  engine === "apptainer" ? /[:,\\]/u.test(path) : /[",\n]/u.test(path)

const onPath = (program: string): boolean =>
  (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return folder !== ""
    } catch {
      return false
    }
  })

export interface Choice {
  /** By `--container-engine`; undefined for the first that is installed. */
  readonly chosen: Engine | undefined
  /** Whether an image that is not there may be fetched: to run something, not to plan it. */
  readonly fetch: boolean
}

export const Choice: Context.Reference<Choice> = Context.Reference("agflow/executor/Container/Choice", {
  defaultValue: (): Choice => ({ chosen: undefined, fetch: false })
})

export const engine = Effect.gen(function* () {
  const { chosen } = yield* Choice
  const found = (chosen === undefined ? engines : [chosen]).find(onPath)
  if (found !== undefined) return found
  return yield* new InputError({
    message: chosen === undefined ? "there is no container engine on this machine" : `${chosen} is not installed`,
    hint: `install one of ${engines.join(", ")}, or leave 'container' out`
  })
})

const ask = (program: Engine, args: ReadonlyArray<string>): Effect.Effect<string | undefined> =>
  Effect.callback((resume) => {
    execFile(program, [...args], (failed, stdout) => {
      const answer = stdout.trim()
      resume(Effect.succeed(failed !== null || answer === "" ? undefined : answer))
    })
  })

const identities = new Map<string, string>()

/**
 * What a cache key knows the image by: its digest, where the engine tells it; else its name. An image that is not there
 * yet is fetched before a run, so that the key is the same before and after.
 */
export const identify = Effect.fnUntraced(function* (image: string) {
  if (/@sha256:[0-9a-f]{64}$/u.test(image)) return image
  const known = identities.get(image)
  if (known !== undefined) return known
  const found = yield* Effect.option(engine)
  if (found._tag === "None" || found.value === "apptainer") return image
  const inspect = ask(found.value, ["image", "inspect", "--format", "{{.Id}}", image])
  const { fetch } = yield* Choice
  let id = yield* inspect
  if (id === undefined && fetch && (yield* ask(found.value, ["pull", "--quiet", image])) !== undefined)
    id = yield* inspect
  if (id === undefined) return image
  const identity = id.startsWith("sha256:") ? id : `sha256:${id}`
  identities.set(image, identity)
  return identity
})

/** Ends a container whose run was killed. */
export const end = ([program, ...args]: ReadonlyArray<string>): void => {
  spawnSync(program!, args, { stdio: "ignore", timeout: 20_000 })
}

/** The same, for a process that ends itself and cannot wait for it. */
export const endLater = ([program, ...args]: ReadonlyArray<string>): void =>
  spawn(program!, args, { stdio: "ignore", detached: true })
    .on("error", () => undefined)
    .unref()
