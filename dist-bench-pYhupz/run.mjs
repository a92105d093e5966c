// bench/alphagenome/run.ts
import * as Effect19 from "effect/Effect";
import { existsSync as existsSync2, mkdirSync } from "node:fs";
import { dirname as dirname2, join as join3 } from "node:path";
import { parseArgs } from "node:util";

// src/core/Random.ts
import { createHash } from "node:crypto";
var make = (seed, label = "") => {
  const state = createHash("sha256").update(`${seed}/${label}`).digest();
  let a = state.readUInt32LE(0);
  let b = state.readUInt32LE(4);
  let c = state.readUInt32LE(8);
  let counter = 1;
  const next = () => {
    const t = (a + b | 0) + counter | 0;
    counter = counter + 1 | 0;
    a = b ^ b >>> 9;
    b = c + (c << 3) | 0;
    c = c << 21 | c >>> 11;
    c = c + t | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return {
    next,
    int: (bound) => Math.floor(next() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  };
};

// src/model/architectures/alphagenome/AlphaGenome.ts
import * as Effect10 from "effect/Effect";

// src/model/ModelError.ts
import * as Schema from "effect/Schema";
var fields = {
  message: Schema.String,
  file: Schema.optionalKey(Schema.String),
  hint: Schema.optionalKey(Schema.String)
};
var ModelError = class extends Schema.TaggedError()("ModelError", fields) {
};
var RuntimeUnavailable = class extends Schema.TaggedError()("RuntimeUnavailable", fields) {
};
var InsufficientMemory = class extends Schema.TaggedError()("InsufficientMemory", {
  ...fields,
  /** Bytes. */
  needed: Schema.Number,
  /** Bytes. */
  limit: Schema.Number
}) {
};

// src/model/SequenceModel.ts
import * as Effect from "effect/Effect";
var organisms = ["human", "mouse"];
var binCount = ({ resolution, offset }, length2) => Math.floor((length2 - 2 * offset) / resolution);
var lengthFault = ({ name, lengths }, length2) => {
  const { min, max, multiple: multiple2 } = lengths;
  if (length2 >= min && length2 <= max && length2 % multiple2 === 0) return void 0;
  return min === max ? `${length2} bp where ${name} reads ${min}` : `${length2} bp where ${name} reads ${min} to ${max}, in multiples of ${multiple2}`;
};

// src/model/architectures/alphagenome/Answer.ts
import * as Effect7 from "effect/Effect";

// src/model/Values.ts
var binsOf = (output2, length2, regions) => {
  const count2 = binCount(output2, length2);
  if (regions === void 0) return [[0, count2]];
  const spans = [];
  for (const [from, to] of regions) {
    const first = Math.max(0, Math.floor((from - output2.offset) / output2.resolution));
    const end = Math.min(count2, Math.ceil((to - output2.offset) / output2.resolution));
    const last2 = spans.at(-1);
    if (end <= first) continue;
    if (last2 !== void 0 && first <= last2[1]) last2[1] = Math.max(last2[1], end);
    else spans.push([first, end]);
  }
  return spans;
};
var rowCount = (bins2) => bins2.reduce((sum, [from, to]) => sum + to - from, 0);

// src/model/architectures/alphagenome/Config.ts
var tokenWidth = 128;
var pairWidth = 16;
var bins = [1, 2, 4, 8, 16, 32, 64];
var epsilon = 1e-5;
var maxTokens = 8192;
var maxPosition = 2 ** 20;
var trunkOf = ({ channels }) => channels[bins.length];
var root = "alphagenome";
var tower = `${root}/transformer_tower`;
var junctions = `${root}/head/splice_sites_junction`;
var numbered = (name, index) => index === 0 ? name : `${name}_${index}`;
var of = (tensors) => {
  const missing = [];
  const dimension = (name, axis) => {
    const length2 = tensors.get(name)?.shape.at(axis);
    if (length2 === void 0) missing.push(name);
    return length2 ?? 1;
  };
  const stem = dimension(`${root}/sequence_encoder/dna_embedder/conv1_d/kernel`, 2);
  const first = dimension(`${root}/sequence_encoder/downres_block_0/conv_block/standardized_conv1_d/kernel`, 2);
  const deepest = stem + (bins.length - 1) * (first - stem);
  const pairBlock = `${tower}/pair_update_block/sequence_to_pair_block`;
  const keySize = dimension(`${tower}/mha_block/k_layer/w`, 1);
  const junctionHidden = dimension(`${junctions}/multi_organism_linear/w`, 2);
  let layers = 0;
  while (tensors.has(`${tower}/${numbered("mha_block", layers)}/k_layer/w`)) layers++;
  const config = {
    channels: [...bins.map((_, level) => stem + level * (first - stem)), deepest],
    heads: dimension(`${tower}/mha_block/q_layer/w`, 1) / keySize,
    keySize,
    valueSize: dimension(`${tower}/mha_block/v_layer/w`, 1),
    layers,
    pairChannels: dimension(`${pairBlock}/linear_pair/w`, 1),
    pairHeads: dimension(`${pairBlock}/q_r_bias`, 2),
    pairHeadSize: dimension(`${pairBlock}/q_r_bias`, 3),
    positionFeatures: dimension(`${pairBlock}/linear_pos_features/w`, 0) / 2,
    junctionHidden,
    tissues: dimension(`${junctions}/pos_donor_logits/embeddings`, 1) / (2 * junctionHidden)
  };
  return missing.length === 0 ? config : `weight '${missing[0]}' is missing`;
};

// src/model/architectures/alphagenome/Embed.ts
import * as Effect2 from "effect/Effect";

// src/model/Operation.ts
var handle = (handlers2, node2, inputs) => handlers2[node2.op](node2, inputs);
var lengthFree = /* @__PURE__ */ new Set([
  "conv1d",
  "depthwiseConv1d",
  "dense",
  "project",
  "batchNorm",
  "affine",
  "layerNorm",
  "rmsNorm",
  "relu",
  "sigmoid",
  "tanh",
  "gelu",
  "softplus",
  "power",
  "softmax",
  "scale",
  "add",
  "multiply",
  "maxPool",
  "avgPool",
  "upsample",
  "padEnd",
  "slice",
  "concat"
]);

// src/model/Tensor.ts
var size = (shape) => shape.reduce((product, length2) => product * length2, 1);
var shapeText = (shape) => `[${shape.join(", ")}]`;
var transpose = ({ shape, data }, order) => {
  const strides = shape.map((_, axis) => size(shape.slice(axis + 1)));
  const outShape = order.map((axis) => shape[axis]);
  const outStrides = order.map((axis) => strides[axis]);
  const out = new Float32Array(data.length);
  const index = outShape.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from];
    for (let axis = index.length - 1; axis >= 0; axis--) {
      from += outStrides[axis];
      if (++index[axis] < outShape[axis]) break;
      from -= outStrides[axis] * outShape[axis];
      index[axis] = 0;
    }
  }
  return { shape: outShape, data: out };
};

// src/model/Program.ts
var builder = () => {
  const nodes = [];
  const weights = /* @__PURE__ */ new Map();
  const push = (op, inputs, shape, operation, given) => {
    const sources = inputs.map(({ node: node2 }) => nodes[node2]);
    const batched = given?.batched ?? sources.some((source3) => source3.batched);
    const free = given?.free ?? sources.some((source3) => source3.free);
    const onLength = "axis" in operation && operation.axis === 0;
    if (free && op !== "input" && (onLength || !lengthFree.has(op))) {
      throw new Error(`${op} cannot take a value of any length`);
    }
    nodes.push({ op, inputs: inputs.map(({ node: node2 }) => node2), shape, batched, free, ...operation });
    return { node: nodes.length - 1, shape };
  };
  const declare = (name, shape) => {
    const known = weights.get(name);
    if (known !== void 0 && shapeText(known) !== shapeText(shape)) {
      throw new Error(`weight '${name}' is used as ${shapeText(known)} and as ${shapeText(shape)}`);
    }
    weights.set(name, shape);
    return name;
  };
  const fail4 = (op, ...values) => {
    throw new Error(`${op} cannot take ${values.map(({ shape }) => shapeText(shape)).join(" and ")}`);
  };
  const sequence2 = (op, x) => x.shape.length === 2 ? [x.shape[0], x.shape[1]] : fail4(op, x);
  const last2 = (x) => x.shape[x.shape.length - 1];
  const unary = (op) => (x) => push(op, [x], x.shape, {});
  const pairwise = (op) => (a, b) => {
    const fits = a.shape.length === b.shape.length && a.shape.every((n, i) => n === b.shape[i] || b.shape[i] === 1);
    return fits ? push(op, [a, b], a.shape, {}) : fail4(op, a, b);
  };
  const pool = (op) => (x, width) => {
    const [length2, channels] = sequence2(op, x);
    return length2 % width === 0 ? push(op, [x], [length2 / width, channels], { width }) : fail4(op, x);
  };
  const pad = (op) => (x, axis, count2) => push(op, [x], x.shape.with(axis, x.shape[axis] + count2), { axis, count: count2 });
  const norm = (op) => (x, name, epsilon2) => push(op, [x], x.shape, {
    gamma: declare(`${name}/gamma`, [last2(x)]),
    beta: declare(`${name}/beta`, [last2(x)]),
    epsilon: epsilon2
  });
  return {
    input: (shape, { name = "input", type = "float32", batched = true, free = false } = {}) => push("input", [], shape, { name, type }, { batched, free }),
    constant: (shape, data) => push("constant", [], shape, { data }),
    /** The stored tensor has the same shape with or without a leading axis of 1. */
    weight: (weight, stored, shape) => push("weight", [], shape, { weight: declare(weight, stored) }),
    conv1d: (x, name, filters, width, dilation = 1) => {
      const [length2, channels] = sequence2("conv1d", x);
      const kernel = declare(`${name}/kernel`, [width, channels, filters]);
      return push("conv1d", [x], [length2, filters], {
        kernel,
        bias: declare(`${name}/bias`, [filters]),
        width,
        dilation
      });
    },
    depthwiseConv1d: (x, kernel, width) => {
      const [, channels] = sequence2("depthwiseConv1d", x);
      return push("depthwiseConv1d", [x], x.shape, { kernel: declare(kernel, [width, channels, 1]), width });
    },
    dense: (x, kernel, bias, units, stored) => {
      declare(kernel, stored ?? [last2(x), units]);
      if (bias !== void 0) declare(bias, [units]);
      return push("dense", [x], [...x.shape.slice(0, -1), units], { kernel, bias });
    },
    batchNorm: (x, name, epsilon2) => {
      const part = (suffix) => declare(`${name}/${suffix}`, [last2(x)]);
      return push("batchNorm", [x], x.shape, {
        gamma: part("gamma"),
        beta: part("beta"),
        mean: part("moving_mean"),
        variance: part("moving_variance"),
        epsilon: epsilon2
      });
    },
    project: (x, matrix) => {
      const fits = matrix.shape.length === 2 && matrix.shape[0] === last2(x) && !nodes[matrix.node].batched;
      return fits ? push("project", [x, matrix], [...x.shape.slice(0, -1), last2(matrix)], {}) : fail4("project", x, matrix);
    },
    affine: (x, name) => push("affine", [x], x.shape, {
      scale: declare(`${name}/scale`, [last2(x)]),
      offset: declare(`${name}/offset`, [last2(x)])
    }),
    layerNorm: norm("layerNorm"),
    rmsNorm: norm("rmsNorm"),
    relu: unary("relu"),
    sigmoid: unary("sigmoid"),
    tanh: unary("tanh"),
    gelu: unary("gelu"),
    softplus: unary("softplus"),
    softmax: unary("softmax"),
    power: (x, exponent) => push("power", [x], x.shape, { exponent }),
    scale: (x, factor) => push("scale", [x], x.shape, { factor }),
    add: pairwise("add"),
    multiply: pairwise("multiply"),
    maxPool: pool("maxPool"),
    avgPool: pool("avgPool"),
    upsample: (x, factor) => {
      const [length2, channels] = sequence2("upsample", x);
      return push("upsample", [x], [length2 * factor, channels], { factor });
    },
    padStart: pad("padStart"),
    padEnd: pad("padEnd"),
    slice: (x, axis, start, end) => start >= 0 && start < end && end <= x.shape[axis] ? push("slice", [x], x.shape.with(axis, end - start), { axis, start, end }) : fail4("slice", x),
    concat: (a, b, axis) => shapeText(a.shape.with(axis, 0)) === shapeText(b.shape.with(axis, 0)) ? push("concat", [a, b], a.shape.with(axis, a.shape[axis] + b.shape[axis]), { axis }) : fail4("concat", a, b),
    gather: (table, index) => table.shape.length === 2 && index.shape.length === 0 && !nodes[table.node].batched ? push("gather", [table, index], [last2(table)], {}) : fail4("gather", table, index),
    reshape: (x, shape) => size(shape) === size(x.shape) ? push("reshape", [x], shape, {}) : fail4("reshape", x),
    transpose: (x, order) => push(
      "transpose",
      [x],
      order.map((axis) => x.shape[axis]),
      { order }
    ),
    matMul: (a, b, transposeRight = false) => {
      const [rows, columns] = transposeRight ? b.shape.slice(-2).toReversed() : b.shape.slice(-2);
      const batches = shapeText(a.shape.slice(0, -2)) === shapeText(b.shape.slice(0, -2));
      return batches && rows === last2(a) ? push("matMul", [a, b], [...a.shape.slice(0, -1), columns], { transposeRight }) : fail4("matMul", a, b);
    },
    /** One value, named `output`, or several by name. */
    build: (output2) => ({
      nodes,
      inputs: new Map(nodes.flatMap((node2, at) => node2.op === "input" ? [[node2.name, at]] : [])),
      outputs: new Map(
        "node" in output2 && typeof output2.node === "number" ? [["output", output2.node]] : Object.entries(output2).map(([name, { node: node2 }]) => [name, node2])
      ),
      weights
    })
  };
};
var inputNode = ({ nodes, inputs }) => nodes[[...inputs.values()][0]];
var readers = ({ nodes, outputs: outputs2 }) => {
  const counts = new Int32Array(nodes.length);
  for (const { inputs } of nodes) for (const input2 of inputs) counts[input2]++;
  for (const output2 of outputs2.values()) counts[output2]++;
  return counts;
};
var estimate = (program4, batch) => {
  const bytes2 = ({ shape, batched }) => 4 * size(shape) * (batched ? batch : 1);
  const remaining = readers(program4);
  let live = 0;
  let peak2 = 0;
  for (const node2 of program4.nodes) {
    live += bytes2(node2);
    peak2 = Math.max(peak2, live);
    for (const input2 of node2.inputs) if (--remaining[input2] === 0) live -= bytes2(program4.nodes[input2]);
  }
  const weights = [...program4.weights.values()].reduce((sum, shape) => sum + 4 * size(shape), 0);
  return { weights, activations: peak2 };
};
var weightFault = (program4, tensors) => {
  for (const [name, shape] of program4.weights) {
    const tensor = tensors.get(name);
    if (tensor === void 0) return `weight '${name}' ${shapeText(shape)} is missing`;
    if (shapeText(tensor.shape) !== shapeText(shape)) {
      return `weight '${name}' has shape ${shapeText(tensor.shape)} where the model needs ${shapeText(shape)}`;
    }
  }
  return void 0;
};

