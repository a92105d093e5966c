"""Writes the files beside it, as pandas writes them (pandas and pyarrow of the versions printed)."""
import pandas as pd, pyarrow as pa, pyarrow.feather as feather

frame = pd.DataFrame({
    "name": ["a", "b", None, "d"] * 50,
    "x": [0.1, -2e3, float("nan"), 1 / 3] * 50,
    "count": pd.array([1, None, 2**40, -7] * 50, dtype="Int64"),
    "good": [True, False, False, True] * 50,
    "single": pd.array([0.1, 2.5, -1.0, 3.0] * 50, dtype="float32"),
    "group": pd.Categorical(["u", "v", "v", "u"] * 50),
    "when": pd.to_datetime(["2026-01-02T03:04:05"] * 200),
    "list": [[1, 2], [], [3], [4]] * 50,
})
table = pa.Table.from_pandas(frame, preserve_index=False)
for codec in ["lz4", "zstd", "uncompressed"]:
    feather.write_feather(table, f"{codec}.feather", compression=codec)
for codec in ["snappy", "zstd", "gzip", "lz4"]:
    frame.to_parquet(f"{codec}.parquet", compression=codec)
feather.write_feather(table.select(["name", "x"]), "v1.feather", version=1)
with pa.OSFile("stream.arrow", "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
    writer.write_table(table, max_chunksize=64)
print(pd.__version__, pa.__version__)
