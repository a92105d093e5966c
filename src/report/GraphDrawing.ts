/** A workflow's stages as an SVG file of its own, which a browser, a README or a paper shows as it is. */
import type { Graph } from "../dsl/Graph.ts"
import { under } from "../dsl/Graph.ts"
import * as Drawing from "./Drawing.ts"
import { markup } from "./Markup.ts"

const style = `text { fill: #1a1a1a; font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
.under { fill: #5c6066; font-size: 11.5px; }
rect { fill: #f5f6f8; stroke: #5c6066; stroke-width: 1.4; }
path { fill: none; stroke: #5c6066; stroke-width: 1.2; opacity: .7; }
.head { fill: #5c6066; stroke: none; opacity: 1; }
g .flag { fill: #d55e00; stroke: none; }
g .flagged { fill: #fff; font-size: 9.5px; font-weight: 700; }
.page { fill: #fff; stroke: none; }`

/** Undefined where there are too many stages to be drawn. What flows into a stage is told by its title. */
export const render = ({ name, stages, edges }: Graph): string | undefined => {
  const drawn = Drawing.draw({
    boxes: stages.map((stage) => ({
      id: stage.id,
      under: under(stage),
      title: [
        stage.description,
        ...edges.filter(({ to }) => to === stage.id).map(({ from, output, input }) => `${input}: ${from}.${output}`)
      ].join("\n"),
      className: "stage",
      synthetic: stage.synthetic,
      many: stage.scattered
    })),
    edges: [...new Map(edges.map(({ from, to }) => [`${from} ${to}`, [from, to] as const])).values()]
  })
  if (drawn === undefined) return undefined
  const { width, height, content } = drawn
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -6 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${name}</title>
<style>
${{ markup: style }}
</style>
<rect class="page" x="0" y="-6" width="${width}" height="${height}"/>
${content}</svg>`.markup
}