// src/model/architectures/alphagenome/Positions.ts
var buffer = new DataView(new ArrayBuffer(4));
var roundToBf16 = (value) => {
  buffer.setFloat32(0, value);
  const bits = buffer.getUint32(0);
  buffer.setUint32(0, bits + 32767 + (bits >>> 16 & 1) & 4294901760);
  return buffer.getFloat32(0);
};
var rotary = (positions, size2, maxPosition2, numerics) => {
  const round = numerics === "f32" ? Math.fround : roundToBf16;
  const count2 = size2 / 2;
  const last2 = maxPosition2 - count2 + 1;
  const frequencies = Array.from(
    { length: count2 },
    (_, i) => round(1 / round(i + (count2 === 1 ? 1 : last2 ** (i / (count2 - 1)))))
  );
  const cos = new Float32Array(positions.length * size2);
  const sin = new Float32Array(positions.length * size2);
  for (let p = 0; p < positions.length; p++) {
    const position = round(positions[p]);
    for (let i = 0; i < count2; i++) {
      const angle = round(position * frequencies[i]);
      const at = p * size2 + 2 * i;
      cos[at] = cos[at + 1] = round(Math.cos(angle));
      sin[at] = sin[at + 1] = round(Math.sin(angle));
    }
  }
  return { cos, sin };
};
var quarterTurn = (size2) => {
  const matrix = new Float32Array(size2 * size2);
  for (let i = 0; i < size2; i += 2) {
    matrix[(i + 1) * size2 + i] = -1;
    matrix[i * size2 + i + 1] = 1;
  }
  return matrix;
};
var distanceFeatures = (pairs2, features) => {
  const end = maxTokens / pairWidth - features + 1;
  const out = new Float32Array(4 * pairs2 * features);
  for (let row = 0; row < 2 * pairs2; row++) {
    const distance = row - pairs2;
    for (let i = 0; i < features; i++) {
      const inside = i + end ** (i / features) > Math.abs(distance) ? 1 : 0;
      out[row * 2 * features + i] = inside;
      out[row * 2 * features + features + i] = inside * Math.sign(distance);
    }
  }
  return out;
};

// src/model/architectures/alphagenome/Blocks.ts
var encoderName = `${root}/sequence_encoder`;
var towerName = `${root}/transformer_tower`;
var decoderName = `${root}/sequence_decoder`;
var linear = (net, x, name, units) => net.dense(x, `${name}/w`, `${name}/b`, units);
var linearWithoutBias = (net, x, name, units) => net.dense(x, `${name}/w`, void 0, units);
var sigmoidGelu = (net, x) => net.multiply(x, net.sigmoid(net.scale(x, 1.702)));
var convBlock = (net, x, name, filters) => net.conv1d(sigmoidGelu(net, net.affine(x, `${name}/rms_batch_norm`)), `${name}/standardized_conv1_d`, filters, 5);
var last = (x) => x.shape[x.shape.length - 1];
var addRow = (net, x, row) => net.add(
  x,
  net.reshape(
    row,
    x.shape.map((n, axis) => axis === x.shape.length - 1 ? n : 1)
  )
);
var encoder = (net, { channels }, sequence2) => {
  const stem = net.conv1d(sequence2, `${encoderName}/dna_embedder/conv1_d`, channels[0], 15);
  const skips = [net.add(stem, convBlock(net, stem, `${encoderName}/dna_embedder/conv_block`, channels[0]))];
  for (let level = 1; level < bins.length; level++) {
    const name = `${encoderName}/downres_block_${level - 1}`;
    const x = net.maxPool(skips[level - 1], 2);
    const wide = net.padEnd(x, 1, channels[level] - last(x));
    const mixed = net.add(convBlock(net, x, `${name}/conv_block`, channels[level]), wide);
    skips.push(net.add(mixed, convBlock(net, mixed, `${name}/conv_block_1`, channels[level])));
  }
  return { skips, trunk: net.maxPool(skips[bins.length - 1], 2) };
};
var decoder = (net, { channels }, trunk, skips) => {
  let x = trunk;
  for (let level = bins.length - 1; level >= 0; level--) {
    const name = `${decoderName}/${numbered("up_res_block", bins.length - 1 - level)}`;
    const width = channels[level];
    const inner = net.add(convBlock(net, x, `${name}/conv_in`, width), net.slice(x, 1, 0, width));
    const scaled = net.multiply(inner, net.weight(`${name}/residual_scale`, [1], [1, 1]));
    const skip = `${name}/pointwise_conv_unet_skip`;
    const pointwise = sigmoidGelu(net, net.affine(skips[level], `${skip}/rms_batch_norm`));
    const joined = net.add(net.upsample(scaled, 2), linear(net, pointwise, `${skip}/linear`, width));
    x = net.add(joined, convBlock(net, joined, `${name}/conv_out`, width));
  }
  return x;
};
var relativeShift = (net, x) => {
  const [heads2, n] = x.shape;
  const turned = net.slice(net.reshape(x, [heads2, 2 * n, n]), 1, 1, 2 * n);
  return net.slice(net.reshape(turned, [heads2, n, 2 * n - 1]), 2, 0, n);
};
var sequenceToPair = (net, config, x, update) => {
  const name = `${towerName}/${numbered("pair_update_block", update)}/sequence_to_pair_block`;
  const { pairHeads: heads2, pairHeadSize: size2, pairChannels, positionFeatures } = config;
  const pairs2 = x.shape[0] / pairWidth;
  const split2 = (value) => net.transpose(net.reshape(value, [value.shape[0], heads2, size2]), [1, 0, 2]);
  const h = net.rmsNorm(net.avgPool(x, pairWidth), `${name}/norm_seq2pair`, epsilon);
  const query = split2(linearWithoutBias(net, h, `${name}/linear_q`, heads2 * size2));
  const key = split2(linearWithoutBias(net, h, `${name}/linear_k`, heads2 * size2));
  const features = net.constant([2 * pairs2, 2 * positionFeatures], distanceFeatures(pairs2, positionFeatures));
  const positions = split2(linear(net, features, `${name}/linear_pos_features`, heads2 * size2));
  const byDistance = (value, which) => {
    const bias = net.weight(`${name}/${which}`, [1, 1, heads2, size2], [heads2, 1, size2]);
    return relativeShift(net, net.matMul(net.add(value, bias), positions, true));
  };
  const relative = net.add(byDistance(query, "q_r_bias"), net.transpose(byDistance(key, "k_r_bias"), [0, 2, 1]));
  const logits = net.add(net.matMul(query, key, true), net.scale(relative, 0.5));
  const mixed = linear(net, net.transpose(logits, [1, 2, 0]), `${name}/linear_pair`, pairChannels);
  const side = (which, shape) => net.reshape(linearWithoutBias(net, net.gelu(h), `${name}/${which}`, pairChannels), shape);
  return net.add(
    net.add(mixed, side("linear_y_q", [pairs2, 1, pairChannels])),
    side("linear_y_k", [1, pairs2, pairChannels])
  );
};
var pairRow = (net, { pairChannels }, row, update) => {
  const name = `${towerName}/${numbered("pair_update_block", update)}`;
  const attention = `${name}/row_attention_block`;
  const h = net.rmsNorm(row, `${attention}/layer_norm`, epsilon);
  const query = net.scale(linearWithoutBias(net, h, `${attention}/linear_q`, pairChannels), pairChannels ** -0.5);
  const key = linearWithoutBias(net, h, `${attention}/linear_k`, pairChannels);
  const value = linear(net, h, `${attention}/linear_v`, pairChannels);
  const attended = net.add(row, net.matMul(net.softmax(net.matMul(query, key, true)), value));
  const mlp = `${name}/pair_mlp_block`;
  const inner = net.relu(
    linear(net, net.rmsNorm(attended, `${mlp}/layer_norm`, epsilon), `${mlp}/linear`, 2 * pairChannels)
  );
  return net.add(attended, linear(net, inner, `${mlp}/linear_1`, pairChannels));
};
var rotate = (net, x, cos, sin) => {
  const size2 = last(x);
  const table = (value) => x.shape.length === 2 ? value : net.reshape(value, [x.shape[0], 1, size2]);
  const turned = net.project(x, net.constant([size2, size2], quarterTurn(size2)));
  return net.add(net.multiply(x, table(cos)), net.multiply(turned, table(sin)));
};
var keysAndValues = (net, { keySize, valueSize }, x, cos, sin, layer) => {
  const name = `${towerName}/${numbered("mha_block", layer)}`;
  const h = net.affine(x, `${name}/rms_batch_norm`);
  const part = (which, size2) => net.layerNorm(linearWithoutBias(net, h, `${name}/${which}_layer`, size2), `${name}/norm_${which}`, epsilon);
  return { keys: rotate(net, part("k", keySize), cos, sin), values: part("v", valueSize) };
};
var towerLayer = (net, config, rows, layer) => {
  const { heads: heads2, keySize, valueSize } = config;
  const { x, keys, values, pair } = rows;
  const [count2, tokens2] = [x.shape[0], keys.shape[0]];
  const name = `${towerName}/${numbered("mha_block", layer)}`;
  const h = linearWithoutBias(net, net.affine(x, `${name}/rms_batch_norm`), `${name}/q_layer`, heads2 * keySize);
  const normed = net.layerNorm(net.reshape(h, [count2, heads2, keySize]), `${name}/norm_q`, epsilon);
  const query = net.scale(rotate(net, normed, rows.cos, rows.sin), keySize ** -0.5);
  const biasName = `${towerName}/${numbered("attention_bias_block", layer)}`;
  const bias = linearWithoutBias(
    net,
    net.gelu(net.affine(pair, `${biasName}/rms_batch_norm`)),
    `${biasName}/linear`,
    heads2
  );
  const [pairRows, pairs2] = pair.shape;
  const logits = net.matMul(net.reshape(query, [count2 * heads2, keySize]), keys, true);
  const biased = net.add(
    net.reshape(logits, [pairRows, pairWidth, heads2, pairs2, pairWidth]),
    net.reshape(net.transpose(bias, [0, 2, 1]), [pairRows, 1, heads2, pairs2, 1])
  );
  const capped = net.scale(net.tanh(net.scale(net.reshape(biased, [count2 * heads2, tokens2]), 1 / 5)), 5);
  const mixed = net.reshape(net.matMul(net.softmax(capped), values), [count2, heads2 * valueSize]);
  const attended = net.add(
    x,
    net.affine(linear(net, mixed, `${name}/linear_embedding`, trunkOf(config)), `${name}/rms_batch_norm_1`)
  );
  const mlp = `${towerName}/${numbered("mlp_block", layer)}`;
  const inner = net.relu(
    linear(net, net.affine(attended, `${mlp}/rms_batch_norm`), `${mlp}/linear`, 2 * trunkOf(config))
  );
  return net.add(
    attended,
    net.affine(linear(net, inner, `${mlp}/linear_1`, trunkOf(config)), `${mlp}/rms_batch_norm_1`)
  );
};
var embedTokens = (net, config, x, organism) => {
  const name = `${root}/output_embedder`;
  const wide = net.affine(linear(net, x, `${name}/linear`, 2 * trunkOf(config)), `${name}/rms_batch_norm`);
  const embeddings = sigmoidGelu(net, addRow(net, wide, organism));
  return {
    embeddings,
    passedOn: linearWithoutBias(net, embeddings, `${name}_1/linear_1`, 2 * config.channels[0])
  };
};
var embedBasePairs = (net, { channels }, x, passedOn, organism) => {
  const name = `${root}/output_embedder_1`;
  const joined = net.add(linear(net, x, `${name}/linear`, 2 * channels[0]), passedOn);
  return sigmoidGelu(net, addRow(net, net.affine(joined, `${name}/rms_batch_norm`), organism));
};
var embedPairs = (net, pair, organism) => {
  const name = `${root}/output_pair`;
  const symmetric = net.scale(net.add(pair, net.transpose(pair, [1, 0, 2])), 0.5);
  return sigmoidGelu(net, addRow(net, net.rmsNorm(symmetric, `${name}/layer_norm`, epsilon), organism));
};

// src/model/architectures/alphagenome/Spans.ts
var union = (spans) => {
  const merged = [];
  for (const [from, to] of spans.filter(([from2, to2]) => from2 < to2).toSorted(([a], [b]) => a - b)) {
    const last2 = merged.at(-1);
    if (last2 !== void 0 && from <= last2[1]) last2[1] = Math.max(last2[1], to);
    else merged.push([from, to]);
  }
  return merged;
};
var tokensOf = (spans) => union(spans.map(([from, to]) => [Math.floor(from / tokenWidth), Math.ceil(to / tokenWidth)]));
var widen = (spans, by, end) => union(spans.map(([from, to]) => [Math.max(0, from - by), Math.min(end, to + by)]));
var pieces = (spans, longest) => spans.flatMap(([from, to]) => {
  const count2 = Math.ceil((to - from) / longest);
  const cut = (index) => from + Math.floor((to - from) * index / count2);
  return Array.from({ length: count2 }, (_, index) => [cut(index), cut(index + 1)]);
});
var within = (spans, from, to) => spans.map(([start, end]) => [Math.max(start, from), Math.min(end, to)]).filter(([start, end]) => start < end);

// src/model/architectures/alphagenome/Embed.ts
var reach = bins.reduce((sum, bin) => sum + 2 * (2 * bin) + 2 * bin, 0);
var halo = Math.ceil(reach / tokenWidth);
var basePairBlock = 64;
var tokenBlock = 1024;
var tokens = Effect2.fnUntraced(function* (machine, { x }, organism, [from, to]) {
  const { config } = machine;
  const [trunk, width] = [trunkOf(config), config.channels[0]];
  const row = yield* machine.ofOrganism(`${root}/output_embedder/embed/embeddings`, organism);
  const embeddings = new Float32Array((to - from) * 2 * trunk);
  const passedOn = new Float32Array((to - from) * 2 * width);
  for (const [a, b] of pieces([[from, to]], tokenBlock)) {
    const part = yield* machine.run(
      "tokens",
      () => {
        const net = builder();
        const organismRow = net.input([1, 2 * trunk], { name: "organism", batched: false });
        return net.build({ ...embedTokens(net, config, net.input([trunk], { name: "x" }), organismRow) });
      },
      {
        x: { shape: [b - a, trunk], data: x.subarray(a * trunk, b * trunk) },
        organism: { shape: [1, 2 * trunk], data: row }
      }
    );
    embeddings.set(part["embeddings"].data, (a - from) * 2 * trunk);
    passedOn.set(part["passedOn"].data, (a - from) * 2 * width);
  }
  return { span: [from, to], embeddings, passedOn };
});
var decoderProgram = ({ config, options: { chunk: chunk2 } }) => () => {
  const net = builder();
  const trunk = net.input([chunk2, trunkOf(config)], { name: "trunk", free: true });
  const skips = bins.map(
    (bin, level) => net.input([chunk2 * tokenWidth / bin, config.channels[level]], { name: `${level}`, free: true })
  );
  return net.build({ rows: decoder(net, config, trunk, skips) });
};
var decode = Effect2.fnUntraced(function* (machine, { x }, skips, [from, to]) {
  const { config } = machine;
  const trunk = trunkOf(config);
  const [start, end] = [Math.max(0, from - halo), Math.min(x.length / trunk, to + halo)];
  const levels = bins.map((bin, level) => {
    const length2 = (end - start) * tokenWidth / bin;
    return [`${level}`, { shape: [1, length2, config.channels[level]], data: skips.read(level, start, end) }];
  });
  const { rows } = yield* machine.run("decoder", decoderProgram(machine), {
    trunk: { shape: [1, end - start, trunk], data: x.subarray(start * trunk, end * trunk) },
    ...Object.fromEntries(levels)
  });
  const perToken = tokenWidth * config.channels[0];
  return rows.data.subarray((from - start) * perToken, (to - start) * perToken);
});
var basePairs = Effect2.fnUntraced(function* (machine, tower2, skips, organism, spans, each) {
  const { config } = machine;
  const width = config.channels[0];
  const row = yield* machine.ofOrganism(`${root}/output_embedder_1/embed/embeddings`, organism);
  for (const piece of pieces(spans, machine.options.chunk)) {
    const decoded = yield* decode(machine, tower2, skips, piece);
    const { passedOn } = yield* tokens(machine, tower2, organism, piece);
    for (const [from, to] of pieces([piece], basePairBlock)) {
      const [a, b] = [from - piece[0], to - piece[0]];
      const { embeddings } = yield* machine.run(
        "base pairs",
        () => {
          const net = builder();
          const x = net.input([tokenWidth, width], { name: "x" });
          const passed = net.input([1, 2 * width], { name: "passedOn" });
          const organismRow = net.input([1, 2 * width], { name: "organism", batched: false });
          return net.build({ embeddings: embedBasePairs(net, config, x, passed, organismRow) });
        },
        {
          x: {
            shape: [b - a, tokenWidth, width],
            data: decoded.subarray(a * tokenWidth * width, b * tokenWidth * width)
          },
          passedOn: { shape: [b - a, 1, 2 * width], data: passedOn.subarray(a * 2 * width, b * 2 * width) },
          organism: { shape: [1, 2 * width], data: row }
        }
      );
      yield* each(from * tokenWidth, embeddings.data);
    }
  }
});
var pairs = Effect2.fnUntraced(function* (machine, { x, pair }, organism) {
  const { config } = machine;
  const width = config.pairChannels;
  const count2 = x.length / trunkOf(config) / pairWidth;
  const row = yield* machine.ofOrganism(`${root}/output_pair/embed/embeddings`, organism);
  const { embeddings } = yield* machine.run(
    `pairs of ${count2}`,
    () => {
      const net = builder();
      const organismRow = net.input([1, width], { name: "organism", batched: false });
      return net.build({
        embeddings: embedPairs(net, net.input([count2, count2, width], { name: "pair" }), organismRow)
      });
    },
    { pair: { shape: [1, count2, count2, width], data: pair }, organism: { shape: [1, width], data: row } }
  );
  return embeddings.data;
});

