/** Weights of the synthetic network from a seed. */
import * as Random from "../../core/Random.ts"
import { size, type Tensor, type Tensors } from "../Tensor.ts"
import { program } from "./Synthetic.ts"

/**
 * Kernels are normal with variance 2 / fan-in (He et al. 2015), so that values keep their size from layer to layer; the
 * sum of a filter's weights is taken out, so that it answers to differences and not to how much there is of everything.
 */
const kernel = (shape: ReadonlyArray<number>, random: Random.Random): Float32Array => {
  const filters = shape[shape.length - 1]!
  const fanIn = size(shape) / filters
  const values = Float64Array.from({ length: size(shape) }, () => random.normal() * Math.sqrt(2 / fanIn))
  for (let filter = 0; filter < filters; filter++) {
    let sum = 0
    for (let i = filter; i < values.length; i += filters) sum += values[i]!
    for (let i = filter; i < values.length; i += filters) values[i]! -= sum / fanIn
  }
  return Float32Array.from(values)
}

/** A network that stands for the truth. */
export const teacher = (seed: number): Tensors =>
  new Map(
    Array.from(program().weights, ([name, shape]): [string, Tensor] => [
      name,
      {
        shape,
        data: name.endsWith("/kernel")
          ? kernel(shape, Random.make(seed, `teacher/${name}`))
          : new Float32Array(size(shape))
      }
    ])
  )

const standardDeviation = (data: Float32Array): number => {
  let sum = 0
  for (const value of data) sum += value
  let squares = 0
  for (const value of data) squares += (value - sum / data.length) ** 2
  return Math.sqrt(squares / data.length)
}

/** Another network perturbed: each weight plus `noise` times its tensor's standard deviation times a normal number. */
export const student = (tensors: Tensors, seed: number, noise: number): Tensors =>
  new Map(
    Array.from(tensors, ([name, { shape, data }]): [string, Tensor] => {
      const random = Random.make(seed, `student/${name}`)
      const scale = noise * standardDeviation(data)
      return [name, { shape, data: data.map((value) => value + scale * random.normal()) }]
    })
  )
