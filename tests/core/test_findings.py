"""Findings: what a rule marks, on short and on long frames."""

import polars as pl
import pytest

from billing.findings import find
from billing.frames import SOURCE


@pytest.mark.parametrize("rows", [1, 100_000])
def test_a_rule_that_is_always_true_finds_every_record(rows: int):
    records = pl.DataFrame({"source_line": range(rows)}, schema_overrides={"source_line": pl.Int64}).with_columns(
        feed=pl.lit("usage"), source_file=pl.lit("f"), source_record_id=pl.lit("R")
    )

    found = find(records.select(list(SOURCE)), "U501", pl.lit(value=True), column=None, message="again")

    assert found.height == rows


def test_doubt_is_a_finding():
    records = pl.DataFrame(
        {"feed": ["usage"] * 3, "source_file": "f", "source_line": [1, 2, 3], "source_record_id": "R", "x": [1, None, 3]}
    )

    found = find(records, "Q301", pl.col("x") > 2, column="x", message="odd")

    assert found["source_line"].to_list() == [2, 3]
