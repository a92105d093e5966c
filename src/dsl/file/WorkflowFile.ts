/** The shape of a workflow's YAML: what may be written where. Its JSON Schema is schemas/workflow.schema.json. */
import * as Schema from "effect/Schema"
import type { Diagnostic } from "../../core/Diagnostic.ts"
import { reactions } from "../stage/Policy.ts"
import * as SchemaFault from "../text/SchemaFault.ts"
import type { YamlDocument, YamlPath } from "../text/YamlDocument.ts"

const described = <S extends Schema.Top>(schema: S, description: string) => schema.annotate({ description })

/** Stage ids, params and ports are names in expressions and in a shell: letters, digits, `_`. */
export const Name = Schema.String.pipe(
  Schema.check(
    Schema.isPattern(/^[a-z][a-z0-9_]*$/u, { message: "a name is lower-case letters, digits and '_', a letter first" })
  )
)

const Scalar = Schema.Union([Schema.String, Schema.Number, Schema.Boolean])

const scalarTypes = ["string", "integer", "number", "boolean", "file"] as const
export type ScalarType = (typeof scalarTypes)[number]

/** With `?`, values may be missing (`NA`, `.` or nothing). */
const columnTypes = ["string", "number", "integer", "boolean", "string?", "number?", "integer?", "boolean?"] as const

const paramColumns = [...columnTypes, "file", "file?"] as const
export type ParamColumn = (typeof paramColumns)[number]

const ParamValue = Schema.Union([
  Scalar,
  Schema.Array(Scalar),
  Schema.Array(Schema.Record(Schema.String, Schema.NullOr(Scalar)))
])

export const ParamDeclaration = Schema.Struct({
  type: described(
    Schema.Literals([...scalarTypes, "list", "table"]),
    "what the value is; a `file` is a path, a `table` the path of one or a list of mappings"
  ),
  columns: Schema.optionalKey(
    described(Schema.Record(Schema.String, Schema.Literals(paramColumns)), "the columns of a table and their types")
  ),
  items: Schema.optionalKey(described(Schema.Literals(scalarTypes), "what a list holds; string if not given")),
  optional: Schema.optionalKey(described(Schema.Boolean, "without a value it is null, and inputs do without it")),
  description: Schema.optionalKey(Schema.String),
  default: Schema.optionalKey(
    described(ParamValue, "the value when none is given; may be made from other params: `${{ params.width / 2 }}`")
  ),
  enum: Schema.optionalKey(described(Schema.Array(Scalar), "the values that are allowed; for a list, in it")),
  min: Schema.optionalKey(Schema.Number),
  max: Schema.optionalKey(Schema.Number)
})
export type ParamDeclaration = typeof ParamDeclaration.Type

export const ResourcesDeclaration = Schema.Struct({
  cpus: Schema.optionalKey(Schema.Int.pipe(Schema.check(Schema.isGreaterThan(0, { message: "expected 1 or more" })))),
  memory: Schema.optionalKey(described(Schema.Union([Schema.String, Schema.Number]), "`4 GB`, `512 MiB`, or bytes")),
  gpus: Schema.optionalKey(
    Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(0, { message: "expected 0 or more" })))
  ),
  time: Schema.optionalKey(
    described(Schema.Union([Schema.String, Schema.Number]), "`1 h`, `90 s`: a task that takes longer is stopped")
  )
})

const Factor = Schema.String.pipe(
  Schema.check(Schema.isPattern(/^x[0-9]+(?:\.[0-9]+)?$/u, { message: "a factor is written as x2 or x1.5" }))
)

export const RetryDeclaration = Schema.Struct({
  attempts: described(
    Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 1, maximum: 100 }, { message: "expected 1 to 100" }))),
    "how often a task is tried, the first time counted"
  ),
  cpus: Schema.optionalKey(described(Factor, "`x2`: each attempt gets twice the CPUs of the one before")),
  memory: Schema.optionalKey(described(Factor, "`x2`: each attempt gets twice the memory of the one before")),
  time: Schema.optionalKey(described(Factor, "`x2`: each attempt may take twice as long as the one before")),
  delay: Schema.optionalKey(
    described(Schema.Union([Schema.String, Schema.Number]), "`10 s`: the time between attempts")
  ),
  on: Schema.optionalKey(
    described(Schema.Literals(["failure", "any"]), "`any`: after bad input too, which is not tried again otherwise")
  )
})

export const OutputDeclaration = Schema.Union([
  described(Schema.String, "a file kind: tsv, json, svg, png, ...; of any other ending: file.gif"),
  Schema.Struct({
    table: described(
      Schema.Record(Schema.String, Schema.Literals(columnTypes)),
      "a tsv with these columns and types; of `number?`, some may be missing"
    )
  })
])
export type OutputDeclaration = typeof OutputDeclaration.Type

