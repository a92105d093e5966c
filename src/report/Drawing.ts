/**
 * A drawing of the workflow: stages from top to bottom, each below everything that it reads. An arrow that follows from
 * others (a to c, where a to b and b to c are drawn) is left out.
 */
import { textWidth } from "./Figure.ts"
import { markup, type Markup } from "./Markup.ts"
import * as Numeral from "./Numeral.ts"
import type { ReportedStage, RunReport, StageStatus } from "./RunReport.ts"

/** What is drawn of a stage. */
export interface Box {
  readonly id: string
  /** The second line. */
  readonly under: string
  /** What a pointer that rests on it is told. */
  readonly title: string
  readonly className: string
  readonly synthetic: boolean
  /** Stands for many tasks: drawn as a stack. */
  readonly many: boolean
}

export interface Graph {
  readonly boxes: ReadonlyArray<Box>
  readonly edges: RunReport["edges"]
}

interface Node {
  /** None: a place that an edge passes on its way through a layer. */
  readonly box: Box | undefined
  readonly width: number
  readonly above: Array<Node>
  readonly below: Array<Node>
  x: number
  order: number
}

/** More than this many boxes say less than the table of stages. */
const most = 80
const boxHeight = 40
const layerHeight = 76
const gap = 18

const classes: { readonly [S in StageStatus]: string } = {
  done: "done",
  cached: "cached",
  failed: "failed",
  skipped: "skipped",
  "not started": "idle"
}

const under = ({ uses, id, status, seconds }: ReportedStage): string =>
  [
    ...(uses === id ? [] : [uses]),
    status,
    ...(status === "done" && seconds !== null ? [Numeral.duration(seconds)] : [])
  ].join(" · ")

const boxOf = (stage: ReportedStage): Box => ({
  id: stage.id,
  under: under(stage),
  title: `${stage.id}: ${stage.reason}`,
  className: classes[stage.status],
  synthetic: stage.synthetic,
  many: false
})

const node = (box?: Box): Node => ({
  box,
  width: box === undefined ? 24 : Math.max(80, textWidth(box.id, 13) + 24, textWidth(box.under, 11.5) + 24),
  above: [],
  below: [],
  x: 0,
  order: 0
})

/** The layer of each stage: one more than the deepest stage it reads. Edges that close a cycle are left out. */
const depths = (ids: ReadonlyArray<string>, edges: RunReport["edges"]): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  const visit = (id: string, path: ReadonlySet<string>): number => {
    const known = found.get(id)
    if (known !== undefined) return known
    const inside = new Set(path).add(id)
    const depth = edges
      .filter(([from, to]) => to === id && !inside.has(from))
      .reduce((depth, [from]) => Math.max(depth, visit(from, inside) + 1), 0)
    found.set(id, depth)
    return depth
  }
  for (const id of ids) visit(id, new Set())
  return found
}

/** The edges that no longer path implies; of an acyclic graph, the fewest with the same reach. */
const reduce = (edges: RunReport["edges"]): RunReport["edges"] => {
  const next = new Map<string, Array<string>>()
  for (const [from, to] of edges) next.set(from, [...(next.get(from) ?? []), to])
  const reach = new Map<string, ReadonlySet<string>>()
  const reachOf = (id: string): ReadonlySet<string> => {
    const known = reach.get(id)
    if (known !== undefined) return known
    const found = new Set<string>()
    reach.set(id, found)
    for (const child of next.get(id) ?? []) {
      found.add(child)
      for (const further of reachOf(child)) found.add(further)
    }
    return found
  }
  return edges.filter(([from, to]) => !next.get(from)!.some((child) => child !== to && reachOf(child).has(to)))
}

const layersOf = ({ boxes, edges }: Graph): ReadonlyArray<Array<Node>> => {
  const nodes = new Map(boxes.map((box) => [box.id, node(box)]))
  const known = reduce(edges.filter(([from, to]) => nodes.has(from) && nodes.has(to) && from !== to))
  const depth = depths([...nodes.keys()], known)
  const layers = Array.from({ length: Math.max(-1, ...depth.values()) + 1 }, (): Array<Node> => [])
  for (const [id, each] of nodes) layers[depth.get(id)!]!.push(each)
  const link = (upper: Node, lower: Node) => {
    upper.below.push(lower)
    lower.above.push(upper)
  }
  for (const [from, to] of known) {
    let upper = nodes.get(from)!
    for (let layer = depth.get(from)! + 1; layer < depth.get(to)!; layer++) {
      // One passage for all edges of a stage through a layer.
      let passage = upper.below.find((each) => each.box === undefined)
      if (passage === undefined) {
        passage = node()
        link(upper, passage)
        layers[layer]!.push(passage)
      }
      upper = passage
    }
    if (depth.get(from)! < depth.get(to)!) link(upper, nodes.get(to)!)
  }
  return layers
}

