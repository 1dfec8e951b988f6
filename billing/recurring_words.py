"""The words on a recurring charge row: its description and its arithmetic."""

import polars as pl

from billing.wording import phrase


def describe() -> pl.Expr:
    """Say what is charged: the record's own words, else the rate code's name and the item's."""
    named = phrase("{} {}", pl.col("code_name"), pl.col("label"))
    own = pl.when("is_line").then(pl.coalesce("description", named)).otherwise(named)
    return pl.when("is_recurring").then(own).otherwise(phrase("{}, one-time charge", own))


def explain() -> pl.Expr:
    """Write the arithmetic, as `450.00 x 20/30 days (DAILY_30)`."""
    lines = pl.when(pl.col("lines") == 1).then(pl.lit("")).otherwise(phrase("{} x ", pl.col("lines")))
    by_mile = pl.col("flat").is_null() & (pl.col("per_mile_rate") != 0).fill_null(value=False)
    rate = pl.when(pl.col("unit_rate").is_null()).then(pl.lit("")).otherwise(phrase("{} + ", _dollars("unit_rate")))
    price = (
        pl.when(by_mile).then(phrase("({}{} x {} miles)", rate, _dollars("per_mile_rate"), "miles"))
        .when(pl.col("flat").is_not_null()).then(pl.col("flat").cast(pl.String))
        .otherwise(_dollars("unit_rate"))
    )  # fmt: skip
    is_rest = pl.col("earlier_cents").is_not_null()
    share = pl.when(is_rest).then("span_num").otherwise("share_num")
    method = pl.col("prorate")
    part = (
        pl.when(~pl.col("is_recurring")).then(pl.lit(" once"))
        .when(share == pl.col("share_den")).then(phrase(" x full month ({})", method))
        .otherwise(phrase(" x {}/{} days ({})", share, pl.col("share_den"), method))
    )  # fmt: skip
    cents = pl.col("earlier_cents")
    rest = phrase(
        " less {}.{} taken by the earlier owners", cents // 100, (cents % 100).cast(pl.String).str.zfill(2)
    )  # fmt: skip
    return pl.concat_str(lines, price, part, pl.when(is_rest).then(rest).otherwise(pl.lit("")))


def _dollars(column: str) -> pl.Expr:
    """Write a rate with at least two decimals and no zeros after them."""
    return pl.col(column).cast(pl.String).str.replace(r"^(-?\d+\.\d{2}\d*?)0+$", "${1}")
