"""Calls of one line that overlap in time."""

from typing import Final

import polars as pl

from billing.call_classes import TOLL_FREE_NPAS
from billing.call_codes import hashed
from billing.call_numbers import nanp

_LONGEST: Final = 10**8  # three years; a longer call overlaps everything after it anyhow


def overlapping(records: pl.DataFrame) -> pl.Series:
    """Tell for each record whether its line had another call at the same time.

    A line is the calling station, of an incoming call the called one; a toll-free number takes many calls at once
    and is no line. Calls are half-open in time, so one may start when another ends; calls without seconds are none.

    Args:
        records: record_schema("long_distance").
    """
    station = pl.when(pl.col("direction") == "IN").then("to_number").otherwise("from_number")
    timed = records.select("utc_second", "duration_seconds", station=station).with_row_index("row").filter(pl.col("duration_seconds") > 0)
    own_form = -1 - pl.col("station").cast(pl.Int64, strict=False)
    calls = (
        timed.with_columns(line=nanp(timed["station"]))
        .select(
            "row", start="utc_second", stop=pl.col("utc_second") + pl.col("duration_seconds").clip(0, _LONGEST),
            line=pl.coalesce("line", own_form),
        )
        .filter(pl.col("line").is_not_null() & ~(pl.col("line") // 10**7).is_in(TOLL_FREE_NPAS))
    )  # fmt: skip
    found = pl.zeros(records.height, pl.UInt8, eager=True)
    if calls.is_empty():
        return found == 1
    codes, _ = hashed(calls["line"])
    low = pl.col("start").min()
    span = pl.col("stop").max() - low + 1
    # the line in front, so that one running maximum serves all lines
    hits = (
        calls.with_columns(codes.cast(pl.Int64).alias("line"))
        .select("row", start=pl.col("line") * span + pl.col("start") - low, stop=pl.col("line") * span + pl.col("stop") - low)
        .sort("start", "row")
        .select("row", hit=(pl.col("stop").cum_max().shift(1) > pl.col("start")) | (pl.col("start").shift(-1) < pl.col("stop")))
    )
    return found.scatter(hits.filter(pl.col("hit"))["row"], 1) == 1
