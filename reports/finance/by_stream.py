"""R05, revenue by stream and cost group: which service earned what, and what of it a rate's cost group must carry."""

import polars as pl

from billing.layouts import STREAMS
from reports.footing import total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money


def by_stream(published: Published) -> Report:
    """R05 of a month.

    Rows: one per stream and cost group with a billed line, streams in the order of an invoice. A rate code that is not
    in the table of rate codes has no cost group; its row says so with a null.

    Raises:
        ReconciliationError: the lines do not foot to the invoices.
    """
    lines, invoices = published.now("fact_charge"), published.now("fact_invoice")
    groups = published.now("dim_rate_code").select("rate_code", "cost_group")
    paid = lines.filter(pl.col("invoice_no").is_not_null()).join(groups, on="rate_code", how="left", validate="m:1")
    order = pl.col("stream").replace_strict({stream: n for n, stream in enumerate(STREAMS)}, return_dtype=pl.Int64)
    frame = (
        paid.group_by("stream", "cost_group")
        .agg(
            lines=pl.len().cast(pl.Int64),
            billing_numbers=pl.col("billing_number").n_unique().cast(pl.Int64),
            prior_period=pl.col("amount").filter("is_prior_period").sum(),
            amount=pl.col("amount").sum(),
        )
        .sort(order, "cost_group")
    )
    billed = total(invoices["amount"])
    streams = frame.group_by("stream", maintain_order=True).agg(pl.col("lines", "prior_period", "amount").sum())
    added = ("lines", "prior_period", "amount")
    sections = (
        Section(
            "groups", "Revenue by stream and cost group", money(frame, ("prior_period", "amount")), ("lines", "prior_period", "amount")
        ),
        Section("streams", "Revenue by stream", money(streams, ("prior_period", "amount")), added),
    )
    return Report(
        "R05", "by-stream", "Revenue by stream and cost group", published.period,
        (Fact("total", "Billed", billed), Fact("streams", "Streams", streams.height)), sections,
        (Foot("streams and invoices", total(sections[0].frame["amount"]), billed),),
    ).checked()  # fmt: skip