const KeptShare = Schema.Finite.pipe(
  Schema.check(Schema.isBetween({ minimum: 0, maximum: 1 }, { message: "expected a share from 0 to 1" }))
)

const Values = Schema.Record(Schema.String, Schema.Unknown)

const Tools = Schema.Record(Name, Schema.String)

const ScatterDimension = Schema.Struct({
  over: described(
    Schema.Unknown,
    "a list, or an expression that gives one; the table that `rows` cuts; or a scattered stage's list of files"
  ),
  rows: Schema.optionalKey(
    Schema.Int.pipe(Schema.check(Schema.isGreaterThan(0, { message: "expected 1 or more" }))).annotate({
      description: "cuts a table into pieces of so many rows"
    })
  ),
  as: Schema.optionalKey(described(Name, "what the stage calls one of them: `${{ item }}` if not given"))
})

export const StageDeclaration = Schema.Struct({
  if: Schema.optionalKey(
    described(
      Schema.Union([Schema.Boolean, Schema.String]),
      "the stage is left out when this is false: `${{ params.x > 0 }}`"
    )
  ),
  scatter: Schema.optionalKey(
    described(
      Schema.Union([ScatterDimension, Schema.Array(ScatterDimension)]),
      "runs the stage once for each item; a list of scatters for each combination, the last running fastest"
    )
  ),
  uses: Schema.optionalKey(
    described(
      Schema.String,
      "the name of a stage (`agflow stages` lists them), or another workflow: ./other.yaml, ./other.ts"
    )
  ),
  with: Schema.optionalKey(described(Values, "params and inputs of the stage that is used")),
  run: Schema.optionalKey(described(Schema.String, "a bash script; inputs, outputs and env are variables in it")),
  inputs: Schema.optionalKey(described(Values, "files for the script: `${{ stage.output }}` or paths")),
  outputs: Schema.optionalKey(
    described(Schema.Record(Schema.String, OutputDeclaration), "files that the script writes")
  ),
  env: Schema.optionalKey(described(Schema.Record(Schema.String, Scalar), "further variables for the script")),
  tools: Schema.optionalKey(
    described(
      Schema.Union([Schema.Array(Schema.String), Tools]),
      "tools whose versions the results depend on: names of the workflow's, or commands that say them by name"
    )
  ),
  container: Schema.optionalKey(
    described(
      Schema.String,
      "the image that the script runs in: `docker://python:3.12`, or a file that apptainer built, `./tools.sif`; it must have bash"
    )
  ),
  network: Schema.optionalKey(
    described(Schema.Boolean, "whether the container may use the network; it may not by default")
  ),
  description: Schema.optionalKey(Schema.String),
  resources: Schema.optionalKey(ResourcesDeclaration),
  retry: Schema.optionalKey(described(RetryDeclaration, "a task that fails is tried again, with more if asked for")),
  onError: Schema.optionalKey(
    described(
      Schema.Literals(reactions),
      "after a failure: stop what runs, finish it and start nothing more, or ignore it and go on without"
    )
  ),
  missing: Schema.optionalKey(
    described(
      Schema.Literals(["fail", "skip", "ignore"]),
      "of files by key, where one input has a key and another has not: fail; skip that key; or ignore it, for lists that have nothing to do with each other"
    )
  ),
  keep_at_least: Schema.optionalKey(
    described(
      Schema.Union([KeptShare, Schema.Record(Schema.String, KeptShare)]),
      "the smallest share of the rows that the stage takes which it must keep, or it fails: 0.95, or by what is counted: { variants: 0.95 }; 0 allows none. One row, if not given"
    )
  )
})
export type StageDeclaration = typeof StageDeclaration.Type

const Stages = Schema.Record(Schema.String, StageDeclaration)
const Outputs = Schema.Record(Schema.String, Schema.String)

export const ProfileDeclaration = Schema.Struct({
  description: Schema.optionalKey(Schema.String),
  extends: Schema.optionalKey(
    described(Schema.Array(Schema.String), "profiles that this one builds on: they are applied before it")
  ),
  params: Schema.optionalKey(described(Schema.Record(Schema.String, Schema.NullOr(ParamValue)), "values for params")),
  stages: Schema.optionalKey(described(Stages, "stages that this profile adds, or puts in place of the file's own")),
  outputs: Schema.optionalKey(Outputs),
  unavailable: Schema.optionalKey(described(Schema.String, "why this profile cannot run yet, and what it needs"))
})
export type ProfileDeclaration = typeof ProfileDeclaration.Type

