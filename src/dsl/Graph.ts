/** The stages of a workflow and what flows between their ports; as Mermaid or Graphviz text. */
import { outputsIn, shardsOf, usesOf, type Binding, type CheckedStage } from "./check/CheckedStage.ts"
import type { Workflow } from "./Workflow.ts"

export interface GraphStage {
  readonly id: string
  readonly uses: string
  readonly description: string
  readonly synthetic: boolean
  readonly scattered: boolean
  /** Null where it is known only in the run. */
  readonly tasks: number | null
}

export interface GraphEdge {
  readonly from: string
  readonly output: string
  readonly to: string
  /** The input that it feeds; of what the stage is scattered over, the name of one item. */
  readonly input: string
}

export interface Graph {
  readonly name: string
  readonly stages: ReadonlyArray<GraphStage>
  readonly edges: ReadonlyArray<GraphEdge>
}

const edgesOf = (stage: CheckedStage): ReadonlyArray<GraphEdge> => {
  const found = new Map<string, GraphEdge>()
  const add = (input: string, binding: Binding) => {
    for (const { stage: from, port: output } of outputsIn(binding)) {
      found.set(`${from}.${output} ${input}`, { from, output, to: stage.id, input })
    }
  }
  for (const { name, of } of shardsOf(stage)) add(name, of)
  for (const { inputs } of stage.instances) for (const [input, binding] of inputs) add(input, binding)
  return [...found.values()]
}

export const make = ({ name, stages }: Workflow): Graph => ({
  name,
  stages: stages.map((stage) => ({
    id: stage.id,
    uses: usesOf(stage),
    description: stage.description,
    synthetic: stage.synthetic,
    scattered: stage.scattered,
    tasks: shardsOf(stage).length > 0 ? null : stage.instances.length
  })),
  edges: stages.flatMap(edgesOf)
})

/** `score-variants, 120 tasks`. */
export const under = ({ id, uses, scattered, tasks }: GraphStage): string =>
  [
    ...(uses === id ? [] : [uses]),
    ...(!scattered ? [] : [tasks === null ? "many tasks" : `${tasks} ${tasks === 1 ? "task" : "tasks"}`])
  ].join(", ")

/** `fasta → reference`; one word where both ports are called the same. */
const label = ({ output, input }: GraphEdge): string => (output === input ? output : `${output} → ${input}`)

/** Edges between the same two stages together. */
const bundles = (edges: ReadonlyArray<GraphEdge>): ReadonlyArray<ReadonlyArray<GraphEdge>> => {
  const found = new Map<string, Array<GraphEdge>>()
  for (const edge of edges) {
    const key = `${edge.from} ${edge.to}`
    found.set(key, [...(found.get(key) ?? []), edge])
  }
  return [...found.values()]
}

const mermaidText = (lines: ReadonlyArray<string>): string =>
  `"${lines
    .filter((line) => line !== "")
    .map((line) =>
      line.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    )
    .join("<br/>")}"`

/** Names of stages may be words of the language: `end`, `style`. A capital stands for the slash, as no name has one. */
const mermaidId = (id: string): string => `s_${id.replaceAll("/", "P")}`

/** A scattered stage has a double frame. */
export const mermaid = ({ stages, edges }: Graph): string =>
  [
    "flowchart TD",
    ...stages.map((stage) => {
      const text = mermaidText([stage.id, under(stage)])
      return `  ${mermaidId(stage.id)}${stage.scattered ? `[[${text}]]` : `[${text}]`}`
    }),
    ...bundles(edges).map(
      (bundle) => `  ${mermaidId(bundle[0]!.from)} -->|${mermaidText(bundle.map(label))}| ${mermaidId(bundle[0]!.to)}`
    )
  ].join("\n")

const dotText = (lines: ReadonlyArray<string>): string =>
  `"${lines
    .filter((line) => line !== "")
    .map((line) => line.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", " "))
    .join("\\n")}"`

/** A scattered stage has a double frame. */
export const dot = ({ name, stages, edges }: Graph): string =>
  [
    `digraph ${dotText([name])} {`,
    "  node [shape=box, style=rounded, fontname=Helvetica]",
    "  edge [fontname=Helvetica, fontsize=10]",
    ...stages.map(
      (stage) =>
        `  ${dotText([stage.id])} [label=${dotText([stage.id, under(stage)])}${stage.scattered ? ", peripheries=2" : ""}]`
    ),
    ...bundles(edges).map(
      (bundle) => `  ${dotText([bundle[0]!.from])} -> ${dotText([bundle[0]!.to])} [label=${dotText(bundle.map(label))}]`
    ),
    "}"
  ].join("\n")
