import { spawnSync } from "node:child_process"

/** What a program prints; undefined where there is no such program, or it fails. */
export const ask = (program, args, env = {}) => {
  const { status, stdout, error } = spawnSync(program, args, { encoding: "utf8", env: { ...process.env, ...env } })
  return error === undefined && status === 0 ? stdout.trim() : undefined
}
