"""AlphaGenome's own Python client against `agflow serve-model`. By hand, not in CI: it needs `pip install alphagenome`.

    python alphagenome_client.py GENOME.fa -- agflow serve-model --model synthetic --weights W --reference GENOME.fa

starts the server on a free port, asks, kills it half-way, starts it again, and asserts what comes back. GENOME.fa has at
least 50,000 bp of chr1 without N.
"""

import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import grpc
import numpy as np
from alphagenome.data import genome
from alphagenome.models import dna_client, interval_scorers, variant_scorers

reference_path, separator, *command = sys.argv[1:]
assert separator == "--", __doc__
exons = [(18_000, 18_400), (19_900, 20_300), (22_000, 22_150)]
with tempfile.NamedTemporaryFile("w", suffix=".gtf", delete=False) as annotation:
    about = 'gene_id "G1"; gene_name "ONE"; gene_type "protein_coding"; transcript_id "T1"; transcript_type "protein_coding";'
    for kind, (left, right) in [("gene", (18_000, 22_150)), ("transcript", (18_000, 22_150)), *(("exon", of) for of in exons)]:
        print("chr1", "made", kind, left + 1, right, ".", "+", ".", about, sep="\t", file=annotation)
command += ["--genes", annotation.name]
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]


def start():
    server = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.PIPE, text=True)
    print("server:", server.stdout.readline().strip())
    return server


server = start()
channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.max_receive_message_length", -1)])
grpc.channel_ready_future(channel).result(20)
client = dna_client.DnaClient(channel=channel)
outputs = [dna_client.OutputType.RNA_SEQ, dna_client.OutputType.DNASE]

metadata = client.output_metadata(dna_client.Organism.HOMO_SAPIENS)
print("GetMetadata:", {name: len(getattr(metadata, name)) for name in ("rna_seq", "cage", "dnase", "atac")})

interval = genome.Interval("chr1", 10_000, 10_000 + 2**14)
with open(reference_path) as lines:
    text = "".join(line.strip().upper() for line in list(lines)[1:])
answer = client.predict_interval(interval, requested_outputs=outputs, ontology_terms=None)
rna = answer.rna_seq
print("PredictInterval:", rna.values.shape, rna.values.dtype, rna.resolution, rna.interval, float(rna.values.sum()))
sequence = client.predict_sequence(text[10_000 : 10_000 + 2**14], requested_outputs=outputs, ontology_terms=None)
assert np.array_equal(sequence.rna_seq.values, rna.values) and np.array_equal(sequence.dnase.values, answer.dnase.values)
assert rna.values.shape == (2**14 // rna.resolution, len(metadata.rna_seq)) and rna.values.std() > 0
print("PredictSequence: the same numbers")

position = 20_100
base = text[position - 1]
variant = genome.Variant("chr1", position, base, "A" if base != "A" else "C")
both = client.predict_variant(interval, variant, requested_outputs=outputs, ontology_terms=None)
assert np.array_equal(both.reference.rna_seq.values, rna.values)
changed = np.flatnonzero((both.alternate.rna_seq.values != rna.values).any(axis=1))
centre = (position - 1 - interval.start) // rna.resolution
print("PredictVariant: bins", changed.min(), "to", changed.max(), "change; the variant is in", centre)
assert changed.min() <= centre <= changed.max()

long = genome.Interval("chr1", 0, 2**19)
big = client.predict_interval(long, requested_outputs=list(dna_client.OutputType), ontology_terms=None)
print("PredictInterval of 524,288 bp, all outputs:", big.rna_seq.values.shape, big.atac.values.shape, big.splice_sites)
same = client.predict_sequence(text.ljust(2**19, "N")[: 2**19], requested_outputs=outputs, ontology_terms=None)
assert np.array_equal(same.rna_seq.values, big.rna_seq.values)

scorers = [
    variant_scorers.CenterMaskScorer(
        width=501,
        aggregation_type=variant_scorers.AggregationType.DIFF_LOG2_SUM,
        requested_output=dna_client.OutputType.DNASE,
    ),
    variant_scorers.GeneMaskLFCScorer(requested_output=dna_client.OutputType.RNA_SEQ),
]
scores = client.score_variant(interval, variant, variant_scorers=scorers)
width = -(-501 // both.reference.dnase.resolution)
mask = slice(centre - width // 2, centre - width // 2 + width)
expected = np.log2(1 + both.alternate.dnase.values[mask].sum(0)) - np.log2(1 + both.reference.dnase.values[mask].sum(0))
print("ScoreVariant:", scores[0].X.tolist(), "by numpy:", expected.tolist())
assert np.allclose(scores[0].X[0], expected, rtol=1e-3, atol=1e-6)
print("genes:", list(scores[1].obs.get("gene_name", [])), scores[1].X.tolist())
assert list(scores[1].obs["gene_name"]) == ["ONE"]

mutated = genome.Interval("chr1", position - 6, position + 6)
substitutions = client.score_ism_variants(interval, mutated, scorers, progress_bar=False)
assert len(substitutions) == 3 * mutated.width and all(len(each) == len(scorers) for each in substitutions)
for each in substitutions:
    if str(each[0].uns["variant"]) == str(variant):
        assert all(np.allclose(a.X, b.X, rtol=1e-5, equal_nan=True) for a, b in zip(each, scores))
        print("ScoreIsmVariant:", len(substitutions), "substitutions, of one the scores of ScoreVariant")

counts = client.score_interval(
    interval,
    [
        interval_scorers.GeneMaskScorer(
            requested_output=dna_client.OutputType.RNA_SEQ,
            width=None,
            aggregation_type=interval_scorers.IntervalAggregationType.SUM,
        )
    ],
)[0]
first = interval.start
# Each bin counts by its share of the exons.
share = np.zeros(len(rna.values))
for left, right in exons:
    for base_pair in range(left - first, right - first):
        share[base_pair // rna.resolution] += 1 / rna.resolution
expected = (rna.values * share[:, None]).sum(0)
plus = [strand != "-" for strand in counts.var["strand"]]
print("ScoreInterval:", counts.X[0, plus].tolist(), "by numpy:", expected[plus].tolist())
assert list(counts.obs["gene_name"]) == ["ONE"] and np.allclose(counts.X[0, plus], expected[plus], rtol=1e-3)
tidy = variant_scorers.tidy_scores(scores)
print("tidy_scores:", len(tidy), "rows;", tidy.iloc[0][["variant_id", "output_type", "variant_scorer", "raw_score"]].to_dict())

for what, question in {
    "outside": lambda: client.score_variant(interval, genome.Variant("chr1", 99, "A", "C"), variant_scorers=scorers),
    "mouse": lambda: client.predict_interval(
        interval, organism=dna_client.Organism.MUS_MUSCULUS, requested_outputs=outputs, ontology_terms=None
    ),
}.items():
    try:
        question()
        raise AssertionError(what)
    except grpc.RpcError as error:
        print(f"refused, {what}:", error.code().name, error.details())

again = []


def restart():
    server.send_signal(signal.SIGKILL)
    server.wait()
    time.sleep(1)
    again.append(start())


begin = time.monotonic()
thread = threading.Thread(target=restart)
thread.start()
while server.poll() is None:
    time.sleep(0.01)
answer = client.predict_interval(interval, requested_outputs=outputs, ontology_terms=None)
assert np.array_equal(answer.rna_seq.values, rna.values)
print(f"killed and started again: the client tried again and had its answer after {time.monotonic() - begin:.1f} s")
thread.join()
again[0].send_signal(signal.SIGTERM)
print("SIGTERM: exit code", again[0].wait(10))
