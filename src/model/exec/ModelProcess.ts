/** The process that a lab's model runs in: started once, asked one question at a time, ended with all that it started. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { messageOf } from "../../core/Failure.ts"
import * as ProcessGroup from "../../core/ProcessGroup.ts"
import { Task } from "../../core/Task.ts"
import { ModelError } from "../ModelError.ts"
import * as Frames from "./Frames.ts"
import { Info, Reply, type Question } from "./Protocol.ts"

export interface Command {
  readonly program: string
  readonly args: ReadonlyArray<string>
  /** All of its environment. */
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Answer {
  readonly sequence: number
  readonly output: string
  readonly shape: ReadonlyArray<number>
  readonly tracks: ReadonlyArray<number> | undefined
  readonly values: Float32Array
}

export interface ModelProcess {
  readonly info: Info
  /** All arrays that it answers with. */
  readonly ask: (question: Question) => Effect.Effect<ReadonlyArray<Answer>, ModelError>
}

/** Lines of standard error that an error repeats. */
const remembered = 12

const decodeInfo = Schema.decodeUnknownEffect(Info, { reportInput: true })
const decodeReply = Schema.decodeUnknownEffect(Reply, { reportInput: true })

/** Starts it and hears what it is. What it writes to standard error goes to the task's log. */
export const start = Effect.fnUntraced(function* ({
  program,
  args,
  env
}: Command): Effect.fn.Return<ModelProcess, ModelError, Scope.Scope | Task> {
  const task = yield* Task
  const who = `the model's process '${[program, ...args].join(" ")}'`
  const frames = yield* Queue.unbounded<Frames.Frame, ModelError>()
  const lastWords: Array<string> = []
  let over: ModelError | undefined
  const failure = (what: string, hint?: string) =>
    new ModelError({
      message: [`${who} ${what}`, ...lastWords.map((line) => `  | ${line}`)].join("\n"),
      ...(hint === undefined ? {} : { hint })
    })
  const end = (what: string, hint?: string) => {
    over ??= failure(what, hint)
    Queue.failCauseUnsafe(frames, Cause.fail(over))
  }

  const child = yield* Effect.acquireRelease(
    Effect.try({
      try: () => spawn(program, args, { env, stdio: ["pipe", "pipe", "pipe"], detached: true }),
      catch: (cause) => failure(`cannot be started: ${messageOf(cause)}`)
    }),
    ({ pid, stdin, exitCode, signalCode }) =>
      Effect.suspend(() => {
        stdin.end()
        // The number of one that is gone may be another's by now.
        const gone = pid === undefined || exitCode !== null || signalCode !== null
        return gone ? Effect.void : ProcessGroup.stop(pid)
      })
  )
  const { pid } = child
  if (pid !== undefined) {
    const kill = () => ProcessGroup.signal(pid, "SIGKILL")
    yield* Effect.acquireRelease(
      Effect.sync(() => process.on("exit", kill)),
      () => Effect.sync(() => process.off("exit", kill))
    )
    child.on("exit", () => {
      process.off("exit", kill)
      // What it leaves running would hold its pipes open.
      kill()
    })
  }
  child.on("error", (cause) => end(`cannot be started: ${cause.message}`, "is the program installed, and on the PATH?"))
  child.on("close", (code, signal) => end(`ended (${signal ?? `exit code ${code}`}) before it had answered`))
  // Its exit says more than a pipe that is broken.
  child.stdin.on("error", () => undefined)
  createInterface({ input: child.stderr }).on("line", (line) => {
    lastWords.push(line)
    if (lastWords.length > remembered) lastWords.shift()
    Effect.runFork(task.log(line))
  })
  const read = Frames.reader()
  child.stdout.on("data", (piece: Buffer) => {
    try {
      for (const frame of read(piece)) Queue.offerUnsafe(frames, frame)
    } catch (cause) {
      end(`cannot be understood: ${messageOf(cause)}`, "standard output is for the protocol: print to standard error")
      child.stdout.destroy()
    }
  })

  /** After this nothing that it says can be trusted to answer a question. */
  const broken = (what: string) =>
    Effect.suspend(() => {
      end(what)
      return Effect.fail(over!)
    })
  const misfit = (error: Schema.SchemaError) => broken(`says what does not fit the protocol: ${error.message}`)
  const info = yield* decodeInfo((yield* Queue.take(frames)).head).pipe(Effect.catch(misfit))

  const ask = Effect.fnUntraced(function* (question: Question): Effect.fn.Return<ReadonlyArray<Answer>, ModelError> {
    if (over !== undefined) return yield* over
    child.stdin.write(`${JSON.stringify(question)}\n`)
    const answers: Array<Answer> = []
    while (true) {
      const { head, body } = yield* Queue.take(frames)
      const reply = yield* Effect.catch(decodeReply(head), misfit)
      if ("done" in reply) return answers
      if ("error" in reply) return yield* new ModelError({ message: `${who} refuses: ${reply.error}` })
      if ("progress" in reply) {
        yield* task.log(`${reply.progress} of ${question.sequences.length} sequences`)
      } else if (body.length % 4 !== 0) {
        return yield* broken(`gave ${body.length} bytes, which are no float32`)
      } else {
        const { sequence, output, shape, tracks } = reply
        answers.push({ sequence, output, shape, tracks, values: new Float32Array(body.buffer) })
      }
    }
  })
  const turn = Semaphore.makeUnsafe(1)
  return {
    info,
    ask: (question) =>
      ask(question).pipe(
        // The rest of an answer that nobody waits for would be taken for the next one.
        Effect.onInterrupt(() => Effect.sync(() => end("was asked no more"))),
        turn.withPermits(1)
      )
  }
})
