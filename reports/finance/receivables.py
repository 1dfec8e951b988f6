"""R14, aged receivables: what is not known to be settled, by the age of its invoice."""

import datetime as dt
from typing import Final

import polars as pl

from reports.finance.sent_invoices import POSTED
from reports.footing import NOTHING, total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

BUCKETS: Final = {"days_0_30": 30, "days_31_60": 60, "days_61_90": 90, "days_91_120": 120, "days_over_120": None}
_NOTE: Final = (
    "Aged by the date of the invoice. Known: an invoice of an INTERNAL agency is settled by the documents that the accounting system"
    " accepted. Not known: payments; no feed brings receipts, so an invoice of an EXTERNAL agency stays open here until one does, and"
    " an adjustment lowers the invoice it is billed on, not the one it corrects. The bill of an open month is a trial, not yet sent."
)


def receivables(published: Published) -> Report:
    """R14: the invoices of all published months up to this one, as of the day the month is dated by.

    Rows: `agencies` one per agency with something open, by code; `invoices` one per open invoice, the oldest first;
    `months` one per month: invoiced, settled, open. Disputed: dollars of it in a dispute that is open.

    Raises:
        ReconciliationError: buckets, invoices and months differ.
    """
    everything = _open_amounts(published)
    left = everything.filter(pl.col("open") != 0).sort("issued_on", "invoice_no")
    agencies = _agencies(left)
    months = _months(everything, published)
    trial = months.filter(~pl.col("status").is_in(POSTED))
    billed = total(published.now("fact_invoice")["amount"])
    mine = total(everything.filter(pl.col("period") == published.period)["amount"])
    return Report(
        "R14", "aged-receivables", "Aged receivables", published.period,
        (
            Fact("issued", "Open of issued invoices", total(left["open"]) - total(trial["open"])),
            Fact("open", "Open, trial bills too", total(left["open"])), Fact("as_of", "As of", published.as_of.isoformat()),
            Fact("over_90", "Open for more than 90 days", total(agencies["days_91_120"]) + total(agencies["days_over_120"])),
            Fact("disputed", "Of it disputed", total(left["disputed"])),
            Fact("trial", "Of it trial bills, not issued", total(trial["open"])),
            Fact("external", "Of it of agencies outside the accounting system", total(left.filter(_IS_EXTERNAL)["open"])),
        ),
        (
            Section("agencies", "Open by agency and age", agencies, ("invoices", "open", *BUCKETS, "disputed"), _NOTE),
            Section("invoices", "Open invoices", left.select(_SHOWN), ("amount", "settled", "open", "disputed"), _NOTE),
            Section("months", "Months", months, ("invoices", "amount", "settled", "open", "disputed")),
        ),
        (
            Foot("open and its ages", total(left["open"]), sum((total(agencies[name]) for name in BUCKETS), NOTHING)),
            Foot("invoiced, and settled + open", total(everything["amount"]), total(months["settled"]) + total(left["open"])),
            Foot("the month's part and its invoices", mine, billed),
        ),
    ).checked()  # fmt: skip


_SHOWN: Final = (
    "invoice_no", "period", "agency_code", "agency_name", "remit_method", "issued_on", "due_on", "age_days", "amount", "settled", "open",
    "disputed",
)  # fmt: skip
_IS_EXTERNAL: Final = (pl.col("remit_method") != "INTERNAL").fill_null(value=True)


def _open_amounts(published: Published) -> pl.DataFrame:
    invoices = published.past("fact_invoice", ["period", "invoice_no", "agency_code", "agency_name", "issued_on", "due_on", "amount"])
    found = (
        invoices.join(_remit(published, published.as_of), on="agency_code", how="left", validate="m:1")
        .join(_accepted(published), on="invoice_no", how="left", validate="1:1")
        .join(_disputed(published), on="invoice_no", how="left", validate="1:1")
    )
    nothing = pl.lit(NOTHING, pl.Decimal(18, 2))
    settled = pl.when(~_IS_EXTERNAL & pl.col("accepted").is_not_null()).then(pl.col("accepted")).otherwise(nothing)
    told = found.with_columns(settled=settled.cast(pl.Decimal(18, 2)), disputed=pl.coalesce("disputed", nothing))
    age = (pl.lit(published.as_of) - pl.col("issued_on")).dt.total_days()
    return money(told.with_columns(open=pl.col("amount") - pl.col("settled"), age_days=age), ("open", "disputed"))


def _remit(published: Published, day: dt.date) -> pl.DataFrame:
    """How each agency pays, by its row in force on a day, else by its last one before."""
    known = published.now("dim_agency").filter(pl.col("valid_from") <= day).sort("agency_code", "valid_from")
    return known.unique("agency_code", keep="last", maintain_order=True).select("agency_code", "remit_method")


def _accepted(published: Published) -> pl.DataFrame:
    """What the accounting system accepted of each invoice; a reversal and what it turned are none of it."""
    lines = published.past("fact_journal", ["invoice_no", "party", "dr_cr", "amount", "status", "sent_as"])
    taken = lines.filter(pl.col("party") == "BUYER", pl.col("status") == "ACCEPTED", pl.col("sent_as") != "REVERSAL")
    signed = pl.when(pl.col("dr_cr") == "DR").then(pl.col("amount")).otherwise(-pl.col("amount"))
    return taken.group_by("invoice_no").agg(accepted=signed.sum())


def _disputed(published: Published) -> pl.DataFrame:
    waits = published.past("fact_dispute", ["invoice_no", "amount", "status"]).filter(pl.col("status") == "OPEN")
    return waits.group_by("invoice_no").agg(disputed=pl.col("amount").sum())


def _agencies(left: pl.DataFrame) -> pl.DataFrame:
    parts, above = [], -1
    for name, last in BUCKETS.items():
        aged = pl.col("age_days") > above if above >= 0 else pl.lit(value=True)
        parts.append(pl.col("open").filter(aged if last is None else aged & (pl.col("age_days") <= last)).sum().alias(name))
        above = last or above
    sums = left.group_by("agency_code").agg(
        pl.col("agency_name").last(), pl.col("remit_method").last(), pl.len().cast(pl.Int64).alias("invoices"),
        pl.col("open").sum(), *parts, pl.col("disputed").sum(),
    )  # fmt: skip
    return money(sums.sort("agency_code"), ("open", *BUCKETS, "disputed"))


def _months(everything: pl.DataFrame, published: Published) -> pl.DataFrame:
    columns = ("amount", "settled", "open", "disputed")
    known = published.past("dim_period", ["period", "status"])
    sums = everything.group_by("period").agg(pl.len().cast(pl.Int64).alias("invoices"), *[pl.col(name).sum() for name in columns])
    told = sums.join(known, on="period", how="left", validate="1:1").sort("period")
    return money(told, columns).select("period", "status", "invoices", *columns)
