"""R11, disputes: received in time or not, how much, how they ended, how long they took."""

import datetime as dt
from typing import Final

import polars as pl

from reports.footing import total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

_SHOWN: Final = (
    "dispute_id", "period", "invoice_no", "invoice_line_no", "billing_number", "agency_code", "received_on", "is_inside_window",
    "window_override_reason", "amount", "status", "outcome", "credited_amount", "credit_billed", "days_open", "due_on", "is_overdue",
    "owner", "reason", "decided_by", "decided_reason", "adjustment_id",
)  # fmt: skip
_NOTE: Final = "days_open runs to the decision, or to the day the month is dated by; credit_billed is the credit on an invoice so far."


def dispute_list(published: Published) -> Report:
    """R11: the disputes of the invoices of all months up to this one.

    Rows: `disputes` one per dispute, open ones first, the oldest first; `outcomes` one per status and outcome;
    `windows` received in time, or not; `agencies` one per agency with what it disputes still.

    Raises:
        ReconciliationError: two of the tables differ in dollars.
    """
    as_of = published.as_of
    frame = _told(published.past("fact_dispute"), published.past("fact_adjustment", ["adjustment_id", "amount"]), as_of)
    is_open = pl.col("status") != "DECIDED"
    waits = frame.filter(is_open)
    outcomes = _summed(frame, ["status", "outcome"])
    agencies = _agencies(frame, published)
    return Report(
        "R11", "disputes", "Disputes", published.period,
        (
            Fact("open", "Open disputes", waits.height), Fact("open_amount", "Dollars still disputed", total(waits["amount"])),
            Fact("overdue", "Overdue", waits.filter("is_overdue").height), Fact("decided", "Decided", frame.height - waits.height),
            Fact("credited", "Dollars given back", total(frame["credited_amount"])),
            Fact("late", "Received after the window", frame.filter(~pl.col("is_inside_window")).height),
        ),
        (
            Section("disputes", "Disputes", frame, ("amount", "credited_amount", "credit_billed"), _NOTE),
            Section("outcomes", "Outcomes", outcomes, ("disputes", "amount", "credited_amount")),
            Section("windows", "Received in time", _summed(frame, ["is_inside_window"]), ("disputes", "amount", "credited_amount")),
            Section("agencies", "Agencies", agencies, ("disputes", "open_amount", "decided_amount", "credited_amount")),
        ),
        (
            Foot("disputes and their outcomes", total(frame["amount"]), total(outcomes["amount"])),
            Foot("disputes and agencies", total(frame["amount"]), total(agencies["open_amount"]) + total(agencies["decided_amount"])),
            Foot("credits and agencies", total(frame["credited_amount"]), total(agencies["credited_amount"])),
        ),
    ).checked()  # fmt: skip


def _told(disputes: pl.DataFrame, adjustments: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    billed = adjustments.group_by("adjustment_id").agg(credit_billed=-pl.col("amount").sum())
    found = disputes.join(billed, on="adjustment_id", how="left", validate="m:1", maintain_order="left")
    is_open = pl.col("status") != "DECIDED"
    waited = (pl.lit(as_of) - pl.col("received_on")).dt.total_days()
    told = found.with_columns(
        days_open=pl.when(is_open).then(waited).otherwise("days_open"),
        is_overdue=(is_open & (pl.col("due_on") < pl.lit(as_of))).fill_null(value=False),
    )
    return money(told, ("credit_billed",)).select(_SHOWN).sort(~is_open, "received_on", "dispute_id", nulls_last=False)


def _summed(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    sums = frame.group_by(keys).agg(
        disputes=pl.len().cast(pl.Int64), amount=pl.col("amount").sum(), credited_amount=pl.col("credited_amount").sum(),
        longest_days=pl.col("days_open").max(),
    )  # fmt: skip
    return money(sums.sort(keys), ("amount", "credited_amount"))


def _agencies(frame: pl.DataFrame, published: Published) -> pl.DataFrame:
    is_open = pl.col("status") != "DECIDED"
    names = published.past("fact_invoice", ["agency_code", "agency_name", "period"]).sort("period").unique("agency_code", keep="last")
    sums = frame.group_by("agency_code").agg(
        disputes=pl.len().cast(pl.Int64),
        open_amount=pl.col("amount").filter(is_open).sum(),
        decided_amount=pl.col("amount").filter(~is_open).sum(),
        credited_amount=pl.col("credited_amount").sum(),
    )
    told = sums.join(names.drop("period"), on="agency_code", how="left", validate="m:1").sort("agency_code")
    columns = ("open_amount", "decided_amount", "credited_amount")
    return money(told, columns).select("agency_code", "agency_name", "disputes", *columns)
