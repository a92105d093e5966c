/** What TensorFlow.js does for each operation of a program. */
import type * as Tf from "@tensorflow/tfjs-core"
import type { Handlers } from "../Operation.ts"

type Shape = [number, number, number, number]

/** One step after the other, each giving back the memory of the one before. */
const through = (first: Tf.Tensor, ...steps: ReadonlyArray<(y: Tf.Tensor) => Tf.Tensor>): Tf.Tensor => {
  let y = first
  for (const step of steps) {
    const next = step(y)
    y.dispose()
    y = next
  }
  return y
}

export const handlers = (
  tf: typeof Tf,
  weights: ReadonlyMap<string, Tf.Tensor>,
  inputs: ReadonlyMap<string, Tf.Tensor>
): Handlers<Tf.Tensor> => {
  const weight = <T extends Tf.Tensor>(name: string): T => weights.get(name) as T
  const batched = (x: Tf.Tensor, shape: ReadonlyArray<number>): Tf.Tensor => tf.reshape(x, [x.shape[0]!, ...shape])
  /** An image of one row back to a sequence. */
  const sequence = (x: Tf.Tensor): Tf.Tensor => tf.reshape(x, [x.shape[0]!, x.shape[2]!, x.shape[3]!])
  /** [batch, length, channels] as an image of one row. */
  const image = (x: Tf.Tensor): Tf.Tensor4D => tf.reshape(x, [x.shape[0]!, 1, x.shape[1]!, x.shape[2]!] as Shape)
  const filter = (kernel: string): Tf.Tensor4D => {
    const stored = weight(kernel)
    return tf.reshape(stored, [1, ...stored.shape] as Shape)
  }
  const pad = (x: Tf.Tensor, axis: number, amounts: [number, number]): Tf.Tensor =>
    tf.pad(
      x,
      x.shape.map((_, at): [number, number] => (at === axis + 1 ? amounts : [0, 0]))
    )
  return {
    input: ({ name }) => tf.clone(inputs.get(name)!),
    constant: ({ data, shape }) => tf.tensor(data, [1, ...shape]),
    weight: ({ weight: name, shape }) => tf.reshape(weight(name), [1, ...shape]),
    conv1d: ({ kernel, bias, dilation }, [x]) =>
      sequence(
        tf.fused.conv2d({
          x: image(x!),
          filter: filter(kernel),
          strides: 1,
          pad: "same",
          dilations: [1, dilation],
          bias: weight(bias)
        })
      ),
    depthwiseConv1d: ({ kernel }, [x]) => sequence(tf.depthwiseConv2d(image(x!), filter(kernel), 1, "same")),
    dense: ({ kernel, bias }, [x]) => {
      const stored = weight(kernel)
      const [inner, units] = stored.shape.slice(-2) as [number, number]
      const fused = {
        a: tf.reshape(x!, [-1, inner]) as Tf.Tensor2D,
        b: tf.reshape(stored, [inner, units]) as Tf.Tensor2D
      }
      const product = tf.fused.matMul(bias === undefined ? fused : { ...fused, bias: weight(bias) })
      return tf.reshape(product, [...x!.shape.slice(0, -1), units])
    },
    project: (_, [x, matrix]) => {
      const [, inner, units] = matrix!.shape as [number, number, number]
      const product = tf.matMul(tf.reshape(x!, [-1, inner]), tf.reshape(matrix!, [inner, units]))
      return tf.reshape(product, [...x!.shape.slice(0, -1), units])
    },
    affine: ({ scale, offset }, [x]) => through(tf.mul(x!, weight(scale)), (y) => tf.add(y, weight(offset))),
    batchNorm: ({ gamma, beta, mean, variance, epsilon }, [x]) =>
      tf.batchNorm(x!, weight(mean), weight(variance), weight(beta), weight(gamma), epsilon),
    layerNorm: ({ gamma, beta, epsilon }, [x]) => {
      const { mean, variance } = tf.moments(x!, -1, true)
      const normed = tf.mul(tf.sub(x!, mean), tf.rsqrt(tf.add(variance, epsilon)))
      return tf.add(tf.mul(normed, weight(gamma)), weight(beta))
    },
    rmsNorm: ({ gamma, beta, epsilon }, [x]) => {
      const size = tf.rsqrt(tf.add(tf.mean(tf.square(x!), -1, true), epsilon))
      return tf.add(tf.mul(tf.mul(x!, size), weight(gamma)), weight(beta))
    },
    relu: (_, [x]) => tf.relu(x!),
    sigmoid: (_, [x]) => tf.sigmoid(x!),
    tanh: (_, [x]) => tf.tanh(x!),
    gelu: (_, [x]) =>
      through(
        tf.square(x!),
        (y) => tf.mul(y, 0.044715 * Math.sqrt(2 / Math.PI)),
        (y) => tf.add(y, Math.sqrt(2 / Math.PI)),
        (y) => tf.mul(y, x!),
        (y) => tf.tanh(y),
        (y) => tf.add(y, 1),
        (y) => tf.mul(y, x!),
        (y) => tf.mul(y, 0.5)
      ),
    softplus: (_, [x]) => tf.softplus(x!),
    power: ({ exponent }, [x]) => tf.pow(x!, exponent),
    softmax: (_, [x]) => tf.softmax(x!),
    scale: ({ factor }, [x]) => tf.mul(x!, factor),
    add: (_, [a, b]) => tf.add(a!, b!),
    multiply: (_, [a, b]) => tf.mul(a!, b!),
    maxPool: ({ width }, [x]) => sequence(tf.maxPool(image(x!), [1, width], [1, width], "valid")),
    avgPool: ({ width }, [x]) => sequence(tf.avgPool(image(x!), [1, width], [1, width], "valid")),
    upsample: ({ factor }, [x]) => {
      const [batch, length, channels] = x!.shape as [number, number, number]
      const apart = tf.reshape(x!, [batch, length, 1, channels])
      return tf.reshape(tf.tile(apart, [1, 1, factor, 1]), [batch, length * factor, channels])
    },
    padStart: ({ axis, count }, [x]) => pad(x!, axis, [count, 0]),
    padEnd: ({ axis, count }, [x]) => pad(x!, axis, [0, count]),
    slice: ({ axis, start, end }, [x]) => {
      const from = x!.shape.map((_, at) => (at === axis + 1 ? start : 0))
      return tf.slice(x!, from, x!.shape.with(axis + 1, end - start))
    },
    concat: ({ axis }, [a, b]) => tf.concat([a!, b!], axis + 1),
    reshape: ({ shape }, [x]) => batched(x!, shape),
    gather: (_, [table, index]) => tf.gather(tf.squeeze(table!, [0]), index as Tf.Tensor1D),
    transpose: ({ order }, [x]) => tf.transpose(x!, [0, ...order.map((axis) => axis + 1)]),
    matMul: ({ transposeRight }, [a, b]) => tf.matMul(a!, b!, false, transposeRight)
  }
}
