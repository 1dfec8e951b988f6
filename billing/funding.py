"""Which funding strings pay for a rate code of a billing number on one day."""

from typing import Final

import polars as pl

from billing.frames import FUNDING_FIELDS, Tables

SET: Final = ["billing_number", "rate_code", "funding_date"]
STRING: Final = ["seq", "percent", *FUNDING_FIELDS, "federal_share_pct"]


def paying_strings(tables: Tables, wanted: pl.DataFrame) -> pl.DataFrame:
    """List the strings in force that pay each (billing_number, rate_code, funding_date).

    The strings whose rate_code_filter lists the code pay, if there are any, else those without a filter.

    Args:
        tables: funding_strings.
        wanted: distinct billing_number, rate_code, funding_date.

    Rows: none or several per row of wanted. Returns: wanted's columns and STRING, sorted by them and seq.
    """
    strings = tables["funding_strings"].select("billing_number", *STRING, "rate_code_filter", "valid_from", "valid_to")
    day = pl.col("funding_date")
    live = wanted.select(SET).join(strings, on="billing_number", how="inner").filter(
        (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (day < pl.col("valid_to")))
    )  # fmt: skip
    codes = pl.col("rate_code_filter").str.split(";").list.eval(pl.element().str.strip_chars())
    marked = live.with_columns(_listed=codes.list.contains(pl.col("rate_code")).fill_null(value=False))
    any_listed = pl.col("_listed").any().over(SET)
    paying = marked.filter((any_listed & pl.col("_listed")) | (~any_listed & pl.col("rate_code_filter").is_null()))
    return paying.select(*SET, *STRING).sort(*SET, "seq")