// src/model/architectures/alphagenome/Heads.ts
import * as Effect3 from "effect/Effect";
var assay = (tracks, resolutions, power = 1) => resolutions.map((resolution) => ({
  // The official interface knows the finest resolution alone, by the bare name.
  output: `${tracks.toUpperCase()}${resolution === resolutions[0] ? "" : `_${resolution}`}`,
  module: `${tracks}/resolution_${resolution}`,
  tracks,
  resolution,
  kind: "counts",
  power
}));
var head = (output2, module2, tracks, resolution, kind) => ({
  output: output2,
  module: module2,
  tracks,
  resolution,
  kind,
  power: 1
});
var heads = [
  ...assay("atac", [1, tokenWidth]),
  ...assay("dnase", [1, tokenWidth]),
  ...assay("procap", [1, tokenWidth]),
  ...assay("cage", [1, tokenWidth]),
  ...assay("rna_seq", [1, tokenWidth], 0.75),
  ...assay("chip_tf", [tokenWidth]),
  ...assay("chip_histone", [tokenWidth]),
  head("CONTACT_MAPS", "contact_maps", "contact_maps", tokenWidth * pairWidth, "contacts"),
  head("SPLICE_SITES", "splice_sites_classification", "splice_sites", 1, "probabilities"),
  head("SPLICE_SITES_LOGITS", "splice_sites_classification", "splice_sites", 1, "logits"),
  head("SPLICE_SITE_USAGE", "splice_sites_usage", "splice_site_usage", 1, "fractions")
];
var softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
var load = Effect3.fnUntraced(function* (machine, head2, organism, wanted, means) {
  const name = `${root}/head/${head2.module}`;
  const all = yield* machine.ofOrganism(`${name}/multi_organism_linear/w`, organism);
  const bias = yield* machine.ofOrganism(`${name}/multi_organism_linear/b`, organism);
  const width = all.length / bias.length;
  const exclusive = head2.kind === "probabilities";
  const columns = exclusive ? Array.from(bias.keys()) : wanted;
  const weights = new Float32Array(width * columns.length);
  for (let row = 0; row < width; row++) {
    for (const [at, column2] of columns.entries()) weights[row * columns.length + at] = all[row * bias.length + column2];
  }
  const pick = (values, of2) => Float32Array.from(columns, (column2) => of2(values[column2]));
  const counts = head2.kind === "counts";
  return {
    head: head2,
    wanted: exclusive ? wanted : columns.map((_, at) => at),
    width,
    count: columns.length,
    weights,
    bias: pick(bias, (value) => value),
    scale: counts ? pick(yield* machine.ofOrganism(`${name}/learnt_scale`, organism), softplus) : new Float32Array(0),
    factor: counts ? Float32Array.from(means, (mean) => mean * head2.resolution) : new Float32Array(0)
  };
});
var program = ({ head: { kind, power }, width, count: count2 }) => () => {
  const net = builder();
  const row = (name) => net.input([count2], { name, batched: false });
  const matrix = net.input([width, count2], { name: "weights", batched: false });
  const linear2 = net.add(net.project(net.input([width], { name: "x" }), matrix), row("bias"));
  const kinds = {
    contacts: () => linear2,
    logits: () => linear2,
    probabilities: () => net.softmax(linear2),
    fractions: () => net.sigmoid(linear2),
    counts: () => {
      const scaled = net.multiply(net.softplus(linear2), row("scale"));
      const beyond = net.relu(net.add(scaled, net.constant([count2], new Float32Array(count2).fill(-10))));
      const wide = net.add(scaled, net.scale(net.multiply(beyond, beyond), 1 / 40));
      return net.multiply(power === 1 ? wide : net.power(wide, 1 / power), row("factor"));
    }
  };
  return net.build({ values: kinds[kind]() });
};
var apply = Effect3.fnUntraced(function* (machine, loaded, embeddings) {
  const { head: head2, width, count: count2, weights, bias, scale, factor } = loaded;
  const inputs = {
    x: { shape: [embeddings.length / width, width], data: embeddings },
    weights: { shape: [width, count2], data: weights },
    bias: { shape: [count2], data: bias },
    ...head2.kind === "counts" ? { scale: { shape: [count2], data: scale }, factor: { shape: [count2], data: factor } } : {}
  };
  const { values } = yield* machine.run(`${head2.kind} ${head2.power}, ${width} to ${count2}`, program(loaded), inputs);
  const wrong = values.data.findIndex((value) => !Number.isFinite(value));
  if (wrong !== -1) {
    return yield* new ModelError({
      message: `output ${head2.output} has ${values.data[wrong]} for track ${wrong % count2} of those wanted`,
      hint: "the weights are damaged or overflow, or a track has no mean"
    });
  }
  const all = values.data;
  if (loaded.wanted.length === count2) return all;
  const rows = all.length / count2;
  const chosen = new Float32Array(rows * loaded.wanted.length);
  let at = 0;
  for (let row = 0; row < rows; row++) for (const column2 of loaded.wanted) chosen[at++] = all[row * count2 + column2];
  return chosen;
});

// src/model/architectures/alphagenome/Junctions.ts
import * as Effect4 from "effect/Effect";
var module = `${root}/head/splice_sites_junction`;
var classes = ["pos_donor", "pos_acceptor", "neg_donor", "neg_acceptor"];
var threshold = 0.1;
var tissueBlock = 16;
var finder = (count2) => {
  const found = classes.map(() => []);
  const embeddings = /* @__PURE__ */ new Map();
  const trim = () => {
    for (const sites of found) {
      sites.sort((a, b) => b.probability - a.probability || a.position - b.position);
      sites.length = Math.min(sites.length, count2);
    }
    const kept = new Set(found.flatMap((sites) => sites.map(({ position }) => position)));
    for (const position of embeddings.keys()) if (!kept.has(position)) embeddings.delete(position);
  };
  return {
    offer: (from, probabilities, rows) => {
      const places = probabilities.length / (classes.length + 1);
      const width = rows.length / places;
      for (let place2 = 0; place2 < places; place2++) {
        for (const [at, sites] of found.entries()) {
          const probability = probabilities[place2 * (classes.length + 1) + at];
          if (probability < threshold) continue;
          sites.push({ position: from + place2, probability });
          if (!embeddings.has(from + place2)) {
            embeddings.set(from + place2, rows.slice(place2 * width, (place2 + 1) * width));
          }
        }
      }
      trim();
    },
    sites: () => found.map((sites) => Int32Array.from(sites, ({ position }) => position).toSorted()),
    embedding: (position) => embeddings.get(position)
  };
};
var halve = (rows, width) => {
  const out = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += width) {
    for (let i = 0; i < width; i++) out[start + i % 2 * (width / 2) + (i >> 1)] = rows[start + i];
  }
  return out;
};
var program2 = (width, donors, acceptors) => () => {
  const net = builder();
  const half = width / 2;
  const side = (which, sites) => {
    const shared = (name, columns) => net.input([sites, columns], { name: which + name, batched: false });
    const ofTissue = (name) => net.input([1, width], { name: which + name });
    const z = net.add(net.multiply(shared(" rows", width), ofTissue(" scale")), ofTissue(" offset"));
    const [cos, sin] = [shared(" cos", half), shared(" sin", half)];
    const [even, odd] = [net.slice(z, 1, 0, half), net.slice(z, 1, half, width)];
    return net.concat(
      net.add(net.multiply(even, cos), net.scale(net.multiply(odd, sin), -1)),
      net.add(net.multiply(odd, cos), net.multiply(even, sin)),
      1
    );
  };
  return net.build({ counts: net.softplus(net.matMul(side("donor", donors), side("acceptor", acceptors), true)) });
};
var padded = (sites) => Math.max(8, 2 ** Math.ceil(Math.log2(sites)));
var sideInputs = Effect4.fnUntraced(function* (machine, organism, siteClass, positions, embedding) {
  const { junctionHidden: width, tissues } = machine.config;
  const weights = yield* machine.ofOrganism(`${module}/multi_organism_linear/w`, organism);
  const bias = yield* machine.ofOrganism(`${module}/multi_organism_linear/b`, organism);
  const channels = weights.length / width;
  const { rows } = yield* machine.run(
    "junction rows",
    () => {
      const net = builder();
      const matrix = net.input([channels, width], { name: "weights", batched: false });
      const offset = net.input([width], { name: "bias", batched: false });
      return net.build({ rows: net.add(net.project(net.input([channels], { name: "x" }), matrix), offset) });
    },
    {
      x: {
        shape: [positions.length, channels],
        data: Float32Array.from(Array.from(positions, (position) => [...embedding(position)]).flat())
      },
      weights: { shape: [channels, width], data: weights },
      bias: { shape: [width], data: bias }
    }
  );
  const sites = padded(positions.length);
  const fill = (data, columns) => {
    const out = new Float32Array(sites * columns);
    out.set(data);
    return { shape: [sites, columns], data: out };
  };
  const { cos, sin } = rotary(positions, width, maxPosition, "f32");
  const once = (table2) => table2.filter((_, i) => i % 2 === 0);
  const table = yield* machine.ofOrganism(`${module}/${classes[siteClass]}_logits/embeddings`, organism);
  return {
    shared: {
      " rows": fill(halve(rows.data, width), width),
      " cos": fill(once(cos), width / 2),
      " sin": fill(once(sin), width / 2)
    },
    scales: halve(table.subarray(0, tissues * width), width),
    offsets: halve(table.subarray(tissues * width), width)
  };
});
var count = Effect4.fnUntraced(function* (machine, organism, tissues, tracks, sites, embedding) {
  const width = machine.config.junctionHidden;
  const strands = [];
  for (const [index, strand] of ["+", "-"].entries()) {
    const [donors, acceptors] = [sites[2 * index], sites[2 * index + 1]];
    const values = new Float32Array(donors.length * acceptors.length * tissues.length);
    strands.push({ strand, donors, acceptors, values });
    if (values.length === 0) continue;
    const donor = yield* sideInputs(machine, organism, 2 * index, donors, embedding);
    const acceptor = yield* sideInputs(machine, organism, 2 * index + 1, acceptors, embedding);
    const [rows, columns] = [padded(donors.length), padded(acceptors.length)];
    for (let from = 0; from < tissues.length; from += tissueBlock) {
      const block = tissues.slice(from, from + tissueBlock);
      const ofTissues = (table) => ({
        shape: [block.length, 1, width],
        data: Float32Array.from(block.flatMap((tissue) => [...table.subarray(tissue * width, (tissue + 1) * width)]))
      });
      const side = (which, { shared, scales, offsets }) => ({
        ...Object.fromEntries(Object.entries(shared).map(([name, array]) => [which + name, array])),
        [`${which} scale`]: ofTissues(scales),
        [`${which} offset`]: ofTissues(offsets)
      });
      const { counts } = yield* machine.run(`junctions ${rows} by ${columns}`, program2(width, rows, columns), {
        ...side("donor", donor),
        ...side("acceptor", acceptor)
      });
      for (let t = 0; t < block.length; t++) {
        for (let d = 0; d < donors.length; d++) {
          for (let a = 0; a < acceptors.length; a++) {
            values[(d * acceptors.length + a) * tissues.length + from + t] = counts.data[(t * rows + d) * columns + a];
          }
        }
      }
    }
  }
  return { kind: "junctions", tracks, strands };
});

// src/model/architectures/alphagenome/Machine.ts
import * as Effect5 from "effect/Effect";
var maxParts = 256;
var make2 = (runtime, weights, config, options) => {
  const loaded = /* @__PURE__ */ new Map();
  const parts = /* @__PURE__ */ new Map();
  const load2 = Effect5.fnUntraced(function* (key, program4) {
    const fault = weightFault(program4, weights.tensors);
    if (fault !== void 0) return yield* new ModelError({ message: fault, hint: "are these AlphaGenome's weights?" });
    const executable2 = yield* runtime.load(program4, weights, options.threads, options.cache);
    loaded.set(key, executable2);
    return executable2;
  });
  return {
    config,
    options,
    weights,
    run: Effect5.fnUntraced(function* (key, program4, inputs, outputs2) {
      const executable2 = loaded.get(key) ?? (yield* load2(key, program4()));
      return yield* executable2.run(inputs, outputs2);
    }),
    ofOrganism: Effect5.fnUntraced(function* (name, organism) {
      const key = `${organism} ${name}`;
      const known = parts.get(key);
      if (known !== void 0) return known;
      const tensor = weights.tensors.get(name);
      if (tensor === void 0) return yield* new ModelError({ message: `weight '${name}' is missing` });
      const length2 = size(tensor.shape.slice(1));
      const part = (yield* weights.read(name)).slice(organism * length2, (organism + 1) * length2);
      if (parts.size === maxParts) parts.delete(parts.keys().next().value);
      parts.set(key, part);
      return part;
    }),
    release: Effect5.suspend(() => {
      const executables = [...loaded.values()];
      loaded.clear();
      parts.clear();
      return Effect5.forEach(executables, ({ release }) => release, { discard: true });
    })
  };
};
var requireFinite = (what, data) => {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      return Effect5.fail(
        new ModelError({
          message: `${what}: number ${i} is ${data[i]}`,
          hint: "the weights are damaged, or overflow"
        })
      );
    }
  }
  return Effect5.void;
};

