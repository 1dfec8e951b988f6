"""Divide a month's service at the days on which its rate changes, where policy wants such months prorated."""

import polars as pl

from billing.frames import Tables
from billing.rate_lookup import attach_account


def split_at_rate_changes(parts: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Make one part for each stretch of the month with one row of the rate tables in force.

    Parts that bring their own dollars (flat) stay whole. Later stretches carry their first day in `stretch`, which
    keeps the rows of one item apart.

    Args:
        parts: billing_number, rate_code, flat, start_date, stop_date, days.

    Rows: at least one per part. Adds: stretch (null on the first of each part).
    """
    numbered = parts.with_row_index("_part")
    owners = attach_account(
        numbered.select("_part", "billing_number", "rate_code", "start_date", "stop_date", "flat"), tables, "start_date"
    )
    by_table = owners.join(_edges(tables["rates"], ["rate_code"]), on="rate_code", how="inner")
    agreed = owners.join(
        _edges(tables["agency_rates"], ["agency_code", "billing_number", "rate_code"]).rename({"billing_number": "_only"}),
        on=["agency_code", "rate_code"], how="inner",
    ).filter(pl.col("_only").is_null() | (pl.col("_only") == pl.col("billing_number")))  # fmt: skip
    day = pl.col("_day")
    inside = pl.col("flat").is_null() & (pl.col("start_date") < day) & (day < pl.col("stop_date"))
    cuts = pl.concat([frame.filter(inside).select("_part", "_day") for frame in (by_table, agreed)])
    starts = pl.concat([numbered.select("_part", _day="start_date"), cuts]).unique().sort("_part", "_day")
    stretches = starts.with_columns(_next=day.shift(-1).over("_part"))
    split = numbered.join(stretches, on="_part", how="left", validate="1:m", maintain_order="left_right").with_columns(
        stretch=pl.when(day > pl.col("start_date")).then(day),
        start_date=day,
        stop_date=pl.coalesce("_next", "stop_date"),
    )
    return split.with_columns(days=(pl.col("stop_date") - pl.col("start_date")).dt.total_days()).drop("_part", "_day", "_next")


def _edges(table: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """List the days on which some row of a key begins or ends."""
    edges = [table.select(*key, pl.col(name).alias("_day")) for name in ("valid_from", "valid_to")]
    return pl.concat(edges).filter(pl.col("_day").is_not_null()).unique()
