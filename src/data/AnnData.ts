/**
 * Annotated matrices as Python's anndata reads and writes them (.h5ad): an HDF5 file with the matrix X, a table of its
 * rows (obs), a table of its columns (var), named texts (uns) and further matrices of the same shape (layers).
 * After the specification of its on-disk format: anndata 0.1.0, dataframe 0.2.0, array 0.2.0, string-array 0.2.0.
 */
import * as Effect from "effect/Effect"
import type { Group } from "h5wasm"
import { writeFile } from "node:fs/promises"
import { cannot, type InputError } from "../core/Failure.ts"

type Cell = string | number | boolean | null

/** Columns by name, at least one, each as long as the table. */
export type Frame = ReadonlyMap<string, ReadonlyArray<Cell>>

export interface AnnData {
  /** Rows and columns. */
  readonly shape: readonly [number, number]
  /** Row-major. */
  readonly x: Float32Array
  readonly obs: Frame
  readonly var: Frame
  readonly uns: Readonly<Record<string, string>>
  readonly layers: Readonly<Record<string, Float32Array>>
}

const encode = (of: Pick<Group, "create_attribute">, type: string, version: string): void => {
  of.create_attribute("encoding-type", type, [], "S")
  of.create_attribute("encoding-version", version, [], "S")
}

const writeMatrix = (group: Group, name: string, data: Float32Array, [rows, columns]: AnnData["shape"]): void =>
  encode(group.create_dataset({ name, data, shape: [rows, columns], dtype: "<f" }), "array", "0.2.0")

/** Texts as they are, a missing one empty; numbers as float64, a missing one NaN; booleans as texts. */
const writeColumn = (group: Group, name: string, cells: ReadonlyArray<Cell>): void => {
  if (
    cells.some((cell) => typeof cell === "number") &&
    cells.every((cell) => cell === null || typeof cell === "number")
  ) {
    const data = Float64Array.from(cells, (cell) => (typeof cell === "number" ? cell : Number.NaN))
    encode(group.create_dataset({ name, data, shape: [cells.length], dtype: "<d" }), "array", "0.2.0")
  } else {
    const data = cells.map((cell) => (cell === null ? "" : String(cell)))
    encode(group.create_dataset({ name, data, shape: [cells.length], dtype: "S" }), "string-array", "0.2.0")
  }
}

const index = "_index"

const writeFrame = (parent: Group, name: string, frame: Frame, length: number): void => {
  const group = parent.create_group(name)
  encode(group, "dataframe", "0.2.0")
  group.create_attribute(index, index, [], "S")
  // A name of HDF5 is a path: a slash would make a group.
  const columns = Array.from(frame, ([column, cells]) => [column.replaceAll("/", "_"), cells] as const)
  group.create_attribute(
    "column-order",
    columns.map(([column]) => column),
    [columns.length],
    "S"
  )
  writeColumn(
    group,
    index,
    Array.from({ length }, (_, row) => String(row))
  )
  for (const [column, cells] of columns) writeColumn(group, column, cells)
}

const writeDictionary = (parent: Group, name: string): Group => {
  const group = parent.create_group(name)
  encode(group, "dict", "0.1.0")
  return group
}

let written = 0

/** Writes an .h5ad file; the rows are named `0`, `1`, ..., as are the columns. */
export const write = (
  path: string,
  { shape, x, obs, var: variables, uns, layers }: AnnData
): Effect.Effect<void, InputError> =>
  Effect.tryPromise({
    try: async () => {
      const h5wasm = await import("h5wasm")
      const { FS } = await h5wasm.ready
      const name = `anndata_${written++}.h5ad`
      const file = new h5wasm.File(name, "w")
      try {
        encode(file, "anndata", "0.1.0")
        writeMatrix(file, "X", x, shape)
        writeFrame(file, "obs", obs, shape[0])
        writeFrame(file, "var", variables, shape[1])
        const layerGroup = writeDictionary(file, "layers")
        for (const [layer, data] of Object.entries(layers)) writeMatrix(layerGroup, layer, data, shape)
        const texts = writeDictionary(file, "uns")
        for (const [key, text] of Object.entries(uns)) {
          encode(texts.create_dataset({ name: key, data: text, shape: [], dtype: "S" }), "string", "0.2.0")
        }
        for (const empty of ["obsm", "varm", "obsp", "varp"]) writeDictionary(file, empty)
      } finally {
        file.close()
      }
      try {
        await writeFile(path, FS.readFile(name))
      } finally {
        FS.unlink(name)
      }
    },
    catch: cannot("write", path)
  })
