"""R15, accounting interface register and acknowledgement: the documents sent, what was answered, and the invoices they stand for."""

import polars as pl

from reports.finance.sent_invoices import sent_foot, sent_invoices
from reports.footing import total
from reports.interface_register import interface_register, standing_net
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

_NOT_SENT = "Nothing of the month was sent to the accounting system yet."


def sent_documents(published: Published) -> Report:
    """R15 of a month.

    Rows: `documents` one per document, by number; `statuses` one per answer; `batches` one per batch; `invoices` one per
    invoice with what stands for it, those that are not as sent first.

    Raises:
        ReconciliationError: a posted month's standing documents do not come to its invoices.
    """
    register = interface_register(published.now("fact_journal"))
    documents = money(register, ("amount", "net"))
    invoices = sent_invoices(published)
    shown = invoices.sort((pl.col("state") == "SENT") & (pl.col("difference") == 0), "invoice_no", nulls_last=False)
    statuses, batches = _counted(documents, ["status"]), _counted(documents, ["batch_id", "sent_as", "posted_on"])
    billed, net = total(published.now("fact_invoice")["amount"]), standing_net(register)
    rejected = documents.filter(pl.col("status") == "REJECTED")
    return Report(
        "R15", "interface-register", "Accounting interface register and acknowledgement", published.period,
        (
            Fact("document_count", "Documents", documents.height), Fact("documents_net", "Standing documents, net", net),
            Fact("invoices", "Invoices", billed), Fact("difference", "Difference", net - billed if documents.height else None),
            Fact("rejected", "Rejected documents", rejected.height), Fact("rejected_amount", "Rejected dollars", total(rejected["amount"])),
        ),
        (
            Section("documents", "Documents", documents, ("lines", "amount", "net"), "" if documents.height else _NOT_SENT),
            Section("statuses", "Answers", statuses, ("documents", "amount", "net")),
            Section("batches", "Batches", batches, ("documents", "amount", "net")),
            Section("invoices", "Invoices and what stands for them", shown, ("documents", "documents_net", "amount")),
        ),
        (
            Foot("answers and documents", total(statuses["net"]), total(documents["net"])),
            Foot("standing documents and those of the invoices", net, total(invoices["documents_net"])),
            *sent_foot(published, "invoices", published.now("fact_invoice").select("invoice_no", "amount")),
        ),
    ).checked()  # fmt: skip


def _counted(documents: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    found = documents.group_by(keys).agg(documents=pl.len().cast(pl.Int64), amount=pl.col("amount").sum(), net=pl.col("net").sum())
    return money(found.sort(keys), ("amount", "net"))
