/** What the tasks of a scattered stage give together: tables joined, other files as lists, or one of them by its key. */
import * as Effect from "effect/Effect"
import { groupBy } from "../core/GroupBy.ts"
import { outputsIn, shardsOf, type CheckedStage } from "../dsl/check/CheckedStage.ts"
import { textOf } from "../dsl/check/Keys.ts"
import * as Port from "../dsl/stage/Port.ts"
import type { Workflow } from "../dsl/Workflow.ts"
import * as TableTask from "./TableTask.ts"
import { placeOf, type Made, type Nested, type Site, type StageOutputs } from "./Site.ts"
import { stored } from "./InputBinding.ts"

/** What a stage gives that is scattered over nothing. */
export const nothing = Effect.fnUntraced(function* (stage: CheckedStage) {
  const outputs: Record<string, Nested<Made>> = {}
  for (const [name, port] of Object.entries(stage.outputs))
    outputs[name] = Port.kindOf(port) === "tsv" ? yield* TableTask.emptyTable(port) : []
  return outputs
})

/** How an output is read: from so many scatters inwards, by the first texts of its key there. */
interface Wish {
  readonly depth: number
  readonly texts: number
}

const wish = (stage: string, port: string, { depth, texts }: Wish): string => `${stage}.${port} ${depth} ${texts}`

/** The outputs that something reads, each at the depth at which it does: see {@link Binding}. */
export interface Wanted {
  readonly has: (stage: string, port: string, how: Wish) => boolean
  /** In which ways outputs of a stage are read. */
  readonly of: (stage: string) => ReadonlyArray<Wish>
}

export const wanted = ({ stages, outputs }: Workflow): Wanted => {
  const wishes = new Set<string>()
  const ways = new Map<string, Map<string, Wish>>()
  const want = (stage: string, port: string, how: Wish) => {
    wishes.add(wish(stage, port, how))
    const known = ways.get(stage) ?? new Map<string, Wish>()
    ways.set(stage, known.set(`${how.depth} ${how.texts}`, how))
  }
  for (const stage of stages)
    for (const binding of [
      ...stage.instances.flatMap(({ inputs }) => [...inputs.values()]),
      ...shardsOf(stage).map(({ of }) => of)
    ].flatMap(outputsIn))
      want(binding.stage, binding.port, { depth: binding.depth, texts: binding.at?.length ?? 0 })
  for (const { stage, port } of outputs) want(stage, port, { depth: 0, texts: 0 })
  return {
    has: (stage, port, how) => wishes.has(wish(stage, port, how)),
    of: (stage) => [...(ways.get(stage)?.values() ?? [])]
  }
}

type Called = Pick<Site, "id" | "lane" | "called" | "keys">

interface Part extends Called {
  readonly artifact: Made
}

/** A list for each scatter from `depth` inwards. */
const nest = (parts: ReadonlyArray<Part>, depth: number, stage: CheckedStage, many: boolean): Nested<Made> => {
  if (depth < stage.depth) {
    return Array.from(groupBy(parts, ({ lane }) => lane[depth]!).values(), (some) => nest(some, depth + 1, stage, many))
  }
  const files = parts.map(({ artifact, called, keys }): Made =>
    called === undefined ? artifact : { ...artifact, item: called, key: keys.flat().map(textOf) }
  )
  return many && depth === stage.depth ? files : files[0]!
}

/**
 * By where others look for it: all of it, of a stage with scattered workflows around it what there is in each lane, and
 * what has a key that somebody asks for.
 */
export const gather = Effect.fnUntraced(function* (
  stage: CheckedStage,
  tasks: ReadonlyArray<Called & { readonly outputs: Readonly<Record<string, Made>> }>,
  wishes: Wanted
) {
  const found: Array<readonly [place: string, outputs: StageOutputs]> = []
  const [instance] = stage.instances
  // Where the stage itself is not scattered, each of its innermost lanes has one task.
  const many = instance!.levels.length > stage.depth
  const ways = wishes.of(stage.id)
  // A lane has its place even where none of its outputs is read.
  const all = Array.from({ length: stage.depth + 1 }, (_, depth): Wish => ({ depth, texts: 0 }))
  for (const how of [...all, ...ways.filter(({ texts }) => texts > 0)]) {
    const { depth, texts } = how
    const level = instance!.levels[depth]
    const isOne = texts > 0 && texts === (level?.chosen.length ?? 0) + (level?.shards.length ?? 0)
    const inner = isOne ? depth + 1 : depth
    const placed = groupBy(tasks, ({ lane, keys }) =>
      placeOf(stage.id, lane.slice(0, depth), keys[depth]?.slice(0, texts).map(textOf))
    )
    for (const [place, some] of placed) {
      const outputs: Record<string, Nested<Made>> = {}
      for (const [name, port] of Object.entries(stage.outputs)) {
        if (!wishes.has(stage.id, name, how)) continue
        const parts = some.map(({ outputs: written, ...called }): Part => ({ ...called, artifact: written[name]! }))
        const joins = Port.kindOf(port) === "tsv" && inner < instance!.levels.length
        outputs[name] = joins ? yield* join(stage, name, parts, how) : nest(parts, inner, stage, many)
      }
      found.push([place, outputs])
    }
  }
  return found
})

/** Before their own columns, one for each of the lists that the tasks are of, unless places are all that it has. */
const join = Effect.fnUntraced(function* (
  stage: CheckedStage,
  name: string,
  parts: ReadonlyArray<Part>,
  { depth, texts }: Wish
) {
  const partsOf = ({ keys }: Called) =>
    keys
      .slice(depth)
      .flat()
      .slice(texts)
      .filter(({ axis }) => axis === undefined)
  const pieces = yield* Effect.forEach(parts, (part) =>
    Effect.map(stored(part.artifact, `${part.id}.${name}`), (table) => ({ table, key: partsOf(part).map(textOf) }))
  )
  const columns = partsOf(parts[0]!).map((each) => each.name.split(".").at(-1)!)
  return yield* TableTask.concat(pieces, columns)
})
