/** FASTA as a stream of whole sequences: for writing a reference anew. Reading by coordinates is Fasta's. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { InputError } from "../core/Failure.ts"
import * as FastaIndex from "./FastaIndex.ts"
import * as FastaLines from "./FastaLines.ts"

export interface Sequence {
  readonly name: string
  /** As in the file: lower case (soft-masked) bases stay so. */
  readonly sequence: string
}

/** Bases a line, as UCSC, Ensembl and NCBI write them. */
const lineBases = 60

/**
 * The sequences of a file, plain or gzip, each as a whole (250 MB for the longest human chromosome). Two of one name are
 * an error, as is anything but letters, `*` and `-` among the bases; blanks at the ends of lines are left out.
 */
export const records = (path: string): Stream.Stream<Sequence, InputError> =>
  Stream.suspend(() => {
    let name: string | undefined
    let lines: Array<string> = []
    let number = 0
    const names = new Map<string, number>()
    const fault = (message: string) => new InputError({ message, file: path, line: number })
    const finish = (): ReadonlyArray<Sequence> => (name === undefined ? [] : [{ name, sequence: lines.join("") }])
    return FastaLines.stream(path).pipe(
      Stream.mapEffect((batch) => {
        const done: Array<Sequence> = []
        const failure = FastaLines.each(batch, (from, to) => {
          number++
          const line = batch.bytes.toString("latin1", from, to).trimEnd()
          if (line.startsWith(">")) {
            done.push(...finish())
            name = FastaIndex.nameOf(line)
            lines = []
            if (name === "") return fault("a sequence without a name")
            const earlier = names.get(name)
            if (earlier !== undefined) return FastaIndex.duplicate(name, path, number, earlier)
            names.set(name, number)
          } else if (line !== "" && name === undefined) {
            return fault("not FASTA: the first line must begin with '>'")
          } else if (/[^A-Za-z*.-]/u.test(line)) {
            return fault(`'${name}' holds more than letters`)
          } else if (/[EFILPQ]/iu.test(line)) {
            return fault(`'${name}' holds amino acids, where bases are expected`)
          } else lines.push(line)
          return undefined
        })
        return failure ?? Effect.succeed(done)
      }),
      Stream.concat(Stream.suspend(() => Stream.succeed(finish()))),
      Stream.flatMap(Stream.fromIterable)
    )
  })

/** A sequence as FASTA text, 60 bases a line. */
export const format = ({ name, sequence }: Sequence): Uint8Array => {
  const header = `>${name}\n`
  const text = Buffer.allocUnsafe(header.length + sequence.length + Math.ceil(sequence.length / lineBases))
  let at = text.write(header, "latin1")
  for (let i = 0; i < sequence.length; i += lineBases) {
    at += text.write(sequence.slice(i, i + lineBases), at, "latin1")
    text[at++] = 10
  }
  return text
}
