/** What a task is to run, as its folder's `task.json` says it. */
import * as Schema from "effect/Schema"
import { Lineage } from "../core/Lineage.ts"
import { SettingsValue } from "../core/Settings.ts"
import * as Container from "./Container.ts"

const Paths = Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Array(Schema.String)]))

export const TaskSpec = Schema.Union([
  Schema.Struct({
    kind: Schema.Literal("stage"),
    stage: Schema.String,
    /** The file that holds the stage, unless it is one of agflow's own. */
    module: Schema.optionalKey(Schema.String),
    params: Schema.Unknown,
    inputs: Paths,
    settings: SettingsValue,
    synthetic: Schema.Boolean,
    /** Where the inputs come from, of a stage whose outputs state it. */
    lineage: Schema.Record(Schema.String, Schema.Array(Lineage)),
    /** Where the stage keeps what it has finished of its work, for the next attempt if this one is killed. */
    checkpoint: Schema.String,
    /** CUDA_VISIBLE_DEVICES of a stage that has GPUs of its own. */
    devices: Schema.optionalKey(Schema.String)
  }),
  Schema.Struct({
    kind: Schema.Literal("script"),
    script: Schema.String,
    inputs: Paths,
    /** Of lists that have keys, that of each file. */
    keys: Schema.Record(Schema.String, Schema.Array(Schema.Array(Schema.String))),
    /** The path that the script is to write for each output. */
    outputs: Schema.Record(Schema.String, Schema.String),
    env: Schema.Record(Schema.String, Schema.String),
    devices: Schema.optionalKey(Schema.String),
    container: Schema.optionalKey(
      Schema.Struct({
        engine: Schema.Literals(Container.engines),
        image: Schema.String,
        network: Schema.Boolean,
        /** Whether the user is root inside. */
        rootless: Schema.Boolean,
        /** What the task's links lead to. */
        files: Schema.Array(Schema.String)
      })
    )
  })
])
export type TaskSpec = typeof TaskSpec.Type

export type ScriptSpec = Extract<TaskSpec, { readonly kind: "script" }>
