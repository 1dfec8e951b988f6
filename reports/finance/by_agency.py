"""R02, invoice summary by agency: what each agency pays, a column a stream, prior periods and last month beside it."""

from decimal import Decimal
from typing import Final

import polars as pl

from billing.layouts import STREAMS
from reports.finance.names import agency_names
from reports.footing import total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

_MONEY: Final = (*STREAMS, "prior_period", "amount", "prior_amount", "change")
_NOTHING: Final = pl.lit(Decimal(0), pl.Decimal(38, 2))
_NOTE: Final = "The nine streams add up to the amount; prior_period is the part of it that pays for service in earlier periods."


def by_agency(published: Published) -> Report:
    """R02 of a month.

    Rows: one per agency with an invoice in this month or the one before, by agency code; one that has none any more
    has 0 invoices and its whole amount of last month as its change. Where the month before is not published, what it
    came to and the change are null.

    Raises:
        ReconciliationError: the lines do not foot to the invoices, or the change to that of R06.
    """
    invoices, before = published.now("fact_invoice"), published.before("fact_invoice")
    frame = money(_rows(published, invoices, before), _MONEY)
    billed = total(invoices["amount"])
    is_first = published.month_before is None
    section = Section("agencies", "Invoices by agency", frame, ("invoices", *(_MONEY[:-2] if is_first else _MONEY)), _NOTE)
    facts = (
        Fact("total", "Billed", billed), Fact("agencies", "Agencies", invoices["agency_code"].n_unique()),
        Fact("invoices", "Invoices", invoices.height),
        Fact("before", "Billed the month before", None if is_first else total(before["amount"])),
    )  # fmt: skip
    added = sum((total(frame[stream]) for stream in STREAMS), Decimal("0.00"))
    foots = (
        Foot("agencies and invoices", total(frame["amount"]), billed),
        Foot("streams and invoices", added, billed),
        Foot("last month and its invoices", total(frame["prior_amount"]), total(before["amount"])),
        Foot("change and the movement", total(frame["change"]), total(published.now("fact_movement")["change"])),
    )
    return Report("R02", "by-agency", "Invoice summary by agency", published.period, facts, (section,), foots).checked()


def _rows(published: Published, invoices: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    paid = published.now("fact_charge").filter(pl.col("invoice_no").is_not_null())
    streams = [pl.col("amount").filter(pl.col("stream") == stream).sum().alias(stream) for stream in STREAMS]
    sums = paid.group_by("agency_code").agg(*streams, prior_period=pl.col("amount").filter("is_prior_period").sum())
    now = invoices.group_by("agency_code").agg(invoices=pl.len().cast(pl.Int64), amount=pl.col("amount").sum())
    last = before.group_by("agency_code").agg(prior_amount=pl.col("amount").sum())
    whole = now.join(last, on="agency_code", how="full", coalesce=True, validate="1:1")
    joined = whole.join(sums, on="agency_code", how="full", coalesce=True, validate="1:1")
    known = joined.join(agency_names(published), on="agency_code", how="left", validate="1:1")
    summed = (*STREAMS, "prior_period", "amount", *(() if published.month_before is None else ("prior_amount",)))
    filled = known.with_columns(pl.coalesce("invoices", pl.lit(0, pl.Int64)), *(pl.coalesce(name, _NOTHING).alias(name) for name in summed))
    return filled.select(
        "agency_code", "agency_name", "invoices", *_MONEY[:-1], change=pl.col("amount") - pl.col("prior_amount")
    ).sort("agency_code")  # fmt: skip
