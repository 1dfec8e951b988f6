"""Documents the accounting system rejected, as exceptions of the month that is open: A106, until they are sent again."""

from typing import Any

import polars as pl

from billing.frames import FINDINGS
from billing.money import total
from billing.periods import Period
from pipelines.interface_book import ANSWER, InterfaceBook
from pipelines.journal import Journal
from pipelines.recorded import stages_of
from pipelines.workspace import Workspace


def rejected_findings(workspace: Workspace, period: Period) -> pl.DataFrame:
    """One finding a rejected document of an earlier period; it stands on no record, and is as old as its period.

    Returns: FINDINGS; column_name doc_id, raw_value the document, amount what it comes to.
    """
    rows: list[dict[str, Any]] = []
    for earlier in workspace.periods_with_ledger():
        if earlier < period and (workspace.ledger / str(earlier) / "interface").is_dir():  # something was sent
            rows += _rejected(workspace, earlier)
    return pl.DataFrame(rows, schema=FINDINGS)


def _rejected(workspace: Workspace, period: Period) -> list[dict[str, Any]]:
    journal = Journal(workspace.ledger / str(period))
    if not any(status == "REJECTED" for event in journal.of(ANSWER) for _, status, _ in event.data["answers"]):
        return []
    book = InterfaceBook(workspace, period, journal)
    lines = book.lines.filter((pl.col("status") == "REJECTED") & (pl.col("party") == "BUYER"))
    if lines.is_empty():
        return []
    owners = dict(stages_of(workspace, period).frame("month", "invoices").select("invoice_no", "agency_code").rows())
    found = []
    for doc in lines["doc_id"].unique().sort().to_list():
        mine = lines.filter(pl.col("doc_id") == doc)
        first = mine.row(0, named=True)
        words = f"document {doc} of {first['invoice_no']} was rejected: {first['answer'] or 'no reason given'}"
        found.append({
            **dict.fromkeys(FINDINGS), "code": "A106", "severity": "HOLD", "source_file": f"{period}/interface", "column_name": "doc_id",
            "raw_value": doc, "billing_number": first["billing_number"], "agency_code": owners.get(first["invoice_no"]),
            "amount": total(mine["amount"]),
            "message": f"{words}; correct the funding string, then `cotbill interface {period} --resend`",
        })  # fmt: skip
    return found
