/** The keys of what a scattered stage gives: what tells its tasks, and their files, from each other. */
import type { CheckedStage, Chosen, KeyText, Level, Shards } from "./CheckedStage.ts"

/** Of one file, a text for each of the lists that its stage is scattered over. */
export type Key = ReadonlyArray<string>

export interface Keys {
  /** In order; undefined where only the run tells them. */
  readonly known: ReadonlyArray<Key> | undefined
  /**
   * For each list that is scattered over, what its keys are: empty for ids, which are what they are wherever they come
   * from; else the list in which they are no more than places. Keys of different lists never match.
   */
  readonly axes: ReadonlyArray<string>
  /** Scattered stages that may leave some of them out: their failures are ignored. */
  readonly gaps: ReadonlyArray<string>
}

/** The id of an item; of one that has none, its place. */
export const textOf = ({ word, label }: Pick<Chosen, "word" | "label">): string => label ?? word

/** One text of a key. */
const separator = "\u0000"

export const joined = (key: Key): string => (key.length === 1 ? key[0]! : key.join(separator))

/** For people: `HG00099`, `HG00099, chr1`. */
export const shown = (key: Key): string => key.join(", ")

const byPlace = <A extends { readonly at: number }>(items: ReadonlyArray<A>): ReadonlyArray<A> =>
  items.length < 2 ? items : [...items].sort((a, b) => a.at - b.at)

const product = (a: Keys["known"], b: Keys["known"]): Keys["known"] =>
  a === undefined || b === undefined ? undefined : a.flatMap((before) => b.map((key) => [...before, ...key]))

/** What the stages of a workflow that are checked give, by key. */
export class Collections {
  private readonly stages = new Map<string, CheckedStage>()
  private readonly keys = new Map<string, Keys | undefined>()

  add(stage: CheckedStage): void {
    this.stages.set(stage.id, stage)
  }

  /** Undefined while it has faults, or is yet to be checked. */
  get(id: string): CheckedStage | undefined {
    return this.stages.get(id)
  }

  /** Of the stage's scatter, or of that of a workflow around it: `level` counts from the outside in. */
  keysOf(stage: CheckedStage, level: number): Keys | undefined {
    const place = `${level} ${stage.id}`
    if (!this.keys.has(place)) this.keys.set(place, this.make(stage, level))
    return this.keys.get(place)
  }

  private make(stage: CheckedStage, level: number): Keys | undefined {
    const levels = stage.instances.flatMap((each) => each.levels[level] ?? [])
    if (levels.length === 0) return undefined
    const parts = levels.filter(({ empty }) => empty !== true).map((each) => this.ofLevel(each))
    const known = parts.every((part) => part.known !== undefined)
      ? [...new Map(parts.flatMap((part) => part.known!).map((key) => [joined(key), key])).values()]
      : undefined
    const gaps = new Set([...(parts[0]?.gaps ?? []), ...this.gapsBefore(stage, level)])
    return { known, axes: parts[0]?.axes ?? [], gaps: [...gaps].sort() }
  }

  private ofLevel({ chosen, shards }: Level): Keys {
    const dimensions = byPlace([
      ...chosen.map((each) => ({ at: each.at, known: [[textOf(each)]], axes: [each.axis ?? ""], gaps: [] })),
      ...shards.map((each) => ({ at: each.at, ...this.ofShards(each) }))
    ])
    return dimensions.reduce<Keys>(
      ({ known, axes, gaps }, next) => ({
        known: product(known, next.known),
        axes: [...axes, ...next.axes],
        gaps: [...gaps, ...next.gaps]
      }),
      { known: [[]], axes: [], gaps: [] }
    )
  }

  /** What the files of a list that a stage gives are called, or the pieces of a table. */
  ofShards({ of, rows, name }: Shards): Keys {
    const from = of._tag === "Output" ? `${of.stage}.${of.port}` : of._tag === "Item" ? `item ${of.name}` : name
    if (rows !== undefined) return { known: undefined, axes: [`${rows} rows of ${from}`], gaps: [] }
    const stage = of._tag === "Output" && of.at === undefined ? this.get(of.stage) : undefined
    const depth = of._tag === "Output" ? of.depth : 0
    const keys = stage === undefined ? undefined : this.keysOf(stage, depth)
    // Lists within a list are called by their places.
    const isFlat = stage?.instances[0]?.levels.length === depth + 1
    if (keys === undefined || !isFlat) return { known: undefined, axes: [`${from} ${name}`], gaps: keys?.gaps ?? [] }
    return { known: keys.known?.map((key) => [key.join(",")]), axes: [keys.axes.join(separator)], gaps: keys.gaps }
  }

  /** The scattered stages whose tasks may be left out, with those of the same lane behind them; itself among them. */
  private gapsBefore(stage: CheckedStage, level: number): ReadonlyArray<string> {
    const seen = new Set<string>()
    const found = new Set<string>()
    const open = [stage]
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      if (seen.has(each.id)) continue
      seen.add(each.id)
      const isMany = (each.instances[0]?.levels.length ?? 0) > level
      if (isMany && (each.policy.onError === "ignore" || each.missing === "skip")) found.add(each.id)
      for (const binding of each.instances[0]?.inputs.values() ?? []) {
        // A list does without what is missing, and a task whose key is missing fails.
        if (binding._tag !== "Output" || binding.at !== undefined || binding.depth <= level) continue
        const next = this.get(binding.stage)
        if (next !== undefined) open.push(next)
      }
    }
    return [...found]
  }
}

/** Whether a key begins with these texts. */
export const has = (known: ReadonlyArray<Key>, beginning: Key): boolean => {
  const byLength = beginnings.get(known) ?? new Map<number, ReadonlySet<string>>()
  beginnings.set(known, byLength)
  const { length } = beginning
  const found = byLength.get(length) ?? new Set(known.map((key) => joined(key.slice(0, length))))
  byLength.set(length, found)
  return found.has(joined(beginning))
}

/** What follows on such a beginning; unknown where an item that the run tells is part of that. */
export const within = ({ known, axes, gaps }: Keys, beginning: ReadonlyArray<KeyText>): Keys => {
  const { length } = beginning
  if (length === 0) return { known, axes, gaps }
  const isKnown = beginning.every((text) => typeof text === "string")
  const following = (key: Key) => beginning.every((text, at) => text === key[at])
  return {
    known: isKnown ? known?.filter(following).map((key) => key.slice(length)) : undefined,
    axes: axes.slice(length),
    gaps
  }
}

const beginnings = new WeakMap<ReadonlyArray<Key>, Map<number, ReadonlySet<string>>>()

/** Why two collections may not have the same keys; undefined where they have, whatever happens in the run. */
export const difference = (a: Keys, b: Keys): string | undefined => {
  const isEmpty = a.known?.length === 0 || b.known?.length === 0
  if (!isEmpty && a.axes.join(";") !== b.axes.join(";")) return "they come from different lists"
  if (a.known !== undefined && b.known !== undefined) {
    const only = a.known.find((key) => !has(b.known!, key)) ?? b.known.find((key) => !has(a.known!, key))
    if (only !== undefined) return `'${shown(only)}' is in one of them only`
  }
  if (isEmpty && a.known?.length !== b.known?.length) return "one of them is empty"
  const gap = [...a.gaps, ...b.gaps].find((stage) => a.gaps.includes(stage) !== b.gaps.includes(stage))
  return gap === undefined ? undefined : `'${gap}' may leave some out`
}
