/**
 * The image that a script runs in: what its engine knows it by, and what a cache key does. Both name its content, so that
 * what runs is what the key says, wherever a tag points by then.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { existsSync, linkSync, mkdirSync, rmSync } from "node:fs"
import { isAbsolute, join } from "node:path"
import { FileDigests } from "../cache/FileDigests.ts"
import { Home } from "../cache/Home.ts"
import * as WorkFolder from "../cache/WorkFolder.ts"
import * as Digest from "../core/Digest.ts"
import { cannot, InputError } from "../core/Failure.ts"
import type { Engine } from "./Container.ts"
import * as ContainerEngine from "./ContainerEngine.ts"

export interface Image {
  readonly engine: Engine
  /** For the engine: a digest, or the path of an image file. */
  readonly name: string
  /** For a cache key. */
  readonly identity: string
}

/** An image in a file, as apptainer builds them, and not in a registry. */
export const isFile = (image: string): boolean => isAbsolute(image)

const isPinned = (image: string): boolean => /@sha256:[0-9a-f]{64}$/u.test(image)

const absent = (engine: Engine, image: string, why: string): InputError =>
  new InputError({
    message: `${engine} has no image '${image}', and cannot fetch it: ${why}`,
    hint: "look at its name, and whether its registry can be reached and lets you in; one that is built here is found by the name it was given"
  })

const unfetched = (engine: Engine, image: string): InputError =>
  new InputError({ message: `${engine} has not fetched '${image}' yet` })

/** By engine and name: for one run an image stays what it was at first, whatever is fetched meanwhile. */
const known = new Map<string, Result.Result<string, InputError>>()

const idOf = Effect.fnUntraced(function* (engine: "docker" | "podman", image: string) {
  const { fetch } = yield* ContainerEngine.Choice
  const inspect = ContainerEngine.ask(engine, ["image", "inspect", "--format", "{{.Id}}", image])
  const found = yield* Effect.option(inspect)
  if (found._tag === "Some") return found.value
  if (!fetch) return yield* unfetched(engine, image)
  // Podman asks registries of its own choice for a short name, where there are any; this is Docker's.
  const from = engine === "podman" ? `docker://${image}` : image
  return yield* Effect.andThen(ContainerEngine.ask(engine, ["pull", "--quiet", from]), inspect).pipe(
    Effect.mapError((why) => absent(engine, image, why))
  )
})

const ofDaemon = Effect.fnUntraced(function* (engine: "docker" | "podman", image: string) {
  const place = `${engine} ${image}`
  if (!known.has(place)) known.set(place, yield* Effect.result(idOf(engine, image)))
  const id = yield* Effect.fromResult(known.get(place)!)
  const digest = id.startsWith("sha256:") ? id : `sha256:${id}`
  return { engine, name: digest, identity: isPinned(image) ? image : digest } satisfies Image as Image
})

/**
 * Apptainer makes a file of an image of a registry, of other bytes each time: it is made once, and kept with the state.
 */
const fetched = Effect.fnUntraced(function* (image: string) {
  const { images, work } = yield* Home
  const { fetch } = yield* ContainerEngine.Choice
  const name = Digest.ofBytes(image)
  const path = join(images, `${name}.sif`)
  if (existsSync(path)) return path
  if (!fetch) return yield* unfetched("apptainer", image)
  // Left behind by a run that was killed, it is cleared up like the folder of a task.
  const folder = join(work, WorkFolder.nameFor(name))
  const draft = join(folder, "image.sif")
  yield* Effect.try({
    try: () => [images, folder].map((each) => mkdirSync(each, { recursive: true })),
    catch: cannot("write", images)
  })
  yield* ContainerEngine.ask("apptainer", ["--quiet", "pull", "--disable-cache", draft, `docker://${image}`]).pipe(
    Effect.mapError((why) => absent("apptainer", image, why)),
    Effect.andThen(
      Effect.try({
        // Where another run was first, its file is the one that keys know.
        try: () => existsSync(path) || linkSync(draft, path),
        catch: cannot("write", path)
      })
    ),
    Effect.ensuring(Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
  )
  return path
})

/** The image as this machine has it; on a run, one that is not there yet is fetched. */
export const find = Effect.fnUntraced(function* (image: string) {
  const engine = yield* ContainerEngine.find(isFile(image) ? ["apptainer"] : undefined)
  if (engine !== "apptainer") {
    if (!isFile(image)) return yield* ofDaemon(engine, image)
    return yield* new InputError({
      message: `${engine} does not run images in files, as apptainer does`,
      file: image,
      hint: "name an image of a registry (docker://python:3.12), or leave --container-engine out"
    })
  }
  const path = isFile(image) ? image : yield* fetched(image)
  const { sha256 } = yield* (yield* FileDigests).of(path)
  return { engine, name: path, identity: isPinned(image) ? image : `sha256:${sha256}` } satisfies Image as Image
})

/** What a key knows the image by; its name, where it is only to be planned and not there. */
export const identify = Effect.fnUntraced(function* (image: string) {
  if (isPinned(image)) return image
  const { fetch } = yield* ContainerEngine.Choice
  const found = Effect.map(find(image), ({ identity }) => identity)
  return yield* fetch ? found : Effect.orElseSucceed(found, () => image)
})
