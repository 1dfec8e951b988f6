"""The shape of suggestions, and the days on which a record with a finding looks up numbers and rates."""

from typing import Final

import polars as pl

from billing.effective import in_force
from billing.frames import Earlier, Tables
from billing.periods import Period

SUGGESTIONS: Final[dict[str, pl.DataType]] = {
    "exception_id": pl.String(),
    "field": pl.String(),  # the column to correct; null: advice, nothing that a correction of the record could do
    "value": pl.String(),
    "why": pl.String(),  # in words, with file and line
}
_STARTS: Final = {"circuits": "billing_start_date", "voip": "start_date", "centrex": "start_date"}
_RATE_DATES: Final = {
    "usage": ("usage_date", "service_to"),
    "pass_through": ("vendor_invoice_date",),
    "stock": ("txn_date",),
    "long_distance": ("call_date",),
}


def dated(faulty: pl.DataFrame, feed: str, earlier: Earlier, period: Period) -> pl.DataFrame:
    """Add rate_date, the day on which the record's number and rate are looked up.

    An item of an inventory may be billed a month ahead, so it gets a second row for the first day of the next month.

    Rows: one per finding; two per finding in circuits, voip and centrex.
    """
    first, last = pl.lit(period.first_day), pl.lit(period.last_day)
    if feed in _STARTS:
        days = (pl.max_horizontal(pl.col(_STARTS[feed]), day) for day in (first, pl.lit(period.stop_day)))
        return pl.concat([faulty.with_columns(rate_date=day) for day in days]).unique(
            ["exception_id", "rate_date"], keep="first", maintain_order=True
        )
    if feed in _RATE_DATES:
        return faulty.with_columns(rate_date=pl.coalesce(*_RATE_DATES[feed]))
    if feed == "adjustments":
        lines = earlier.charges.filter(pl.col("invoice_no").is_not_null()).select(
            original_invoice_no="invoice_no", original_line_no="invoice_line_no", _last=pl.col("stop_date").dt.offset_by("-1d")
        )
        joined = faulty.join(lines, on=["original_invoice_no", "original_line_no"], how="left", validate="m:1", maintain_order="left")
        return joined.with_columns(rate_date=pl.coalesce("service_to", "service_from", "_last", last)).drop("_last")
    return faulty.with_columns(rate_date=first)


def active_on(rows: pl.DataFrame, tables: Tables, number: str) -> pl.DataFrame:
    """Add is_active: whether the billing number in column `number` is ACTIVE on rate_date; null is not.

    Rows: as many, in the same order.
    """
    found = in_force(rows, tables["billing_numbers"], on={number: "billing_number"}, date="rate_date", take={"status": "_status"})
    return found.with_columns(is_active=(pl.col("_status") == "ACTIVE").fill_null(value=False)).drop("_status")
