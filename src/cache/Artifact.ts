/** What flows through a port: one file and its companions, known by content. */
import * as Schema from "effect/Schema"
import * as Digest from "../core/Digest.ts"

/** A record may be another machine's: what becomes part of a path leads nowhere else. */
const namePart = Schema.String.pipe(Schema.check(Schema.isPattern(/^[^/\0]*$/u)))

export const StoredFile = Schema.Struct({
  /** What follows the main file's name: "" for the main file, `.fai` for an index. */
  suffix: namePart,
  sha256: Schema.String.pipe(Schema.check(Schema.isPattern(Digest.sha256Pattern))),
  bytes: Schema.Int
})
export type StoredFile = typeof StoredFile.Type

export const Artifact = Schema.Struct({
  /** Without the leading dot: what a reader tells the format by. */
  extension: namePart,
  files: Schema.Array(StoredFile),
  /** Made up from a seed, or made from something that was. */
  synthetic: Schema.Boolean
})
export type Artifact = typeof Artifact.Type

const isNamePart = (text: unknown): boolean => typeof text === "string" && !/[/\0]/u.test(text)

/**
 * Whether paths can be made of it, as the schemas have it, told at a hundredth of their cost: also a cache of one's own may
 * have been brought along by somebody, and what is no digest would name any file of the machine.
 */
export const isSound = ({ extension, files }: Artifact): boolean =>
  isNamePart(extension) && files.every(({ suffix, sha256 }) => isNamePart(suffix) && Digest.sha256Pattern.test(sha256))

/** Identity by content: of the main file where it stands alone, else of the set. */
export const digest = ({ files }: Artifact): string =>
  files.length === 1
    ? files[0]!.sha256
    : Digest.ofJson(
        [...files].sort((a, b) => (a.suffix < b.suffix ? -1 : 1)).map(({ suffix, sha256 }) => [suffix, sha256])
      )

export const bytes = ({ files }: Artifact): number => files.reduce((sum, file) => sum + file.bytes, 0)
