"""R15, the accounting interface register: every document that was sent, what it comes to, and what was answered."""

from decimal import Decimal

import polars as pl

from billing.frames import MonthBill
from reports.footing import NOTHING, total
from reports.tabular import csv_bytes, json_bytes, rows

NAME = "R15-interface-register"
GONE = ("RESENT", "REPLACED")  # another document stands in their place


def interface_register(journal: pl.DataFrame) -> pl.DataFrame:
    """The register as a frame: amount is what a document moves, net what it adds to the buyers' debt.

    Args:
        journal: ANSWERED.

    Rows: one a document, by doc_id.
    """
    buyers = journal.filter(pl.col("party") == "BUYER")
    signed = pl.when(pl.col("dr_cr") == "DR").then(pl.col("amount")).otherwise(-pl.col("amount"))
    shared = [
        "period", "batch_id", "sent_as", "doc_code", "event_type", "invoice_no", "billing_number", "posted_on", "fy", "fiscal_period",
        "rfed_doc_id", "status", "answer",
    ]  # fmt: skip
    added = buyers.group_by("doc_id").agg(
        *[pl.col(name).first() for name in shared], lines=pl.len().cast(pl.Int64), amount=pl.col("amount").sum(), net=signed.sum(),
    )  # fmt: skip
    columns = (
        "period", "batch_id", "sent_as", "doc_id", "doc_code", "event_type", "invoice_no", "billing_number", "lines", "amount", "net",
        "posted_on", "fy", "fiscal_period", "rfed_doc_id", "status", "answer",
    )  # fmt: skip
    return added.select(columns).sort("doc_id")


def standing_net(register: pl.DataFrame) -> Decimal:
    """What the documents come to for which no other stands; of a month sent once, what its invoices come to."""
    return total(register.filter(~pl.col("status").is_in(GONE))["net"])


def interface_register_files(bill: MonthBill) -> dict[str, bytes]:
    """R15 as CSV and JSON by file name; difference is 0.00 unless documents were turned or the month changed since."""
    frame = interface_register(bill.journal)
    net, invoices = standing_net(frame), total(bill.invoices["amount"])
    document = {
        "report": "R15",
        "title": "Accounting interface register and acknowledgement",
        "period": bill.period,
        "document_count": frame.height,
        "by_status": {
            status: {"documents": mine.height, "amount": total(mine["amount"])}
            for (status,), mine in sorted(frame.partition_by("status", as_dict=True).items())
        },
        "documents_net": net,
        "invoices": invoices,
        "difference": net - invoices if frame.height else NOTHING,
        "documents": rows(frame),
    }
    return {f"{NAME}.csv": csv_bytes(frame), f"{NAME}.json": json_bytes(document)}
