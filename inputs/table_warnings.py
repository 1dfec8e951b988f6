"""What looks odd in sound tables: gaps between rates of one code, funding that does not come to 100."""

from decimal import Decimal
from typing import Final

import polars as pl

from billing.findings import gather
from billing.frames import FINDINGS, Tables, empty
from inputs.suspense import file_finding

_WHOLE: Final = Decimal(100)


def table_warnings(tables: Tables) -> pl.DataFrame:
    """List gaps of rates (R207) and funding sets off 100 per cent (A105), all WARN, by file and line.

    Returns:
        FINDINGS without feed or record; source_file and source_line name the row.
    """
    return gather(_gaps(tables["rates"]), _funding(tables["funding_strings"]))


def _gaps(rates: pl.DataFrame) -> pl.DataFrame:
    """R207: a rate ends and the next of its code starts later."""
    ordered = rates.sort("rate_code", "valid_from").with_columns(
        pl.col("rate_code", "valid_to", "source_line").shift(1).name.prefix("before_")
    )
    open_days = (pl.col("rate_code") == pl.col("before_rate_code")) & (pl.col("before_valid_to") < pl.col("valid_from"))
    found = [
        file_finding(
            "R207", None, row["source_file"],
            f"{row['rate_code']} has no rate from {row['before_valid_to']} (line {row['before_source_line']}) until {row['valid_from']};"
            " fix the dates if it was in use then",
            line=row["source_line"], column="valid_from",
        )
        for row in ordered.filter(open_days).sort("source_line").iter_rows(named=True)
    ]  # fmt: skip
    return gather(empty(FINDINGS), *found)


def _funding(strings: pl.DataFrame) -> pl.DataFrame:
    """A105: the strings for one number (and one filtered rate code) do not come to 100 from some date on; the first is named."""
    sets = (
        strings.with_columns(code=pl.col("rate_code_filter").str.split(";"))
        .explode("code")
        .with_columns(pl.col("code").str.strip_chars().fill_null(""))
    )
    key = ["billing_number", "code"]
    points = pl.concat([sets.select(*key, day=pl.col(name)) for name in ("valid_from", "valid_to")]).drop_nulls("day").unique()
    covers = (pl.col("valid_from") <= pl.col("day")) & (pl.col("valid_to").is_null() | (pl.col("day") < pl.col("valid_to")))
    totals = (
        points.join(sets, on=key, how="inner")
        .filter(covers)
        .group_by(*key, "day")
        .agg(pl.col("percent").sum(), pl.col("source_line").min())
    )
    first = totals.filter(pl.col("percent") != _WHOLE).sort(*key, "day").unique(key, keep="first", maintain_order=True)
    found = [
        file_finding(
            "A105", None, "funding_strings.csv",
            f"strings of {row['billing_number']}{' for ' + row['code'] if row['code'] else ''} come to {row['percent'].normalize():f} %"
            f" from {row['day']}; ask the agency's fiscal officer for the string",
            line=row["source_line"], column="percent",
        )
        for row in first.sort("source_line", "billing_number", "code").iter_rows(named=True)
    ]  # fmt: skip
    return gather(empty(FINDINGS), *found)
