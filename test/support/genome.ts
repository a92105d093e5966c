/** Small files and shapes for tests of the genome room. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { temporaryFolder } from "./stage.ts"

export const file = (name: string, content: string | Uint8Array): string => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

/** A written table as objects of text. */
export const rowsOf = (path: string | undefined): ReadonlyArray<Record<string, string>> => {
  const [header, ...lines] = readFileSync(path!, "utf8").trimEnd().split("\n")
  const columns = header!.split("\t")
  return lines.map((line) => Object.fromEntries(line.split("\t").map((cell, index) => [columns[index]!, cell])))
}

/** What a promise is rejected with. */
export const rejection = (
  promise: Promise<unknown>
): Promise<Error & { readonly file?: string; readonly line?: number; readonly hint?: string }> =>
  promise.then(
    () => Promise.reject(new Error("expected a failure")),
    (error) => error
  )
