/** What other workflow languages call our keys, for those who come from them. */
const words: Readonly<Record<string, string>> = {
  script: "run",
  shell: "run",
  command: "run",
  cmd: "run",
  exec: "run",
  stage: "uses",
  module: "uses",
  with_items: "scatter",
  foreach: "scatter",
  for_each: "scatter",
  matrix: "scatter",
  expand: "scatter",
  when: "if",
  condition: "if",
  image: "container",
  docker: "container",
  singularity: "container",
  conda: "container",
  environment: "env",
  columns: "table",
  steps: "stages",
  jobs: "stages",
  rules: "stages",
  processes: "stages",
  config: "params",
  threads: "cpus",
  cores: "cpus",
  mem: "memory",
  mem_mb: "memory",
  ram: "memory",
  walltime: "time",
  runtime: "time"
}

/** Names of types elsewhere. */
const types: Readonly<Record<string, string>> = {
  int: "integer",
  long: "integer",
  float: "number",
  double: "number",
  str: "string",
  text: "string",
  varchar: "string",
  bool: "boolean",
  path: "file",
  array: "list"
}

/** Which of the types is meant by what another language calls it. */
export const type = (word: string, known: ReadonlyArray<string>): string | undefined => {
  const [, lower, missing] = /^(.*?)(\??)$/u.exec(word.toLowerCase()) as unknown as [string, string, string]
  const ours = Object.hasOwn(types, lower) ? `${types[lower]}${missing}` : undefined
  return ours !== undefined && known.includes(ours) ? ours : undefined
}

/** What stands in expressions elsewhere, and what to do here. */
const expressions: Readonly<Record<string, string>> = {
  and: "write &&",
  "&": "write &&",
  or: "write ||",
  "|": "write ||",
  not: "write !",
  "=": "to compare, write ==",
  is: "to compare, write ==",
  in: "write contains(LIST, ITEM)",
  if: "write CONDITION ? A : B",
  else: "write CONDITION ? A : B",
  '"': "texts stand in single quotes: 'a'",
  $: "names stand without $",
  True: "write true",
  False: "write false",
  None: "write null",
  len: "length",
  size: "length",
  count: "length",
  includes: "contains",
  has: "contains"
}

export const inExpression = (word: string): string | undefined =>
  Object.hasOwn(expressions, word) ? expressions[word] : undefined

const resources = new Set(["cpus", "memory", "time", "gpus"])

/** What to write instead of a key that is not among those which may stand there; undefined where nothing is known of it. */
export const hint = (word: string, keys: ReadonlyArray<string>): string | undefined => {
  const lower = word.toLowerCase()
  const ours = Object.hasOwn(words, lower) ? words[lower]! : lower
  if (ours !== word && keys.includes(ours)) return `it is called '${ours}' here`
  if (resources.has(ours) && keys.includes("resources")) return `write it under 'resources': { ${ours}: ... }`
  if (lower === "params" && keys.includes("with"))
    return "give a stage its params under 'with', a script its values under 'env'"
  if (["needs", "depends_on", "after", "dependencies"].includes(lower) && keys.includes("uses"))
    return "a stage runs after those whose outputs it reads: there is no need to say it"
  return undefined
}
