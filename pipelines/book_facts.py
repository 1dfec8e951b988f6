"""What the book says of a month's approvals, adjustments and disputes, in the shapes that reports and the mart take."""

import dataclasses
from typing import Any, Final

import polars as pl

from billing.approval_levels import Approval
from billing.book_frames import ADJUSTMENTS, APPROVALS
from billing.disputes import register
from billing.frames import MonthBill, record_schema
from billing.periods import Period
from pipelines.book import Book
from pipelines.disputed import disputes_of
from pipelines.journal import Journal
from pipelines.waiting import Queued, queue

_DECIDED: Final = {"APPROVE": "APPROVED", "RETURN": "RETURNED"}
_ASSURED: Final = {"SIGNATURE": "SIGNED", "OS_USER": "RECORDED", "FEED_FILE": "FEED"}


def with_book(bill: MonthBill, book: Book, records: pl.DataFrame) -> MonthBill:
    """Add to a bill what its book says of approvals, adjustments and disputes.

    Args:
        records: record_schema("adjustments") and outcome.
    """
    billed = records.filter(pl.col("outcome") == "BILLED").select(list(record_schema("adjustments")))
    waiting = queue(book, billed, bill.tables, bill.earlier, book.period)
    approvals = approval_rows(book.journal, book.period, waiting)
    disputes = register(disputes_of(book.journal))
    return dataclasses.replace(bill, approvals=approvals, adjustments=adjustment_rows(billed, waiting), disputes=disputes)


def approval_rows(journal: Journal, period: Period, queue: list[Queued]) -> pl.DataFrame:
    """Every decision of a second person: those of the journal, then those that came with a feed. Returns: APPROVALS."""
    own = [
        {
            "approval_id": f"A-{period}-{event.seq:04d}", "period": str(period), "subject_kind": event.data["subject"],
            "subject_id": event.data["identity"], "user": event.user, "level": event.data["level"],
            "decision": _DECIDED[event.data["decision"]], "decided_at": event.at, "content_hash": event.data["content_sha256"],
            "assurance": _ASSURED[event.data["assurance"]],
        }
        for event in journal.of("approval")
    ]  # fmt: skip
    fed = [(each.subject.kind, given) for each in queue for given in each.approvals if given.assurance == "FEED_FILE"]
    return pl.DataFrame([*own, *[_fed(kind, given, n, period) for n, (kind, given) in enumerate(fed, start=1)]], schema=APPROVALS)


def _fed(kind: str, given: Approval, number: int, period: Period) -> dict[str, Any]:
    return {
        "approval_id": f"F-{period}-{number:04d}", "period": str(period), "subject_kind": kind, "subject_id": given.identity,
        "user": given.user, "level": given.level, "decision": _DECIDED[given.decision], "decided_at": given.at.isoformat(),
        "content_hash": given.content_sha256, "assurance": _ASSURED[given.assurance],
    }  # fmt: skip


def adjustment_rows(records: pl.DataFrame, queue: list[Queued]) -> pl.DataFrame:
    """Each adjustment with who made it and who approved it. Returns: ADJUSTMENTS.

    Args:
        records: record_schema("adjustments") of those that are billed.
    """
    stands = {each.subject.identity: each for each in queue if each.subject.kind == "ADJUSTMENT"}
    names = [name for name in ADJUSTMENTS if name in records.columns]
    rows = []
    for row in records.select("source_record_id", *names).to_dicts():
        each = stands.get(row["source_record_id"])
        users = [given.user for given in each.approvals if given.decision == "APPROVE"] if each else []
        rows.append({**{name: row[name] for name in names}, "adjustment_id": row["source_record_id"],
                     "approved_by": ";".join(users) or None, "approval_state": each.standing.state if each else None})  # fmt: skip
    return pl.DataFrame(rows, schema=ADJUSTMENTS)
