/** What folders below `work/` are called: unique, and each tells which process of which machine makes it. */
import * as Process from "../core/Process.ts"

let counter = 0

export const nameFor = (key: string): string => {
  const { host, pid, started } = Process.self()
  return `${key.slice(0, 16)}-${host}-${pid}.${started ?? ""}-${counter++}`
}

/** Whether this process makes the folder of this name. */
export const isOwn = (name: string): boolean => {
  const { host, pid, started } = Process.self()
  const maker = makerOf(name)
  return maker?.host === host && maker.pid === pid && maker.started === started
}

/** Who makes the folder of this name. */
export const makerOf = (name: string): Process.ProcessIdentity | undefined => {
  const match = /^[^-]+-(.+)-(\d+)\.(\d*)-\d+$/u.exec(name)
  return match === null ? undefined : { host: match[1]!, pid: Number(match[2]), started: match[3] || null }
}