const place = (layer: ReadonlyArray<Node>): void => {
  let x = 0
  for (const [order, each] of layer.entries()) {
    each.order = order
    each.x = x + each.width / 2
    x += each.width + gap
  }
  for (const each of layer) each.x -= (x - gap) / 2
}

const mean = (nodes: ReadonlyArray<Node>, otherwise: number): number =>
  nodes.length === 0 ? otherwise : nodes.reduce((sum, { x }) => sum + x, 0) / nodes.length

/** Neighbours near each other (Sugiyama's barycentre heuristic, sweeping down and up). */
const arrange = (layers: ReadonlyArray<Array<Node>>): void => {
  layers.forEach(place)
  for (let sweep = 0; sweep < 6; sweep++) {
    const down = sweep % 2 === 0
    for (const layer of down ? layers : layers.toReversed()) {
      const wish = new Map(layer.map((each) => [each, mean(down ? each.above : each.below, each.x)]))
      layer.sort((a, b) => wish.get(a)! - wish.get(b)! || a.order - b.order)
      place(layer)
    }
  }
}

const half = (value: number): number => Math.round(value * 2) / 2 + 0

const curve = (upper: Node, lower: Node, depth: number, left: number): Markup => {
  const [x1, x2] = [half(upper.x - left), half(lower.x - left)]
  const y1 = depth * layerHeight + (upper.box === undefined ? boxHeight / 2 : boxHeight) + 2
  const y2 = (depth + 1) * layerHeight + (lower.box === undefined ? boxHeight / 2 : -5) + 2
  const bend = (y1 + y2) / 2
  return markup`<path d="M${x1} ${y1}C${x1} ${bend} ${x2} ${bend} ${x2} ${y2}"/>${
    lower.box !== undefined && markup`<path class="head" d="M${x2 - 4} ${y2}h8l-4 6z"/>`
  }\n`
}

const drawBox = ({ box, x, width }: Node, depth: number, left: number): Markup | null => {
  if (box === undefined) return null
  const [from, top] = [half(x - left - width / 2), depth * layerHeight + 2]
  const middle = half(x - left)
  const wide = half(width)
  return markup`<g class="${box.className}"><title>${box.title}</title>${
    box.many && markup`<rect x="${from + 5}" y="${top + 4}" width="${wide}" height="${boxHeight}" rx="6"/>`
  }<rect x="${from}" y="${top}" width="${wide}" height="${boxHeight}" rx="6"/><text x="${middle}" y="${top + 17}" text-anchor="middle">${box.id}</text><text class="under" x="${middle}" y="${top + 32}" text-anchor="middle">${box.under}</text>${
    box.synthetic &&
    markup`<rect class="flag" x="${from + wide - 66}" y="${top - 7}" width="60" height="13" rx="2"/><text class="flagged" x="${from + wide - 36}" y="${top + 3}" text-anchor="middle">SYNTHETIC</text>`
  }</g>\n`
}

export interface Drawn {
  readonly width: number
  readonly height: number
  /** What stands within an `<svg>` whose view begins at 0, -6. */
  readonly content: Markup
}

/** Undefined where there is nothing, or too much, to be drawn. */
export const draw = (graph: Graph): Drawn | undefined => {
  if (graph.boxes.length > most) return undefined
  const layers = layersOf(graph)
  if (layers.length === 0) return undefined
  arrange(layers)
  const all = layers.flat()
  const left = Math.min(...all.map(({ x, width }) => x - width / 2)) - 4
  const content = markup`${layers.map((layer, depth) =>
    layer.map((upper) => upper.below.map((lower) => curve(upper, lower, depth, left)))
  )}${layers.map((layer, depth) => layer.map((each) => drawBox(each, depth, left)))}`
  return {
    width: Math.ceil(Math.max(...all.map(({ x, width }) => x + width / 2)) - left + 10),
    height: (layers.length - 1) * layerHeight + boxHeight + 12,
    content
  }
}

export const render = ({ stages, edges }: Pick<RunReport, "stages" | "edges">): Markup | null => {
  const drawn = draw({ boxes: stages.map(boxOf), edges })
  if (drawn === undefined) return null
  const { width, height, content } = drawn
  return markup`<svg class="drawing" viewBox="0 -6 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="The stages and what flows between them">
${content}</svg>
`
}