// src/model/architectures/alphagenome/Tower.ts
import * as Effect6 from "effect/Effect";
var updatePair = Effect6.fnUntraced(function* (machine, x, pair, update) {
  const { config } = machine;
  const [trunk, width] = [trunkOf(config), config.pairChannels];
  const tokens2 = x.length / trunk;
  const pairs2 = tokens2 / pairWidth;
  const shape = [pairs2, pairs2, width];
  const { rows } = yield* machine.run(
    `pair ${update} of ${tokens2}`,
    () => {
      const net = builder();
      const made = sequenceToPair(net, config, net.input([tokens2, trunk], { name: "x" }), update);
      return net.build({ rows: update === 0 ? made : net.add(made, net.input(shape, { name: "pair" })) });
    },
    {
      x: { shape: [1, tokens2, trunk], data: x },
      ...pair === void 0 ? {} : { pair: { shape: [1, ...shape], data: pair } }
    }
  );
  const out = rows.data;
  const step = Math.max(1, Math.floor(machine.options.block / (pairs2 * Math.max(pairs2, width))));
  for (let from = 0; from < pairs2; from += step) {
    const to = Math.min(pairs2, from + step);
    const part = out.subarray(from * pairs2 * width, to * pairs2 * width);
    const { row } = yield* machine.run(
      `pair row ${update} of ${tokens2}`,
      () => {
        const net = builder();
        return net.build({ row: pairRow(net, config, net.input([pairs2, width], { name: "row" }), update) });
      },
      { row: { shape: [to - from, pairs2, width], data: part } }
    );
    part.set(row.data);
  }
  return out;
});
var runLayer = Effect6.fnUntraced(function* (machine, { x, pair }, { cos, sin }, layer) {
  const { config } = machine;
  const { heads: heads2, keySize, valueSize, pairChannels } = config;
  const trunk = trunkOf(config);
  const tokens2 = x.length / trunk;
  const pairs2 = tokens2 / pairWidth;
  const table = (data, from, to) => ({
    shape: [1, to - from, keySize],
    data: data.subarray(from * keySize, to * keySize)
  });
  const { keys, values } = yield* machine.run(
    `keys ${layer} of ${tokens2}`,
    () => {
      const net = builder();
      const input2 = (name, width) => net.input([tokens2, width], { name });
      return net.build(
        keysAndValues(net, config, input2("x", trunk), input2("cos", keySize), input2("sin", keySize), layer)
      );
    },
    { x: { shape: [1, tokens2, trunk], data: x }, cos: table(cos, 0, tokens2), sin: table(sin, 0, tokens2) }
  );
  const out = new Float32Array(x.length);
  const count2 = Math.min(
    tokens2,
    pairWidth * Math.max(1, Math.floor(machine.options.block / (heads2 * tokens2 * pairWidth)))
  );
  for (let next = 0; next < tokens2; next += count2) {
    const from = Math.min(next, tokens2 - count2);
    const pairRow2 = pairs2 * pairChannels;
    const [firstPair, lastPair] = [from / pairWidth, (from + count2) / pairWidth];
    const { rows } = yield* machine.run(
      `layer ${layer}, ${count2} of ${tokens2}`,
      () => {
        const net = builder();
        const input2 = (name, ...shape) => net.input(shape, { name });
        const rows2 = {
          x: input2("x", count2, trunk),
          cos: input2("cos", count2, keySize),
          sin: input2("sin", count2, keySize),
          keys: input2("keys", tokens2, keySize),
          values: input2("values", tokens2, valueSize),
          pair: input2("pair", count2 / pairWidth, pairs2, pairChannels)
        };
        return net.build({ rows: towerLayer(net, config, rows2, layer) });
      },
      {
        x: { shape: [1, count2, trunk], data: x.subarray(from * trunk, (from + count2) * trunk) },
        cos: table(cos, from, from + count2),
        sin: table(sin, from, from + count2),
        keys,
        values,
        pair: {
          shape: [1, count2 / pairWidth, pairs2, pairChannels],
          data: pair.subarray(firstPair * pairRow2, lastPair * pairRow2)
        }
      }
    );
    out.set(rows.data, from * trunk);
  }
  return out;
});
var run = Effect6.fnUntraced(function* (machine, trunk, organism) {
  const { config, options } = machine;
  const width = trunkOf(config);
  const tokens2 = trunk.length / width;
  const row = yield* machine.ofOrganism(`${root}/embed/embeddings`, organism);
  let x = trunk.map((value, i) => value + row[i % width]);
  let pair;
  const tables = rotary(
    Array.from({ length: tokens2 }, (_, token) => token),
    config.keySize,
    maxTokens,
    options.numerics
  );
  for (let layer = 0; layer < config.layers; layer++) {
    if (layer % 2 === 0) pair = yield* updatePair(machine, x, pair, layer / 2);
    x = yield* runLayer(machine, { x, pair }, tables, layer);
  }
  yield* requireFinite("the tower's tokens", x);
  return { x, pair };
});

// src/model/architectures/alphagenome/Answer.ts
var joinNear = (tokens2) => {
  const near = halo;
  return union(tokens2.map(([from, to]) => [from, to + 2 * near])).map(([from, to]) => [from, to - 2 * near]);
};
var plan = Effect7.fnUntraced(function* (machine, name, outputs2, wants, length2) {
  const organism = organisms.indexOf(name);
  const wanted = [];
  for (const want of wants) {
    const known = outputs2.find(({ output: output2 }) => output2.name === want.output);
    if (known === void 0) {
      return yield* new ModelError({
        message: `AlphaGenome has no output '${want.output}' for ${name}`,
        hint: `it has: ${outputs2.map(({ output: output2 }) => output2.name).join(", ")}`
      });
    }
    const tracks = want.tracks ?? known.output.tracks.map((_, track) => track);
    const pick = (values) => tracks.map((track) => values[track]);
    const [columns, means] = [pick(known.columns), pick(known.means)];
    const loaded = known.head === void 0 ? void 0 : yield* load(machine, known.head, organism, columns, means);
    wanted.push({ ...known, want, tracks, columns, bins: binsOf(known.output, length2, want.regions), loaded });
  }
  const fine = wanted.filter(({ output: output2 }) => output2.resolution === 1);
  const basePairs2 = joinNear(tokensOf(fine.flatMap(({ bins: bins2 }) => bins2)));
  const junctions2 = wanted.some(({ output: output2 }) => output2.kind === "junctions");
  const classes2 = heads.find(({ kind }) => kind === "probabilities");
  return {
    organism,
    wanted,
    basePairs: basePairs2,
    keep: widen(basePairs2, halo, length2 / tokenWidth),
    classification: junctions2 ? yield* load(machine, classes2, organism, [0, 1, 2, 3, 4], []) : void 0
  };
});
var collector = ({ bins: bins2, tracks }) => {
  const values = new Float32Array(rowCount(bins2) * tracks.length);
  const starts = [];
  let rows = 0;
  for (const [from, to] of bins2) {
    starts.push(rows - from);
    rows += to - from;
  }
  return {
    values,
    /** The rows of bins [from, to), which lie in one of the spans. */
    put: (from, block) => {
      const span = bins2.findIndex(([first, last2]) => first <= from && from < last2);
      values.set(block, (starts[span] + from) * tracks.length);
    }
  };
};
var applyHead = Effect7.fnUntraced(function* (machine, { loaded, bins: bins2, tracks }, put, from, embeddings) {
  const { width } = loaded;
  const spans = within(bins2, from, from + embeddings.length / width);
  if (spans.length === 0) return;
  const parts = spans.map(([a, b]) => embeddings.subarray((a - from) * width, (b - from) * width));
  const rows = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    rows.set(part, at);
    at += part.length;
  }
  const values = yield* apply(machine, loaded, parts.length === 1 ? parts[0] : rows);
  let row = 0;
  for (const [a, b] of spans) {
    put(a, values.subarray(row * tracks.length, (row + b - a) * tracks.length));
    row += b - a;
  }
});
var answer = Effect7.fnUntraced(function* (machine, { organism, wanted, basePairs: basePairs2, classification }, { trunk, skips }) {
  const tower2 = yield* run(machine, trunk, organism);
  const tokens2 = trunk.length / trunkOf(machine.config);
  const answers = /* @__PURE__ */ new Map();
  const collected = wanted.filter(({ output: output2 }) => output2.kind === "tracks").map((each) => ({ each, resolution: each.output.resolution, ...collector(each) }));
  const junctions2 = wanted.find(({ output: output2 }) => output2.kind === "junctions");
  const finder2 = finder(machine.options.sites);
  if (basePairs2.length > 0) {
    yield* basePairs(
      machine,
      tower2,
      skips,
      organism,
      basePairs2,
      Effect7.fnUntraced(function* (from, embeddings) {
        for (const { each, resolution, put } of collected) {
          if (resolution === 1) yield* applyHead(machine, each, put, from, embeddings);
        }
        if (junctions2 === void 0) return;
        const width = classification.width;
        for (const [a, b] of within(junctions2.bins, from, from + embeddings.length / width)) {
          const rows = embeddings.subarray((a - from) * width, (b - from) * width);
          finder2.offer(a, yield* apply(machine, classification, rows), rows);
        }
      })
    );
  }
  const coarse = collected.filter(({ resolution }) => resolution === tokenWidth);
  for (const span of union(coarse.flatMap(({ each }) => each.bins))) {
    const { embeddings } = yield* tokens(machine, tower2, organism, span);
    for (const { each, put } of coarse) yield* applyHead(machine, each, put, span[0], embeddings);
  }
  for (const { each, values } of collected) {
    answers.set(each.output.name, { kind: "tracks", tracks: each.tracks, bins: each.bins, values });
  }
  const contacts = wanted.filter(({ output: output2 }) => output2.kind === "contacts");
  if (contacts.length > 0) {
    const embeddings = yield* pairs(machine, tower2, organism);
    for (const { output: output2, tracks, loaded } of contacts) {
      const values = yield* apply(machine, loaded, embeddings);
      answers.set(output2.name, { kind: "contacts", tracks, bins: tokens2 / pairWidth, values });
    }
  }
  if (junctions2 !== void 0) {
    const { output: output2, columns, tracks } = junctions2;
    const sites = finder2.sites();
    const counts = yield* count(machine, organism, columns, tracks, sites, finder2.embedding);
    for (const { values } of counts.strands) yield* requireFinite(`output ${output2.name}`, values);
    answers.set(output2.name, counts);
  }
  return answers;
});

// src/model/architectures/alphagenome/Encode.ts
import * as Effect8 from "effect/Effect";

// src/genome/OneHot.ts
var column = new Int8Array(256).fill(-1);
for (const [index, letters] of ["Aa", "Cc", "Gg", "Tt"].entries()) {
  for (const letter of letters) column[letter.charCodeAt(0)] = index;
}
var encodeInto = (sequence2, out, offset = 0) => {
  for (let i = 0, at = offset; i < sequence2.length; i++, at += 4) {
    const channel = column[sequence2.charCodeAt(i) & 255];
    if (channel >= 0) out[at + channel] = 1;
  }
};
var encode = (sequence2) => {
  const out = new Float32Array(sequence2.length * 4);
  encodeInto(sequence2, out);
  return out;
};

