/** `agflow graph`: the stages of a workflow and what flows between them. */
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { InputError } from "../core/Failure.ts"
import * as Graph from "../dsl/Graph.ts"
import * as GraphDrawing from "../report/GraphDrawing.ts"
import * as Options from "./Options.ts"
import { stdout } from "./Quit.ts"
import * as Trust from "./Trust.ts"

const formats = {
  mermaid: Graph.mermaid,
  dot: Graph.dot,
  svg: GraphDrawing.render,
  json: (graph: Graph.Graph) => JSON.stringify(graph, null, 2)
} as const

export const graph = Command.make(
  "graph",
  {
    workflow: Options.file,
    ...Options.workflowFlags,
    trust: Trust.flag,
    format: Flag.Literals("format", ["mermaid", "dot", "svg", "json"]).pipe(
      Flag.withDescription("mermaid (for Markdown), dot (for Graphviz), svg (a picture), or json"),
      Flag.withDefault("mermaid")
    )
  },
  Effect.fnUntraced(function* (options) {
    const { workflow } = yield* Options.sound(options.workflow, options, options.format === "json" ? "json" : "text")
    const text = formats[options.format](Graph.make(workflow))
    if (text !== undefined) return yield* stdout(text)
    return yield* new InputError({
      message: `a picture of ${workflow.stages.length} stages shows nothing`,
      file: options.workflow,
      hint: "use --format dot, and Graphviz"
    })
  })
).pipe(
  Command.withDescription("Draw the stages of a workflow and what flows between their ports"),
  Command.withExamples([
    { command: "agflow graph flow.yaml --format svg > flow.svg", description: "a picture" },
    { command: "agflow graph flow.yaml --format dot | dot -Tpdf > flow.pdf", description: "through Graphviz" }
  ])
)
