/** What the user says about this machine. None of it may change a result, so none of it is in a cache key. */
import * as Context from "effect/Context"
import * as Schema from "effect/Schema"

export const SettingsValue = Schema.Struct({
  /** Folders searched under `<host>/<path>` before the network (`AGFLOW_MIRROR`, `--mirror`). Absolute paths. */
  mirrors: Schema.Array(Schema.String),
  /** Licences that the user accepts by name (`--accept-licence`). */
  acceptedLicences: Schema.Array(Schema.String),
  /** `auto`, `cpu`, `gpu` or the id of a runtime (`--device`). */
  device: Schema.String,
  /** Downloads in progress, and files already downloaded, by digest. Absolute path. */
  downloads: Schema.String,
  /** CPU threads that a model may use. */
  threads: Schema.Int
})
export type SettingsValue = typeof SettingsValue.Type

export class Settings extends Context.Service<Settings, SettingsValue>()("agflow/core/Settings") {}