// src/model/architectures/alphagenome/Skips.ts
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
var inMemory = (length2) => {
  const numbers = new Float32Array(length2);
  return {
    put: (at, data) => numbers.set(data, at),
    take: (at, into) => into.set(numbers.subarray(at, at + into.length)),
    close: () => {
    }
  };
};
var inFile = (length2) => {
  const folder = mkdtempSync(join(tmpdir(), "agflow-levels-"));
  const file = openSync(join(folder, "levels"), "w+");
  rmSync(folder, { recursive: true });
  ftruncateSync(file, 4 * length2);
  const bytesOf = (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const whole = (step, at, data) => {
    const bytes2 = bytesOf(data);
    for (let done = 0; done < bytes2.length; ) {
      const moved = step(file, bytes2, done, Math.min(bytes2.length - done, 1 << 28), 4 * at + done);
      if (moved === 0) throw new Error("the scratch file ends too early");
      done += moved;
    }
  };
  return {
    put: (at, data) => whole(writeSync, at, data),
    take: (at, into) => whole(readSync, at, into),
    close: () => closeSync(file)
  };
};
var widths = ({ channels }) => bins.map((bin, level) => tokenWidth / bin * channels[level]);
var make3 = (config, keep, memory, base) => {
  const perToken = widths(config);
  const count2 = keep.reduce((sum, [from, to]) => sum + to - from, 0);
  const starts = [];
  let end = 0;
  for (const width of perToken) {
    starts.push(end);
    end += width * count2;
  }
  const storage = 4 * end <= memory ? inMemory(end) : inFile(end);
  const kept = (level, from, to) => {
    let slot = 0;
    return keep.flatMap(([first, last2]) => {
      const [a, b] = [Math.max(first, from), Math.min(last2, to)];
      const at = starts[level] + (slot + a - first) * perToken[level];
      slot += last2 - first;
      return a < b ? [[a, b, at]] : [];
    });
  };
  return {
    read: (level, from, to) => {
      const width = perToken[level];
      const spans = kept(level, from, to);
      const [first] = spans;
      const whole = first !== void 0 && first[0] === from && first[1] === to;
      const out = whole || base === void 0 ? new Float32Array((to - from) * width) : base.read(level, from, to);
      for (const [a, b, at] of spans) storage.take(at, out.subarray((a - from) * width, (b - from) * width));
      return out;
    },
    write: (level, from, data) => {
      const width = perToken[level];
      for (const [a, b, at] of kept(level, from, from + data.length / width)) {
        storage.put(at, data.subarray((a - from) * width, (b - from) * width));
      }
    },
    close: storage.close
  };
};

// src/model/architectures/alphagenome/Encode.ts
var reach2 = 7 + 2 + bins.slice(1).reduce((sum, bin) => sum + 2 * 2 * bin, 0);
var halo2 = Math.ceil(reach2 / tokenWidth);
var program3 = ({ config, options: { chunk: chunk2 } }) => () => {
  const net = builder();
  const sequence2 = net.input([chunk2 * tokenWidth, 4], { name: "sequence", free: true });
  const { skips, trunk } = encoder(net, config, sequence2);
  return net.build({ trunk, ...Object.fromEntries(skips.map((skip, level) => [`${level}`, skip])) });
};
var encodeInto2 = Effect8.fnUntraced(function* (machine, { sequence: sequence2, trunk, skips }, tokens2, keep) {
  const { config, options } = machine;
  const width = trunkOf(config);
  const count2 = sequence2.length / tokenWidth;
  for (const [from, to] of pieces(tokens2, options.chunk)) {
    const [start, end] = [Math.max(0, from - halo2), Math.min(count2, to + halo2)];
    const data = encode(sequence2.slice(start * tokenWidth, end * tokenWidth));
    const kept = keep.some(([a, b]) => a < to && from < b);
    const outputs2 = yield* machine.run(
      "encoder",
      program3(machine),
      { sequence: { shape: [1, data.length / 4, 4], data } },
      kept ? void 0 : ["trunk"]
    );
    const inner = (values) => {
      const perToken = values.length / (end - start);
      return values.subarray((from - start) * perToken, (to - start) * perToken);
    };
    const rows = inner(outputs2["trunk"].data);
    yield* requireFinite(`the encoder's tokens from base pair ${from * tokenWidth}`, rows);
    trunk.set(rows, from * width);
    if (kept) for (const level of bins.keys()) skips.write(level, from, inner(outputs2[`${level}`].data));
  }
});
var encode2 = Effect8.fnUntraced(function* (machine, sequence2, keep) {
  const count2 = sequence2.length / tokenWidth;
  const encoding = {
    sequence: sequence2,
    trunk: new Float32Array(count2 * trunkOf(machine.config)),
    skips: make3(machine.config, keep, machine.options.memory)
  };
  yield* encodeInto2(machine, encoding, [[0, count2]], keep);
  return encoding;
});
var changedTokens = (reference, alternative) => {
  const length2 = reference.length;
  let first = 0;
  while (first < length2 && reference[first] === alternative[first]) first++;
  if (first === length2) return [];
  let last2 = length2 - 1;
  while (reference[last2] === alternative[last2]) last2--;
  const from = Math.floor((first - reach2) / tokenWidth);
  const to = Math.ceil((last2 + 1 + reach2) / tokenWidth);
  return [[Math.max(0, from), Math.min(length2 / tokenWidth, to)]];
};
var reencode = Effect8.fnUntraced(function* (machine, reference, sequence2, keep) {
  const changed = changedTokens(reference.sequence, sequence2);
  const ownKeep = union(keep.flatMap(([a, b]) => changed.map(([c, d]) => [Math.max(a, c), Math.min(b, d)])));
  const encoding = {
    sequence: sequence2,
    trunk: reference.trunk.slice(),
    skips: make3(machine.config, ownKeep, machine.options.memory, reference.skips)
  };
  yield* encodeInto2(machine, encoding, widen(changed, 0, sequence2.length / tokenWidth), ownKeep);
  return encoding;
});

// src/model/architectures/alphagenome/Tracks.ts
import * as Schema2 from "effect/Schema";
var Row = Schema2.Record(Schema2.String, Schema2.NullOr(Schema2.Union([Schema2.String, Schema2.Finite, Schema2.Boolean])));
var Metadata = Schema2.Record(Schema2.String, Schema2.Record(Schema2.String, Schema2.Array(Row)));
var organismNames = { human: "HOMO_SAPIENS", mouse: "MUS_MUSCULUS" };
var text = (row, key) => typeof row[key] === "string" ? row[key] : "";
var trackOf = (row, track, group) => ({
  track,
  name: text(row, "name"),
  group,
  strand: text(row, "strand") || ".",
  description: text(row, "biosample_name") || text(row, "ontology_curie"),
  metadata: row
});
var isPadding = (row) => text(row, "name").toLowerCase() === "padding";
var outputs = (metadata2, organism) => {
  const tables = metadata2[organismNames[organism]] ?? {};
  const of2 = (name, key, kind, resolution, head2) => {
    const rows = (tables[key] ?? []).map((row, column2) => ({ row, column: column2 })).filter(({ row }) => !isPadding(row));
    if (rows.length === 0) return [];
    const tracks = rows.map(({ row }, track) => trackOf(row, track, name));
    const means = rows.map(({ row }) => typeof row["nonzero_mean"] === "number" ? row["nonzero_mean"] : NaN);
    const columns = rows.map(({ column: column2 }) => column2);
    return [{ output: { name, kind, resolution, offset: 0, tracks }, head: head2, columns, means }];
  };
  return [
    ...heads.flatMap(
      (head2) => of2(head2.output, head2.tracks, head2.kind === "contacts" ? "contacts" : "tracks", head2.resolution, head2)
    ),
    ...of2("SPLICE_JUNCTIONS", "splice_junctions", "junctions", bins[0], void 0)
  ];
};

// src/model/architectures/alphagenome/Weights.ts
import * as Effect9 from "effect/Effect";
var standardize = ([kernel, scale]) => {
  const filters = scale.length;
  const fanIn = kernel.length / filters;
  const means = new Float64Array(filters);
  const squares = new Float64Array(filters);
  for (let i = 0, filter = 0; i < kernel.length; i++, filter = (filter + 1) % filters) means[filter] += kernel[i];
  for (let filter = 0; filter < filters; filter++) means[filter] /= fanIn;
  for (let i = 0, filter = 0; i < kernel.length; i++, filter = (filter + 1) % filters) {
    squares[filter] += (kernel[i] - means[filter]) ** 2;
  }
  const factors = squares.map((sum, filter) => scale[filter] / Math.sqrt(Math.max(sum, 1e-4)));
  return kernel.map((value, i) => (value - means[i % filters]) * factors[i % filters]);
};
var foldVariance = ([scale, variance]) => scale.map((value, i) => value / Math.sqrt(variance[i] + epsilon));
var batchNorm = {
  scale: { from: ["scale", "var_ema"], flat: true, compute: foldVariance },
  offset: { from: ["offset"], flat: true }
};
var layerNorm = {
  gamma: { from: ["scale"], flat: true },
  beta: { from: ["offset"], flat: true }
};
var modules = {
  standardized_conv1_d: {
    kernel: { from: ["w", "scale"], compute: standardize },
    bias: { from: ["bias"] }
  },
  conv1_d: { kernel: { from: ["w"] }, bias: { from: ["b"] } },
  rms_batch_norm: batchNorm,
  rms_batch_norm_1: batchNorm,
  layer_norm: layerNorm,
  norm_q: layerNorm,
  norm_k: layerNorm,
  norm_v: layerNorm,
  norm_seq2pair: layerNorm
};
var flatten = (shape) => shape.slice(
  Math.max(
    0,
    shape.findIndex((n) => n !== 1)
  )
);
var split = (name) => {
  const at = Math.max(name.lastIndexOf("/"), name.lastIndexOf(":"));
  return [name.slice(0, at), name.slice(at + 1)];
};
var source = (checkpoint) => {
  const names = new Map(Array.from(checkpoint.tensors.keys(), (name) => [split(name).join("/"), name]));
  const entries = /* @__PURE__ */ new Map();
  for (const [plain, name] of names) {
    const [module2, leaf] = split(name);
    const { shape } = checkpoint.tensors.get(name);
    const parts = modules[split(module2)[1]];
    if (parts === void 0) {
      entries.set(plain, { shape: shape.length === 0 ? [1] : shape, from: [name], compute: void 0 });
      continue;
    }
    for (const [as2, { from, flat, compute: compute2 }] of Object.entries(parts)) {
      if (from[0] !== leaf) continue;
      const sources = from.map((part) => names.get(`${module2}/${part}`));
      if (sources.includes(void 0)) continue;
      const target = flat === true ? flatten(shape) : shape;
      entries.set(`${module2}/${as2}`, { shape: target, from: sources, compute: compute2 });
    }
  }
  return {
    tensors: entries,
    identity: checkpoint.identity === void 0 ? void 0 : `alphagenome 1 ${checkpoint.identity}`,
    place: (name) => {
      const { from, compute: compute2 } = entries.get(name);
      return compute2 === void 0 ? checkpoint.place(from[0]) : void 0;
    },
    read: Effect9.fnUntraced(function* (name) {
      const { from, compute: compute2, shape } = entries.get(name);
      const leaves = yield* Effect9.forEach(from, checkpoint.read);
      return compute2 === void 0 ? leaves[0] : compute2(leaves, shape);
    })
  };
};

// src/model/architectures/alphagenome/AlphaGenome.ts
var description = {
  name: "alphagenome",
  summary: "AlphaGenome: thousands of human and mouse tracks from up to 1 Mb of sequence, at 1 or 128 bp",
  licence: "AlphaGenome model terms (non-commercial)",
  citation: "Avsec et al., AlphaGenome, 2025"
};
var multiple = tokenWidth * pairWidth;
var defaults = {
  numerics: "bf16-rope",
  chunk: 256,
  block: 2 ** 24,
  memory: 2 ** 29,
  sites: 512,
  threads: 1,
  cache: void 0
};
var make4 = Effect10.fnUntraced(function* (runtime, checkpoint, metadata2, options = {}) {
  const weights = source(checkpoint);
  const config = of(weights.tensors);
  if (typeof config === "string") {
    return yield* new ModelError({ message: config, hint: "are these AlphaGenome's weights?" });
  }
  const machine = yield* Effect10.acquireRelease(
    Effect10.sync(() => make2(runtime, weights, config, { ...defaults, ...options })),
    ({ release }) => release
  );
  const outputs2 = new Map(
    ["human", "mouse"].map((organism) => [organism, outputs(metadata2, organism)])
  );
  const info = {
    ...description,
    organisms: ["human", "mouse"],
    lengths: { preferred: maxPosition, min: multiple, max: maxPosition, multiple },
    outputs: (organism) => outputs2.get(organism).map(({ output: output2 }) => output2)
  };
  const planFor = Effect10.fnUntraced(function* (organism, length2, wants) {
    const fault = lengthFault(info, length2);
    if (fault !== void 0) return yield* new ModelError({ message: `a sequence has ${fault}` });
    return yield* plan(machine, organism, outputs2.get(organism), wants, length2);
  });
  const finish = (plan2, encoding) => answer(machine, plan2, encoding).pipe(Effect10.ensuring(Effect10.sync(() => encoding.skips.close())));
  return {
    info,
    prepare: (length2) => Effect10.as(planFor("human", length2, []), 1),
    predict: Effect10.fnUntraced(function* (organism, sequences, wants) {
      const answers = [];
      for (const sequence2 of sequences) {
        const plan2 = yield* planFor(organism, sequence2.length, wants);
        answers.push(yield* finish(plan2, yield* encode2(machine, sequence2, plan2.keep)));
      }
      return answers;
    }),
    predictVariants: Effect10.fnUntraced(function* ({ organism, reference, alternatives, wants }) {
      const plan2 = yield* planFor(organism, reference.length, wants);
      const encoding = yield* encode2(machine, reference, plan2.keep);
      return yield* Effect10.gen(function* () {
        const first = yield* answer(machine, plan2, encoding);
        const rest = [];
        for (const { sequence: sequence2 } of alternatives) {
          rest.push(yield* finish(plan2, yield* reencode(machine, encoding, sequence2, plan2.keep)));
        }
        return { reference: first, alternatives: rest };
      }).pipe(Effect10.ensuring(Effect10.sync(() => encoding.skips.close())));
    })
  };
});

// src/model/Runtimes.ts
import * as Effect16 from "effect/Effect";

// src/core/Failure.ts
import * as Schema3 from "effect/Schema";
var InputError = class extends Schema3.TaggedError()("InputError", {
  message: Schema3.String,
  file: Schema3.optionalKey(Schema3.String),
  /** 1-based. */
  line: Schema3.optionalKey(Schema3.Int),
  hint: Schema3.optionalKey(Schema3.String)
}) {
};
var messageOf = (cause) => {
  if (!(cause instanceof Error)) return String(cause);
  return "_tag" in cause && cause._tag === "PlatformError" && cause.cause instanceof Error ? cause.cause.message : cause.message;
};

// src/model/Runtime.ts
import * as Effect11 from "effect/Effect";
var runtimeIds = [
  "onnxruntime-cpu",
  "onnxruntime-cuda",
  "onnxruntime-webgpu",
  "tfjs-wasm",
  "tfjs-node-gpu"
];
var inputFault = (program4, inputs) => {
  const batches = /* @__PURE__ */ new Set();
  for (const [name, at] of program4.inputs) {
    const node2 = program4.nodes[at];
    const array = inputs[name];
    if (array === void 0) return `input '${name}' is missing`;
    const shape = node2.batched ? array.shape.slice(1) : array.shape;
    if (node2.batched) batches.add(array.shape[0]);
    const fits = shape.length === node2.shape.length && shape.every((n, i) => n === node2.shape[i] || node2.free && i === 0);
    if (!fits || array.data.length !== size(array.shape)) {
      return `input '${name}' has shape ${shapeText(array.shape)} where the program takes ${shapeText(node2.shape)}`;
    }
  }
  return batches.size > 1 ? `inputs have batches of ${[...batches].join(" and ")}` : void 0;
};
var executable = (program4, compute2, release) => {
  const run3 = (inputs, outputs2 = [...program4.outputs.keys()]) => {
    const fault = inputFault(program4, inputs);
    return fault === void 0 ? compute2(inputs, outputs2) : Effect11.fail(new ModelError({ message: fault }));
  };
  const [input2] = program4.inputs.keys();
  const [output2] = program4.outputs.keys();
  return {
    run: run3,
    predict: (data, batch) => Effect11.map(
      run3({ [input2]: { shape: [batch, ...inputNode(program4).shape], data } }),
      (outputs2) => outputs2[output2].data
    ),
    release
  };
};

// src/model/runtime/OnnxRuntime.ts
import * as Effect14 from "effect/Effect";
import { cpus, totalmem } from "node:os";

// src/model/runtime/OnnxProto.ts
var varint = (value) => {
  const bytes2 = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes2.push(Number(rest & 127n) | 128);
  bytes2.push(Number(rest));
  return Uint8Array.from(bytes2);
};
var concat = (parts) => Buffer.concat(parts);
var integer = (field, value) => concat([varint(field << 3), varint(value)]);
var float = (field, value) => {
  const bytes2 = new DataView(new ArrayBuffer(4));
  bytes2.setFloat32(0, value, true);
  return concat([varint(field << 3 | 5), new Uint8Array(bytes2.buffer)]);
};
var bytes = (field, value) => concat([varint(field << 3 | 2), varint(value.length), value]);
var text2 = (field, value) => bytes(field, Buffer.from(value));
var message = (field, ...fields2) => bytes(field, concat(fields2));
var attribute = (name, value) => {
  const [type, payload] = typeof value === "number" ? [2, [integer(3, value)]] : typeof value === "string" ? [3, [text2(4, value)]] : "float" in value ? [1, [float(2, value.float)]] : [7, value.map((item) => integer(8, item))];
  return message(5, text2(1, name), ...payload, integer(20, type));
};
var elementTypes = { float32: 1, int32: 6, int64: 7, F32: 1, F16: 10, BF16: 16 };
var byteWidths = { F32: 4, F16: 2, BF16: 2 };
var node = (type, inputs, output2, attributes = {}) => message(
  1,
  ...inputs.map((input2) => text2(1, input2)),
  text2(2, output2),
  text2(4, type),
  ...Object.entries(attributes).map(([name, value]) => attribute(name, value))
);
var inlineTensor = (name, shape, data) => {
  const type = data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "int64";
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(5, ...shape.map((n) => integer(1, n)), integer(2, elementTypes[type]), text2(8, name), bytes(9, raw));
};
var externalTensor = (name, shape, { path, offset, dtype }) => {
  const length2 = shape.reduce((product, n) => product * n, 1) * byteWidths[dtype];
  const entries = { location: path.replace(/^\/+/u, ""), offset: `${offset}`, length: `${length2}` };
  return message(
    5,
    ...shape.map((n) => integer(1, n)),
    integer(2, elementTypes[dtype]),
    text2(8, name),
    ...Object.entries(entries).map(([key, value]) => message(13, text2(1, key), text2(2, value))),
    integer(14, 1)
  );
};
var port = (field, name, type, shape) => {
  const axes = shape.map((n) => message(1, typeof n === "number" ? integer(1, n) : text2(2, n)));
  return message(field, text2(1, name), message(2, message(1, integer(1, elementTypes[type]), message(2, ...axes))));
};
var input = (name, type, shape) => port(11, name, type, shape);
var output = (name, shape) => port(12, name, "float32", shape);
var model = (nodes, initializers, ports) => concat([
  integer(1, 9),
  text2(2, "agflow"),
  message(7, ...nodes, text2(2, "program"), ...initializers, ...ports),
  message(8, integer(2, 20))
]);

// src/model/runtime/OnnxGraph.ts
var kernelOrder = {
  conv1d: [2, 1, 0],
  depthwiseConv1d: [1, 2, 0]
};
var uses = (program4) => {
  const kernels = /* @__PURE__ */ new Map();
  for (const node2 of program4.nodes) {
    if (node2.op === "conv1d" || node2.op === "depthwiseConv1d") kernels.set(node2.kernel, kernelOrder[node2.op]);
  }
  return new Map(Array.from(program4.weights.keys(), (weight) => [weight, { weight, order: kernels.get(weight) }]));
};
var inputName = (name) => `in ${name}`;
var outputName = (name) => `out ${name}`;
var encode3 = (program4, initializers) => {
  const nodes = [];
  const constants = /* @__PURE__ */ new Map();
  let values = 0;
  const emit = (type, inputs, attributes = {}, name = `v${values++}`) => {
    nodes.push(node(type, inputs, name, attributes));
    return name;
  };
  const once = (name, make7) => {
    if (!constants.has(name)) constants.set(name, make7(name));
    return name;
  };
  const floats = (name, shape, data) => once(name, () => inlineTensor(name, shape, data));
  const integers = (...list) => once(`i${list.join("_")}`, (name) => inlineTensor(name, [list.length], BigInt64Array.from(list, BigInt)));
  const number = (value) => floats(`number ${value}`, [], Float32Array.of(value));
  const widened = /* @__PURE__ */ new Map();
  const weight = (weightName, shape) => {
    const initializer = initializers.get(weightName);
    const as2 = shape ?? initializer.shape;
    const name = `${weightName} ${as2.join("x")}`;
    if ("data" in initializer) return floats(name, as2, initializer.data);
    once(name, () => externalTensor(name, as2, initializer.place));
    if (initializer.place.dtype === "F32") return name;
    if (!widened.has(name)) widened.set(name, emit("Cast", [name], { to: elementTypes.F32 }));
    return widened.get(name);
  };
  const turned = ["Transpose", { perm: [0, 2, 1] }];
  const rows = (value) => value.rows ??= emit(turned[0], [value.columns], turned[1]);
  const columns = (value) => value.columns ??= emit(turned[0], [value.rows], turned[1]);
  const inPlace = (x, compute2) => x.columns === void 0 ? { rows: compute2(rows(x)) } : { columns: compute2(x.columns) };
  const pointwise = (type, attributes = {}) => (_, [x]) => inPlace(x, (name) => emit(type, [name], attributes));
  const pairwise = (type) => ({ shape }, [a, b]) => {
    const turn = shape.length === 2 && (a.columns !== void 0 || b.columns !== void 0);
    return turn ? { columns: emit(type, [columns(a), columns(b)]) } : { rows: emit(type, [rows(a), rows(b)]) };
  };
  const pool = (type) => ({ width }, [x]) => ({
    columns: emit(type, [columns(x)], { kernel_shape: [width], strides: [width] })
  });
  const axisOf = (x, axis) => x.columns === void 0 ? axis + 1 : 2 - axis;
  const pad = (x, { axis, shape }, before, after) => {
    const at = axisOf(x, axis);
    const amounts = [0, ...shape].map((_, index) => index === at ? [before, after] : [0, 0]);
    const pads = integers(...amounts.map(([start]) => start), ...amounts.map(([, end]) => end));
    return inPlace(x, (name) => emit("Pad", [name, pads]));
  };
  const convolve = (x, weights, group, width, dilation) => {
    const reach3 = (width - 1) * dilation;
    const before = Math.floor(reach3 / 2);
    return {
      columns: emit("Conv", [columns(x), ...weights], {
        kernel_shape: [width],
        dilations: [dilation],
        group,
        pads: [before, reach3 - before]
      })
    };
  };
  const filled = (value, length2) => floats(`${length2} times ${value}`, [length2], new Float32Array(length2).fill(value));
  const handlers2 = {
    input: ({ name }) => ({ rows: inputName(name) }),
    constant: ({ shape, data }) => ({ rows: floats(`c${values++}`, [1, ...shape], data) }),
    weight: ({ weight: name, shape }) => ({ rows: weight(name, [1, ...shape]) }),
    conv1d: ({ kernel, bias, width, dilation }, [x]) => convolve(x, [weight(kernel), weight(bias)], 1, width, dilation),
    depthwiseConv1d: ({ kernel, width, shape }, [x]) => convolve(x, [weight(kernel)], shape[1], width, 1),
    dense: ({ kernel, bias }, [x]) => {
      const product = emit("MatMul", [rows(x), weight(kernel, initializers.get(kernel).shape.slice(-2))]);
      return { rows: bias === void 0 ? product : emit("Add", [product, weight(bias)]) };
    },
    project: (_, [x, matrix]) => ({ rows: emit("MatMul", [rows(x), emit("Squeeze", [rows(matrix), integers(0)])]) }),
    batchNorm: ({ gamma, beta, mean, variance, epsilon: epsilon2 }, [x]) => ({
      columns: emit("BatchNormalization", [columns(x), ...[gamma, beta, mean, variance].map((name) => weight(name))], {
        epsilon: { float: epsilon2 }
      })
    }),
    affine: ({ scale, offset, shape }, [x]) => {
      if (x.columns === void 0) {
        return { rows: emit("Add", [emit("Mul", [rows(x), weight(scale)]), weight(offset)]) };
      }
      const parts = [weight(scale), weight(offset), filled(0, shape[1]), filled(1, shape[1])];
      return { columns: emit("BatchNormalization", [x.columns, ...parts], { epsilon: { float: 0 } }) };
    },
    layerNorm: ({ gamma, beta, epsilon: epsilon2 }, [x]) => ({
      rows: emit("LayerNormalization", [rows(x), weight(gamma), weight(beta)], {
        axis: -1,
        epsilon: { float: epsilon2 }
      })
    }),
    rmsNorm: ({ gamma, beta, epsilon: epsilon2 }, [x]) => {
      const squares = emit("ReduceMean", [emit("Mul", [rows(x), rows(x)]), integers(-1)]);
      const size2 = emit("Sqrt", [emit("Add", [squares, number(epsilon2)])]);
      return { rows: emit("Add", [emit("Mul", [emit("Div", [rows(x), size2]), weight(gamma)]), weight(beta)]) };
    },
    relu: pointwise("Relu"),
    sigmoid: pointwise("Sigmoid"),
    tanh: pointwise("Tanh"),
    gelu: pointwise("Gelu", { approximate: "tanh" }),
    softplus: pointwise("Softplus"),
    power: ({ exponent }, [x]) => inPlace(x, (name) => emit("Pow", [name, number(exponent)])),
    softmax: (_, [x]) => ({ rows: emit("Softmax", [rows(x)], { axis: -1 }) }),
    scale: ({ factor }, [x]) => inPlace(x, (name) => emit("Mul", [name, number(factor)])),
    add: pairwise("Add"),
    multiply: pairwise("Mul"),
    maxPool: pool("MaxPool"),
    avgPool: pool("AveragePool"),
    upsample: ({ factor, shape }, [x]) => {
      const apart = emit("Reshape", [columns(x), integers(0, shape[1], -1, 1)]);
      const spread = emit("Expand", [apart, integers(1, 1, 1, factor)]);
      return { columns: emit("Reshape", [spread, integers(0, shape[1], -1)]) };
    },
    padStart: (node2, [x]) => pad(x, node2, node2.count, 0),
    padEnd: (node2, [x]) => pad(x, node2, 0, node2.count),
    slice: ({ axis, start, end }, [x]) => inPlace(x, (name) => emit("Slice", [name, integers(start), integers(end), integers(axisOf(x, axis))])),
    concat: ({ axis }, [a, b]) => ({ rows: emit("Concat", [rows(a), rows(b)], { axis: axis + 1 }) }),
    reshape: ({ shape }, [x]) => ({ rows: emit("Reshape", [rows(x), integers(0, ...shape)]) }),
    transpose: ({ order }, [x]) => ({
      rows: emit("Transpose", [rows(x)], { perm: [0, ...order.map((axis) => axis + 1)] })
    }),
    gather: (_, [table, index]) => ({
      rows: emit("Gather", [emit("Squeeze", [rows(table), integers(0)]), rows(index)], { axis: 0 })
    }),
    matMul: ({ transposeRight, shape }, [a, b]) => {
      const swapped = [0, ...shape.map((_, axis) => axis + 1)];
      swapped.push(...swapped.splice(-2).toReversed());
      const right = transposeRight ? emit("Transpose", [rows(b)], { perm: swapped }) : rows(b);
      return { rows: emit("MatMul", [rows(a), right]) };
    }
  };
  const named = [];
  for (const node2 of program4.nodes) {
    named.push(
      handle(
        handlers2,
        node2,
        node2.inputs.map((input2) => named[input2])
      )
    );
  }
  for (const [name, at] of program4.outputs) emit("Identity", [rows(named[at])], {}, outputName(name));
  const axes = (name, at) => {
    const { batched, free, shape } = program4.nodes[at];
    return [batched ? "batch" : 1, ...shape.map((n, axis) => free && axis === 0 ? `length of ${name}` : n)];
  };
  return model(nodes, constants.values(), [
    ...Array.from(program4.inputs, ([name, at]) => {
      const node2 = program4.nodes[at];
      return input(inputName(name), node2.op === "input" ? node2.type : "float32", axes(name, at));
    }),
    ...Array.from(program4.outputs, ([name, at]) => output(outputName(name), axes(name, at)))
  ]);
};

// src/model/runtime/RearrangedWeights.ts
import * as Effect13 from "effect/Effect";
import { existsSync, mkdtempSync as mkdtempSync2, rmSync as rmSync2 } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { tmpdir as tmpdir2 } from "node:os";
import { join as join2 } from "node:path";

// src/core/Digest.ts
import * as Effect12 from "effect/Effect";
import * as Schema4 from "effect/Schema";
import { createHash as createHash2 } from "node:crypto";
var Sha256 = Schema4.String.pipe(
  Schema4.check(Schema4.isPattern(/^[0-9a-f]{64}$/u, { message: "a sha256 is 64 hexadecimal digits" })),
  Schema4.brand("agflow/Sha256")
);
var ofBytes = (bytes2) => createHash2("sha256").update(bytes2).digest("hex");
var chunk = 1 << 20;
var canonicalJson = (value) => {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item === void 0 ? null : item)).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).filter(([, member]) => member !== void 0).sort(([a], [b]) => a < b ? -1 : 1).map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
};
var ofJson = (value) => ofBytes(canonicalJson(value));

