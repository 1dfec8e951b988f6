"""The tables of each sheet, from a published month and its reports."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from reports.close_book.table import Table
from reports.published import Published
from reports.report import Report, money

Reports = Mapping[str, Report]
_LINES: Final = (
    "invoice_no", "invoice_line_no", "agency_code", "billing_number", "stream", "component", "rate_code", "description",
    "service_from", "service_to", "quantity", "uom", "unit_rate", "amount", "is_prior_period", "adjustment_id", "rate_valid_from",
    "approval_ref", "feed", "source_file", "source_line", "source_record_id", "charge_id",
)  # fmt: skip
LINES_PRINTED: Final = _LINES.index("amount") + 1
_EXCEPTIONS: Final = (
    "code", "severity", "status", "agency_code", "billing_number", "amount", "message", "feed", "source_file", "source_line",
    "source_record_id", "column_name", "raw_value", "disposition", "reason", "decided_by", "decided_at", "exception_id",
)  # fmt: skip
EXCEPTIONS_PRINTED: Final = _EXCEPTIONS.index("source_line") + 1
_ADJUSTMENTS: Final = (
    "adjustment_id", "adj_type", "reason_code", "billing_number", "invoice_no", "rate_code", "description", "amount",
    "original_charge_id", "support_ref", "prepared_by", "prepared_at", "approved_by", "approval_state", "status",
)  # fmt: skip
_VERDICT: Final = (
    "item", "vendor_code", "agency_code", "billing_number", "rate_code", "description", "vendor_billed", "we_billed", "other_billed",
    "difference", "state",
)  # fmt: skip
_SEVERITY: Final = {"FATAL": 0, "HOLD": 1, "WARN": 2, "INFO": 3}


def lines(published: Published) -> Table:
    """Every line of every invoice, in the order of the invoices."""
    found = billed(published).sort("invoice_no", "invoice_line_no")
    return Table(
        "Lines", found.select(_LINES), ("amount",), note="Every line of every invoice. Printed up to the amount; filter and sort on screen."
    )


def exceptions(published: Published) -> Table:
    """Every exception of the month, the gravest first, by code and by dollars."""
    found = published.now("fact_exception")
    order = pl.col("severity").replace_strict(_SEVERITY, return_dtype=pl.Int64)
    frame = found.sort(order, "code", pl.col("amount").abs(), "exception_id", descending=[False, False, True, False], nulls_last=True)
    words = "Telephone numbers are masked. Dollars are at stake, not billed; empty where no price can be known."
    return Table("Exceptions", frame.select(_EXCEPTIONS), ("amount",), note=words)


def adjustments(published: Published, reports: Reports) -> Table:
    """R09's adjustments where the report is at hand, else those of the bill."""
    report = reports.get("R09")
    frame = report.section("adjustments").frame if report else published.now("fact_adjustment").select(_ADJUSTMENTS)
    return Table("Adjustments", frame, ("amount",), note="A credit is negative.")


def rates_used(published: Published) -> Table:
    """Each rate code with each rate row that priced a line: the rate, since when, by whose approval, how much it brought.

    Rows: one per rate code, day the rate is valid from, unit rate, approval and unit of measure.
    """
    keys = ("rate_code", "rate_valid_from", "unit_rate", "approval_ref", "uom")
    names = published.now("dim_rate_code").select("rate_code", "name")
    sums = billed(published).group_by(keys).agg(
        lines=pl.len().cast(pl.Int64), quantity=pl.col("quantity").sum().cast(pl.Decimal(18, 6)), amount=pl.col("amount").sum(),
    )  # fmt: skip
    frame = sums.join(names, on="rate_code", how="left", validate="m:1").sort(*keys, nulls_last=True)
    order = ("rate_code", "name", "rate_valid_from", "approval_ref", "uom", "unit_rate", "lines", "quantity", "amount")
    words = "No unit rate: the record brought its own dollars, or the charge is a share or a percentage."
    return Table("Rates_used", money(frame, ("amount",)).select(order), ("lines", "amount"), note=words)


def of_report(report: Report, sheet: str) -> list[Table]:
    """A report's sections as tables, what is looked for first on the left; totals only where the report has them."""
    return [
        Table(f"{sheet}_{number}", _led(section.frame), section.totals, section.title, section.note)
        for number, section in enumerate(report.sections, 1)
    ]


def _led(frame: pl.DataFrame) -> pl.DataFrame:
    """A vendor match with its verdict before the facts that only the screen has room for; other frames as they are."""
    lead = [name for name in _VERDICT if name in frame.columns]
    is_match = {"vendor_billed", "we_billed"} <= set(lead)
    return frame.select(*lead, pl.exclude(lead)) if is_match else frame


def billed(published: Published) -> pl.DataFrame:
    """The charge rows that are on an invoice."""
    return published.now("fact_charge").filter(pl.col("invoice_no").is_not_null())
