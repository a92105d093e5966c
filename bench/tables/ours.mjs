// agflow's side of bench/tables.mjs: ours.mjs BUNDLE CASE FOLDER
import { pathToFileURL } from "node:url"

const [bundle, name, folder] = process.argv.slice(2)
const { Effect, HashJoin, Reader, Table } = await import(pathToFileURL(bundle).href)
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
  return Reader.use(file, {}, (source) =>
    Reader.typed(source, schema, (columns) => Effect.sync(() => void batches.push(columns)))
  ).pipe(Effect.as(batches))
}
const write = (file) =>
  Effect.flatMap(Table.read(`${folder}/typed.parquet`, schema), (rows) => Table.write(file, schema, rows))
const side = (file) => ({ file: `${folder}/${file}.tsv`, on: ["variant_id"] })
const cases = {
  join: () => HashJoin.inner(side("left"), side("right"), `${folder}/ours.tsv`, { scratch: folder }),
  "read-tsv": () => read(`${folder}/typed.tsv`),
  "read-parquet": () => read(`${folder}/typed.parquet`),
  "write-tsv": () => write(`${folder}/ours.tsv`),
  "write-parquet": () => write(`${folder}/ours.parquet`)
}
await Effect.runPromise(cases[name]())
