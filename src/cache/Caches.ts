/** The whole cache of a state folder as one layer. */
import * as Layer from "effect/Layer"
import { ContentStore } from "./ContentStore.ts"
import { FileDigests } from "./FileDigests.ts"
import { Home } from "./Home.ts"
import { Leases } from "./Lease.ts"
import { Records } from "./Records.ts"

export const layer = (folder: string) =>
  Layer.mergeAll(Records.layer, Leases.layer).pipe(
    Layer.provideMerge(ContentStore.layer),
    Layer.provideMerge(FileDigests.layer),
    Layer.provideMerge(Home.layer(folder))
  )
