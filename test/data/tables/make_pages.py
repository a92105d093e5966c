"""Files of many small pages, with checksums, of which some have dictionaries: pyarrow 26."""
import pyarrow as pa
import pyarrow.parquet as pq

rows = range(3000)
words = ["a", "Ünï", "日本", ""]
table = pa.table(
    {
        "id": pa.array([f"chr1_{i}_A_G" for i in rows]),
        "word": pa.array([None if i % 5 == 0 else words[i % 4] for i in rows]),
        "x": pa.array([None if i % 7 == 0 else float("nan") if i % 11 == 0 else i / 8 for i in rows]),
        "n": pa.array([None if i % 3 == 0 else i * 2**20 for i in rows], pa.int64()),
        "big": pa.array([2**60 + i for i in rows], pa.int64()),
        "small": pa.array([None if i >= 2000 else -i for i in rows], pa.int32()),
        "flag": pa.array([None if i % 13 == 0 else i % 2 == 0 for i in rows]),
    }
)
for name, version in ("pages", "1.0"), ("pages2", "2.0"):
    pq.write_table(
        table,
        f"{name}.parquet",
        data_page_version=version,
        write_page_checksum=True,
        data_page_size=1000,
        write_batch_size=100,
        dictionary_pagesize_limit=4000,
        row_group_size=2000,
    )