// src/model/runtime/RearrangedWeights.ts
var smallest = 1 << 20;
var ownFolder;
var temporary = () => {
  if (ownFolder === void 0) {
    const folder = mkdtempSync2(join2(tmpdir2(), "agflow-weights-"));
    process.once("exit", () => rmSync2(folder, { recursive: true, force: true }));
    ownFolder = folder;
  }
  return ownFolder;
};
var anonymous = 0;
var place = Effect13.fnUntraced(function* (source3, { weight, order }, cache) {
  const { shape } = source3.tensors.get(weight);
  const stored = order === void 0 ? source3.place(weight) : void 0;
  if (stored !== void 0) return { shape, place: stored };
  const turn = (tensor) => order === void 0 ? tensor : transpose(tensor, order);
  const turnedShape = order === void 0 ? shape : order.map((axis) => shape[axis]);
  const read = Effect13.map(source3.read(weight), (data) => turn({ shape, data }));
  if (4 * size(shape) < smallest) return yield* read;
  const name = ofJson([source3.identity ?? `${process.pid}/${anonymous++}`, weight, order ?? null]);
  const folder = (source3.identity === void 0 ? void 0 : cache) ?? temporary();
  const path = join2(folder, `${name}.f32`);
  if (!existsSync(path)) {
    const { data } = yield* read;
    yield* Effect13.tryPromise({
      try: async () => {
        await mkdir(folder, { recursive: true });
        const partial = `${path}.${process.pid}`;
        await writeFile(partial, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
        await rename(partial, path);
      },
      catch: (cause) => new ModelError({ message: `cannot keep weight '${weight}': ${messageOf(cause)}`, file: path })
    });
  }
  return { shape: turnedShape, place: { path, offset: 0, dtype: "F32" } };
});

// src/model/runtime/OnnxRuntime.ts
var importRuntime = Effect14.tryPromise({
  try: async () => {
    const ort = await import("onnxruntime-node");
    ort.env.logLevel = "fatal";
    return ort;
  },
  catch: (cause) => new RuntimeUnavailable({
    message: `onnxruntime-node cannot be loaded: ${messageOf(cause)}`,
    hint: "npm install onnxruntime-node, or use device tfjs-wasm"
  })
});
var probeGraph = () => {
  const net = builder();
  return encode3(net.build(net.relu(net.input([1]))), /* @__PURE__ */ new Map());
};
var devices = {
  cpu: { runtime: "onnxruntime-cpu", kind: "cpu", name: cpus()[0]?.model ?? "CPU", numerics: "f32" },
  cuda: { runtime: "onnxruntime-cuda", kind: "gpu", name: "CUDA device 0", numerics: "tf32" },
  webgpu: { runtime: "onnxruntime-webgpu", kind: "gpu", name: "WebGPU adapter", numerics: "f32" }
};
var hints = {
  cpu: "use device tfjs-wasm",
  cuda: "not run here: ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node; needs CUDA 12 and cuDNN 9",
  webgpu: "not run here: needs a GPU with a Vulkan driver"
};
var make5 = (provider) => ({
  id: devices[provider].runtime,
  probe: Effect14.gen(function* () {
    const ort = yield* importRuntime;
    yield* Effect14.tryPromise({
      try: async () => {
        const session = await ort.InferenceSession.create(probeGraph(), {
          executionProviders: [provider],
          logSeverityLevel: 4
        });
        await session.release();
      },
      catch: (cause) => new RuntimeUnavailable({
        message: `${devices[provider].runtime} cannot be used: ${messageOf(cause)}`,
        hint: hints[provider]
      })
    });
    return { ...devices[provider], version: `onnxruntime-node ${ort.env.versions.node ?? ort.env.versions.common}` };
  }),
  // mini-borzoi: 195 MB a window where 50 MB of values are live.
  memory: { limit: provider === "cpu" ? totalmem() : Infinity, overhead: 4 },
  load: Effect14.fnUntraced(function* (program4, weights, threads, cache) {
    const ort = yield* Effect14.mapError(importRuntime, ({ message: message2 }) => new ModelError({ message: message2 }));
    const initializers = /* @__PURE__ */ new Map();
    for (const [name, use] of uses(program4)) {
      initializers.set(name, yield* place(weights, use, cache));
    }
    const session = yield* Effect14.tryPromise({
      try: () => ort.InferenceSession.create(encode3(program4, initializers), {
        executionProviders: [provider],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        // Else what the largest run took is kept, and as much again is reserved.
        enableCpuMemArena: false,
        extra: { session: { model_external_initializers_file_folder_path: "/" } }
      }),
      catch: (cause) => new ModelError({ message: `ONNX Runtime refuses the model: ${messageOf(cause)}` })
    });
    return executable(
      program4,
      (inputs, outputs2) => Effect14.tryPromise({
        try: async () => {
          const feeds = Object.fromEntries(
            Array.from(program4.inputs, ([name, at]) => {
              const { data, shape } = inputs[name];
              const dims = program4.nodes[at].batched ? shape : [1, ...shape];
              const type = data instanceof Int32Array ? "int32" : "float32";
              return [inputName(name), new ort.Tensor(type, data, dims)];
            })
          );
          const results = await session.run(feeds, outputs2.map(outputName));
          return Object.fromEntries(
            outputs2.map((name) => {
              const { dims, data } = results[outputName(name)];
              return [name, { shape: dims, data }];
            })
          );
        },
        catch: (cause) => new ModelError({ message: `ONNX Runtime failed: ${messageOf(cause)}` })
      }),
      Effect14.promise(() => session.release())
    );
  })
});
var onnxruntimeCpu = make5("cpu");
var onnxruntimeCuda = make5("cuda");
var onnxruntimeWebgpu = make5("webgpu");

// src/model/runtime/TfjsRuntime.ts
import * as Effect15 from "effect/Effect";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { cpus as cpus2 } from "node:os";
import { dirname } from "node:path";
import { promisify } from "node:util";

// src/model/runtime/TfjsOperations.ts
var through = (first, ...steps) => {
  let y = first;
  for (const step of steps) {
    const next = step(y);
    y.dispose();
    y = next;
  }
  return y;
};
var handlers = (tf, weights, inputs) => {
  const weight = (name) => weights.get(name);
  const batched = (x, shape) => tf.reshape(x, [x.shape[0], ...shape]);
  const sequence2 = (x) => tf.reshape(x, [x.shape[0], x.shape[2], x.shape[3]]);
  const image = (x) => tf.reshape(x, [x.shape[0], 1, x.shape[1], x.shape[2]]);
  const filter = (kernel) => {
    const stored = weight(kernel);
    return tf.reshape(stored, [1, ...stored.shape]);
  };
  const pad = (x, axis, amounts) => tf.pad(
    x,
    x.shape.map((_, at) => at === axis + 1 ? amounts : [0, 0])
  );
  return {
    input: ({ name }) => tf.clone(inputs.get(name)),
    constant: ({ data, shape }) => tf.tensor(data, [1, ...shape]),
    weight: ({ weight: name, shape }) => tf.reshape(weight(name), [1, ...shape]),
    conv1d: ({ kernel, bias, dilation }, [x]) => sequence2(
      tf.fused.conv2d({
        x: image(x),
        filter: filter(kernel),
        strides: 1,
        pad: "same",
        dilations: [1, dilation],
        bias: weight(bias)
      })
    ),
    depthwiseConv1d: ({ kernel }, [x]) => sequence2(tf.depthwiseConv2d(image(x), filter(kernel), 1, "same")),
    dense: ({ kernel, bias }, [x]) => {
      const stored = weight(kernel);
      const [inner, units] = stored.shape.slice(-2);
      const fused = {
        a: tf.reshape(x, [-1, inner]),
        b: tf.reshape(stored, [inner, units])
      };
      const product = tf.fused.matMul(bias === void 0 ? fused : { ...fused, bias: weight(bias) });
      return tf.reshape(product, [...x.shape.slice(0, -1), units]);
    },
    project: (_, [x, matrix]) => {
      const [, inner, units] = matrix.shape;
      const product = tf.matMul(tf.reshape(x, [-1, inner]), tf.reshape(matrix, [inner, units]));
      return tf.reshape(product, [...x.shape.slice(0, -1), units]);
    },
    affine: ({ scale, offset }, [x]) => through(tf.mul(x, weight(scale)), (y) => tf.add(y, weight(offset))),
    batchNorm: ({ gamma, beta, mean, variance, epsilon: epsilon2 }, [x]) => tf.batchNorm(x, weight(mean), weight(variance), weight(beta), weight(gamma), epsilon2),
    layerNorm: ({ gamma, beta, epsilon: epsilon2 }, [x]) => {
      const { mean, variance } = tf.moments(x, -1, true);
      const normed = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon2)));
      return tf.add(tf.mul(normed, weight(gamma)), weight(beta));
    },
    rmsNorm: ({ gamma, beta, epsilon: epsilon2 }, [x]) => {
      const size2 = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon2));
      return tf.add(tf.mul(tf.mul(x, size2), weight(gamma)), weight(beta));
    },
    relu: (_, [x]) => tf.relu(x),
    sigmoid: (_, [x]) => tf.sigmoid(x),
    tanh: (_, [x]) => tf.tanh(x),
    gelu: (_, [x]) => through(
      tf.square(x),
      (y) => tf.mul(y, 0.044715 * Math.sqrt(2 / Math.PI)),
      (y) => tf.add(y, Math.sqrt(2 / Math.PI)),
      (y) => tf.mul(y, x),
      (y) => tf.tanh(y),
      (y) => tf.add(y, 1),
      (y) => tf.mul(y, x),
      (y) => tf.mul(y, 0.5)
    ),
    softplus: (_, [x]) => tf.softplus(x),
    power: ({ exponent }, [x]) => tf.pow(x, exponent),
    softmax: (_, [x]) => tf.softmax(x),
    scale: ({ factor }, [x]) => tf.mul(x, factor),
    add: (_, [a, b]) => tf.add(a, b),
    multiply: (_, [a, b]) => tf.mul(a, b),
    maxPool: ({ width }, [x]) => sequence2(tf.maxPool(image(x), [1, width], [1, width], "valid")),
    avgPool: ({ width }, [x]) => sequence2(tf.avgPool(image(x), [1, width], [1, width], "valid")),
    upsample: ({ factor }, [x]) => {
      const [batch, length2, channels] = x.shape;
      const apart = tf.reshape(x, [batch, length2, 1, channels]);
      return tf.reshape(tf.tile(apart, [1, 1, factor, 1]), [batch, length2 * factor, channels]);
    },
    padStart: ({ axis, count: count2 }, [x]) => pad(x, axis, [count2, 0]),
    padEnd: ({ axis, count: count2 }, [x]) => pad(x, axis, [0, count2]),
    slice: ({ axis, start, end }, [x]) => {
      const from = x.shape.map((_, at) => at === axis + 1 ? start : 0);
      return tf.slice(x, from, x.shape.with(axis + 1, end - start));
    },
    concat: ({ axis }, [a, b]) => tf.concat([a, b], axis + 1),
    reshape: ({ shape }, [x]) => batched(x, shape),
    gather: (_, [table, index]) => tf.gather(tf.squeeze(table, [0]), index),
    transpose: ({ order }, [x]) => tf.transpose(x, [0, ...order.map((axis) => axis + 1)]),
    matMul: ({ transposeRight }, [a, b]) => tf.matMul(a, b, false, transposeRight)
  };
};

