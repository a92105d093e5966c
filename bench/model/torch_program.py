"""Runs a model program, written as JSON beside its weights, in PyTorch on the CPU: `torch_program.py FOLDER REPEATS THREADS`.

Prints JSON: the seconds of each run by the clock and of CPU time, and how far the output is from the one that lies in the folder.
"""
import json, struct, sys, time
import numpy as np, torch
import torch.nn.functional as F

folder, repeats, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
program = json.load(open(f"{folder}/program.json"))

def tensors(path):
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header, start = json.loads(file.read(size)), 8 + size
    data = np.memmap(path, np.uint8, "r")
    return {name: torch.from_numpy(np.array(data[start + a:start + b]).view("<f4").reshape(entry["shape"]))
            for name, entry in header.items() if name != "__metadata__" for a, b in [entry["data_offsets"]]}

weights = tensors(f"{folder}/weights.safetensors")
# Kernels of convolutions as PyTorch wants them: turned once, as the runtimes do.
kernels = {node["kernel"]: weights[node["kernel"]].permute(2, 1, 0).contiguous()
           for node in program["nodes"] if node["op"] == "conv1d"}
kernels |= {node["kernel"]: weights[node["kernel"]].permute(1, 2, 0).contiguous()
            for node in program["nodes"] if node["op"] == "depthwiseConv1d"}

def conv(x, node, kernel, bias, groups=1):
    # Values are [batch, length, channels] throughout, as in the program; PyTorch convolves [batch, channels, length].
    return F.conv1d(x.transpose(1, 2), kernel, bias, padding="same", dilation=node.get("dilation", 1), groups=groups).transpose(1, 2)

def pad(x, node, before):
    pads = [0, 0] * x.dim()
    pads[2 * (x.dim() - 2 - node["axis"]) + (0 if before else 1)] = node["count"]
    return F.pad(x, pads)

def batch_norm(x, n):
    scale = weights[n["gamma"]] / torch.sqrt(weights[n["variance"]] + n["epsilon"])
    return x * scale + (weights[n["beta"]] - weights[n["mean"]] * scale)

ops = {
    "constant": lambda n: torch.tensor(n["data"], dtype=torch.float32).reshape(1, *n["shape"]),
    "weight": lambda n: weights[n["weight"]].reshape(1, *n["shape"]),
    "conv1d": lambda n, x: conv(x, n, kernels[n["kernel"]], weights[n["bias"]]),
    "depthwiseConv1d": lambda n, x: conv(x, n, kernels[n["kernel"]], None, x.shape[2]),
    "dense": lambda n, x: torch.matmul(x, weights[n["kernel"]].reshape(x.shape[-1], -1)) + (weights[n["bias"]] if n.get("bias") else 0),
    "batchNorm": lambda n, x: batch_norm(x, n),
    "affine": lambda n, x: x * weights[n["scale"]] + weights[n["offset"]],
    "layerNorm": lambda n, x: F.layer_norm(x, x.shape[-1:], weights[n["gamma"]], weights[n["beta"]], n["epsilon"]),
    "relu": lambda n, x: F.relu(x),
    "sigmoid": lambda n, x: torch.sigmoid(x),
    "gelu": lambda n, x: F.gelu(x, approximate="tanh"),
    "softplus": lambda n, x: F.softplus(x),
    "softmax": lambda n, x: torch.softmax(x, -1),
    "scale": lambda n, x: x * n["factor"],
    "add": lambda n, a, b: a + b,
    "multiply": lambda n, a, b: a * b,
    "maxPool": lambda n, x: F.max_pool1d(x.transpose(1, 2), n["width"]).transpose(1, 2),
    "upsample": lambda n, x: x.repeat_interleave(n["factor"], 1),
    "padStart": lambda n, x: pad(x, n, True),
    "padEnd": lambda n, x: pad(x, n, False),
    "slice": lambda n, x: x.narrow(n["axis"] + 1, n["start"], n["end"] - n["start"]),
    "reshape": lambda n, x: x.reshape(x.shape[0], *n["shape"]),
    "transpose": lambda n, x: x.permute(0, *[axis + 1 for axis in n["order"]]),
    "matMul": lambda n, a, b: torch.matmul(a, b.transpose(-1, -2) if n["transposeRight"] else b),
}

def run(x):
    last = {i: at for at, node in enumerate(program["nodes"]) for i in node["inputs"]}
    values = {}
    for at, node in enumerate(program["nodes"]):
        values[at] = x if node["op"] == "input" else ops[node["op"]](node, *[values[i] for i in node["inputs"]])
        for i in set(node["inputs"]):
            if last[i] == at and i != program["output"]:
                del values[i]
    return values[program["output"]]

load = lambda name, shape: torch.from_numpy(np.fromfile(f"{folder}/{name}.f32", "<f4").reshape(shape))
x = load("input", program["input_shape"])
with torch.inference_mode():
    out = run(x)
    expected = load("output", out.shape)
    error = float((out - expected).abs().max() / expected.abs().max())
    times = []
    for _ in range(repeats):
        start, cpu = time.perf_counter(), time.process_time()
        run(x)
        times.append({"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu})
print(json.dumps({"times": times, "error": error, "version": f"PyTorch {torch.__version__}"}))
