/** The key of the hosted service. It is read from the environment alone, and told to nobody but the service. */
import * as Redacted from "effect/Redacted"

/** Variables that may hold it; the first that does. */
export const keyNames = ["AGFLOW_ALPHAGENOME_API_KEY", "ALPHAGENOME_API_KEY"] as const

export const fromEnvironment = (
  env: Readonly<Record<string, string | undefined>> = process.env
): Redacted.Redacted | undefined => {
  const value = keyNames.map((name) => env[name]?.trim()).find((each) => each !== undefined && each !== "")
  return value === undefined ? undefined : Redacted.make(value, { label: "the key" })
}