// src/model/runtime/TfjsRuntime.ts
var packages = createRequire(import.meta.url);
var evaluate = (tf, program4, weights, inputs) => {
  const run3 = handlers(tf, weights, inputs);
  const remaining = readers(program4);
  const values = [];
  const wasm = tf.getBackend() === "wasm" ? tf.backend() : void 0;
  try {
    for (const node2 of program4.nodes) {
      const value = tf.tidy(
        () => handle(
          run3,
          node2,
          node2.inputs.map((at) => values[at])
        )
      );
      values.push(value);
      if (wasm !== void 0 && wasm.dataIdMap.get(value.dataId).memoryOffset === 0) {
        throw new Error(`out of memory at operation ${values.length} (${node2.op})`);
      }
      for (const at of node2.inputs) if (--remaining[at] === 0) values[at].dispose();
    }
    return new Map(Array.from(program4.outputs, ([name, at]) => [name, values[at]]));
  } catch (cause) {
    for (const value of values) if (!value.isDisposed) value.dispose();
    throw cause;
  }
};
var compute = async (tf, backend, program4, weights, arrays, wanted) => {
  await tf.setBackend(backend);
  const inputs = new Map(
    Array.from(program4.inputs, ([name, at]) => {
      const { shape, data } = arrays[name];
      const dims = program4.nodes[at].batched ? shape : [1, ...shape];
      return [name, tf.tensor(data, [...dims], data instanceof Int32Array ? "int32" : "float32")];
    })
  );
  try {
    const outputs2 = evaluate(tf, program4, weights, inputs);
    try {
      const read = [];
      for (const name of wanted) {
        const value = outputs2.get(name);
        read.push([name, { shape: value.shape, data: await value.data() }]);
      }
      return Object.fromEntries(read);
    } finally {
      tf.dispose([...outputs2.values()]);
    }
  } finally {
    tf.dispose([...inputs.values()]);
  }
};
var make6 = (backend) => ({
  id: backend.id,
  probe: backend.probe,
  // mini-borzoi: the heap is 286 MB for a batch of 4, where 201 MB of values are live.
  memory: { limit: backend.memoryLimit, overhead: 1.5 },
  load: Effect15.fnUntraced(function* (program4, source3) {
    const attempt2 = (doing, run3) => Effect15.tryPromise({
      try: run3,
      catch: (cause) => new ModelError({ message: `${backend.id} ${doing}: ${messageOf(cause)}` })
    });
    const tf = yield* attempt2("does not start", backend.start);
    yield* attempt2("does not start", () => tf.setBackend(backend.name));
    const weights = /* @__PURE__ */ new Map();
    for (const [name, shape] of program4.weights) {
      const data = yield* source3.read(name);
      weights.set(name, yield* attempt2(`refuses weight '${name}'`, async () => tf.tensor(data, [...shape])));
    }
    return executable(
      program4,
      (arrays, wanted) => attempt2("failed", () => compute(tf, backend.name, program4, weights, arrays, wanted)),
      Effect15.sync(() => tf.dispose([...weights.values()]))
    );
  })
});
var startWasm = async () => {
  const tf = await import("@tensorflow/tfjs-core");
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  wasm.setWasmPaths(`${dirname(packages.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  const events = ["uncaughtException", "unhandledRejection"];
  const before = events.map((event) => process.rawListeners(event));
  if (!await tf.setBackend("wasm")) throw new Error("the WebAssembly backend does not start");
  for (const [index, event] of events.entries()) {
    for (const listener of process.rawListeners(event)) {
      if (!before[index].includes(listener)) process.removeListener(event, listener);
    }
  }
  return tf;
};
var tfjsWasm = make6({
  id: "tfjs-wasm",
  name: "wasm",
  // The heap of WebAssembly ends at 4 GiB, and the backend does not notice when an allocation fails.
  memoryLimit: 3.5 * 2 ** 30,
  start: startWasm,
  probe: Effect15.tryPromise({
    try: async () => {
      const tf = await startWasm();
      return {
        runtime: "tfjs-wasm",
        kind: "cpu",
        name: cpus2()[0]?.model ?? "CPU",
        numerics: "f32",
        version: `tfjs ${tf.version_core}`
      };
    },
    catch: (cause) => new RuntimeUnavailable({ message: `tfjs-wasm cannot be used: ${messageOf(cause)}` })
  })
});
var gpuPackage = "@tensorflow/tfjs-node-gpu";
var shim = 'const util = require("node:util"); util.isNullOrUndefined ??= (value) => value == null;';
var gpuProbe = `
${shim}
const tf = require(${JSON.stringify(gpuPackage)})
tf.ready().then(() => console.log(JSON.stringify({ gpu: tf.backend().isUsingGpuDevice === true, version: tf.version_core })))
`;
var probeFailure = (cause) => {
  const { stderr = "", signal } = cause;
  const said = stderr.split("\n").find((line) => /^\S*Error\b/u.test(line));
  if (typeof signal === "string") return `its native library ended the process (${signal})`;
  return said ?? messageOf(cause).split("\n")[0];
};
var tfjsNodeGpu = make6({
  id: "tfjs-node-gpu",
  name: "tensorflow",
  memoryLimit: Infinity,
  start: async () => {
    const util = packages("node:util");
    util.isNullOrUndefined ??= (value) => value === null || value === void 0;
    await import(gpuPackage);
    return import("@tensorflow/tfjs-core");
  },
  probe: Effect15.tryPromise({
    try: async () => {
      packages.resolve(gpuPackage);
      const options = { timeout: 6e4, cwd: dirname(packages.resolve("@tensorflow/tfjs-core")) };
      const { stdout } = await promisify(execFile)(process.execPath, ["-e", gpuProbe], options);
      const found = JSON.parse(stdout.trim().split("\n").pop());
      if (!found.gpu) throw new Error("it finds no GPU");
      return {
        runtime: "tfjs-node-gpu",
        kind: "gpu",
        name: "CUDA device 0",
        numerics: "tf32",
        version: `tfjs-node-gpu ${found.version}`
      };
    },
    catch: (cause) => new RuntimeUnavailable({
      message: `tfjs-node-gpu cannot be used: ${probeFailure(cause)}`,
      hint: "not run here: npm install @tensorflow/tfjs-node-gpu; needs CUDA 11.2 and cuDNN 8.1"
    })
  })
});

// src/model/Runtimes.ts
var runtimes = {
  "onnxruntime-cpu": onnxruntimeCpu,
  "onnxruntime-cuda": onnxruntimeCuda,
  "onnxruntime-webgpu": onnxruntimeWebgpu,
  "tfjs-wasm": tfjsWasm,
  "tfjs-node-gpu": tfjsNodeGpu
};
var candidates = {
  auto: ["onnxruntime-cuda", "onnxruntime-cpu", "tfjs-wasm"],
  cpu: ["onnxruntime-cpu", "tfjs-wasm"],
  gpu: ["tfjs-node-gpu", "onnxruntime-cuda"],
  ...Object.fromEntries(runtimeIds.map((id) => [id, [id]]))
};
var select = Effect16.fnUntraced(function* (device) {
  const ids = Object.hasOwn(candidates, device) ? candidates[device] : void 0;
  if (ids === void 0) {
    return yield* new InputError({
      message: `there is no device '${device}'`,
      hint: `it is one of: ${Object.keys(candidates).join(", ")}`
    });
  }
  const refused = [];
  for (const id of ids) {
    const runtime = runtimes[id];
    const found = yield* Effect16.result(runtime.probe);
    if (found._tag === "Success") {
      return { runtime, device: found.success, refused: refused.map(({ message: message2 }) => message2) };
    }
    refused.push(found.failure);
  }
  return yield* new RuntimeUnavailable({
    message: `device '${device}' cannot be used here: ${refused.map(({ message: message2 }) => message2).join("; ")}`,
    hint: refused.map(({ hint }) => hint ?? "").join("; ")
  });
});
var GiB = 2 ** 30;
var requireMemory = Effect16.fnUntraced(function* (runtime, program4, batch) {
  const { weights, activations } = estimate(program4, batch);
  const { limit, overhead } = runtime.memory;
  const needed = 2 * weights + overhead * activations;
  if (needed <= limit) return needed;
  const figure = (bytes2) => `${(bytes2 / GiB).toFixed(1)} GiB`;
  return yield* new InsufficientMemory({
    message: `a batch of ${batch} needs about ${figure(needed)}; ${runtime.id} has ${figure(limit)}`,
    needed,
    limit,
    hint: runtime.id === "tfjs-wasm" ? "use a smaller batch, or device onnxruntime-cpu" : "use a smaller batch"
  });
});

// src/model/weights/Safetensors.ts
import * as Effect17 from "effect/Effect";
import { open as openFile } from "node:fs/promises";
import { resolve } from "node:path";
var bytesPerElement = { F32: 4, F16: 2, BF16: 2, I32: 4, I64: 8, BOOL: 1 };
var chunkBytes = 1 << 28;
var maxHeaderBytes = 1e8;
var halfToFloat = (half) => {
  const sign = half & 32768 ? -1 : 1;
  const exponent = half >> 10 & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};
var halves;
var widenF16 = (bits) => {
  halves ??= Float32Array.from({ length: 65536 }, (_, half) => halfToFloat(half));
  const out = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = halves[bits[i]];
  return out;
};
var widenBF16 = (bits) => {
  const out = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = bits[i] << 16;
  return new Float32Array(out.buffer);
};
var decode2 = {
  F32: (bytes2) => new Float32Array(bytes2),
  F16: (bytes2) => widenF16(new Uint16Array(bytes2)),
  BF16: (bytes2) => widenBF16(new Uint16Array(bytes2)),
  I32: (bytes2) => Float32Array.from(new Int32Array(bytes2)),
  I64: (bytes2) => Float32Array.from(new BigInt64Array(bytes2), Number),
  BOOL: (bytes2) => Float32Array.from(new Uint8Array(bytes2))
};
var attempt = (path, doing, run3) => Effect17.tryPromise({
  try: run3,
  catch: (cause) => new ModelError({ message: `cannot ${doing}: ${messageOf(cause)}`, file: path })
});
var handleOf = (path, flags2) => Effect17.acquireRelease(
  attempt(path, flags2 === "r" ? "read" : "write", () => openFile(path, flags2)),
  (handle2) => Effect17.promise(() => handle2.close())
);
var readBytes = async (handle2, offset, length2) => {
  const bytes2 = new Uint8Array(length2);
  for (let done = 0; done < length2; ) {
    const { bytesRead } = await handle2.read(bytes2, done, Math.min(length2 - done, chunkBytes), offset + done);
    if (bytesRead === 0) throw new Error(`the file ends at byte ${offset + done}`);
    done += bytesRead;
  }
  return bytes2.buffer;
};
var isShape = (value) => Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
var parseHeader = (text3, start, fileSize) => {
  let header;
  try {
    header = JSON.parse(text3);
  } catch {
    return "the header is not JSON";
  }
  if (header === null || typeof header !== "object" || Array.isArray(header)) return "the header is not a JSON object";
  const tensors = /* @__PURE__ */ new Map();
  let metadata2 = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") {
      metadata2 = Object.fromEntries(Object.entries(value ?? {}).map(([key, item]) => [key, String(item)]));
      continue;
    }
    const { dtype, shape, data_offsets: offsets } = value ?? {};
    if (typeof dtype !== "string" || !Object.hasOwn(bytesPerElement, dtype)) {
      return `tensor '${name}' has type ${String(dtype)}; ${Object.keys(bytesPerElement).join(", ")} can be read`;
    }
    if (!isShape(shape) || !isShape(offsets) || offsets.length !== 2) return `tensor '${name}' has no shape or place`;
    const [from, to] = offsets;
    if (to - from !== size(shape) * bytesPerElement[dtype]) {
      return `tensor '${name}' has ${to - from} bytes where its shape needs ${size(shape) * bytesPerElement[dtype]}`;
    }
    if (start + to > fileSize) {
      return `the file is cut short: tensor '${name}' ends at byte ${start + to}, the file at ${fileSize}`;
    }
    tensors.set(name, { dtype, shape, offset: start + from });
  }
  return { tensors, metadata: metadata2 };
};
var open = Effect17.fnUntraced(function* (path) {
  const handle2 = yield* handleOf(path, "r");
  const { size: fileSize } = yield* attempt(path, "read", () => handle2.stat());
  const fail4 = (message2) => new ModelError({ message: `not a whole safetensors file: ${message2}`, file: path });
  if (fileSize < 8) return yield* fail4(`it has ${fileSize} bytes`);
  const prefix = yield* attempt(path, "read", () => readBytes(handle2, 0, 8));
  const headerBytes = Number(new DataView(prefix).getBigUint64(0, true));
  if (headerBytes > maxHeaderBytes || 8 + headerBytes > fileSize) {
    return yield* fail4(`its header claims ${headerBytes} bytes, the file has ${fileSize}`);
  }
  const text3 = Buffer.from(yield* attempt(path, "read", () => readBytes(handle2, 8, headerBytes))).toString("utf8");
  const header = parseHeader(text3, 8 + headerBytes, fileSize);
  if (typeof header === "string") return yield* fail4(header);
  return {
    path,
    ...header,
    read: Effect17.fnUntraced(function* (name, from = 0, count2) {
      const entry = header.tensors.get(name);
      if (entry === void 0) {
        const known = [...header.tensors.keys()].join(", ");
        return yield* new ModelError({ message: `no tensor '${name}'`, file: path, hint: `it has: ${known}` });
      }
      const length2 = count2 ?? size(entry.shape) - from;
      if (from < 0 || length2 < 0 || from + length2 > size(entry.shape)) {
        const text4 = `elements ${from} to ${from + length2} of tensor '${name}', which has ${size(entry.shape)}`;
        return yield* new ModelError({ message: `cannot read ${text4}`, file: path });
      }
      const width = bytesPerElement[entry.dtype];
      return decode2[entry.dtype](
        yield* attempt(path, "read", () => readBytes(handle2, entry.offset + from * width, length2 * width))
      );
    })
  };
});
var source2 = (path, identity) => open(path).pipe(
  Effect17.map(({ tensors }) => ({
    tensors,
    read: (name) => Effect17.scoped(Effect17.flatMap(open(path), (reader) => reader.read(name))),
    place: (name) => {
      const { dtype, offset } = tensors.get(name);
      const isFloat = dtype === "F32" || dtype === "F16" || dtype === "BF16";
      return isFloat ? { path: resolve(path), dtype, offset } : void 0;
    },
    identity
  })),
  Effect17.scoped
);
var create = Effect17.fnUntraced(function* (path, shapes2, metadata2 = {}) {
  const handle2 = yield* handleOf(path, "w");
  const header = Object.keys(metadata2).length === 0 ? {} : { __metadata__: metadata2 };
  const starts = /* @__PURE__ */ new Map();
  let end = 0;
  for (const [name, shape] of Object.entries(shapes2)) {
    starts.set(name, end);
    header[name] = { dtype: "F32", shape, data_offsets: [end, end + 4 * size(shape)] };
    end += 4 * size(shape);
  }
  const json = Buffer.from(JSON.stringify(header));
  const text3 = Buffer.concat([json, Buffer.alloc((8 - json.length % 8) % 8, " ")]);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(text3.length));
  yield* attempt(path, "write", async () => {
    await handle2.write(Buffer.concat([prefix, text3]), 0, 8 + text3.length, 0);
    await handle2.truncate(8 + text3.length + end);
  });
  return {
    write: (name, from, data) => attempt(path, "write", async () => {
      const start = starts.get(name);
      if (start === void 0 || from < 0 || from + data.length > size(shapes2[name])) {
        throw new Error(`${data.length} numbers at ${from} lie outside tensor '${name}'`);
      }
      const bytes2 = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      for (let done = 0; done < bytes2.length; ) {
        const length2 = Math.min(bytes2.length - done, chunkBytes);
        done += (await handle2.write(bytes2, done, length2, 8 + text3.length + start + 4 * from + done)).bytesWritten;
      }
    })
  };
});

// test/support/alphagenomeCheckpoint.ts
import * as Effect18 from "effect/Effect";
var released = {
  channels: [768, 896, 1024, 1152, 1280, 1408, 1536, 1536],
  heads: 8,
  keySize: 128,
  valueSize: 192,
  layers: 9,
  pairChannels: 128,
  pairHeads: 32,
  pairHeadSize: 128,
  positionFeatures: 32,
  junctionHidden: 768,
  tissues: 367
};
var releasedTracks = {
  atac: 256,
  dnase: 384,
  procap: 128,
  cage: 640,
  rna_seq: 768,
  chip_tf: 1664,
  chip_histone: 1152,
  contact_maps: 28,
  splice_sites: 5,
  splice_site_usage: 734,
  splice_junctions: 367
};
var shapes = (config, tracks) => {
  const all = {};
  const put = (module2, leaves) => {
    for (const [leaf, shape] of Object.entries(leaves)) all[`${root}/${module2}/${leaf}`] = shape;
  };
  const batchNorm2 = (module2, channels2, rank = 3) => {
    const shape = [...Array.from({ length: rank - 1 }, () => 1), channels2];
    put(module2, { scale: shape, offset: shape, var_ema: shape });
  };
  const norm = (module2, channels2) => put(module2, { scale: [channels2], offset: [channels2] });
  const linear2 = (module2, from, to, bias = true) => put(module2, bias ? { w: [from, to], b: [to] } : { w: [from, to] });
  const convBlock2 = (module2, from, to) => {
    batchNorm2(`${module2}/rms_batch_norm`, from);
    put(`${module2}/standardized_conv1_d`, { w: [5, from, to], scale: [1, 1, to], bias: [to] });
  };
  const { channels, heads: heads2, keySize, valueSize, pairChannels: pair, pairHeads, pairHeadSize } = config;
  const [stem, trunk] = [channels[0], trunkOf(config)];
  put("sequence_encoder/dna_embedder/conv1_d", { w: [15, 4, stem], b: [stem] });
  convBlock2("sequence_encoder/dna_embedder/conv_block", stem, stem);
  for (let level = 1; level < bins.length; level++) {
    const [from, to] = [channels[level - 1], channels[level]];
    convBlock2(`sequence_encoder/downres_block_${level - 1}/conv_block`, from, to);
    convBlock2(`sequence_encoder/downres_block_${level - 1}/conv_block_1`, to, to);
  }
  put("embed", { embeddings: [2, trunk] });
  for (let layer = 0; layer < config.layers; layer++) {
    const of2 = (name, index = layer) => `transformer_tower/${numbered(name, index)}`;
    if (layer % 2 === 0) {
      const update = of2("pair_update_block", layer / 2);
      const block = `${update}/sequence_to_pair_block`;
      const wide = pairHeads * pairHeadSize;
      put(block, { q_r_bias: [1, 1, pairHeads, pairHeadSize], k_r_bias: [1, 1, pairHeads, pairHeadSize] });
      norm(`${block}/norm_seq2pair`, trunk);
      linear2(`${block}/linear_q`, trunk, wide, false);
      linear2(`${block}/linear_k`, trunk, wide, false);
      linear2(`${block}/linear_pos_features`, 2 * config.positionFeatures, wide);
      linear2(`${block}/linear_y_q`, trunk, pair, false);
      linear2(`${block}/linear_y_k`, trunk, pair, false);
      linear2(`${block}/linear_pair`, pairHeads, pair);
      norm(`${update}/row_attention_block/layer_norm`, pair);
      linear2(`${update}/row_attention_block/linear_q`, pair, pair, false);
      linear2(`${update}/row_attention_block/linear_k`, pair, pair, false);
      linear2(`${update}/row_attention_block/linear_v`, pair, pair);
      norm(`${update}/pair_mlp_block/layer_norm`, pair);
      linear2(`${update}/pair_mlp_block/linear`, pair, 2 * pair);
      linear2(`${update}/pair_mlp_block/linear_1`, 2 * pair, pair);
    }
    batchNorm2(`${of2("attention_bias_block")}/rms_batch_norm`, pair, 4);
    linear2(`${of2("attention_bias_block")}/linear`, pair, heads2, false);
    const mha = of2("mha_block");
    batchNorm2(`${mha}/rms_batch_norm`, trunk);
    linear2(`${mha}/q_layer`, trunk, heads2 * keySize, false);
    linear2(`${mha}/k_layer`, trunk, keySize, false);
    linear2(`${mha}/v_layer`, trunk, valueSize, false);
    norm(`${mha}/norm_q`, keySize);
    norm(`${mha}/norm_k`, keySize);
    norm(`${mha}/norm_v`, valueSize);
    linear2(`${mha}/linear_embedding`, heads2 * valueSize, trunk);
    batchNorm2(`${mha}/rms_batch_norm_1`, trunk);
    const mlp = of2("mlp_block");
    batchNorm2(`${mlp}/rms_batch_norm`, trunk);
    linear2(`${mlp}/linear`, trunk, 2 * trunk);
    linear2(`${mlp}/linear_1`, 2 * trunk, trunk);
    batchNorm2(`${mlp}/rms_batch_norm_1`, trunk);
  }
  for (let level = bins.length - 1; level >= 0; level--) {
    const block = `sequence_decoder/${numbered("up_res_block", bins.length - 1 - level)}`;
    const [from, to] = [channels[level + 1], channels[level]];
    put(block, { residual_scale: [] });
    convBlock2(`${block}/conv_in`, from, to);
    batchNorm2(`${block}/pointwise_conv_unet_skip/rms_batch_norm`, to);
    linear2(`${block}/pointwise_conv_unet_skip/linear`, to, to);
    convBlock2(`${block}/conv_out`, to, to);
  }
  linear2("output_embedder/linear", trunk, 2 * trunk);
  batchNorm2("output_embedder/rms_batch_norm", 2 * trunk);
  put("output_embedder/embed", { embeddings: [2, 2 * trunk] });
  linear2("output_embedder_1/linear", stem, 2 * stem);
  linear2("output_embedder_1/linear_1", 2 * trunk, 2 * stem, false);
  batchNorm2("output_embedder_1/rms_batch_norm", 2 * stem);
  put("output_embedder_1/embed", { embeddings: [2, 2 * stem] });
  norm("output_pair/layer_norm", pair);
  put("output_pair/embed", { embeddings: [2, pair] });
  const head2 = (module2, from, count2) => put(`head/${module2}/multi_organism_linear`, { w: [2, from, count2], b: [2, count2] });
  const assays = ["atac", "dnase", "procap", "cage", "rna_seq", "chip_tf", "chip_histone"];
  for (const assay2 of assays) {
    for (const resolution of assay2.startsWith("chip") ? [128] : [1, 128]) {
      const module2 = `${assay2}/resolution_${resolution}`;
      head2(module2, resolution === 1 ? 2 * stem : 2 * trunk, tracks[assay2]);
      put(`head/${module2}`, { learnt_scale: [2, tracks[assay2]] });
    }
  }
  head2("contact_maps", pair, tracks.contact_maps);
  head2("splice_sites_classification", 2 * stem, tracks.splice_sites);
  head2("splice_sites_usage", 2 * stem, tracks.splice_site_usage);
  head2("splice_sites_junction", 2 * stem, config.junctionHidden);
  for (const site of ["pos_donor", "pos_acceptor", "neg_donor", "neg_acceptor"]) {
    put(`head/splice_sites_junction/${site}_logits`, {
      embeddings: [2, 2 * config.tissues * config.junctionHidden]
    });
  }
  return all;
};
var write = (path, config, tracks, seed) => Effect18.gen(function* () {
  const all = shapes(config, tracks);
  const writer = yield* create(path, all);
  const pool = make(seed, "pool");
  const normals = Float32Array.from({ length: 1000003 }, () => pool.normal());
  const random2 = make(seed, "starts");
  for (const [name, shape] of Object.entries(all)) {
    const leaf = name.slice(name.lastIndexOf("/") + 1);
    const data = new Float32Array(size(shape));
    if (leaf === "scale" || leaf === "var_ema" || leaf === "residual_scale") data.fill(1);
    else {
      const fanIn = leaf === "w" ? size(shape) / shape.at(-1) / (shape[0] === 2 && shape.length === 3 ? 2 : 1) : 100;
      const factor = 1 / Math.sqrt(fanIn);
      let at = random2.int(normals.length);
      for (let i = 0; i < data.length; i++) {
        data[i] = normals[at] * factor;
        if (++at === normals.length) at = 0;
      }
    }
    yield* writer.write(name, 0, data);
  }
}).pipe(Effect18.scoped);

// bench/alphagenome/run.ts
var help = `node bench/alphagenome.mjs --weights FILE [options]

  --weights FILE     a checkpoint; made of seeded random numbers (1.8 GB) when it does not exist
  --length BP        default 131072
  --case NAME        forward: one window, every output (default)
                     variants: substitutions and indels against two whole forwards, masks around the variant
                     exons: the same with masks of genes of 10, 100 and 400 kb, as far as they fit
  --tracks COUNT     of each output at 1 bp in a forward, default 16; the others are given whole
  --variants COUNT   substitutions in one window, default 16
  --threads COUNT    default 2
  --chunk TOKENS     of 128 bp, default 256
`;
var { values: flags } = parseArgs({
  options: {
    weights: { type: "string" },
    length: { type: "string", default: "131072" },
    case: { type: "string", default: "forward" },
    tracks: { type: "string", default: "16" },
    variants: { type: "string", default: "16" },
    threads: { type: "string", default: "2" },
    chunk: { type: "string", default: "256" },
    help: { type: "boolean", default: false }
  }
});
var length = Number(flags.length);
var print = (line) => process.stdout.write(`${line}
`);
var metadata = {
  HOMO_SAPIENS: Object.fromEntries(
    Object.entries(releasedTracks).map(([head2, count2]) => [
      head2,
      Array.from({ length: count2 }, (_, track) => ({ name: `${head2}_${track}`, strand: ".", nonzero_mean: 1 }))
    ])
  )
};
var timed = (effect) => Effect19.gen(function* () {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const value = yield* effect;
  const { user, system } = process.cpuUsage(cpu);
  return { value, wall: (performance.now() - start) / 1e3, cpu: (user + system) / 1e6 };
});
var seconds = ({ wall, cpu }) => `${wall.toFixed(1)} s, ${cpu.toFixed(1)} CPU s`;
var peak = () => `${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB at most`;
var random = make(1, "sequence");
var sequence = Array.from({ length }, () => "ACGT"[random.int(4)]).join("");
var forward = Effect19.fnUntraced(function* (model2) {
  const count2 = Number(flags.tracks);
  const wants = model2.info.outputs("human").map(({ name, resolution, kind, tracks }) => {
    const some = resolution === 1 && kind === "tracks" && tracks.length > count2;
    return some ? { output: name, tracks: Array.from({ length: count2 }, (_, track) => track) } : { output: name };
  });
  const run3 = yield* timed(model2.predict("human", [sequence], wants));
  print(`forward of ${length} bp, loading included: ${seconds(run3)}; ${peak()}`);
});
var substitution = (at) => ({
  sequence: sequence.slice(0, at) + (sequence[at] === "A" ? "C" : "A") + sequence.slice(at + 1),
  edit: { at, removed: 1, inserted: 1 }
});
var insertion = (at) => ({
  sequence: (sequence.slice(0, at) + "ACGT" + sequence.slice(at)).slice(0, length),
  edit: { at, removed: 0, inserted: 4 }
});
var centre = length / 2;
var around = (width) => [[centre - (width >> 1), centre + (width >> 1) + 1]];
var centreMasks = [
  ...["ATAC", "DNASE", "CAGE", "PROCAP", "CHIP_TF"].map((output2) => ({ output: output2, regions: around(501) })),
  { output: "CHIP_HISTONE", regions: around(2001) }
];
var twice = (model2, wants, alternative) => timed(
  Effect19.forEach(
    [sequence, alternative.sequence],
    (allele) => model2.predict(
      "human",
      [allele],
      wants.map(({ output: output2 }) => ({ output: output2, tracks: [0, 1, 2, 3] }))
    ),
    { discard: true }
  )
);
var compare = Effect19.fnUntraced(function* (model2, what, wants, alternatives, whole) {
  const query = { organism: "human", reference: sequence, alternatives, wants };
  const run3 = yield* timed(model2.predictVariants(query));
  const each = (part) => (part(run3) / alternatives.length / part(whole)).toFixed(3);
  const ratio = `each ${each(({ wall }) => wall)} of two forwards (${each(({ cpu }) => cpu)} of their CPU time)`;
  print(`${what}: ${seconds(run3)}; ${ratio}; ${peak()}`);
});
var variants = Effect19.fnUntraced(function* (model2) {
  yield* model2.predict("human", [sequence], centreMasks);
  const whole = yield* twice(model2, centreMasks, substitution(centre));
  print(`two forwards of ${length} bp: ${seconds(whole)}; ${peak()}`);
  const count2 = Number(flags.variants);
  const many = Array.from({ length: count2 }, (_, index) => substitution(centre - 8 * count2 + 16 * index));
  yield* compare(model2, "one substitution", centreMasks, [substitution(centre)], whole);
  yield* compare(model2, `${count2} substitutions`, centreMasks, many, whole);
  yield* compare(model2, "one insertion of 4 bp", centreMasks, [insertion(centre)], whole);
});
var exons = Effect19.fnUntraced(function* (model2) {
  yield* model2.predict("human", [sequence], [{ output: "RNA_SEQ", regions: around(501) }]);
  const whole = yield* twice(model2, [{ output: "RNA_SEQ" }], substitution(centre));
  print(`two forwards of ${length} bp: ${seconds(whole)}; ${peak()}`);
  for (const gene of [1e4, 1e5, 4e5].filter((width) => width < length)) {
    const start = centre - gene / 2;
    const regions = Array.from({ length: gene / 1e4 }, (_, exon) => {
      const from = start + exon * 1e4;
      return [from, from + 150];
    });
    yield* compare(model2, `gene of ${gene} bp`, [{ output: "RNA_SEQ", regions }], [substitution(centre)], whole);
  }
});
var cases = {
  forward,
  variants,
  exons
};
var run2 = Effect19.gen(function* () {
  const path = flags.weights;
  if (!existsSync2(path)) {
    mkdirSync(dirname2(path), { recursive: true });
    yield* write(path, released, releasedTracks, 1);
    print(`wrote ${path}`);
  }
  const source3 = yield* source2(path, "random weights of seed 1");
  const model2 = yield* make4(runtimes["onnxruntime-cpu"], source3, metadata, {
    threads: Number(flags.threads),
    chunk: Number(flags.chunk),
    cache: join3(dirname2(path), "rearranged")
  });
  yield* cases[flags.case](model2);
}).pipe(Effect19.scoped);
if (flags.help || flags.weights === void 0 || cases[flags.case] === void 0) process.stdout.write(help);
else await Effect19.runPromise(run2);
