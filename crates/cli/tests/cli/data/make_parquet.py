"""Writes iris.parquet from the repository's iris.csv. Needs pyarrow (made with 26.0.1): python3 make_parquet.py"""

from pathlib import Path

import pyarrow.csv
import pyarrow.parquet

here = Path(__file__).parent
table = pyarrow.csv.read_csv(here / "../../../../../datasets/iris.csv")
pyarrow.parquet.write_table(table, here / "iris.parquet", compression="snappy")
