/**
 * A workflow composed in TypeScript: stages and other workflows are called with their inputs and params, and give typed
 * outputs to others.
 *
 * It says what the YAML says, so it is checked, keyed and run as that: see {@link TypedWorkflow.declaration}.
 */
import type { Composer, Definition, Expression, Ref, Scalar, TypedWorkflow, Value } from "./Composer.ts"
import type { Stage } from "../stage/Stage.ts"
import type { ParamDeclaration, StageDeclaration, WorkflowDeclaration } from "../file/WorkflowFile.ts"

export type * from "./Composer.ts"

/** It, and all workflows that it uses. */
export const withParts = (workflow: TypedWorkflow): ReadonlyArray<TypedWorkflow> => [
  ...new Set([workflow, ...workflow.parts.flatMap(withParts)])
]

/** The stages of all of them. */
export const stagesIn = (workflow: TypedWorkflow): ReadonlyArray<Stage> => [
  ...new Set(withParts(workflow).flatMap(({ uses }) => uses))
]

export const isTypedWorkflow = (value: unknown): value is TypedWorkflow =>
  typeof value === "object" && value !== null && "~agflow" in value && value["~agflow"] === "Workflow"

const isExpression = (value: unknown): value is Expression =>
  typeof value === "object" && value !== null && "~expression" in value

/**
 * In a text it stands as in YAML: `chr${params.n}` is written `chr${{ params.n }}`. It has no value before the run, so that
 * to compute with it is an error, told by the line that does.
 */
const asText = (text: string) => ({
  [Symbol.toPrimitive]: (hint: "string" | "number" | "default"): string => {
    if (hint !== "number") return `\${{ ${text} }}`
    throw new Error(`'${text}' has no value before the run: compute with Workflow.expression`)
  }
})

const ref = (text: string): Ref<never> => ({ _tag: "Ref", "~expression": text, ...asText(text) })
const value = (text: string): Value<never> => ({ _tag: "Value", "~expression": text, ...asText(text) })

/** An item of a scatter: of a row of a table, its values by name too. */
const itemNamed = (name: string): Ref<never> =>
  new Proxy(ref(name), {
    get: (item, key) => (typeof key === "symbol" || key in item ? Reflect.get(item, key) : value(`${name}.${key}`))
  })

/** The value as in YAML. What is thrown is told by the line of the user's file that this is called from. */
const written = (value: unknown, name = "a result"): unknown => {
  // Nothing has compiled the file before: an output that does not exist is found here.
  if (value === undefined) throw new Error(`'${name}' is undefined: what it is taken from has nothing of that name`)
  if (isExpression(value)) return `\${{ ${value["~expression"]} }}`
  if (Array.isArray(value)) return value.map((item) => written(item, name))
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, written(member, key)]))
}

const isName = /^\w+(?:\.\w+)*$/u

/** A part of an expression: what is computed elsewhere stays together, a value of the file's own is written out. */
const operand = (part: Value<unknown> | Scalar): string => {
  if (!isExpression(part)) return typeof part === "string" ? `'${part.replace(/[\\']/gu, "\\$&")}'` : String(part)
  const text = part["~expression"]
  return isName.test(text) ? text : `(${text})`
}

/** Computes in the language of the YAML: ``expression<boolean>`${params.n} > 3` ``. */
export const expression = <A>(
  strings: TemplateStringsArray,
  ...values: ReadonlyArray<Value<unknown> | Scalar>
): Value<A> =>
  value(strings.map((text, index) => `${text}${index < values.length ? operand(values[index]!) : ""}`).join(""))

export const make = <const Params extends { readonly [name: string]: ParamDeclaration } = {}, const O = unknown>(
  definition: Definition<Params, O>
): TypedWorkflow<Params, O> => {
  const { compose, ...head } = definition
  const stages = new Map<string, StageDeclaration>()
  const uses = new Set<Stage>()
  const parts = new Map<string, TypedWorkflow>()
  const add = (id: string, outputs: object, declaration: Readonly<Record<string, unknown>>): never => {
    if (stages.has(id)) throw new Error(`two stages are called '${id}'`)
    stages.set(id, written(declaration) as StageDeclaration)
    return Object.fromEntries(Object.keys(outputs).map((name) => [name, ref(`${id}.${name}`)])) as never
  }
  const used = (id: string, it: Stage | TypedWorkflow, declaration: Readonly<Record<string, unknown>>) => {
    if (!isTypedWorkflow(it)) {
      uses.add(it)
      return add(id, it.outputs, { uses: it.name, ...declaration })
    }
    const { name, outputs = {} } = it.declaration
    if ((parts.get(name) ?? it) !== it || name === head.name) throw new Error(`two workflows are called '${name}'`)
    parts.set(name, it)
    return add(id, outputs, { uses: `#${name}`, ...declaration })
  }
  const outputs = compose({
    params: Object.fromEntries(Object.keys(head.params ?? {}).map((name) => [name, value(`params.${name}`)])) as never,
    use: ((id: string, it: Stage | TypedWorkflow, given: object, options?: object) =>
      used(id, it, { ...options, with: given })) as Composer<Params>["use"],
    scatter: ((id: string, it: Stage | TypedWorkflow, over: object, given: (item: never) => object, options?: object) =>
      used(id, it, {
        ...options,
        scatter: over,
        with: given(
          (Array.isArray(over)
            ? Object.fromEntries(over.map(({ as }: { readonly as: string }) => [as, itemNamed(as)]))
            : itemNamed("item")) as never
        )
      })) as Composer<Params>["scatter"],
    script: (id, script) => add(id, script.outputs, { ...script })
  })
  return {
    "~agflow": "Workflow",
    uses: [...uses],
    parts: [...parts.values()],
    declaration: {
      agflow: 1,
      ...head,
      stages: Object.fromEntries(stages),
      outputs: written(outputs)
    } as WorkflowDeclaration
  }
}
