/** Named arrays of float32 numbers, row-major. */
export interface Tensor {
  readonly shape: ReadonlyArray<number>
  readonly data: Float32Array
}

export type Tensors = ReadonlyMap<string, Tensor>

export const size = (shape: ReadonlyArray<number>): number => shape.reduce((product, length) => product * length, 1)

export const shapeText = (shape: ReadonlyArray<number>): string => `[${shape.join(", ")}]`

/** Axis i of the result is axis `order[i]` of the tensor. */
export const transpose = ({ shape, data }: Tensor, order: ReadonlyArray<number>): Tensor => {
  const strides = shape.map((_, axis) => size(shape.slice(axis + 1)))
  const outShape = order.map((axis) => shape[axis]!)
  const outStrides = order.map((axis) => strides[axis]!)
  const out = new Float32Array(data.length)
  const index = outShape.map(() => 0)
  let from = 0
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from]!
    for (let axis = index.length - 1; axis >= 0; axis--) {
      from += outStrides[axis]!
      if (++index[axis]! < outShape[axis]!) break
      from -= outStrides[axis]! * outShape[axis]!
      index[axis] = 0
    }
  }
  return { shape: outShape, data: out }
}
