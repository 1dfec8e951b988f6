"""R02, invoice summary by agency: what each agency pays, a column a stream, prior periods and last month beside it."""

import polars as pl

from billing.layouts import STREAMS
from reports.footing import total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money


def by_agency(published: Published) -> Report:
    """R02 of a month.

    Rows: one per agency with an invoice, by agency code; the streams add up to `amount`. `prior_period` is the part of
    `amount` that pays for service in earlier periods, not one more stream.

    Raises:
        ReconciliationError: the lines do not foot to the invoices.
    """
    lines, invoices = published.now("fact_charge"), published.now("fact_invoice")
    paid = lines.filter(pl.col("invoice_no").is_not_null())
    streams = [pl.col("amount").filter(pl.col("stream") == stream).sum().alias(stream) for stream in STREAMS]
    sums = paid.group_by("agency_code").agg(
        *streams, prior_period=pl.col("amount").filter("is_prior_period").sum(), amount=pl.col("amount").sum()
    )
    names = invoices.sort("invoice_no").group_by("agency_code", maintain_order=True).agg(
        pl.col("agency_name").first(), invoices=pl.len().cast(pl.Int64), prior_amount=pl.col("prior_amount").sum()
    )  # fmt: skip
    frame = names.join(sums, on="agency_code", how="left", validate="1:1").select(
        "agency_code", "agency_name", "invoices", *STREAMS, "prior_period", "amount", "prior_amount",
        change=pl.col("amount") - pl.col("prior_amount"),
    ).sort("agency_code")  # fmt: skip
    columns = (*STREAMS, "prior_period", "amount", "prior_amount", "change")
    billed = total(invoices["amount"])
    section = Section("agencies", "Invoices by agency", money(frame, columns), ("invoices", *columns))
    return Report(
        "R02", "by-agency", "Invoice summary by agency", published.period,
        (Fact("total", "Billed", billed), Fact("agencies", "Agencies", frame.height), Fact("invoices", "Invoices", invoices.height)),
        (section,),
        (Foot("agencies and invoices", total(section.frame["amount"]), billed),),
    ).checked()  # fmt: skip
