/** Opens AlphaGenome's service: the hosted one, with a key, or a lab's own server. */
import * as Effect from "effect/Effect"
import { InputError } from "../../core/Failure.ts"
import { Task } from "../../core/Task.ts"
import type { ModelEntry, ModelRequest } from "../ModelEntry.ts"
import * as Announcement from "./Announcement.ts"
import * as Connection from "./Connection.ts"
import * as Key from "./Key.ts"
import * as RemoteModel from "./RemoteModel.ts"
import { RemoteError } from "./RemoteError.ts"

const hosted = "dns:///gdmscience.googleapis.com:443"

/** Calls that may be begun in a minute: a matter of the user's quota, not of the result. */
const paceName = "AGFLOW_ALPHAGENOME_CALLS_PER_MINUTE"

const paceOf = (text: string | undefined): Effect.Effect<number | undefined, InputError> => {
  if (text === undefined || text === "") return Effect.succeed(undefined)
  const pace = Number(text)
  return pace > 0 && Number.isFinite(pace)
    ? Effect.succeed(pace)
    : Effect.fail(new InputError({ message: `${paceName} is '${text}', expected a number above 0` }))
}

/** `http://` is plain text, `https://` and nothing are TLS. */
export const parseAddress = (text: string): { readonly address: string; readonly plaintext: boolean } => ({
  address: text.replace(/^https?:\/\//u, "").replace(/\/+$/u, ""),
  plaintext: text.startsWith("http://")
})

const open = Effect.fnUntraced(function* (request: ModelRequest) {
  const key = Key.fromEnvironment()
  const own = request.address === undefined ? undefined : parseAddress(request.address)
  if (own === undefined && key === undefined) {
    return yield* new RemoteError({
      message: "the hosted AlphaGenome service needs a key",
      reason: "key",
      hint: `set ${Key.keyNames[0]}, or name a server of your own with the param 'address'`
    })
  }
  const { address, plaintext } = own ?? { address: hosted, plaintext: false }
  const workers = request.batch ?? Connection.defaults.workers
  const { timeout } = Connection.defaults
  const perMinute = yield* paceOf(process.env[paceName])
  const connection = yield* Connection.open({
    address,
    plaintext,
    // A key is not for everybody to read on the way.
    key: plaintext ? undefined : key,
    workers,
    perMinute,
    timeout
  })
  const modelVersion = request.modelVersion ?? ""
  const model = yield* RemoteModel.make(connection, {
    modelVersion,
    workers,
    ...(own === undefined ? { onlyLengths: Announcement.officialLengths } : {})
  })
  const task = yield* Task
  const { name, licence, citation } = model.info
  const version = modelVersion === "" ? "the server's default model" : modelVersion
  yield* task.note({ kind: "device", runtime: "grpc", name: address, numerics: "the server's own", version })
  yield* task.note({ kind: "model", name, weights: `${address} ${modelVersion}`.trim(), licence, citation })
  return model
})

export const entry: ModelEntry = {
  name: "alphagenome-api",
  summary: "AlphaGenome's gRPC service, hosted or a lab's own server",
  known: { organisms: ["human", "mouse"] },
  needs: ({ weights = 0, address = "" }) => [
    ...(weights === 0
      ? []
      : [
          {
            of: "weights" as const,
            message: "alphagenome-api takes no weights: the service has its own",
            hint: "for weights of your own, model: alphagenome"
          }
        ]),
    ...(/^(?:https?:\/\/)?[^\s/:]+(?::\d+)?\/?$/u.test(address) || address === ""
      ? []
      : [
          {
            of: "address" as const,
            message: `'${address}' is not the address of a server`,
            hint: "write host:port, https://host:port, or http://host:port without TLS"
          }
        ])
  ],
  open: (request) => open(request)
}
