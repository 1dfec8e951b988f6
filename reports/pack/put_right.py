"""What was put right or is argued about: adjustments and credits with who made and approved them, and open disputes."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from reports.charts.words import called
from reports.figures import count, to_charge_and_credit
from reports.footing import both_ways
from reports.pack.months import Months, fact
from reports.pack.remarks import open_disputes
from reports.pack.tables import Shown, table
from reports.pack.view import Part, Table
from reports.published import Published
from reports.report import Report, Section

_MOST: Final = 20


def adjustments(published: Published, reports: Mapping[str, Report], _months: Months) -> Part | None:
    """Adjustments of the month and disputes that are still open; none where neither is known."""
    report, disputed = reports.get("R09"), open_disputes(published)
    if report is None and disputed.is_empty():
        return None
    tables: list[Table] = []
    about = "No adjustment is at hand."
    if report is not None:
        frame = report.section("adjustments").frame
        about = f"{count(frame.height, 'row')}, {to_charge_and_credit(*both_ways(frame['amount']))}"
        crossing = fact(report, "crossing")
        about += f"; {crossing} reach into an earlier fiscal year." if crossing else "."
        tables = _tables(report)
    if disputed.height:
        tables.append(_disputes(disputed))
    return Part("adjustments", "Adjustments and credits", "R09", about, tuple(tables))


def _tables(report: Report) -> list[Table]:
    types = next((section for section in report.sections if section.name == "types"), None)
    found: list[Table] = []
    if types is not None and types.frame.height:
        shown = [
            Shown("adj_type", "Type", "words", plain), Shown("reason_code", "Reason", "words", plain), Shown("rows", "Rows", "count"),
            Shown("credits", "Credits $", "money"), Shown("debits", "Debits $", "money"), Shown("amount", "Net $", "money"),
        ]  # fmt: skip
        found.append(table(types, shown, what="kind kinds", title="By type and reason"))
    rows = report.section("adjustments")
    if rows.frame.height:
        size = pl.col("amount").abs()
        frame = rows.frame.sort(size, "adjustment_id", descending=[True, False], nulls_last=True)
        shown = [
            Shown("adjustment_id", "Adjustment"), Shown("adj_type", "Type", "words", plain), Shown("billing_number", "Billing number"),
            Shown("prepared_by", "Prepared by"), Shown("approved_by", "Approved by"), Shown("approval_state", "Approval", "words", plain),
            Shown("age_days", "Days old", "days"), Shown("amount", "Amount $", "money"),
        ]  # fmt: skip
        largest = Section(rows.name, rows.title, frame, rows.totals)
        found.append(table(largest, shown, most=_MOST, what="row rows", title="The largest, up or down"))
    return found


def _disputes(frame: pl.DataFrame) -> Table:
    section = Section("disputes", "Open disputes", frame.sort("due_on", "dispute_id", nulls_last=True), ("amount",))
    shown = [
        Shown("dispute_id", "Dispute"), Shown("invoice_no", "Invoice"), Shown("agency_code", "Agency"), Shown("owner", "Owner"),
        Shown("received_on", "Received", "date"), Shown("due_on", "Due", "date"), Shown("status", "State", "words", plain),
        Shown("amount", "Disputed $", "money"),
    ]  # fmt: skip
    return table(section, shown, most=_MOST, what="dispute disputes")


def plain(value: str | None) -> str:
    """`CREDIT_REBILL` as `credit rebill`."""
    return called(value).replace("_", " ").lower()
