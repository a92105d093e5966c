import { readdirSync, readFileSync } from "node:fs"
import { join, relative, resolve } from "node:path"
import { assert, describe, it } from "vitest"

const root = join(import.meta.dirname, "..")

/** Each folder imports only from itself and from those before it. */
const layers = [
  "core",
  "data",
  "genome",
  "dsl/text",
  "dsl/stage",
  "dsl/file",
  "dsl/typescript",
  "dsl/param",
  "dsl/check",
  "dsl",
  "cache",
  "executor",
  "engine",
  "model",
  "scoring",
  "metric",
  "evaluation",
  "report",
  "cli",
  // The package's public face.
  "index.ts"
]

const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => join(root, "src", file))

const imports = (file: string): ReadonlyArray<string> =>
  [...readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/gu)].map(([, name]) => name!)

/** The layer of a path below src/: the room within a folder, where the layers name it. */
const layerOf = (path: string): number => {
  const [folder, room] = path.split("/")
  const within = layers.indexOf(`${folder}/${room}`)
  return within < 0 ? layers.indexOf(folder!) : within
}

describe("the house", () => {
  it("has the rooms that the layers name", () => {
    const rooms = readdirSync(join(root, "src"))
    assert.sameMembers(rooms, [...new Set(layers.map((layer) => layer.split("/")[0]!))])
  })

  it.each(sources.map((file) => [relative(root, file), file] as const))("%s imports downwards only", (_, file) => {
    const room = layerOf(relative(join(root, "src"), file))
    for (const name of imports(file).filter((each) => each.startsWith("."))) {
      const target = relative(join(root, "src"), resolve(file, "..", name))
      assert.isFalse(target.startsWith(".."), `src/ reaches out of itself: ${name}`)
      const other = layerOf(target)
      assert.isAtMost(other, room, `${name} stands above`)
    }
    assert.notInclude(imports(file), "effect", "import the module, not the barrel")
  })

  it("has no circle of imports, not even of types", () => {
    const done = new Set<string>()
    const visit = (file: string, path: ReadonlyArray<string>): void => {
      assert.notInclude(path, file, [...path, file].map((each) => relative(root, each)).join(" -> "))
      if (done.has(file)) return
      for (const name of imports(file)) {
        const target = resolve(file, "..", name)
        if (name.startsWith(".") && sources.includes(target)) visit(target, [...path, file])
      }
      done.add(file)
    }
    for (const file of sources) visit(file, [])
  })
})
