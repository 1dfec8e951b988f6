"""The charge row a record is in, and whose the record is where no row says so."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from billing.carry import origin
from billing.effective import in_force
from billing.frames import Tables
from billing.periods import Period

RECORD: Final = ["feed", "source_file", "source_line"]


def charged(lines: pl.DataFrame, bridge: pl.DataFrame, stream: str, components: Sequence[str]) -> pl.DataFrame:
    """Lead records to the rows of a stream that are of some components.

    Args:
        lines: LINES of a month.
        bridge: BRIDGE of it.

    Rows: one a record and row. Returns: RECORD, charge_id, charge_number, charge_agency, charge_amount, by charge_id.
    """
    rows = lines.filter((pl.col("stream") == stream) & pl.col("component").is_in(components))
    named = rows.select("charge_id", charge_number="billing_number", charge_agency="agency_code", charge_amount="amount")
    return bridge.select(*RECORD, "charge_id").join(named, on="charge_id", how="inner", validate="m:1").sort("charge_id", *RECORD)


def last_day(period: Period) -> pl.Expr:
    """The last day of the month a record came in for: of its own where it was carried, else of the period."""
    first = pl.concat_str([pl.coalesce(origin(), pl.lit(str(period))), pl.lit("-01")])
    return first.str.to_date("%Y-%m-%d").dt.month_end()


def with_agency(records: pl.DataFrame, tables: Tables, day: pl.Expr) -> pl.DataFrame:
    """Add number_agency, whose the record's billing number is on a day; null where it is nobody's."""
    dated = records.with_columns(_day=day)
    found = in_force(
        dated, tables["billing_numbers"], on={"billing_number": "billing_number"}, date="_day", take={"agency_code": "number_agency"}
    )
    return found.drop("_day")