export const WorkflowDeclaration = Schema.Struct({
  agflow: described(Schema.Literal(1), "the version of this language"),
  name: Schema.String,
  description: Schema.optionalKey(Schema.String),
  params: Schema.optionalKey(Schema.Record(Schema.String, ParamDeclaration)),
  imports: Schema.optionalKey(
    described(Schema.Array(Schema.String), "TypeScript or JavaScript files whose stages the workflow can use")
  ),
  tools: Schema.optionalKey(
    described(Tools, "commands that say which version of a tool there is: `python: python3 -VV; python3 -m pip freeze`")
  ),
  stages: Schema.optionalKey(Stages),
  outputs: Schema.optionalKey(described(Outputs, "results by name: `${{ stage.output }}`")),
  profile: Schema.optionalKey(described(Schema.String, "the profile that is used when none is asked for")),
  profiles: Schema.optionalKey(Schema.Record(Schema.String, ProfileDeclaration))
}).annotate({ title: "agflow workflow", identifier: "Workflow" })
export type WorkflowDeclaration = typeof WorkflowDeclaration.Type

/**
 * The declarations of a document, as far as they can be read: a part that is malformed is reported and left out, so that
 * the parts beside it are still checked.
 */
export const read = (
  document: YamlDocument
): {
  readonly declaration: WorkflowDeclaration | undefined
  readonly diagnostics: ReadonlyArray<Diagnostic>
  /** What was left out. */
  readonly faulty: ReadonlyArray<YamlPath>
} => {
  const diagnostics: Array<Diagnostic> = []
  const faulty: Array<YamlPath> = []
  let value: unknown = document.value
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    const message = "expected a mapping: agflow, name, stages"
    const fault: Diagnostic = { code: "invalid-value", message, source: document.source, range: document.locate([]) }
    return { declaration: undefined, diagnostics: [fault], faulty }
  }
  // Each round drops what the last one found wrong; as every fault removes something, it ends.
  for (let round = 0; round < 8; round++) {
    const result = Schema.decodeUnknownResult(WorkflowDeclaration, {
      errors: "all",
      onExcessProperty: "error",
      reportInput: true
    })(value)
    if (result._tag === "Success") return { declaration: result.success, diagnostics, faulty }
    const faults = SchemaFault.from(result.failure.issue)
    for (const { path, atKey, ...fault } of faults) {
      faulty.push(path)
      // A key that is missing only because its malformed value was dropped has been reported already.
      if (fault.code === "missing-key" && round > 0) continue
      diagnostics.push({
        ...fault,
        ...(path.at(-2) === "scatter" && fault.message.startsWith("expected a mapping")
          ? { hint: "write scatter: { over: [A, B, ...] }" }
          : {}),
        source: document.source,
        range: atKey ? document.locateKey(path) : document.locate(path)
      })
    }
    // A param that is declared half would be another one: it goes whole.
    const removal = removalOf(faults.map(({ path }) => (path[0] === "params" ? path.slice(0, 2) : path)))
    value = without({ ...placeholders, ...(value as object) }, removal)
  }
  return { declaration: undefined, diagnostics, faulty }
}

/** Stand in for the two keys without which nothing else would be read. */
const placeholders = { agflow: 1, name: "unnamed" }

/** What is to be taken out of a value: a member whole, or of a member what is to be taken out of it. */
interface Removal extends Map<string | number, Removal | "whole"> {}

const removalOf = (paths: ReadonlyArray<YamlPath>): Removal => {
  const root: Removal = new Map()
  for (const path of paths) {
    let at = root
    for (const [index, key] of path.entries()) {
      const known = at.get(key)
      if (known === "whole") break
      if (index === path.length - 1) at.set(key, "whole")
      else {
        const next: Removal = known ?? new Map()
        at.set(key, next)
        at = next
      }
    }
  }
  return root
}

/** All at once: a list's items keep their numbers until then, and of a large file no copy is made for each fault. */
const without = (value: unknown, removal: Removal): unknown => {
  if (value === null || typeof value !== "object") return value
  const left = <K extends string | number>([key, member]: readonly [K, unknown]): ReadonlyArray<
    readonly [K, unknown]
  > => {
    const inner = removal.get(key)
    return inner === "whole" ? [] : [[key, inner === undefined ? member : without(member, inner)]]
  }
  return Array.isArray(value)
    ? [...value.entries()].flatMap(left).map(([, item]) => item)
    : Object.fromEntries(Object.entries(value).flatMap(left))
}
