import * as Effect from "effect/Effect"
import { existsSync, mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, beforeEach, describe, it } from "vitest"
import type { StoredFile } from "../../src/cache/Artifact.ts"
import * as Collection from "../../src/cache/Collection.ts"
import { ContentStore } from "../../src/cache/ContentStore.ts"
import * as Inventory from "../../src/cache/Inventory.ts"
import { recordPath, type Record } from "../../src/cache/Record.ts"
import { Records } from "../../src/cache/Records.ts"
import * as Removal from "../../src/cache/Removal.ts"
import { temporaryFolder } from "../support/stage.ts"
import { withCache } from "./cache.ts"
import { recordOf } from "./sample.ts"

let folder: string
beforeEach(() => {
  folder = temporaryFolder()
})

const everything: Collection.CollectionOptions = { olderThan: undefined, maxSize: undefined, onlyKept: true, spare: 0 }

const store = Effect.fnUntraced(function* (text: string) {
  const content = yield* ContentStore
  const path = join(folder, "draft")
  writeFileSync(path, text)
  const identity = yield* content.put(path)
  return { file: { suffix: "", ...identity } satisfies StoredFile, path: content.path(identity.sha256) }
})

const keep = Effect.fnUntraced(function* (name: string, texts: ReadonlyArray<string>, structure = {}) {
  const records = yield* Records
  const files = yield* Effect.forEach(texts, store)
  const record = recordOf(
    { name },
    files.map(({ file }, at) => ({ ...file, suffix: at === 0 ? "" : `.${at}` })),
    structure
  )
  yield* records.write(record)
  return { record, path: recordPath(join(folder, "records"), record.key), files: files.map(({ path }) => path) }
})

const nobody = Effect.sync((): ReadonlySet<string> | undefined => undefined)

describe("collection", () => {
  it("keeps a file as long as one record names it", () =>
    withCache(
      folder,
      Effect.gen(function* () {
        const a = yield* keep("a", ["shared", "only a"])
        const b = yield* keep("b", ["shared", "only b"])
        const run = { id: "r", path: join(folder, "runs", "r"), used: 0, live: false, kept: true, keys: [b.record.key] }
        const choice = yield* Collection.choose(Effect.succeed([run]), everything)
        assert.deepStrictEqual(
          choice.items.map(({ path, bytes }) => [path, bytes]),
          [[a.path, statSync(a.path).size + "only a".length]]
        )
        const freed = yield* Removal.collect(choice, nobody)
        assert.strictEqual(freed, choice.before - choice.after)
        assert.deepStrictEqual(a.files.map(existsSync), [true, false])
        assert.deepStrictEqual(b.files.map(existsSync), [true, true])
        const records = yield* Records
        assert.isUndefined(yield* records.find(a.record.key, a.record.structure))
        assert.deepStrictEqual(yield* records.find(b.record.key, b.record.structure), b.record)
      })
    ))

  it("gives a record its name back that a run has found just before", () =>
    withCache(
      folder,
      Effect.gen(function* () {
        const a = yield* keep("a", ["a"])
        const b = yield* keep("b", ["b"])
        const cut = yield* keep("cut", ["piece"], {
          stage: "agflow:rows",
          inputs: { tables: [{ extension: "txt", digest: a.record.outputs["out"]!.files[0]!.sha256 }] }
        })
        const choice = yield* Collection.choose(Effect.succeed([]), everything)
        assert.strictEqual(choice.items.length, 3)
        yield* Removal.collect(choice, Effect.succeed(new Set([a.record.key])))
        const records = yield* Records
        assert.deepStrictEqual(yield* records.find(a.record.key, a.record.structure), a.record)
        assert.deepStrictEqual(
          yield* records.find(cut.record.key, cut.record.structure),
          cut.record,
          "what the engine made of it, too"
        )
        assert.isUndefined(yield* records.find(b.record.key, b.record.structure))
      })
    ))

  it("leaves a record that was used, and a file that was wanted, since it looked", () =>
    withCache(
      folder,
      Effect.gen(function* () {
        const past = Date.now() / 1000 - 3600
        const a = yield* keep("a", ["a"])
        utimesSync(a.path, past, past)
        const b = yield* keep("b", ["b"])
        const choice = yield* Collection.choose(Effect.succeed([]), everything)
        utimesSync(a.path, new Date(), new Date())
        yield* Removal.collect(choice, nobody)
        const records = yield* Records
        assert.deepStrictEqual(yield* records.find(a.record.key, a.record.structure), a.record)
        assert.isUndefined(yield* records.find(b.record.key, b.record.structure))

        // A result that is being kept, whose content is there already, makes the file young.
        const c = yield* store("c")
        utimesSync(c.path, past, past)
        yield* store("c")
        assert.isAbove(statSync(c.path).mtimeMs / 1000, past + 3000)
      })
    ))

  it("leaves what the folder of a task points to", () =>
    withCache(
      folder,
      Effect.gen(function* () {
        const { files } = yield* keep("a", ["in use", "not in use"])
        mkdirSync(join(folder, "work", "task", "inputs"), { recursive: true })
        symlinkSync(files[0]!, join(folder, "work", "task", "inputs", "x"))
        yield* Removal.collect(yield* Collection.choose(Effect.succeed([]), everything), nobody)
        assert.deepStrictEqual(files.map(existsSync), [true, false])
      })
    ))

  it("beside a run spares files whose record may be on its way", () =>
    withCache(
      folder,
      Effect.gen(function* () {
        const { path } = yield* store("no record yet")
        const run = { id: "r", path: join(folder, "runs", "r"), used: 0, live: true, kept: false, keys: [] }
        const beside = yield* Collection.choose(Effect.succeed([run]), everything)
        assert.deepStrictEqual(beside.items, [])
        yield* Removal.collect(beside, nobody)
        assert.isTrue(existsSync(path))
        yield* Removal.collect(yield* Collection.choose(Effect.succeed([]), everything), nobody)
        assert.isFalse(existsSync(path))
      })
    ))
})

it("the engine's own tasks are found from what they were made of, through any number of steps", () =>
  withCache(
    folder,
    Effect.gen(function* () {
      const digestOf = (record: Record) => record.outputs["out"]!.files[0]!.sha256
      const helper = (name: string, of: ReadonlyArray<Record>) =>
        keep(name, [name], {
          stage: "agflow:concat",
          inputs: { tables: of.map((each) => ({ extension: "tsv", digest: digestOf(each) })) }
        })
      const a = (yield* keep("a", ["a"])).record
      const b = (yield* keep("b", ["b"])).record
      const one = (yield* helper("one", [a])).record
      const two = (yield* helper("two", [one])).record
      const both = (yield* helper("both", [a, b])).record
      const inventory = yield* Inventory.take
      assert.sameMembers([...Inventory.withHelpers(inventory, [a.key, "unknown"])], [a.key, one.key, two.key])
      assert.include([...Inventory.withHelpers(inventory, [a.key, b.key])], both.key)
    })
  ))
