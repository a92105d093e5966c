// agflow's side of bench/tables.mjs: ours.mjs BUNDLE CASE FOLDER
import { pathToFileURL } from "node:url"

const [bundle, name, folder] = process.argv.slice(2)
const { Effect, HashJoin, Table } = await import(pathToFileURL(bundle).href)
const schema = {
  variant_id: Table.string(""),
  gene: Table.string(""),
  a: Table.number(""),
  b: Table.number(""),
  c: Table.integer(""),
  d: Table.boolean(""),
  e: Table.nullable(Table.number(""))
}
/** All columns, kept, as the peer keeps them. */
const read = (file) => {
  const batches = []
  return Table.readColumns(file, schema, (columns) => Effect.sync(() => void batches.push(columns))).pipe(
    Effect.as(batches)
  )
}
const copy = (file) =>
  Table.writeColumns(file, schema, (add) => Table.readColumns(`${folder}/typed.parquet`, schema, add))
const rows = (file) =>
  Effect.flatMap(Table.read(`${folder}/typed.parquet`, schema), (found) => Table.write(file, schema, found))
const side = (file) => ({ file: `${folder}/${file}.tsv`, on: ["variant_id"] })
const cases = {
  join: () => HashJoin.inner(side("left"), side("right"), `${folder}/ours.tsv`, { scratch: folder }),
  "read-tsv": () => read(`${folder}/typed.tsv`),
  "read-parquet": () => read(`${folder}/typed.parquet`),
  "write-tsv": () => copy(`${folder}/ours.tsv`),
  "write-parquet": () => copy(`${folder}/ours.parquet`),
  "rows-tsv": () => rows(`${folder}/ours.tsv`),
  "rows-parquet": () => rows(`${folder}/ours.parquet`)
}
await Effect.runPromise(cases[name]())
