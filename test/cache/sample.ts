/** Records as tests need them. */
import type { StoredFile } from "../../src/cache/Artifact.ts"
import type { Record } from "../../src/cache/Record.ts"
import * as TaskKey from "../../src/cache/TaskKey.ts"

export const recordOf = (
  params: Readonly<{ [name: string]: unknown }>,
  files: ReadonlyArray<StoredFile> = [],
  structure: Partial<TaskKey.TaskKey> = {}
): Record => {
  const whole: TaskKey.TaskKey = {
    version: 1,
    stage: "count",
    code: "c0de",
    params,
    inputs: {},
    outputs: {},
    ...structure
  }
  return {
    key: TaskKey.digest(whole),
    structure: whole,
    outputs: { out: { extension: "txt", files, synthetic: false } },
    provenance: [],
    startedAt: "2026-11-22T00:00:00.000Z",
    seconds: 2,
    cpuSeconds: 1.5,
    maxRssBytes: null,
    agflow: "0.1.0"
  }
}
