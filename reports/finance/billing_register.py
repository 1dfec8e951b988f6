"""R01, billing register: every line of every invoice, footing to the invoices and to what accounting was sent."""

import polars as pl

from reports.finance.sent_invoices import sent_foot
from reports.footing import NOTHING, total
from reports.published import Published
from reports.register import COLUMNS
from reports.report import Fact, Foot, Report, Section


def billing_register(published: Published) -> Report:
    """R01 of a month.

    Rows: one per invoice line, by invoice and line number.

    Raises:
        ReconciliationError: the lines of an invoice are not what it says, or not what stands in the accounting system.
    """
    invoices = published.now("fact_invoice")
    lines = published.now("fact_charge").filter(pl.col("invoice_no").is_not_null())
    named = lines.join(invoices.select("invoice_no", "agency_name"), on="invoice_no", how="left", validate="m:1", maintain_order="left")
    frame = named.select(COLUMNS).sort("invoice_no", "invoice_line_no", "charge_id")
    return Report(
        "R01", "billing-register", "Billing register", published.period,
        (Fact("total", "Billed", total(invoices["amount"])), Fact("invoice_count", "Invoices", invoices.height),
         Fact("line_count", "Lines", frame.height)),
        (Section("lines", "Invoice lines", frame, ("amount",)),),
        (
            Foot("lines and invoices", total(frame["amount"]), total(invoices["amount"])),
            Foot("invoices whose lines do not come to them", NOTHING + _apart(frame, invoices), NOTHING),
            *sent_foot(published, "lines", frame),
        ),
    ).checked()  # fmt: skip


def _apart(lines: pl.DataFrame, invoices: pl.DataFrame) -> int:
    """How many invoices differ from their lines in dollars or rows."""
    sums = lines.group_by("invoice_no").agg(_lines=pl.len().cast(pl.Int64), _amount=pl.col("amount").sum())
    both = invoices.join(sums, on="invoice_no", how="full", coalesce=True, validate="1:1")
    same = (pl.col("line_count") == pl.col("_lines")) & (pl.col("amount") == pl.col("_amount"))
    return both.filter(~same.fill_null(value=False)).height
