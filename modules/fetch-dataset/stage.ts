import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import { cannot } from "../../src/core/Failure.ts"
import * as DatasetRegistry from "../../src/data/DatasetRegistry.ts"
import * as Download from "../../src/data/Download.ts"
import * as FileKind from "../../src/dsl/stage/FileKind.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"

/** The longest extension that any kind of file knows, or else the name's own. */
const extensionOf = (name: string): string =>
  Object.keys(FileKind.fileKinds)
    .filter((kind) => FileKind.isFileKindName(kind))
    .flatMap((kind) => (kind === "file" ? [] : (FileKind.extensionOf(kind, name) ?? [])))
    .sort((a, b) => b.length - a.length)[0] ?? FileKind.extensionOf("file", name)!

export default Stage.make({
  name: "fetch-dataset",
  version: 1,
  summary: "Brings a named dataset, or a file from a web address, and checks it by its sha256.",
  params: {
    dataset: Param.optional(
      Schema.String.annotate({ examples: DatasetRegistry.all.map(({ name }) => name) }),
      "name of a registered dataset"
    ),
    url: Param.optional(Schema.String, "web address of any other file"),
    sha256: Param.optional(
      Schema.String.pipe(
        Schema.check(Schema.isPattern(/^[0-9a-f]{64}$/u, { message: "a sha256 is 64 hexadecimal digits" }))
      ),
      "what the file at `url` must be; without it, the file is taken as it comes, and runs and reports say that it is not pinned"
    ),
    licence: Param.optional(Schema.String, "licence of the file at `url`, for the report")
  },
  inputs: {},
  outputs: { file: Port.file("file", "the file, with its own extension") },
  check: ({ dataset, url, sha256, licence }) => {
    if ((dataset === undefined) === (url === undefined)) {
      return [{ at: dataset === undefined ? "dataset" : "url", message: "give either 'dataset' or 'url'" }]
    }
    if (dataset === undefined) {
      const problem = Download.addressProblem(url!)
      return problem === undefined ? [] : [{ at: "url", ...problem }]
    }
    return [
      ...(DatasetRegistry.isKnown(dataset) ? [] : [{ at: "dataset", ...DatasetRegistry.unknown(dataset) }]),
      ...Object.entries({ sha256, licence }).flatMap(([at, value]) =>
        value === undefined ? [] : [{ at, message: `'${at}' goes with 'url': that of a dataset is registered` }]
      )
    ]
  },
  licences: ({ dataset }) => (dataset === undefined ? [] : DatasetRegistry.licencesOf(dataset)),
  run: Effect.fnUntraced(function* ({ params, outputs }) {
    const fs = yield* FileSystem.FileSystem
    const { dataset, url } = params
    const located =
      dataset === undefined ? yield* Download.url({ ...params, url: url! }) : yield* Download.dataset(dataset)
    const source = url ?? (yield* DatasetRegistry.find(dataset!)).mirror
    const target = outputs.file.as(extensionOf(source.replace(/[?#].*$/u, "")))
    // A mirror's file is another's: a link to it would share its fate, and its permissions.
    const copy = fs.copyFile(located.path, target)
    const placed = located.origin === "mirror" ? copy : Effect.catch(fs.link(located.path, target), () => copy)
    yield* placed.pipe(Effect.mapError(cannot("write", target)))
  })
})
