/**
 * The process as a lab's own stage finds it, and leaves it. A worker runs one task after another: what one of them changes
 * (variables, the working folder, globals, listeners) the next is not to see, and what one has left at work is not to write
 * into what is taken for its result. The stage's module itself is loaded anew for each task: see StageModule.
 */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"

/** What is shared by all modules of a process, and changed by name. */
const shared = (): ReadonlyArray<object> => [globalThis, Math, JSON, Date, console, Array.prototype, Object.prototype]

/** By which a process hears what happens to it. */
const events = ["exit", "beforeExit", "uncaughtException", "unhandledRejection", "SIGTERM", "SIGHUP"] as const

interface Found {
  readonly env: NodeJS.ProcessEnv
  readonly folder: string
  readonly properties: ReadonlyArray<readonly [object, PropertyDescriptorMap]>
  readonly listeners: ReadonlyArray<readonly [string, ReadonlySet<unknown>]>
  readonly active: ReadonlyArray<string>
}

const find = (): Found => ({
  env: { ...process.env },
  folder: process.cwd(),
  properties: shared().map((each) => [each, Object.getOwnPropertyDescriptors(each)]),
  listeners: events.map((name) => [name, new Set(process.listeners(name as "exit"))]),
  active: process.getActiveResourcesInfo()
})

const isSame = (a: PropertyDescriptor, b: PropertyDescriptor | undefined): boolean =>
  b !== undefined && Object.is(a.value, b.value) && a.get === b.get && a.set === b.set

const restore = ({ env, folder, properties, listeners }: Found): void => {
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(env, name)) delete process.env[name]
  for (const [name, value] of Object.entries(env)) if (process.env[name] !== value) process.env[name] = value
  process.chdir(folder)
  for (const [object, before] of properties) {
    const after = Object.getOwnPropertyDescriptors(object)
    for (const name of Reflect.ownKeys(after)) if (!Object.hasOwn(before, name)) Reflect.deleteProperty(object, name)
    for (const name of Reflect.ownKeys(before)) {
      const was = before[name as string]!
      if (!isSame(was, after[name as string])) Reflect.defineProperty(object, name, was)
    }
  }
  for (const [name, before] of listeners) {
    for (const each of process.listeners(name as "exit")) if (!before.has(each)) process.off(name, each)
  }
  process.exitCode = undefined
}

const words: { readonly [kind: string]: string } = {
  Timeout: "a timer",
  Immediate: "a timer",
  FSReqCallback: "reading or writing a file",
  FSReqPromise: "reading or writing a file",
  FileHandle: "reading or writing a file",
  ProcessWrap: "a program",
  MessagePort: "a worker thread",
  TCPSocketWrap: "a connection",
  TLSWrap: "a connection",
  GetAddrInfoReqWrap: "a connection"
}

/** What is at work now and was not before. */
const left = ({ active }: Found): ReadonlyArray<string> => {
  const before = [...active]
  return process.getActiveResourcesInfo().flatMap((kind) => {
    const at = before.indexOf(kind)
    if (at !== -1) before.splice(at, 1)
    return at === -1 ? (words[kind] ?? []) : []
  })
}

/** Turns of the event loop that what is being closed may take. */
const turns = 20

/**
 * Runs a lab's stage, in `folder`, and puts the process back as it was. Fails when something that the stage started is
 * still at work after it: what that would write is in no result, or is in it by chance. `spent` is called then, as nobody can
 * stop it but by the end of the process.
 */
export const around = <A, E, R>(
  folder: string,
  spent: () => void,
  stage: Effect.Effect<A, E, R>
): Effect.Effect<A, E | InputError, R> =>
  Effect.suspend(() => {
    const before = find()
    process.chdir(folder)
    return Effect.gen(function* () {
      const result = yield* stage
      let rest = left(before)
      for (let turn = 0; turn < turns && rest.length > 0; turn++) {
        yield* Effect.promise(() => new Promise((done) => void setImmediate(done)))
        rest = left(before)
      }
      if (rest.length === 0) return result
      spent()
      return yield* new InputError({
        message: `the stage ended while something that it had started was still at work: ${[...new Set(rest)].join(", ")}`,
        hint: "wait for all that it starts (yield* each effect, await each promise), and clear timers: what is written later is in no result"
      })
    }).pipe(
      Effect.onError(() => Effect.sync(() => left(before).length > 0 && spent())),
      Effect.ensuring(Effect.sync(() => restore(before)))
    )
  })
