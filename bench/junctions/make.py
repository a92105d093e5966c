"""Writes a sorted and indexed BAM of spliced reads from a seed: make.py OUT READS"""

import random
import sys

import pysam

out, count = sys.argv[1], int(sys.argv[2])
random.seed(1)
length, chromosomes, size = 100, 5, 50_000_000
introns = [[(start, start + random.randrange(100, 20_000)) for start in random.sample(range(1000, size - 50_000), 4000)] for _ in range(chromosomes)]
reads = []
for _ in range(count):
    chrom = random.randrange(chromosomes)
    if random.random() < 0.3:
        start, end = random.choice(introns[chrom])
        left = random.randrange(5, length - 5)
        reads.append((chrom, start - left, [(0, left), (3, end - start), (0, length - left)]))
    else:
        reads.append((chrom, random.randrange(1000, size - 1000), [(0, length)]))
reads.sort(key=lambda read: read[:2])
sequences = ["".join(random.choice("ACGT") for _ in range(length)) for _ in range(1000)]
qualities = [pysam.qualitystring_to_array("".join(chr(33 + random.choice((2, 11, 25, 37))) for _ in range(length))) for _ in range(200)]
header = {"HD": {"VN": "1.6", "SO": "coordinate"}, "SQ": [{"SN": f"chr{i + 1}", "LN": size} for i in range(chromosomes)]}
with pysam.AlignmentFile(out, "wb", header=header) as bam:
    for number, (chrom, start, cigar) in enumerate(reads):
        read = pysam.AlignedSegment()
        read.query_name = f"read{number:08d}"
        read.query_sequence = sequences[number % len(sequences)]
        read.flag = random.choice((0, 16)) | (random.choice((0x100, 0x200, 0x400, 0x800)) if random.random() < 0.02 else 0)
        read.reference_id, read.reference_start = chrom, start
        read.mapping_quality = random.choice((255, 255, 255, 3, 1))
        read.cigar = cigar
        read.query_qualities = qualities[number % len(qualities)]
        for tag, value in (("NH", 1), ("HI", 1), ("AS", 98), ("nM", 0)):
            read.set_tag(tag, value)
        if len(cigar) == 3:
            read.set_tag("XS", "+" if cigar[1][1] % 2 else "-", "A")
        bam.write(read)
pysam.index(out)
