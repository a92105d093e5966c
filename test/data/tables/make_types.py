"""Writes types.feather, types.arrow, types.parquet (what a table can hold beyond numbers and texts), twice.*, binary.*."""
import datetime as dt, decimal, sys, pathlib
import pyarrow as pa, pyarrow.feather as pf, pyarrow.parquet as pq
D=decimal.Decimal
t=pa.table({
 "dec":pa.array([D("1.10"),D("-3.25"),None],pa.decimal128(5,2)),
 "big":pa.array([D("12345678901234567890.0123456789"),D("-0.0000000001"),None],pa.decimal128(38,10)),
 "small":pa.array([D("0.5"),D("7"),D("-1")],pa.decimal128(3,1)),
 "day":pa.array([dt.date(2026,1,2),dt.date(1969,12,31),None],pa.date32()),
 "us":pa.array([1767323045000001,-1,None],pa.timestamp("us")),
 "ns":pa.array([1767323045000000001,0,None],pa.timestamp("ns")),
 "s":pa.array([1767323045000,0,None],pa.timestamp("ms")),
 "clock":pa.array([dt.time(3,4,5),dt.time(23,59,59,250000),None],pa.time64("us")),
 "bytes":pa.array([b"ab","größe".encode(),None],pa.binary()),
 "cat":pa.array(["u","v","u"]).dictionary_encode(),
 "list":pa.array([[1,2],[],None],pa.list_(pa.int64())),
 "struct":pa.array([{"a":1,"b":"x"},{"a":None,"b":"y"},None],pa.struct([("a",pa.int32()),("b",pa.string())])),
 "u64":pa.array([2**64-1,0,None],pa.uint64()),
 "i64":pa.array([-2**63,2**53+1,None],pa.int64()),
 "f16":pa.array([1.5,-2,None],pa.float16()),
 "null":pa.nulls(3)})
out=pathlib.Path(sys.argv[1])
pf.write_feather(t,str(out/"types.feather"))
with pa.ipc.new_stream(str(out/"types.arrow"),t.schema) as w: w.write_table(t)
pq.write_table(t,str(out/"types.parquet"))
pf.write_feather(pa.table({"b":pa.array([b"\xff\xfe"],pa.binary())}),str(out/"binary.feather"))
pq.write_table(pa.table({"b":pa.array([b"\xff\xfe"],pa.binary())}),str(out/"binary.parquet"))
a=pa.array([1]); twice=pa.Table.from_arrays([a,a],names=["a","a"])
pq.write_table(twice,str(out/"twice.parquet")); pf.write_feather(twice,str(out/"twice.feather"))
