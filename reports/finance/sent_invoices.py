"""What was sent of each invoice to the accounting system, and for which invoices that must be what they come to."""

from typing import Final

import polars as pl

from reports.footing import NOTHING, total
from reports.interface_register import GONE, interface_register
from reports.published import Published
from reports.report import Foot

POSTED: Final = ("CLOSED", "FINAL")  # of an open month the bill may have moved on since it was sent


def sent_invoices(published: Published) -> pl.DataFrame:
    """Set each invoice's amount beside its standing documents.

    state: SENT; TURNED, some document of it was reversed; NOT_SENT; NOT_BILLED, documents stand for an invoice that the
    month no longer has. A rejected document stands until another takes its place.

    Rows: one per invoice of the month or of a standing document, by invoice_no. Returns: invoice_no, documents,
    documents_net, amount, difference (null where one side is missing), state.
    """
    register = interface_register(published.now("fact_journal"))
    standing = register.filter(~pl.col("status").is_in(GONE))
    is_turned = (pl.col("sent_as") == "REVERSAL") | (pl.col("status") == "REVERSED")
    sums = standing.group_by("invoice_no").agg(
        documents=pl.len().cast(pl.Int64), documents_net=pl.col("net").sum().cast(pl.Decimal(18, 2)), turned=is_turned.any()
    )
    both = sums.join(
        published.now("fact_invoice").select("invoice_no", "amount"), on="invoice_no", how="full", coalesce=True, validate="1:1"
    )
    state = (
        pl.when(pl.col("amount").is_null()).then(pl.lit("NOT_BILLED"))
        .when(pl.col("documents").is_null()).then(pl.lit("NOT_SENT"))
        .when("turned").then(pl.lit("TURNED"))
        .otherwise(pl.lit("SENT"))
    )  # fmt: skip
    return both.select(
        "invoice_no", "documents", "documents_net", "amount", difference=pl.col("documents_net") - pl.col("amount"), state=state
    ).sort("invoice_no")


def sent_foot(published: Published, what: str, amounts: pl.DataFrame) -> list[Foot]:
    """Documents that stand for an invoice, none of them turned, come to it; nothing to prove while the month is open.

    Args:
        amounts: invoice_no and amount, of the report that foots; several rows may be one invoice's.
    """
    sent = sent_invoices(published).filter(pl.col("state") == "SENT")
    if published.now("dim_period")["status"].to_list()[0] not in POSTED or sent.is_empty():
        return []
    mine = amounts.join(sent, on="invoice_no", how="semi")
    apart = sent.select("invoice_no", net="documents_net").join(
        mine.group_by("invoice_no").agg(pl.col("amount").sum()), on="invoice_no", how="left", validate="1:1"
    ).filter((pl.col("net") != pl.col("amount")).fill_null(value=True))  # fmt: skip
    return [
        Foot(f"{what} and the documents that stand for the invoices", total(mine["amount"]), total(sent["documents_net"])),
        Foot("invoices whose documents do not come to them", NOTHING + apart.height, NOTHING),
    ]
