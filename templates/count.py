"""Counts the rows of a table by its first column."""
import collections
import csv
import sys

with open(sys.argv[1], newline="") as table:
    counts = collections.Counter(row["chrom"] for row in csv.DictReader(table, delimiter="\t"))
print("chrom", "sites", sep="\t")
for name, count in sorted(counts.items()):
    print(name, count, sep="\t")
