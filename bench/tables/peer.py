"""The peers' side of bench/tables.mjs: peer.py CASE FOLDER ROWS."""
import sys
import numpy as np, pyarrow as pa, pyarrow.csv as pc, pyarrow.parquet as pq

case, folder, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
tabs = pc.WriteOptions(delimiter="\t", quoting_style="none")
types = {"variant_id": pa.string(), "gene": pa.string(), "a": pa.float64(), "b": pa.float64(), "c": pa.int64(), "d": pa.bool_(), "e": pa.float64()}


def read_tsv():
    return pc.read_csv(
        f"{folder}/typed.tsv",
        parse_options=pc.ParseOptions(delimiter="\t"),
        convert_options=pc.ConvertOptions(column_types=types, null_values=["", "NA"]),
    )


def make_join():
    r = np.random.default_rng(1)
    n = rows * 3
    bases = np.array(list("ACGT"))
    ref, alt = bases[r.integers(0, 4, n)], bases[r.integers(0, 4, n)]
    ids = np.array([f"chr{i % 22 + 1}_{i * 7 + 100}_{x}_{y}" for i, (x, y) in enumerate(zip(ref, alt))])
    pc.write_csv(pa.table({"variant_id": ids, "x": r.random(n), "k": r.integers(0, 1000, n)}), f"{folder}/left.tsv", tabs)
    # A tenth of either side has no partner.
    other = np.where(r.random(n) < 0.9, ids, np.char.add(ids, "T"))[r.permutation(n)]
    genes = np.char.add("ENSG", r.integers(0, 60000, n).astype(str))
    pc.write_csv(pa.table({"variant_id": other, "y": r.random(n), "gene": genes}), f"{folder}/right.tsv", tabs)


def make_typed():
    r = np.random.default_rng(2)
    n = rows
    typed = pa.table({
        "variant_id": [f"chr1_{p}_A_G" for p in range(n)],
        "gene": np.char.add("ENSG", r.integers(0, 20000, n).astype(str)),
        "a": r.random(n),
        "b": np.round(r.normal(size=n), 4),
        "c": r.integers(0, 10**9, n),
        "d": r.integers(0, 2, n).astype(bool),
        "e": pa.array(r.random(n), mask=r.random(n) < 0.1),
    })
    pq.write_table(typed, f"{folder}/typed.parquet")
    text = pc.CSVWriter(f"{folder}/typed.tsv", typed.schema, write_options=tabs)
    text.write_table(typed)
    text.close()


def join():
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET memory_limit='1GB'; SET temp_directory='{folder}/duckdb'")
    table = lambda name: f"read_csv('{folder}/{name}.tsv', delim='\t', header=true, all_varchar=true)"
    connection.execute(
        f"COPY (SELECT l.*, r.* EXCLUDE (variant_id) FROM {table('left')} l JOIN {table('right')} r USING (variant_id)) "
        f"TO '{folder}/peer.tsv' (DELIMITER '\t', HEADER, QUOTE '')"
    )


cases = {
    "make-join": make_join,
    "make-typed": make_typed,
    "join": join,
    "read-tsv": read_tsv,
    "read-parquet": lambda: pq.read_table(f"{folder}/typed.parquet"),
    "write-tsv": lambda: pc.write_csv(pq.read_table(f"{folder}/typed.parquet"), f"{folder}/peer.tsv", tabs),
    "write-parquet": lambda: pq.write_table(pq.read_table(f"{folder}/typed.parquet"), f"{folder}/peer.parquet"),
}
cases[case]()
