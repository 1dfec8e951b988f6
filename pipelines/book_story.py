"""What a month's book says for whoever asks years later: where the month stands, its adjustments, its superseded issues."""

from typing import Any, Final

import polars as pl

from billing.frames import MonthBill
from billing.periods import Period
from pipelines.journal import Journal
from pipelines.recorded import load_issues
from pipelines.standing import posted_issues, seal_of, standing
from pipelines.workspace import Workspace

_APPROVAL: Final = ("user", "level", "decision", "decided_at", "assurance")
_LINE: Final = ("charge_id", "invoice_no", "invoice_line_no", "amount")


def month_story(home: Workspace, period: Period) -> dict[str, Any]:
    """Where a month stands: state, issue, seal, the head of its journal, and when and by whom it was closed or reopened."""
    journal = Journal(home.ledger / str(period))
    found = standing(home, period, journal)
    steps = [
        {"what": event.kind, "issue": event.data.get("issue"), "by": event.user, "at": event.at}
        for event in journal.of("closed", "reopened", "final")
    ]
    return {
        "state": found.state, "issue": found.issue if found.is_posted else None,
        "seal_sha256": seal_of(found.folder)["sha256"] if found.folder is not None else None,
        "journal_head": journal.head, "steps": steps,
    }  # fmt: skip


def adjustment_story(home: Workspace, bill: MonthBill, identity: str | None) -> dict[str, Any] | None:
    """An adjustment with who prepared and who approved it, and every time it was entered or taken back by command."""
    if identity is None:
        return None
    known = bill.adjustments.filter(pl.col("adjustment_id") == identity).to_dicts()
    events = [
        {"what": event.kind, "by": event.user, "at": event.at, "cells": event.data["cells"], "evidence": event.data.get("evidence"),
         "reason": event.data.get("reason")}
        for event in Journal(home.ledger / bill.period).of("adjustment", "adjustment-withdrawn")
        if event.data["cells"]["source_record_id"] == identity
    ]  # fmt: skip
    if not known and not events:
        return None
    given = bill.approvals.filter((pl.col("subject_id") == identity) & (pl.col("subject_kind") == "ADJUSTMENT"))
    facts = known[0] if known else {"adjustment_id": identity, **_last_cells(events), "approval_state": None}
    return {**facts, "events": events, "approvals": given.select(_APPROVAL).to_dicts()}


def _last_cells(events: list[dict[str, Any]]) -> dict[str, Any]:
    """What was entered last, of one that is not billed."""
    entered = [each["cells"] for each in events if each["what"] == "adjustment"]
    return {name: value for name, value in (entered[-1] if entered else {}).items() if name != "source_record_id"}


def superseded_issues(home: Workspace, period: Period) -> list[tuple[int, pl.DataFrame]]:
    """The lines of a month's issues that no longer stand, oldest first, each with its issue's number."""
    found = standing(home, period)
    numbers = posted_issues(home, period)
    if len(numbers) - found.is_posted < 1:
        return []
    posted = load_issues(home, Journal(home.ledger / str(period)), period)
    issues = [(number, lines) for number, (lines, _) in zip(numbers, posted, strict=True)]
    return [(number, lines) for number, lines in issues if not (found.is_posted and number == found.issue)]


def superseded_lines(home: Workspace, period: Period, charge_id: str) -> list[dict[str, Any]]:
    """Where a charge stood in issues that a reopening superseded; in one that lacked it, nowhere and at nothing."""
    return [
        {"issue": number, **(lines.filter(pl.col("charge_id") == charge_id).select(_LINE).to_dicts() or [dict.fromkeys(_LINE)])[0]}
        for number, lines in superseded_issues(home, period)
    ]


def superseded_line(home: Workspace, period: Period, invoice_no: str, line_no: int) -> dict[str, Any] | None:
    """A line of an invoice that was issued and no longer stands, of the newest issue that has it."""
    is_it = (pl.col("invoice_no") == invoice_no) & (pl.col("invoice_line_no") == line_no)
    for number, lines in reversed(superseded_issues(home, period)):
        found = lines.filter(is_it).select(*_LINE, "description", "billing_number").to_dicts()
        if found:
            return {"issue": number, **found[0]}
    return None
