"""Junctions of a BAM and the reads that skip them, by pysam's find_introns: count.py BAM"""

import sys

import pysam

with pysam.AlignmentFile(sys.argv[1]) as bam:
    introns = bam.find_introns(read for read in bam if not read.flag & 0xF04)
print(len(introns), sum(introns.values()))
