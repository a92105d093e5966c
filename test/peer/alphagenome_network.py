"""The official AlphaGenome network, and a public conversion to PyTorch, shrunk to the small network of the golden files.
By hand, not in CI.

    pip install RESEARCH safetensors                 # a checkout of google-deepmind/alphagenome_research
    pip install torch                                # and for --torch one of genomicsxai/alphagenome-pytorch
    python alphagenome_network.py RESEARCH GOLDEN OUT [--torch CHECKOUT]

GOLDEN is the folder of tiny_weights.safetensors and its outputs. Asserts that the official network, in float32, gives
them, and writes into OUT:

    bfloat16.json            figures for test/real/alphagenome.test.ts: rotary positions in bfloat16, and everything in it
    official.safetensors     an Orbax checkpoint of the weights, exported by the script in docs/alphagenome-weights.md
    torch.safetensors        the same checkpoint, converted by CHECKOUT's own converter

With AGFLOW_PEER=OUT that test runs agflow on the two files.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

parser = argparse.ArgumentParser(usage=__doc__)
for name in ("research", "golden", "out"):
    parser.add_argument(name, type=pathlib.Path)
parser.add_argument("--torch", type=pathlib.Path)
arguments = parser.parse_args()
golden, out = arguments.golden.resolve(), arguments.out.resolve()
shutil.rmtree(out, ignore_errors=True)
(out / "packages").mkdir(parents=True)


def shrink(source, target, numbers):
    """Copies a package and replaces its numbers: (file, text, replacement), each of which must occur."""
    shutil.copytree(source, target)
    for file, before, after in numbers:
        text = (target / file).read_text()
        assert before in text, f"{file} has no '{before}': it is another version than 0.2.0 / 0.3.1"
        (target / file).write_text(text.replace(before, after))


# 16 channels and 4 more a level, 2 heads of 8 and 12, 3 layers, 8 channels of pairs, 4 heads of 8 for them, 4 features of
# distance, 8 hidden channels of junctions.
shrink(
    arguments.research / "src/alphagenome_research",
    out / "packages/alphagenome_research",
    [
        ("model/convolutions.py", "'B S 768'", "'B S 16'"),
        ("model/convolutions.py", "=768", "=16"),
        ("model/convolutions.py", "D+128'", "D+4'"),
        ("model/convolutions.py", "shape[-1] + 128", "shape[-1] + 4"),
        ("model/convolutions.py", "(0, 128)", "(0, 4)"),
        ("model/embeddings.py", "S 1536", "S 32"),
        ("model/embeddings.py", "3072", "80"),
        ("model/embeddings.py", "S//2048 128'", "S//2048 8'"),
        ("model/embeddings.py", "'B S S 128'", "'B S S 8'"),
        ("model/embeddings.py", "num_organisms, 128)", "num_organisms, 8)"),
        ("model/heads.py", "_hidden_dim = 768", "_hidden_dim = 8"),
        ("model/model.py", "range(9)", "range(3)"),
        ("model/attention.py", "hk.Linear(8, with_bias=False)(x)", "hk.Linear(2, with_bias=False)(x)"),
        ("model/attention.py", "8 * 128", "2 * 8"),
        ("model/attention.py", "seq_len, 8, 128", "seq_len, 2, 8"),
        ("model/attention.py", "seq_len, 1, 128", "seq_len, 1, 8"),
        ("model/attention.py", "hk.Linear(192", "hk.Linear(12"),
        ("model/attention.py", "seq_len, 1, 192", "seq_len, 1, 12"),
        ("model/attention.py", "hk.Linear(128,", "hk.Linear(8,"),
        ("model/attention.py", "math.sqrt(128", "math.sqrt(8"),
        ("model/attention.py", "32 * 128", "4 * 8"),
        ("model/attention.py", "seq_len, 32, 128", "seq_len, 4, 8"),
        ("model/attention.py", "feature_size=32", "feature_size=4"),
        ("model/attention.py", "(1, 1, 32, 128)", "(1, 1, 4, 8)"),
    ],
)

strands = {"+": "POSITIVE", "-": "NEGATIVE", ".": "UNSTRANDED"}


def track(row):
    yield f'name: "{row["name"]}"'
    if "strand" in row:
        yield f"strand: STRAND_{strands[row['strand']]}"
    if row.get("ontology_curie"):
        kind, number = row["ontology_curie"].split(":")
        yield f"ontology_term {{ ontology_type: ONTOLOGY_TYPE_{kind} id: {int(number)} }}"
    if row.get("nonzero_mean") is not None:
        yield f"nonzero_mean: {row['nonzero_mean']!r}"


# The tracks as the package has them: a message in text form for each organism.
for organism, heads in json.loads((golden / "tiny_metadata.json").read_text()).items():
    text = ""
    for head, rows in heads.items():
        kind = "junctions" if head == "splice_junctions" else "tracks"
        tracks = " ".join(f"metadata {{ {' '.join(track(row))} }}" for row in rows)
        text += f"output_metadata {{ output_type: OUTPUT_TYPE_{head.upper()} {kind} {{ {tracks} }} }}\n"
    file = f"model/metadata/OutputMetadataResponse_ORGANISM_{organism}.textproto"
    (out / "packages/alphagenome_research" / file).write_text(text)

os.environ["JAX_PLATFORMS"] = "cpu"
sys.path.insert(0, str(out / "packages"))

import haiku as hk
import jax
import jax.numpy as jnp
import jmp
import numpy as np
import orbax.checkpoint as ocp
from alphagenome_research.model import attention, dna_model, model
from alphagenome_research.model.metadata import metadata as tracks_of
from safetensors.numpy import load_file

metadata = {organism: tracks_of.load(organism) for organism in dna_model.Organism}


def network(precision):
    @hk.transform_with_state
    def forward(sequences, organisms):
        policy = jmp.get_policy(f"params=float32,compute={precision},output={precision}")
        with hk.mixed_precision.push_policy(model.AlphaGenome, policy):
            return model.AlphaGenome(metadata, num_splice_sites=16)(sequences, organisms)

    return forward


shapes = jax.eval_shape(
    network("float32").init,
    jax.random.PRNGKey(0),
    jax.ShapeDtypeStruct((2, 2048, 4), np.float32),
    jax.ShapeDtypeStruct((2,), np.int32),
)
stored = load_file(golden / "tiny_weights.safetensors")
params, state = (
    {
        module: {leaf: stored.pop(f"{module}:{leaf}").reshape(of.shape) for leaf, of in leaves.items()}
        for module, leaves in tree.items()
    }
    for tree in shapes
)
assert not stored, f"the network has no {list(stored)}"


def predict(precision, sequences, organisms):
    (predictions, _), _ = jax.jit(network(precision).apply)(params, state, None, sequences, organisms)
    flat = {}
    for head, values in predictions.items():
        for name, value in values.items() if isinstance(values, dict) else [("", values)]:
            if value is not None:
                flat[f"{head}/{name}".rstrip("/")] = np.asarray(value, np.float32)
    return flat


for length in (2048, 6144):
    expected = load_file(golden / f"tiny_out_f32_{length}.safetensors")
    given = predict("float32", expected.pop("in/x"), expected.pop("in/organism"))
    worst = 0
    for name, values in expected.items():
        if name not in given:
            continue
        # Tracks without a mean only pad the head.
        known = np.isfinite(values) & np.isfinite(given[name])
        error = np.abs(given[name] - values)[known].max() / max(np.abs(values[known]).max(), 1e-30)
        assert error <= (5e-4 if "usage" in name else 1e-5), (name, error)
        worst = max(worst, 0 if "usage" in name else error)
    print(f"official network, float32, {length} bp: {len(expected)} golden outputs, at most {worst:.1e} of the largest value")

# 512 tokens: beyond 256 bfloat16 has not every position.
length = 65536
states = [1]
while len(states) <= length:
    states.append((states[-1] * 1664525 + 1013904223) % 2**32)
bases = np.array(states[1:]) >> 30
sequences, organisms = np.eye(4, dtype=np.float32)[bases][None].repeat(2, 0), np.array([0, 1], np.int32)
exact, coarse = predict("float32", sequences, organisms), predict("bfloat16", sequences, organisms)

official_rope = attention.apply_rope
# The official function in bfloat16 on (1, 0) of each pair gives its cosine and its sine.
units = jnp.tile(jnp.array([1, 0], jnp.bfloat16), 4)[None, None, None].repeat(length // 128, 1)
table = np.asarray(official_rope(units, None, 8192)[0, :, 0], np.float32)
cosines, sines = table[:, ::2].repeat(2, 1)[None, :, None], table[:, 1::2].repeat(2, 1)[None, :, None]


def rounded_rope(x, positions, max_position):
    if positions is not None:
        return official_rope(x, positions, max_position)
    turned = jnp.stack([-x[..., 1::2], x[..., ::2]], axis=-1).reshape(x.shape)
    return x * cosines[:, : x.shape[1]] + turned * sines[:, : x.shape[1]]


attention.apply_rope = rounded_rope
rounded = predict("float32", sequences, organisms)
attention.apply_rope = official_rope

outputs = {}
for name in ("rna_seq/predictions_1bp", "chip_tf/predictions_128bp", "contact_maps/predictions", "splice_sites_classification/logits"):
    for organism in (0, 1):
        values = rounded[name][organism].reshape(-1, rounded[name].shape[-1])
        of = lambda all: all[name][organism].reshape(values.shape)
        rows = np.linspace(0, len(values) - 1, 8).astype(int)
        columns = np.arange(8) % 2
        pick = lambda all: [float(f"{value:.7g}") for value in of(all)[rows, columns]]
        # Tracks without a mean are left out.
        seen = np.isfinite(values).all(0)
        distance = lambda all: float(np.abs(of(all) - values)[:, seen].mean() / np.abs(values[:, seen]).max())
        outputs[f"{['human', 'mouse'][organism]} {name}"] = {
            "rows": rows.tolist(),
            "columns": columns.tolist(),
            "largest": float(f"{np.abs(values[:, seen]).max():.4g}"),
            "rounded": pick(rounded),
            "float32": pick(exact),
            "bfloat16": pick(coarse),
        }
        print(f"{organism} {name}: mean difference from float32 {distance(exact):.1e}, from bfloat16 {distance(coarse):.1e}")
(out / "bfloat16.json").write_text(json.dumps({"length": length, "outputs": outputs}, indent=1))

with ocp.StandardCheckpointer() as checkpointer:
    checkpointer.save(out / "checkpoint", (params, state))
document = pathlib.Path(__file__).parents[2] / "docs/alphagenome-weights.md"
(out / "export.py").write_text(re.search(r"```python\n(.*?)```", document.read_text(), re.S)[1])
environment = {**os.environ, "PYTHONPATH": str(out / "packages")}
subprocess.run([sys.executable, out / "export.py", out / "checkpoint", out / "official.safetensors"], env=environment, check=True)
print("exported as documented")

if arguments.torch is not None:
    # One number stands there for the trunk's channels and for those of a base pair, which differ in the small network.
    shrink(
        arguments.torch / "src/alphagenome_pytorch",
        out / "packages/alphagenome_pytorch",
        [
            ("convolutions.py", "nn.Conv1d(4, 768,", "nn.Conv1d(4, 16,"),
            ("convolutions.py", "ConvBlock(768, 768,", "ConvBlock(16, 16,"),
            ("convolutions.py", "in_channels + 128", "in_channels + 4"),
            ("attention.py", "8 * 128", "2 * 8"),
            ("attention.py", "nn.Linear(d_model, 128, bias", "nn.Linear(d_model, 8, bias"),
            ("attention.py", "LayerNorm(128)", "LayerNorm(8)"),
            ("attention.py", "nn.Linear(d_model, 192", "nn.Linear(d_model, 12"),
            ("attention.py", "LayerNorm(192)", "LayerNorm(12)"),
            ("attention.py", "8 * 192", "2 * 12"),
            ("attention.py", "nn.Linear(pair_dim, 8, bias", "nn.Linear(pair_dim, 2, bias"),
            ("attention.py", "pair_dim=128", "pair_dim=8"),
            ("attention.py", "num_heads = 32", "num_heads = 4"),
            ("attention.py", "head_dim = 128", "head_dim = 8"),
            ("model.py", "in_channels = 768 ", "in_channels = 16 "),
            ("model.py", "in_channels += 128", "in_channels += 4"),
            ("model.py", "current_channels = 1536", "current_channels = 40"),
            ("model.py", "64: 1536, 32: 1408, 16: 1280, 8: 1152, 4: 1024, 2: 896, 1: 768", "64: 40, 32: 36, 16: 32, 8: 28, 4: 24, 2: 20, 1: 16"),
            ("model.py", "range(9)", "range(3)"),
            ("model.py", "pair_dim=128", "pair_dim=8"),
            ("model.py", "TRUNK_DIM = 1536 ", "TRUNK_DIM = 40 "),
            ("model.py", "EMBEDDING_128BP_DIM = 3072", "EMBEDDING_128BP_DIM = 80"),
            ("model.py", "DECODER_DIM = 768 ", "DECODER_DIM = 16 "),
            ("model.py", "OutputPair(dim=128", "OutputPair(dim=8"),
            ("model.py", "out_channels=TRUNK_DIM", "out_channels=32"),
            ("model.py", "EMBEDDING_128BP_DIM,\n            TRUNK_DIM,", "EMBEDDING_128BP_DIM,\n            32,"),
            ("model.py", "{1: TRUNK_DIM,", "{1: 32,"),
            ("model.py", "in_channels=TRUNK_DIM, num_organisms", "in_channels=32, num_organisms"),
            ("model.py", "in_channels=TRUNK_DIM,\n            num_output", "in_channels=32,\n            num_output"),
            ("model.py", "in_channels=TRUNK_DIM,\n            hidden_dim=DECODER_DIM", "in_channels=32,\n            hidden_dim=8"),
            ("model.py", "'atac', 256", "'atac', 4"),
            ("model.py", "'dnase', 384", "'dnase', 4"),
            ("model.py", "'procap', 128", "'procap', 4"),
            ("model.py", "'cage', 640", "'cage', 6"),
            ("model.py", "'rna_seq', 768", "'rna_seq', 6"),
            ("model.py", "'chip_tf', 1664", "'chip_tf', 5"),
            ("model.py", "'chip_histone', 1152", "'chip_histone', 5"),
            ("model.py", "(734, 180)", "(6, 6)"),
            ("model.py", "(367, 367)", "(3, 3)"),
            ("heads.py", "PAIR_EMBEDDING_DIM = 128", "PAIR_EMBEDDING_DIM = 8"),
            ("heads.py", "OUTPUT_TRACKS = 28", "OUTPUT_TRACKS = 3"),
        ],
    )
    shrink(
        arguments.torch / "scripts",
        out / "packages/scripts",
        [
            ("convert_weights.py", f"'{head}': {{'num_tracks': {released}}}", f"'{head}': {{'num_tracks': {count}}}")
            for head, released, count in [
                ("atac", 256, 4), ("dnase", 384, 4), ("procap", 128, 4), ("cage", 640, 6), ("rna_seq", 768, 6),
                ("chip_tf", 1664, 5), ("chip_histone", 1152, 5),
            ]
        ],
    )
    converter = [out / "packages/scripts/convert_weights.py", out / "checkpoint", "--safetensors", "--output", out / "torch.safetensors"]
    done = subprocess.run([sys.executable, *converter], env=environment, check=True, capture_output=True, text=True)
    print(re.search(r"Mapped \d+ / \d+ parameters", done.stdout)[0])
