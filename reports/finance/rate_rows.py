"""Standard and agreed rates as one table, and beside each rate that starts in a span what was in force the day before."""

import datetime as dt
from typing import Final

import polars as pl

from reports.published import Published

SCOPE: Final = ("agency_code", "billing_number", "rate_code")  # no agency: everyone; no billing number: the whole agency
PRICES: Final = ("unit_rate", "per_mile_rate", "markup_pct")
RATE_ROW: Final = (*SCOPE, "valid_from", "valid_to", *PRICES, "tier_method", "approval_ref", "approved_by")


def rate_rows(published: Published) -> pl.DataFrame:
    """All rates known on the period's last day, standard and agreed. Returns: RATE_ROW and narrow (0 everyone, 1, 2)."""
    text = pl.lit(None, pl.String)
    standard = published.now("dim_rate").with_columns(
        agency_code=text, billing_number=text, tier_method=pl.col("tier_method").fill_null("FLAT")
    )  # fmt: skip
    agreed = published.now("dim_agency_rate").with_columns(
        per_mile_rate=pl.lit(None, pl.Decimal(18, 6)),
        tier_method=pl.when(pl.col("unit_rate").is_not_null()).then(pl.lit("FLAT")),  # without a price of its own it keeps the table's
    )
    rows = pl.concat([standard.select(RATE_ROW), agreed.select(RATE_ROW)])
    narrow = pl.col("agency_code").is_not_null().cast(pl.Int64) + pl.col("billing_number").is_not_null().cast(pl.Int64)
    return rows.filter(pl.col("valid_from") <= published.month.last_day).with_columns(narrow=narrow)


def with_old(rows: pl.DataFrame, everything: pl.DataFrame, day: str) -> pl.DataFrame:
    """Put beside each row what its numbers paid on the day before `day`: the narrowest rate, column by column.

    Args:
        rows: RATE_ROW and narrow.
        everything: all of them.
        day: the column with the day.

    Rows: as given. Adds: old_unit_rate, old_per_mile_rate, old_markup_pct, old_tier_method; null where nothing was.
    """
    return _beside(rows, everything, pl.col(day).dt.offset_by("-1d"), "old")


def with_new(rows: pl.DataFrame, everything: pl.DataFrame, day: str) -> pl.DataFrame:
    """The same of what its numbers pay on `day`, as new_unit_rate and so on."""
    return _beside(rows, everything, pl.col(day), "new")


def _beside(rows: pl.DataFrame, everything: pl.DataFrame, day: pl.Expr, prefix: str) -> pl.DataFrame:
    numbered = rows.with_row_index("_row").with_columns(_day=day)
    others = everything.select(pl.all().name.prefix("_of_"))
    pairs = numbered.join(others, left_on="rate_code", right_on="_of_rate_code", how="inner")
    covers = (pl.col("_of_valid_from") <= pl.col("_day")) & (pl.col("_of_valid_to") > pl.col("_day")).fill_null(value=True)
    wide = [pl.col(f"_of_{name}").is_null() | pl.col(f"_of_{name}").eq_missing(pl.col(name)) for name in SCOPE[:2]]
    names = (*PRICES, "tier_method")
    found = (
        pairs.filter(covers, *wide).sort("_row", "_of_narrow", descending=[False, True])
        .group_by("_row", maintain_order=True)
        .agg(pl.col(f"_of_{name}").drop_nulls().first().alias(f"{prefix}_{name}") for name in names)
    )  # fmt: skip
    return numbered.join(found, on="_row", how="left", validate="1:1", maintain_order="left").drop("_row", "_day")


def in_month(column: str, first: dt.date, last: dt.date) -> pl.Expr:
    """Whether a day is in a span, both ends inclusive; no day is in none."""
    return pl.col(column).is_between(first, last).fill_null(value=False)
